"""Function URL: an HTTPS address of the function's own, without a service in between.

Implements LD:urls-configuration, LD:urls-auth and LD:urls-monitoring: no retry, no patience but the function's timeout, and the
one front door that passes a throttle on as 429 (FURL-1 to -4).
"""

from typing import Annotated

import msgspec

from simulations.engine.delivery import gateway
from simulations.engine.delivery.buckets import TokenBucket
from simulations.engine.delivery.gateway import message
from simulations.engine.delivery.synchronous import Caller, Calls, Size, by_kind
from simulations.engine.limits import plain
from simulations.engine.rules import number, value
from simulations.engine.sim import Sim
from simulations.engine.trigger import Charge, ServiceMetric, Trigger
from simulations.engine.units import US_PER_MS


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the limit of requests per second is counted; nothing else of a URL changes what becomes of a request."""

    request_rate_limit: Annotated[
        bool,
        plain(
            "Request rate limit",
            "Whether a reserved concurrency also limits requests per second to 10 times itself, in a bucket of one second.",
            assumed="MODEL-20",
        ),
    ] = True


_ERROR = "Internal Server Error"
_ANSWERS = {
    "function_error": message("FURL-4", "function_error", _ERROR, key="Message"),
    "timed_out": message("FURL-4", "function_error", _ERROR, key="Message"),
    "malformed": message("FURL-4", "function_error", _ERROR, key="Message"),
    "throttled": message("FURL-2", "throttled", "Rate Exceeded.", key="Message", settles="FURL-2"),
    "refused": message("FURL-4", "function_error", _ERROR, key="Message"),
    "AccessDeniedException": message("FURL-3", "denied", "Forbidden", settles="PERM-7", key="Message"),
}
_TOO_LARGE = message("SYNC-8", "too_large", "Request Entity Too Large", settles="FURL-1", key="Message")
_RATE_REASON = (str(value("SYNC-4", "function_rate_reason")), "FURL-2")


def _start(sim: Sim, settings: Settings) -> None:
    sim.function.response = gateway.PROXY_OK
    reserved = sim.function.function.reserved_concurrent_executions
    rate = (reserved or 0) * number("FURL-2", "requests_per_s_factor")
    bucket = TokenBucket(rate, rate) if rate and settings.request_rate_limit else None

    def limited(at: int) -> tuple[str, str] | None:
        """FURL-2: more requests per second than the reserved concurrency allows."""
        return None if bucket is None or bucket.take(at) else _RATE_REASON

    caller = Caller(
        rule="FURL-1",
        returned=gateway.inferred,
        answer=by_kind(_ANSWERS),
        sizes=(Size(number("FURL-1", "buffered_bytes"), _TOO_LARGE),),
        limited=limited,
    )
    sim.feed(Calls(sim, caller).request)


FUNCTION_URL = Trigger(
    key="function_url",
    label="Lambda function URL",
    noun="request",
    model="synchronous",
    settings=Settings,
    start=_start,
    rules=(
        "SYNC-1",
        "SYNC-2",
        "SYNC-3",
        "SYNC-4",
        "SYNC-8",
        "FURL-1",
        "FURL-2",
        "FURL-3",
        "FURL-4",
        "PERM-7",
        "MODEL-20",
    ),
    source="https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html",
    summary="An HTTPS request goes straight to the function and waits for it; nobody retries, and a throttle comes back as 429.",
    metrics=(
        ServiceMetric("UrlRequestCount", "arrived"),
        ServiceMetric("Url4xxCount", "own_4xx"),
        ServiceMetric("Url4xxCount", "code_4xx"),
        ServiceMetric("Url5xxCount", "own_5xx"),
        ServiceMetric("Url5xxCount", "code_5xx"),
        ServiceMetric("UrlRequestLatency", "latency", US_PER_MS),
    ),
    charges=(
        Charge(
            what="Function URL requests", price_key="lambda.url", of="arrived", counted="a function URL itself is free"
        ),
    ),
)
