"""Asynchronous invocation: Lambda queues the event, answers 202 and owns the retries.

Models LD:invocation-async-error-handling and LD:invocation-async-retain-records, rules ASYNC-1 to -11 and DEST-1 to -8.
An event is tried. If it worked, it is delivered. If it was throttled, it waits and is tried again without spending a retry.
If its retries are spent or it would get too old, it goes to the dead-letter queue and the destination, or is lost.
Otherwise it waits one minute, then two, and is tried again. Units: whole microseconds.
"""

from collections.abc import Callable
from copy import copy
from functools import cache
from typing import Annotated, Any, Literal

import msgspec

from simulations.engine.delivery import express
from simulations.engine.delivery.documents import LOOP_ATTRIBUTES, Ended, dead_letter, destination_record
from simulations.engine.delivery.unfold import Unfolding
from simulations.engine.function import Run
from simulations.engine.kernel import RETURNS
from simulations.engine.limits import plain, setting
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trace import Cause, Fate, Outcome
from simulations.engine.traffic import At, Event
from simulations.engine.units import US_PER_S, words

MaximumRetryAttempts = Annotated[
    int,
    setting("MaximumRetryAttempts", "How often Lambda tries again after a function error.", ge=0, le=2),
]
MaximumEventAge = Annotated[
    int,
    setting(
        "MaximumEventAgeInSeconds",
        "How long Lambda keeps an event in its queue at the most.",
        unit="s",
        ge=60,
        le=21_600,
    ),
]
DeadLetterConfig = (
    Annotated[
        Literal["sqs", "sns"],
        plain("DeadLetterConfig", "The function's dead-letter queue: where Lambda sends an event it gave up on."),
    ]
    | None
)
OnFailure = (
    Annotated[
        Literal["sqs", "sns", "s3", "lambda", "eventbridge"],
        plain("OnFailure", "The destination for a record of each event that failed for good."),
    ]
    | None
)
OnSuccess = (
    Annotated[
        Literal["sqs", "sns", "lambda", "eventbridge"],
        plain("OnSuccess", "The destination for a record of each event that worked."),
    ]
    | None
)
DuplicateRate = Annotated[
    float,
    setting(
        "Duplicates without an error",
        "How likely the queue hands out an event a second time although it was handled: 0 is never, 1 is always.",
        ge=0,
        le=1,
        assumed="MODEL-15",
    ),
]

DEFAULT_RETRIES = number("ASYNC-3", "maximum_retry_attempts")
DEFAULT_AGE_S = number("ASYNC-5", "maximum_event_age_s")

_RETRY_WAITS = (number("ASYNC-3", "first_retry_s") * US_PER_S, number("ASYNC-3", "second_retry_s") * US_PER_S)
_THROTTLE_WAIT = number("ASYNC-9", "first_wait_s") * US_PER_S
_THROTTLE_FACTOR = number("ASYNC-9", "factor")
_THROTTLE_LONGEST = number("ASYNC-9", "longest_wait_s") * US_PER_S
_SUCCEEDED = int(Outcome.SUCCEEDED)
_RECORD_RULES: dict[str, str] = {Cause.RETRIES_EXHAUSTED: "DEST-4", Cause.RECURSION: "REC-3"}
_PAYLOAD_BYTES = number("ASYNC-2", "maximum_payload_bytes")
_SNS_BYTES = number("DEST-8", "sns_maximum_bytes")


@cache
def _throttle_wait(before: int) -> int:
    """ASYNC-9: how long a throttled event waits after so many throttles in a row."""
    return min(_THROTTLE_WAIT * int(_THROTTLE_FACTOR**before), _THROTTLE_LONGEST)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the queue of a function is configured with; a trigger makes it from its own settings."""

    retries: int
    age_s: int
    dead_letter_config: str | None
    on_failure: str | None
    on_success: str | None


def chosen(settings: Any) -> Settings:
    """What a trigger's settings say about the queue; all asynchronous triggers name these fields alike."""
    return Settings(
        retries=settings.maximum_retry_attempts,
        age_s=settings.maximum_event_age_s,
        dead_letter_config=settings.dead_letter_config,
        on_failure=settings.on_failure,
        on_success=settings.on_success,
    )


