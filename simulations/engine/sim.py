"""One run's parts in one place: time, trace, luck, function, and the count of what is still unsettled."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import shake_128
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from simulations.engine import arrays
from simulations.engine.draws import Draws
from simulations.engine.failures import FailurePlan, Failures
from simulations.engine.function import Function, Lambda, Run
from simulations.engine.kernel import Handler, Kernel
from simulations.engine.packs import FIRST
from simulations.engine.pages import Page, QueuePage, StreamPage
from simulations.engine.trace import Fate, Kind, Log, Outcome, Row
from simulations.engine.traffic import At, Event, Traffic, arrivals, numbered, size
from simulations.engine.units import US_PER_MS

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)  # a run starts here wherever a document needs a date
_ATTEMPT, _THROTTLED, _SUCCEEDED = int(Kind.ATTEMPT), int(Outcome.THROTTLED), int(Outcome.SUCCEEDED)
_REFUSED = int(Outcome.REFUSED)
FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:my-function"

TOO_MANY_REQUESTS = "TooManyRequestsException"
CALLER_RATE = "CallerRateLimitExceeded"  # the reason of a throttle that the failure plan asks for by exception


class Way(NamedTuple):
    """How a run is simulated, which changes nothing of what it says: tests hold one way against another.

    `loops`: whether what is plain runs in a loop of its own, where there is one; `arrays`: whether numpy may draw for runs of
    many events; `pieces`: how much such a loop handles in one go, None for what is quick.
    """

    loops: bool = True
    arrays: bool = True
    pieces: int | None = None

    def at_once(self, usual: int) -> int:
        """How much is handled in one go, where so much is usual."""
        return usual if self.pieces is None else self.pieces


QUICK = Way()


class Sim:
    """A run under way. `counts` is what is counted rather than recorded; it leaves with the last record.

    `rows`: whether somebody reads rows; else pages will do, where there are some. `pack`: the rule pack that the run follows.
    """

    def __init__(
        self,
        *,
        seed: int,
        horizon: int | None,
        function: Function,
        traffic: Traffic,
        failures: FailurePlan,
        event_limit: int | None = None,
        way: Way = QUICK,
        rows: bool = True,
        pack: str = FIRST,
    ) -> None:
        self.seed = seed
        self.pack = pack
        self.way = way
        self.rows = rows
        self.kernel = Kernel(horizon)
        self.log = Log()
        self._write = self.log.rows.append  # attempts are most of what a run writes
        self.planned = size(traffic)
        self.draws = Draws(seed, at_once=way.arrays and arrays.serve(self.planned))
        self.failures = Failures(failures, self.draws)
        self.function = Lambda(function, self.failures, self.draws, self.kernel)
        self.unsettled = 0
        self.counts: dict[str, int] = {}
        self.closing: Callable[[int], None] | None = None  # called with the run's last moment, to finish `counts`
        self.traffic = traffic
        self.event_limit = event_limit
        # the whole run in its short form, where a loop does it, and what makes rows of that where nothing else writes them
        self.pages: Iterator[Page] | Iterator[StreamPage] | Iterator[QueuePage] | None = None
        self.unfold: Callable[[Any], Iterator[list[Row]]] | None = None
        # how many events beyond the planned ones there may be; None: as many as there are
        self.room = None if event_limit is None else max(0, event_limit - self.planned)

    def feed(self, handler: Handler, place: Callable[[Event], None] | None = None) -> None:
        """Hand each arriving event to `handler(at, event)`, after its record; before that, `place` says where it belongs."""
        arrived = self.log.arrived

        def arrive(at: int, event: Event) -> None:
            self.unsettled += 1
            if place is not None:
                place(event)
            arrived(at, "RUN-5", event.id, event.size, event.group, event.shard)
            handler(at, event)

        self.kernel.feed(self._arrivals(), arrive)

    def arrive(self, at: int, rule: str, event: Event) -> None:
        """An event that no traffic planned comes into being."""
        self.unsettled += 1
        self.log.arrived(at, rule, event.id, event.size, event.group, event.shard)

    def _arrivals(self) -> Iterator[tuple[int, Event]]:
        return islice(arrivals(self.traffic, self.draws), self.event_limit)

    def instants(self) -> Iterator[tuple[int, list[int]]]:
        """(index of the first, arrival times) of events without a table, in blocks, as far as limit and horizon let them."""
        assert not isinstance(self.traffic, At)
        horizon = self.kernel.horizon
        for first, block in numbered(self.traffic, self.draws):
            times = block if self.event_limit is None else block[: max(0, self.event_limit - first)]
            if horizon is not None and times and times[-1] > horizon:
                self.kernel.cut = True
                times = times[: bisect_right(times, horizon)]
            if times:
                yield first, times
            if len(times) < len(block):
                return

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
        start = run.start
        self._write(
            (_ATTEMPT, start, rule, run.rule, run.invocation, attempt, start, run.init, run.end, run.outcome, run.error_type,
             None, run.billed_ms, run.response, shard, run.environment, events or [member[0] for member in members], members,
             run.environment_rule)
        )  # fmt: skip

    def throttle(
        self, at: int, rule: str, why: tuple[str, str], attempt: int, members: list[tuple[str, int | None, int | None, int]],
        shard: str | None = None,
    ) -> None:  # fmt: skip
        """Record an attempt that was throttled: `why` is AWS's reason and the rule."""
        self._write(
            (_ATTEMPT, at, rule, why[1], None, attempt, at, 0, at, _THROTTLED, "TooManyRequestsException", why[0],
             0, None, shard, None, [member[0] for member in members], members, None)
        )  # fmt: skip

    def refuse(
        self, at: int, rule: str, why: tuple[str, str], attempt: int, members: list[tuple[str, int | None, int | None, int]],
        shard: str | None = None,
    ) -> None:  # fmt: skip
        """Record an attempt that Lambda refused before any code ran: `why` is AWS's exception and the rule."""
        error, outcome_rule = why
        busy = error == TOO_MANY_REQUESTS
        outcome, reason = (_THROTTLED, CALLER_RATE) if busy else (_REFUSED, None)
        self._write(
            (_ATTEMPT, at, rule, outcome_rule, None, attempt, at, 0, at, outcome, error, reason,
             0, None, shard, None, [member[0] for member in members], members, None)
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
    return run.outcome != _SUCCEEDED
