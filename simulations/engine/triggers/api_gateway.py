"""API Gateway REST API with Lambda proxy integration: an HTTP request waits for the function's answer.

Implements LD:services-apigateway-errors and API Gateway's execution quotas: no retry, a 29 s integration timeout, its own
rate limit in front of Lambda (APIGW-1, -2, -6, -7).
"""

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec

from simulations.engine.delivery.synchronous import Answer, Calls, FrontDoor
from simulations.engine.function import Run
from simulations.engine.limits import INVALID, FieldError, setting
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trace import Cause
from simulations.engine.traffic import Event
from simulations.engine.trigger import Choices, ServiceMetric, Trigger
from simulations.engine.units import US_PER_MS, US_PER_S, us_from_ms


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The REST API's integration and its stage's throttling."""

    integration_timeout_ms: Annotated[
        int,
        setting(
            "TimeoutInMillis",
            "How long API Gateway waits for the function; Regional and private APIs can have it raised above the default.",
            unit="ms", ge=50, le=900_000,
        ),
    ] = number("APIGW-2", "integration_timeout_ms")  # fmt: skip
    throttling_rate_limit: Annotated[
        float, setting("ThrottlingRateLimit", "Requests a second that the stage lets through; empty is no limit of its own.",
                       unit="per second", ge=0)
    ] | None = None  # fmt: skip
    throttling_burst_limit: Annotated[
        int, setting("ThrottlingBurstLimit", "How many requests may come at once before the rate limit bites.", ge=0)
    ] | None = None  # fmt: skip


_REFUSED = "Internal server error"
_BUCKET_SCALE = 1_000_000  # the token bucket counts millionths of a token, in whole numbers


class _Stage:
    """The stage's token bucket: `burst` tokens at most, `rate` new ones a second; a request without a token gets 429."""

    def __init__(self, settings: Settings, calls: Calls) -> None:
        rate, burst = settings.throttling_rate_limit, settings.throttling_burst_limit
        self._rate = rate
        self._most = int((burst if burst is not None else max(1, rate or 1)) * _BUCKET_SCALE)
        self._tokens = self._most
        self._since = 0
        self._calls = calls

    def request(self, at: int, event: Event) -> None:
        """Let a request through to Lambda, or answer it here."""
        if self._rate is None or self._token(at):
            self._calls.request(at, event)
            return
        answer = _answer("rate_limited", "Too Many Requests")
        self._calls.answer(at, event, answer, Cause.RATE_LIMITED, "APIGW-7")

    def _token(self, at: int) -> bool:
        assert self._rate is not None
        self._tokens = min(self._most, self._tokens + int((at - self._since) * self._rate * (_BUCKET_SCALE / US_PER_S)))
        self._since = at
        if self._tokens < _BUCKET_SCALE:
            return False
        self._tokens -= _BUCKET_SCALE
        return True


def _answer(case: str, message: str) -> Answer:
    """The status that APIGW-7 gives to a case."""
    return Answer(number("APIGW-7", case), {"message": message}, "APIGW-7")


def _returned(run: Run) -> tuple[Answer, str | None]:
    """A proxy integration's answer is what the function says it is, if it says so in the proxy format."""
    response = run.response
    if not isinstance(response, dict) or not isinstance(response.get("statusCode"), int):
        return _answer("malformed", _REFUSED), Cause.MALFORMED_RESPONSE
    return Answer(response["statusCode"], response.get("body"), "SYNC-1"), None


def _start(sim: Sim, settings: Settings) -> None:
    sim.function.response = {"statusCode": number("SYNC-1", "ok"), "body": "ok"}
    door = FrontDoor(
        returned=_returned,
        function_error=_answer("function_error", _REFUSED),
        throttled=_answer("refused", _REFUSED),
        rule="APIGW-1",
        waits_rule="APIGW-2",
        waits=us_from_ms(settings.integration_timeout_ms),
        gave_up=_answer("integration_timeout", "Endpoint request timed out"),
    )
    sim.feed(_Stage(settings, Calls(sim, door)).request)


def _check(choices: Choices) -> Iterable[FieldError]:
    settings: Any = choices.settings
    if settings.throttling_burst_limit is not None and settings.throttling_rate_limit is None:
        yield FieldError(
            "settings.throttling_burst_limit", INVALID, "A burst limit needs a rate limit: set ThrottlingRateLimit too."
        )


API_GATEWAY = Trigger(
    key="api_gateway",
    label="API Gateway REST API",
    noun="request",
    model="synchronous",
    settings=Settings,
    start=_start,
    check=_check,
    rules=("SYNC-1", "SYNC-2", "SYNC-3", "SYNC-4", "APIGW-1", "APIGW-2", "APIGW-6", "APIGW-7"),
    source="https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html",
    summary="An HTTP request waits for the function's answer; nobody retries, and every failure comes back as a status code.",
    metrics=(
        ServiceMetric("Count", "arrived"),
        ServiceMetric("4XXError", "own_4xx"),
        ServiceMetric("4XXError", "code_4xx"),
        ServiceMetric("5XXError", "own_5xx"),
        ServiceMetric("5XXError", "code_5xx"),
        ServiceMetric("Latency", "latency", US_PER_MS),
    ),
    not_priced=("API Gateway: a request for each call, also for those that it answered with an error.",),
)
