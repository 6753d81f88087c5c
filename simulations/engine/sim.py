"""One run's parts in one place: time, trace, luck, function, and the count of what is still unsettled."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import shake_128
from itertools import islice
from uuid import UUID

from simulations.engine.draws import Draws
from simulations.engine.failures import FailurePlan, Failures
from simulations.engine.function import Function, Lambda, Run
from simulations.engine.kernel import Handler, Kernel
from simulations.engine.trace import Fate, Log, Outcome
from simulations.engine.traffic import Event, Traffic, arrivals
from simulations.engine.units import US_PER_MS

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)  # a run starts here wherever a document needs a date
FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:my-function"


class Sim:
    """A run under way. `counts` is what is counted rather than recorded; it leaves with the last record."""

    def __init__(
        self,
        *,
        seed: int,
        horizon: int | None,
        function: Function,
        traffic: Traffic,
        failures: FailurePlan,
        event_limit: int | None = None,
    ) -> None:
        self.seed = seed
        self.kernel = Kernel(horizon)
        self.log = Log()
        self.draws = Draws(seed)
        self.failures = Failures(failures, self.draws)
        self.function = Lambda(function, self.failures, self.draws, self.kernel)
        self.unsettled = 0
        self.counts: dict[str, int] = {}
        self.closing: Callable[[int], None] | None = None  # called with the run's last moment, to finish `counts`
        self._traffic = traffic
        self._event_limit = event_limit

    def feed(self, handler: Handler, place: Callable[[Event], None] | None = None) -> None:
        """Hand each arriving event to `handler(at, event)`, after its record; before that, `place` says where it belongs."""

        def arrive(at: int, event: Event) -> None:
            self.unsettled += 1
            if place is not None:
                place(event)
            self.log.arrived(at, "RUN-5", event.id, event.size, event.group, event.shard)
            handler(at, event)

        self.kernel.feed(self._arrivals(), arrive)

    def _arrivals(self) -> Iterator[tuple[int, Event]]:
        return islice(arrivals(self._traffic, self.draws), self._event_limit)

    @property
    def undecided(self) -> bool:
        """Whether the fate of an event, arrived or still to come, is open."""
        return self.unsettled > 0 or self.kernel.coming

    def settle(self, at: int, rule: str, event: Event, fate: Fate, cause: str | None = None) -> None:
        """Decide an event's fate, once."""
        assert not event.settled, "an event's fate is decided once"
        event.settled = True
        self.unsettled -= 1
        self.log.settled(at, rule, event.id, fate, cause)

    def settle_all(self, at: int, rule: str, events: Iterable[Event], fate: Fate, cause: str | None = None) -> None:
        """Decide the fate of those events that have none yet."""
        undecided = [event for event in events if not event.settled]
        for event in undecided:
            event.settled = True
        self.unsettled -= len(undecided)
        self.log.settled_all(at, rule, [event.id for event in undecided], fate, cause)

    def attempt(
        self,
        run: Run,
        rule: str,
        attempt: int,
        members: list[tuple[str, int | None, int | None, int]],
        shard: str | None = None,
        events: list[str] | None = None,
    ) -> None:
        """Record an invocation at its start; `events` are the members' ids, where they are at hand."""
        self.log.attempt(
            rule, run.rule, run.invocation, attempt, run.start, run.init, run.end, run.outcome, run.error_type, None,
            run.billed_ms, run.response, shard, run.environment, events or [member[0] for member in members], members,
            run.environment_rule,
        )  # fmt: skip

    def throttle(
        self, at: int, rule: str, why: tuple[str, str], attempt: int, members: list[tuple[str, int | None, int | None, int]],
        shard: str | None = None,
    ) -> None:  # fmt: skip
        """Record an attempt that was throttled: `why` is AWS's reason and the rule."""
        self.log.attempt(
            rule, why[1], None, attempt, at, 0, at, Outcome.THROTTLED, "TooManyRequestsException", why[0],
            0, None, shard, None, [member[0] for member in members], members,
        )  # fmt: skip

    def count(self, what: str, number: int = 1) -> None:
        """Count something that is not worth a record each time."""
        self.counts[what] = self.counts.get(what, 0) + number

    def request_id(self, event: Event) -> str:
        """The request id of an event: the same in every run of the same seed."""
        return str(UUID(bytes=shake_128(f"{self.seed}|request|{event.id}".encode()).digest(16), version=4))


def timestamp(at: int) -> str:
    """A moment of the run as AWS writes dates."""
    return (_EPOCH + timedelta(microseconds=at)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def epoch_ms(at: int) -> str:
    """A moment of the run as SQS writes dates: milliseconds since 1970, as text."""
    return str(int(_EPOCH.timestamp()) * 1_000 + at // US_PER_MS)


def failed(run: Run) -> bool:
    """Whether the code failed: raised, exited, ran out of memory or out of time."""
    return run.outcome != Outcome.SUCCEEDED
