"""What the Invoke API itself answers: to an SDK, to Step Functions, to whoever calls it without a front door (SYNC-1 to -8).

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from collections.abc import Callable
from typing import Any

from simulations.engine.delivery import asynchronous
from simulations.engine.delivery.synchronous import TOO_LARGE, Answer, Call
from simulations.engine.delivery.synchronous import Problem as _Problem
from simulations.engine.function import Run
from simulations.engine.rules import number, value
from simulations.engine.sim import Sim
from simulations.engine.trace import Cause, Fate
from simulations.engine.traffic import Event

_OK, _ACCEPTED, _DRY_RUN = (number("SYNC-1", name) for name in ("ok", "accepted", "dry_run"))
_UNHANDLED = str(value("SYNC-2", "function_error"))
_EVENT_BYTES = number("ASYNC-2", "maximum_payload_bytes")
_DENIED = "AccessDeniedException"
_REFUSALS = {
    _DENIED: ("access_denied", "User is not authorized to perform: lambda:InvokeFunction"),
    "ResourceNotFoundException": ("not_found", "Function not found"),
    "ServiceException": ("service_exception", "The service encountered an internal error"),
    TOO_LARGE: ("too_large", "Request must be smaller than the payload limit"),
}


def returned(run: Run) -> Answer:
    """SYNC-1: 200 and whatever the code returned."""
    return Answer(_OK, run.response, "SYNC-1")


def answer(problem: _Problem) -> Answer | None:
    """What Lambda says about a problem; nothing, when it was not waited for."""
    match problem.kind:
        case "throttled":
            body = {"Reason": problem.reason, "Type": "User", "message": "Rate Exceeded."}
            return Answer(number("SYNC-4", "throttled"), body, "SYNC-4")
        case "refused":
            status, text = _REFUSALS[problem.error]
            settles = "PERM-14" if problem.error == _DENIED else ""
            return Answer(number("SYNC-8", status), {"Type": problem.error, "message": text}, "SYNC-8", None, settles)
        case "gave_up":
            return None
        case _:
            assert problem.run is not None, "the code ran"
            return Answer(_OK, problem.run.response, "SYNC-2", _UNHANDLED)


def instead(sim: Sim, settings: Any) -> Callable[[int, Call], None] | None:
    """What Lambda does with a call that does not wait for the code."""
    match settings.invocation_type:
        case "event":
            return _event(sim, settings)
        case "dry_run":
            return _dry_run(sim)
        case _:
            return None


def _event(sim: Sim, settings: Any) -> Callable[[int, Call], None]:
    """InvocationType Event: Lambda's own queue takes the event, whatever concurrency is free, and owns it from then on."""
    queue = asynchronous.Queue(
        sim,
        asynchronous.Settings(
            retries=settings.maximum_retry_attempts,
            age_s=settings.maximum_event_age_s,
            dead_letter_config=settings.dead_letter_config,
            on_failure=settings.on_failure,
            on_success=settings.on_success,
        ),
        _payload,
    )

    def accept(at: int, call: Call) -> None:
        for event in call.events:
            if event.size > _EVENT_BYTES:
                _too_large(sim, at, event)
                continue
            sim.log.answered(at, "SYNC-1", event.id, _ACCEPTED, None, None)
            queue.accept(at, event)

    return accept


def _too_large(sim: Sim, at: int, event: Event) -> None:
    """ASYNC-2: an asynchronous event may be smaller than a request that somebody waits for."""
    sim.log.limit(at, "ASYNC-2", "Payload", f"{_EVENT_BYTES:,} bytes", event.id)
    event.attempts += 1
    sim.refuse(at, "ASYNC-2", (TOO_LARGE, "ERR-1"), event.attempts, [(event.id, None, None, 0)])
    status, text = _REFUSALS[TOO_LARGE]
    sim.log.answered(at, "SYNC-8", event.id, number("SYNC-8", status), None, {"Type": TOO_LARGE, "message": text})
    sim.settle(at, "ASYNC-2", event, Fate.RETURNED, Cause.PAYLOAD_TOO_LARGE)


def _dry_run(sim: Sim) -> Callable[[int, Call], None]:
    """InvocationType DryRun: Lambda checks parameters and permission, and runs nothing."""

    def check(at: int, call: Call) -> None:
        for event in call.events:
            sim.log.answered(at, "SYNC-1", event.id, _DRY_RUN, None, None)
            sim.settle(at, "SYNC-1", event, Fate.DELIVERED, Cause.DRY_RUN)

    return check


def _payload(event: Event) -> Any:
    """The event as the function sees it."""
    return event.body if event.body is not None else {"id": event.id}
