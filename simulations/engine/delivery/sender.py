"""A sending service in front of Lambda's queue: it owns the event, and its retries, until Lambda answers 202.

Models the first of the two owners of GEN-2. The service calls Invoke. If Lambda takes the event, the service is done, and
what the code makes of it is none of its business. If Lambda answers with an error that may pass (a throttle, a fault), it
waits and calls again, until its attempts or its patience are used up. If the error will not pass (no permission, no
function), it gives up at once. What it gave up goes to its own catcher, which is not the function's, or is lost.
Units: whole microseconds.
"""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec

from simulations.engine.draws import Stream
from simulations.engine.kernel import RETURNS
from simulations.engine.limits import setting
from simulations.engine.rules import number
from simulations.engine.sim import FUNCTION_ARN, TOO_MANY_REQUESTS, Sim
from simulations.engine.trace import Cause, Fate
from simulations.engine.traffic import Event
from simulations.engine.units import US_PER_S, words

RandomPart = Annotated[
    int,
    setting(
        "Random part of the sender's waits",
        "How much of each wait between two calls is left to chance; 0 is nothing, 100 all of it.",
        unit="%",
        ge=0,
        le=100,
        assumed="MODEL-10",
    ),
]
LongestWait = Annotated[
    int,
    setting(
        "Longest wait of the sender",
        "The sender's waits double with each call up to this.",
        unit="s",
        ge=1,
        le=86_400,
        assumed="MODEL-12",
    ),
]
DeliveryRetries = Annotated[
    int,
    setting(
        "Retries of the sender",
        "How often the service calls Lambda again after an error that may pass.",
        ge=0,
        le=185,
        assumed="MODEL-13",
    ),
]

DEFAULT_RANDOM_PART = number("MODEL-10", "percent")
DEFAULT_LONGEST_WAIT_S = number("MODEL-12", "longest_wait_s")
DEFAULT_DELIVERY_RETRIES = number("MODEL-13", "retries")

_PASSING = (TOO_MANY_REQUESTS, "ServiceException")
_PERCENT = 100
_WORD_BITS = 64


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """So many retries, each after `wait`, which grows by `factor` up to `longest`; `rule` says that it waits so long."""

    times: int
    wait: int
    factor: int = 1
    longest: int = 0
    rule: str


class GivenUp(msgspec.Struct, frozen=True, kw_only=True):
    """What a sender's catcher may tell: when, Lambda's exception, why there were no more retries (None: never any)."""

    at: int
    error: str
    condition: str | None
    retries: int


class Catcher(msgspec.Struct, frozen=True, kw_only=True):
    """The sender's own: its name in records, the rule behind it where nothing was retried, and the document it receives."""

    by: str
    rule: str
    document: Callable[[Event, Any, GivenUp], Any]


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """How one service delivers.

    `rule` stands behind a retry and giving up in the end, `final_rule` behind giving up at once, `denied_rule` behind doing
    so for want of a permission. `phases` are the retries, one after the other; `age` may end them sooner. `pause`: how long the
    service sends nothing at all after an error that will not pass. `failed(at, event)`: whoever waits for it hears of that.
    """

    rule: str
    final_rule: str
    denied_rule: str
    phases: tuple[Phase, ...]
    age: int | None = None
    random_part: int = 0
    catcher: Catcher | None = None
    pause: int = 0
    pause_rule: str = ""
    failed: Callable[[int, Event], None] | None = None


