"""API Gateway HTTP API with Lambda proxy integration: cheaper than a REST API, and with other status codes.

Implements AG:http-api-develop-integrations-lambda and AG:http-api-quotas: 30 s at the most, which cannot be raised (APIGW-3),
and the answers of APIGW-8, which are from memory: AWS has no page on them.
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


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The HTTP API's integration and its stage's throttling."""

    integration_timeout_ms: Annotated[
        int,
        setting("TimeoutInMillis", "How long API Gateway waits for the function.", unit="ms", ge=50, le=30_000),
    ] = number("APIGW-3", "http_timeout_ms")
    payload_format_version: Annotated[
        Literal["1.0", "2.0"],
        plain("PayloadFormatVersion", "2.0 takes any JSON as the body of a 200; 1.0 wants a statusCode in it."),
    ] = "2.0"
    throttling_rate_limit: ThrottlingRateLimit = None
    throttling_burst_limit: ThrottlingBurstLimit = None


_ERROR = "Internal Server Error"
_UNAVAILABLE = "Service Unavailable"
_ANSWERS = {
    "function_error": message("APIGW-8", "function_error", _ERROR),
    "timed_out": message("APIGW-8", "function_error", _ERROR),
    "malformed": message("APIGW-8", "malformed", _ERROR),
    "throttled": message("APIGW-8", "throttled", _UNAVAILABLE),
    "refused": message("APIGW-8", "refused", _ERROR),
    "AccessDeniedException": message("PERM-4", "denied", _ERROR, settles="PERM-4"),
    "gave_up": message("APIGW-8", "integration_timeout", _UNAVAILABLE),
}


def _start(sim: Sim, settings: Settings) -> None:
    sim.function.response = gateway.PROXY_OK
    timeout = us_from_ms(settings.integration_timeout_ms)
    caller = Caller(
        rule="APIGW-1",
        returned=gateway.inferred if settings.payload_format_version == "2.0" else gateway.proxy,
        answer=by_kind(_ANSWERS),
        patience=Patience(timeout, "Integration timeout", "APIGW-3", Cause.INTEGRATION_TIMEOUT, "APIGW-6"),
        sizes=(Size(number("APIGW-5", "payload_bytes"), gateway.too_large()),),
    )
    calls = Calls(sim, caller)
    sim.feed(gateway.stage(sim, calls, settings.throttling_rate_limit, settings.throttling_burst_limit))


def _check(choices: Choices) -> Iterable[FieldError]:
    yield from gateway.check_stage(choices.settings)


HTTP_API = Trigger(
    key="http_api",
    label="API Gateway HTTP API",
    noun="request",
    model="synchronous",
    settings=Settings,
    start=_start,
    check=_check,
    rules=(
        "SYNC-1", "SYNC-2", "SYNC-3", "SYNC-4", "SYNC-5", "SYNC-8", "APIGW-1", "APIGW-3", "APIGW-5", "APIGW-6", "APIGW-8",
        "PERM-4",
    ),
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html",
    summary="An HTTP request waits up to 30 s for the function's answer; nobody retries, and a throttle comes back as 503.",
    metrics=(
        ServiceMetric("Count", "arrived"),
        ServiceMetric("4xx", "own_4xx"),
        ServiceMetric("4xx", "code_4xx"),
        ServiceMetric("5xx", "own_5xx"),
        ServiceMetric("5xx", "code_5xx"),
        ServiceMetric("Latency", "latency", US_PER_MS),
        ServiceMetric("IntegrationLatency", "integration", US_PER_MS),
    ),
    charges=(
        Charge(what="HTTP API requests", price_key="apigw.http", of="admitted", counted="requests in pieces of 512 KB, also those answered with an error; not those that API Gateway itself throttled"),
    ),
)  # fmt: skip
