"""Lambda@Edge: CloudFront runs the function near the viewer, before or after it asks its cache or the origin.

Implements the CloudFront guide's pages on limits, restrictions and 502/503 answers (EDGE-1): no retry, 30 s at the most, small
responses, and 503 for whatever goes wrong except a response that makes no sense, which is 502.
"""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

from simulations.engine.delivery import gateway
from simulations.engine.delivery.gateway import message
from simulations.engine.delivery.synchronous import Answer, Caller, Calls, Problem, by_kind, malformed
from simulations.engine.function import Run
from simulations.engine.limits import FieldError, plain
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trigger import Choices, ServiceMetric, Trigger

_TIMEOUT_S = number("EDGE-1", "timeout_s")
_HTTP = range(100, 600)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The function's association with the distribution."""

    event_type: Annotated[
        Literal["viewer_request", "origin_request", "origin_response", "viewer_response"],
        plain(
            "EventType", "Where in a request's way the function runs; it decides how large a generated response may be."
        ),
    ] = "viewer_request"


_ERROR = "503 Service Unavailable"
_ANSWERS = {
    "function_error": message("EDGE-1", "function_error", _ERROR, key="html"),
    "timed_out": message("EDGE-1", "function_error", _ERROR, key="html"),
    "malformed": message("EDGE-1", "malformed", "502 Bad Gateway", key="html"),
    "throttled": message("EDGE-1", "throttled", _ERROR, key="html"),
    "refused": message("EDGE-1", "function_error", _ERROR, key="html"),
    "AccessDeniedException": message("EDGE-1", "function_error", _ERROR, settles="PERM-15", key="html"),
}


def _returned(run: Run) -> Answer | Problem:
    """A response has a status; a request, which has a uri, goes on to cache or origin."""
    response = run.response
    if not isinstance(response, dict):
        return malformed(run)
    if "status" not in response:
        return Answer(gateway.OK, None, "SYNC-1") if "uri" in response else malformed(run)
    status = str(response["status"])
    if not (status.isascii() and status.isdigit() and int(status) in _HTTP):
        return malformed(run)
    return Answer(int(status), response.get("body"), "SYNC-1")


def _start(sim: Sim, settings: Settings) -> None:
    sim.function.response = {"status": str(gateway.OK), "body": "ok"}
    most = number("EDGE-1", f"{settings.event_type.partition('_')[0]}_response_bytes")
    caller = Caller(
        rule="EDGE-1",
        returned=lambda run: gateway.too_long(sim, run, most, "EDGE-1") or _returned(run),
        answer=by_kind(_ANSWERS),
    )
    sim.feed(Calls(sim, caller).request)


def _check(choices: Choices) -> Iterable[FieldError]:
    """What CloudFront refuses when the function is associated."""
    if choices.function.timeout_s > _TIMEOUT_S:
        message = f"The function's timeout is larger than the {_TIMEOUT_S} seconds that Lambda@Edge allows."
        yield FieldError("function.timeout_s", "InvalidLambdaFunctionAssociation", message)
    if choices.function.provisioned_concurrent_executions is not None:
        message = "Lambda@Edge does not support functions with provisioned concurrency (EDGE-1)."
        yield FieldError("function.provisioned_concurrent_executions", "InvalidLambdaFunctionAssociation", message)


LAMBDA_EDGE = Trigger(
    key="lambda_edge",
    label="Lambda@Edge",
    noun="request",
    model="synchronous",
    settings=Settings,
    start=_start,
    check=_check,
    rules=("EDGE-1", "SYNC-1", "SYNC-2", "SYNC-3", "SYNC-4", "SYNC-8", "PERM-15"),
    source="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-at-the-edge.html",
    summary="CloudFront runs the function on a request's way and nobody retries: the viewer gets 503 for an error, a timeout or a "
    "throttle, and 502 for a response that makes no sense.",
    metrics=(ServiceMetric("Requests", "arrived"),),
    prices={
        "lambda.requests": "lambda.edge.requests",
        "lambda.duration.x86": "lambda.edge.duration",
        "lambda.duration.arm": "lambda.edge.duration",
    },
    not_priced=("CloudFront: requests and data transfer.",),
)