class Sender:
    """One service's deliveries under way; what Lambda accepts goes to `accepted(at, event)`."""

    def __init__(
        self, sim: Sim, policy: Policy, payload: Callable[[Event], Any], accepted: Callable[[int, Event], None]
    ) -> None:
        self._sim = sim
        self._policy = policy
        self._payload = payload
        self._accepted = accepted
        self._luck: dict[int, Stream] = {}  # of events that wait
        self._silent_until = 0

    def send(self, at: int, event: Event) -> None:
        """The first call for an event."""
        self._call(at, event, "GEN-2")

    def _again(self, at: int, event: Event) -> None:
        """The next call for it."""
        self._call(at, event, self._policy.rule)

    def _call(self, at: int, event: Event, rule: str) -> None:
        """Call Invoke, now."""
        if at < self._silent_until:
            self._done(at, event, self._policy.final_rule, Cause.SUBSCRIPTION_DISABLED, caught=False)
            return
        error = self._sim.failures.refusal(at)
        if error is None:
            self._luck.pop(event.index, None)
            self._accepted(at, event)
            return
        event.attempts += 1
        outcome_rule = "SYNC-4" if error == TOO_MANY_REQUESTS else "ERR-1"
        self._sim.refuse(at, rule, (error, outcome_rule), event.attempts, [(event.id, None, None, 0)])
        if error in _PASSING:
            self._passing(at, event, error)
        else:
            self._final(at, event, error)

    def _passing(self, at: int, event: Event, error: str) -> None:
        """The error may pass: wait and call again, while attempts and patience last."""
        policy, log = self._policy, self._sim.log
        retries = event.attempts - 1
        phase, wait = self._wait(event, retries)
        if phase is None:
            log.limit(at, policy.rule, "Retries of the sender", f"{retries:,}", event.id)
            self._give_up(at, event, policy.rule, error, Cause.DELIVERY_ATTEMPTS_EXHAUSTED)
        elif policy.age is not None and at + wait > event.at + policy.age:
            log.limit(at, policy.rule, "Age at the sender", words(policy.age), event.id)
            self._give_up(at, event, policy.rule, error, Cause.DELIVERY_AGE_EXCEEDED)
        else:
            if wait:
                log.waiting(at, phase.rule, [event.id], at + wait)
            self._sim.kernel.at(at + wait, RETURNS, event.index, self._again, event)

    def _wait(self, event: Event, retries: int) -> tuple[Phase | None, int]:
        """How long to wait after so many retries; no phase when there are no more."""
        left = retries
        for phase in self._policy.phases:
            if left < phase.times:
                wait = phase.wait if phase.factor == 1 else min(phase.wait * phase.factor**left, phase.longest)
                return phase, wait - self._chance(event, retries, wait)
            left -= phase.times
        return None, 0

    def _chance(self, event: Event, retries: int, wait: int) -> int:
        """The part of a wait that chance takes away: keyed on the event and the retry."""
        most = wait * self._policy.random_part // _PERCENT
        if not most:
            return 0
        luck = self._luck.get(event.index)
        if luck is None:
            luck = self._luck[event.index] = self._sim.draws.purpose("sender").unkept(event.index)
        return most * luck.word(retries) >> _WORD_BITS

    def _final(self, at: int, event: Event, error: str) -> None:
        """The error will not pass: no retry."""
        policy = self._policy
        if policy.pause:
            self._silent_until = at + policy.pause
            self._sim.log.limit(at, policy.pause_rule, "Subscription filter disabled", words(policy.pause), event.id)
        rule = policy.denied_rule if error == Cause.ACCESS_DENIED else policy.final_rule
        self._give_up(at, event, rule, error, None)

    def _give_up(self, at: int, event: Event, rule: str, error: str, condition: str | None) -> None:
        """The service stops: its own catcher takes the event, if it has one that can."""
        caught = False
        cause = condition or error
        catcher = self._policy.catcher
        if catcher is not None:
            catching = catcher.rule if condition is None else rule
            reason = self._sim.failures.catchers.get(catcher.by)
            retries = event.attempts - 1
            if reason is None:
                given_up = GivenUp(at=at, error=error, condition=condition, retries=retries)
                document = catcher.document(event, self._payload(event), given_up)
                self._sim.log.captured(at, catching, [event.id], catcher.by, cause, retries, document)
                caught = True
            else:
                self._sim.log.capture_failed(at, catching, [event.id], catcher.by, cause, reason)
        self._done(at, event, rule, cause, caught=caught)

    def _done(self, at: int, event: Event, rule: str, cause: str, *, caught: bool) -> None:
        """The event's way ends in front of Lambda."""
        self._luck.pop(event.index, None)
        told = self._policy.failed
        if told is not None:
            told(at, event)
        if not event.settled:
            uncaught = Fate.RETURNED if told is not None else Fate.LOST
            self._sim.settle(at, rule, event, Fate.CAPTURED if caught else uncaught, cause)


def doubling(times: int, longest_s: int, rule: str) -> tuple[Phase, ...]:
    """Waits of 1 s, then twice as long each time, up to a longest one."""
    factor = number("MODEL-12", "factor")
    first = number("MODEL-12", "first_wait_s") * US_PER_S
    return (Phase(times=times, wait=first, factor=factor, longest=longest_s * US_PER_S, rule=rule),)


def by_retry_policy(
    rules: tuple[str, str, str], retries: int, age_s: int, settings: Any, catcher: Catcher | None
) -> Policy:
    """A service whose targets have a RetryPolicy; `rules`: of a retry, of giving up at once, and for want of a permission."""
    rule, final_rule, denied_rule = rules
    return Policy(
        rule=rule,
        final_rule=final_rule,
        denied_rule=denied_rule,
        phases=doubling(retries, settings.delivery_longest_wait_s, "MODEL-12"),
        age=age_s * US_PER_S,
        random_part=settings.delivery_random_part,
        catcher=catcher,
    )


def told_why(payload: Any, source: dict[str, str], code: str, given_up: GivenUp) -> Any:
    """What the dead-letter queue of such a target receives: the event, and as attributes why it could not be delivered."""
    attributes = {
        **source,
        "TARGET_ARN": FUNCTION_ARN,
        "ERROR_CODE": code,
        "ERROR_MESSAGE": f"Lambda answered {given_up.error}.",
        "RETRY_ATTEMPTS": str(given_up.retries),
    }
    if given_up.condition is not None:
        attributes["EXHAUSTED_RETRY_CONDITION"] = given_up.condition
    return {"body": payload, "attributes": attributes}


def undocumented(retries: int, random_part: int, rule: str, denied_rule: str, **more: Any) -> Policy:
    """A service whose own retries AWS does not document (MODEL-13); what stays final is final here too."""
    phases = doubling(retries, DEFAULT_LONGEST_WAIT_S, "MODEL-13")
    return Policy(
        rule=rule, final_rule="MODEL-13", denied_rule=denied_rule, phases=phases, random_part=random_part, **more
    )
