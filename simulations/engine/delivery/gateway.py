"""What the front doors of the web share: formats of answers, and the rate limit of an API Gateway stage.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

from collections.abc import Callable, Iterable
from typing import Annotated, Any

import msgspec

from simulations.engine.delivery.buckets import TokenBucket
from simulations.engine.delivery.synchronous import Answer, Calls, Problem, malformed
from simulations.engine.function import Run
from simulations.engine.limits import INVALID, FieldError, setting
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trace import Cause
from simulations.engine.traffic import Event

OK = number("SYNC-1", "ok")
RATE_LIMIT = "ThrottlingRateLimit"  # AWS's name of what turns a request away
PROXY_OK = {"statusCode": OK, "body": "ok"}

ThrottlingRateLimit = (
    Annotated[
        float,
        setting(
            RATE_LIMIT, "Requests a second that the stage lets through; empty is no limit of its own.",
            unit="per second", ge=0,
        ),
    ]
    | None
)  # fmt: skip
ThrottlingBurstLimit = (
    Annotated[
        int, setting("ThrottlingBurstLimit", "How many requests may come at once before the rate limit bites.", ge=0)
    ]
    | None
)


def message(rule: str, case: str, text: Any, settles: str = "", key: str = "message") -> Answer:
    """The status that a rule gives to a case, with AWS's text for it."""
    return Answer(number(rule, case), {key: text}, rule, None, settles)


def too_large() -> Answer:
    """APIGW-5: API Gateway's answer to a request above its own limit."""
    return Answer(number("APIGW-7", "too_large"), {"message": "Request Entity Too Large"}, "APIGW-5")


def proxy(run: Run) -> Answer | Problem:
    """A proxy integration's answer is what the function says it is, if it says so in the proxy format."""
    response = run.response
    if not isinstance(response, dict) or type(response.get("statusCode")) is not int:
        return malformed(run)
    return Answer(response["statusCode"], response.get("body"), "SYNC-1")


def inferred(run: Run) -> Answer | Problem:
    """Payload format 2.0: what names no status is the body of a 200."""
    if run.raw:
        return malformed(run)
    if isinstance(run.response, dict) and "statusCode" in run.response:
        return proxy(run)
    return Answer(OK, run.response, "SYNC-1")


def too_long(sim: Sim, run: Run, most_bytes: int, rule: str) -> Problem | None:
    """What is wrong with a response that is longer than its caller takes."""
    if run.response is sim.function.response or len(msgspec.json.encode(run.response)) <= most_bytes:
        return None
    for event in run.events:
        sim.log.limit(run.end, rule, "Response", f"{most_bytes:,} bytes", event.id)
    return Problem("malformed", Cause.PAYLOAD_TOO_LARGE, Cause.PAYLOAD_TOO_LARGE, rule, run)


def stage(sim: Sim, calls: Calls, rate: float | None, burst: int | None) -> Callable[[int, Event], None]:
    """The stage in front of the function: a request without a token gets 429, and Lambda is not called (APIGW-7)."""
    if rate is None:
        return calls.request
    bucket = TokenBucket(rate, burst if burst is not None else max(1, rate or 1))
    answer = message("APIGW-7", "rate_limited", "Too Many Requests")

    def request(at: int, event: Event) -> None:
        if bucket.take(at):
            calls.request(at, event)
        else:
            sim.log.limit(at, "APIGW-7", RATE_LIMIT, f"{rate:g} a second", event.id)
            calls.turn_away(at, event, answer, Cause.RATE_LIMITED, "APIGW-7")

    return request


def check_stage(settings: Any) -> Iterable[FieldError]:
    """A burst without a rate limits nothing."""
    if settings.throttling_burst_limit is not None and settings.throttling_rate_limit is None:
        yield FieldError(
            "settings.throttling_burst_limit", INVALID, "A burst limit needs a rate limit: set ThrottlingRateLimit too."
        )