def serve(sim: Sim, settings: Settings, payload: Callable[[Event], Any]) -> None:
    """Put a function's queue behind a trigger's events. `payload(event)` is the event as the function sees it."""
    if sim.way.loops and express.can_serve(sim, _PAYLOAD_BYTES):
        assert not isinstance(sim.traffic, At)
        # what is unsettled the loop counts; this queue tells it a second time
        queue = Queue(copy(sim), settings, payload)
        waits, fate = _RETRY_WAITS[: settings.retries], queue.fate_of_failed(sim.traffic.size_bytes)
        loop = express.Express(sim, waits, _throttle_wait, settings.age_s * US_PER_S, fate)
        unfolding = Unfolding(sim, queue.throttled, queue.ended, quiet=settings.on_success is None)
        queue.come_back = unfolding.come_back
        sim.pages, sim.unfold = loop.pages(), unfolding.rows
    else:
        sim.feed(Queue(sim, settings, payload).accept)


class Queue:
    """Lambda's internal queue of one function; `come_back(at, event, rule)` plans an event's next try."""

    def __init__(self, sim: Sim, settings: Settings, payload: Callable[[Event], Any]) -> None:
        self._sim = sim
        self._settings = settings
        self._log = sim.log
        self._retries = settings.retries
        self._age = settings.age_s * US_PER_S
        self._payload = payload
        self._off = sim.function.limit == 0
        self.come_back = self._plan
        self.handled: Callable[[int, Event], None] | None = None  # who else wants to hear of an event that worked

    def accept(self, at: int, event: Event) -> None:
        """Take an event from its sender: answer 202 whatever concurrency is free, then try at once."""
        if event.size > _PAYLOAD_BYTES:
            self._sim.log.limit(at, "ASYNC-2", "Payload", f"{_PAYLOAD_BYTES} bytes", event.id)
            if not event.settled:
                self._sim.settle(at, "ASYNC-2", event, Fate.LOST, Cause.PAYLOAD_TOO_LARGE)
            return
        self._sim.log.accepted(at, "ASYNC-1", event.id)
        event.at = at
        if self._off:
            self._give_up(at, event, Cause.ZERO_RESERVED_CONCURRENCY, "ASYNC-6", None)
        else:
            self._attempt(at, event, "ASYNC-1")

    def stop(self, at: int, event: Event, why: tuple[str, str], rule: str, limit: str, value: str) -> None:
        """Take an event that Lambda will not run, and give it up: `why` is the exception and the rule behind it."""
        self._sim.log.accepted(at, "ASYNC-1", event.id)
        event.at = at
        event.attempts += 1
        self._sim.refuse(at, "ASYNC-1", why, event.attempts, [(event.id, None, None, event.retries)])
        self._sim.log.limit(at, why[1], limit, value, event.id)
        self._give_up(at, event, why[0], rule, None)

    def again(self, at: int, event: Event, rule: str) -> None:
        """Hand out an event once more although it was handled, unless it is too old by now."""
        if at <= event.at + self._age:
            self._attempt(at, event, rule)

    def _attempt(self, at: int, event: Event, rule: str) -> None:
        """One try, now."""
        sim = self._sim
        event.attempts += 1
        throttle = sim.function.throttled(at)
        if throttle is None:
            run = sim.function.start(at, (event,), self._run_ended, event)
            event.throttles = 0
            sim.attempt(run, rule, event.attempts, [(event.id, event.invocations, None, event.retries)])
        else:
            sim.throttle(at, rule, throttle, event.attempts, [(event.id, None, None, event.retries)])
            self.throttled(at, event)

    def throttled(self, at: int, event: Event) -> None:
        """ASYNC-4: back to the queue, no retry spent, waiting longer each time (ASYNC-9)."""
        again = at + _throttle_wait(event.throttles)
        event.throttles += 1
        if again > event.at + self._age:
            self._too_old(at, event, None)
        else:
            self._log.waiting(at, "ASYNC-4", [event.id], again)
            self.come_back(again, event, "ASYNC-11" if event.retries else "ASYNC-9")

    def _plan(self, at: int, event: Event, rule: str) -> None:
        """The event's next try is due then."""
        self._sim.kernel.at(at, RETURNS, event.index, self._again, (event, rule))

    def _again(self, at: int, planned: tuple[Event, str]) -> None:
        """An event is tried again."""
        self._attempt(at, *planned)

    def _run_ended(self, at: int, run: Run) -> None:
        self.ended(at, run.argument, run)

    def ended(self, at: int, event: Event, run: Ended) -> None:
        """An invocation ended."""
        retries = event.retries
        if run.outcome == _SUCCEEDED:
            first = not event.settled
            if first:
                self._sim.settle(at, "RUN-6", event, Fate.DELIVERED)
            self._succeeded(at, event, run)
            if first and self.handled is not None:
                self.handled(at, event)
        elif retries >= self._retries:
            self._sim.log.limit(at, "ASYNC-3", "MaximumRetryAttempts", str(self._retries), event.id)
            self._give_up(at, event, Cause.RETRIES_EXHAUSTED, "ASYNC-3", run)
        else:
            again = at + _RETRY_WAITS[retries]
            if again > event.at + self._age:
                self._too_old(at, event, run)
            else:
                self._log.waiting(at, "ASYNC-3", [event.id], again)
                event.retries = retries + 1
                self.come_back(again, event, "ASYNC-3")

    def _too_old(self, at: int, event: Event, run: Ended | None) -> None:
        """ASYNC-10: the next try would come too late, so the event is given up now; ASYNC-7 if it never ran."""
        self._sim.log.limit(at, "ASYNC-5", "MaximumEventAgeInSeconds", words(self._age), event.id)
        self._give_up(at, event, Cause.EVENT_AGE_EXCEEDED, "ASYNC-10" if event.invocations else "ASYNC-7", run)

    def _succeeded(self, at: int, event: Event, run: Ended) -> None:
        """DEST-1: a record of the success, where one is wanted."""
        target = self._settings.on_success
        if target is not None:
            self._catch(at, event, "on_success", target, Cause.SUCCESS, "DEST-1", run)

    def _give_up(self, at: int, event: Event, cause: str, rule: str, run: Ended | None) -> None:
        """Lambda stops trying: dead-letter queue and destination, in addition to each other (DEST-2), or nothing."""
        caught = 0
        settings = self._settings
        if settings.dead_letter_config is not None:
            caught += self._catch(at, event, "function_dlq", settings.dead_letter_config, cause, "DEST-3", run)
        if settings.on_failure is not None:
            record_rule = _RECORD_RULES.get(cause, "DEST-5")
            caught += self._catch(at, event, "on_failure", settings.on_failure, cause, record_rule, run)
        both = "DEST-2" if caught > 1 else rule
        if event.settled:
            self._sim.count("dropped_after_fate")
        else:
            self._sim.settle(at, both, event, Fate.CAPTURED if caught else Fate.LOST, cause)

    def fate_of_failed(self, size: int) -> Fate:
        """What becomes of an event of this size that is given up: one catcher that can be written to is enough."""
        known = {"function_dlq": self._settings.dead_letter_config, "on_failure": self._settings.on_failure}
        caught = any(target is not None and self._refusal(by, target, size) is None for by, target in known.items())
        return Fate.CAPTURED if caught else Fate.LOST

    def _refusal(self, by: str, target: str, size: int) -> str | None:
        """Why a catcher cannot be written to, if it cannot (DEST-7, DEST-8)."""
        planned = self._sim.failures.catchers.get(by)
        return planned if planned is not None else "too_large" if target == "sns" and size > _SNS_BYTES else None

    def _catch(self, at: int, event: Event, by: str, target: str, cause: str, rule: str, run: Ended | None) -> bool:
        """Write to one catcher; whether that worked (DEST-7, DEST-8)."""
        sim = self._sim
        reason = self._refusal(by, target, event.size)
        if reason is not None:
            refused = "DEST-7" if by in sim.failures.catchers else "DEST-8"
            sim.log.capture_failed(at, refused, [event.id], by, cause, reason)
            return False
        payload = self._payload(event)
        if by == "function_dlq":
            document = dead_letter(sim, event, payload, run)
            if cause == Cause.RECURSION:
                document["attributes"] |= LOOP_ATTRIBUTES
        else:
            document = destination_record(sim, at, event, payload, cause, run, target)
            rule = "DEST-6" if target in ("eventbridge", "s3") and rule in ("DEST-1", "DEST-4") else rule
        sim.log.captured(at, rule, [event.id], by, cause, event.invocations, document)
        return True
