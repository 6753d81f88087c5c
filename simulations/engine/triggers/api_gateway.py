"""API Gateway REST API with Lambda proxy integration: an HTTP request waits for the function's answer.

Implements LD:services-apigateway-errors and API Gateway's execution quotas: no retry, a 29 s integration timeout, its own
rate limit in front of Lambda (APIGW-1, -2, -5, -6, -7).
"""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

from simulations.engine.delivery import gateway
from simulations.engine.delivery.gateway import ThrottlingBurstLimit, ThrottlingRateLimit, message
from simulations.engine.delivery.synchronous import Caller, Calls, Patience, Size, by_kind
from simulations.engine.limits import FieldError, plain, setting
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trace import Cause
from simulations.engine.trigger import Charge, Choices, ServiceMetric, Trigger
from simulations.engine.units import US_PER_MS, us_from_ms

_TIMEOUT_MS = number("APIGW-2", "integration_timeout_ms")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The REST API's integration and its stage's throttling."""

    integration_timeout_ms: Annotated[
        int,
        setting(
            "TimeoutInMillis",
            "How long API Gateway waits for the function; Regional and private APIs can have it raised above the default.",
            unit="ms", ge=50, le=900_000,
        ),
    ] = _TIMEOUT_MS  # fmt: skip
    endpoint_type: Annotated[
        Literal["regional", "private", "edge"],
        plain("EndpointType", "Where clients reach the API; an edge-optimized one cannot have its timeout raised."),
    ] = "regional"
    throttling_rate_limit: ThrottlingRateLimit = None
    throttling_burst_limit: ThrottlingBurstLimit = None


_REFUSED = "Internal server error"
_ANSWERS = {
    "function_error": message("APIGW-7", "function_error", _REFUSED),
    "timed_out": message("APIGW-7", "function_error", _REFUSED),
    "malformed": message("APIGW-7", "malformed", _REFUSED),
    "throttled": message("APIGW-7", "refused", _REFUSED),
    "refused": message("APIGW-7", "refused", _REFUSED),
    "AccessDeniedException": message("PERM-4", "denied", _REFUSED, settles="PERM-4"),
    "gave_up": message("APIGW-7", "integration_timeout", "Endpoint request timed out"),
}


def _start(sim: Sim, settings: Settings) -> None:
    sim.function.response = gateway.PROXY_OK
    caller = Caller(
        rule="APIGW-1",
        returned=gateway.proxy,
        answer=by_kind(_ANSWERS),
        patience=Patience(
            us_from_ms(settings.integration_timeout_ms),
            "Integration timeout",
            "APIGW-2",
            Cause.INTEGRATION_TIMEOUT,
            "APIGW-6",
        ),
        sizes=(Size(number("APIGW-5", "payload_bytes"), gateway.too_large()),),
    )
    calls = Calls(sim, caller)
    sim.feed(gateway.stage(sim, calls, settings.throttling_rate_limit, settings.throttling_burst_limit))


def _check(choices: Choices) -> Iterable[FieldError]:
    settings: Settings = choices.settings
    if settings.endpoint_type == "edge" and settings.integration_timeout_ms > _TIMEOUT_MS:
        message = f"Timeout should be between 50 ms and {_TIMEOUT_MS} ms"
        yield FieldError("settings.integration_timeout_ms", "BadRequestException", message)
    yield from gateway.check_stage(settings)


API_GATEWAY = Trigger(
    key="api_gateway",
    label="API Gateway REST API",
    noun="request",
    model="synchronous",
    settings=Settings,
    start=_start,
    check=_check,
    rules=(
        "SYNC-1", "SYNC-2", "SYNC-3", "SYNC-4", "SYNC-5", "SYNC-8", "APIGW-1", "APIGW-2", "APIGW-5", "APIGW-6", "APIGW-7",
        "PERM-4",
    ),
    source="https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html",
    summary="An HTTP request waits for the function's answer; nobody retries, and every failure comes back as a status code.",
    metrics=(
        ServiceMetric("Count", "arrived"),
        ServiceMetric("4XXError", "own_4xx"),
        ServiceMetric("4XXError", "code_4xx"),
        ServiceMetric("5XXError", "own_5xx"),
        ServiceMetric("5XXError", "code_5xx"),
        ServiceMetric("Latency", "latency", US_PER_MS),
        ServiceMetric("IntegrationLatency", "integration", US_PER_MS),
    ),
    charges=(
        Charge(what="REST API requests", price_key="apigw.rest", of="admitted", counted="requests, also those answered with an error; not those that API Gateway itself throttled"),
    ),
)  # fmt: skip
