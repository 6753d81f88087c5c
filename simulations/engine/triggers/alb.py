"""Application Load Balancer with a Lambda target: an HTTP request waits as long as the function runs.

Implements ELB:lambda-functions and ELB:load-balancer-troubleshooting: no retry, no patience of its own, 1 MB each way, and 502
for nearly everything that can go wrong, throttles among it (ALB-1 to -3).
"""

import msgspec

from simulations.engine.delivery import gateway
from simulations.engine.delivery.gateway import message
from simulations.engine.delivery.synchronous import Answer, Caller, Calls, Problem, Size, by_kind
from simulations.engine.function import Run
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trigger import Charge, ServiceMetric, Trigger
from simulations.engine.units import US_PER_S


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing of a load balancer's settings changes what becomes of a request."""


_BAD_GATEWAY = "502 Bad Gateway"
_ANSWERS = {
    "function_error": message("ALB-3", "function_error", _BAD_GATEWAY, key="html"),
    "timed_out": message("ALB-3", "timeout", _BAD_GATEWAY, key="html"),
    "malformed": message("ALB-3", "malformed", _BAD_GATEWAY, key="html"),
    "throttled": message("ALB-3", "throttled", _BAD_GATEWAY, key="html"),
    "refused": message("ALB-3", "refused", _BAD_GATEWAY, key="html"),
    "AccessDeniedException": message("PERM-5", "denied", _BAD_GATEWAY, settles="PERM-5", key="html"),
}
_TOO_LARGE = message("ALB-2", "request_too_large", "413 Request Entity Too Large", key="html")
_RESPONSE_BYTES = number("ALB-2", "response_bytes")


def _start(sim: Sim, _settings: Settings) -> None:
    sim.function.response = gateway.PROXY_OK

    def returned(run: Run) -> Answer | Problem:
        return gateway.too_long(sim, run, _RESPONSE_BYTES, "ALB-2") or gateway.proxy(run)

    caller = Caller(
        rule="ALB-1",
        returned=returned,
        answer=by_kind(_ANSWERS),
        sizes=(Size(number("ALB-2", "request_bytes"), _TOO_LARGE, "Request body"),),
    )
    sim.feed(Calls(sim, caller).request)


ALB = Trigger(
    key="alb",
    label="Application Load Balancer",
    noun="request",
    model="synchronous",
    settings=Settings,
    start=_start,
    rules=("SYNC-1", "SYNC-2", "SYNC-3", "SYNC-4", "SYNC-8", "ALB-1", "ALB-2", "ALB-3", "ALB-4", "PERM-5"),
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html",
    summary="An HTTP request waits as long as the function runs; nobody retries, and every failure, a throttle too, is a 502.",
    metrics=(
        ServiceMetric("RequestCount", "arrived"),
        ServiceMetric("HTTPCode_ELB_4XX_Count", "own_4xx"),
        ServiceMetric("HTTPCode_ELB_5XX_Count", "own_5xx"),
        ServiceMetric("HTTPCode_Target_4XX_Count", "code_4xx"),
        ServiceMetric("HTTPCode_Target_5XX_Count", "code_5xx"),
        ServiceMetric("TargetResponseTime", "latency", US_PER_S),
    ),
    charges=(
        Charge(
            what="Load balancer hours", price_key="alb.hour", of="started_hours", counted="each hour that has begun"
        ),
        Charge(
            what="Load balancer capacity units",
            price_key="alb.lcu",
            of="capacity_units",
            counted="new connections, one a request, or data, whichever is more; averages understate peaks",
        ),
    ),
)
