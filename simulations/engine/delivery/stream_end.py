"""What comes of a part of a stream that was run or has become too old: done, cut, tried again, given up, lost.

Models LD:services-kinesis-batchfailurereporting, LD:kinesis-on-failure-destination and LD:kafka-retry-configurations, rules
STREAM-3 to -9, -11 and -12 and their like of other sources. Units: whole microseconds.
"""

from collections.abc import Callable

from simulations.engine.delivery.discards import Discards, checkpoint
from simulations.engine.delivery.lanes import Lane, Part, older
from simulations.engine.delivery.stream_settings import Settings
from simulations.engine.delivery.tumbling import RULE as TUMBLING
from simulations.engine.delivery.tumbling import Windows, carries_state
from simulations.engine.rules import number
from simulations.engine.sim import Sim, failed
from simulations.engine.trace import Cause, Fate
from simulations.engine.traffic import Event
from simulations.engine.units import words

_FACTOR = number("STREAM-10", "factor")
_NOBODY: frozenset[str] = frozenset()


class Endings:
    """`wait(at, lane, part, wait)` holds a part back; `outlived(at)` hears that records have left the source unhandled."""

    def __init__(
        self,
        sim: Sim,
        settings: Settings,
        windows: Windows | None,
        wait: Callable[[int, Lane, Part, int], None],
        outlived: Callable[[int], None],
    ) -> None:
        self._sim = sim
        self._settings = settings
        self._retries = settings.retries
        self._rules = settings.source.rules
        self._windows = windows
        self._wait = wait
        self._outlived = outlived
        self._moved = self._rules.checkpoint if settings.factor == 1 else self._rules.lane
        self._discards = Discards(sim, settings.source, settings.on_failure)

    def ended(self, at: int, lane: Lane, part: Part) -> None:
        """The function ended: all worked, all failed, or what it names and all that comes after it."""
        run, rules = part.run, self._rules
        assert run is not None
        named = None if run.raw or failed(run) else self._settings.source.named(run.response, part.events)
        if failed(run):
            self._failed(at, lane, part, "")
        elif self._windows is not None and not carries_state(run.response):
            self._failed(at, lane, part, TUMBLING)
        elif named is None and self._settings.reports:
            self._failed(at, lane, part, rules.malformed)
        elif named and self._settings.reports:
            self._partly(at, lane, part, frozenset(named))
        else:
            lane.parts.pop()
            self._done(at, lane, part, self._moved, frozenset(named or ()))

    def not_called(self, at: int, lane: Lane, part: Part) -> None:
        """PIPE-7: a pipe could not call the function, and the source's limits count that as a failure."""
        part.run = None
        self._failed(at, lane, part, "")

    def hand_over(self, at: int, lane: Lane, part: Part, hand: Callable[[int, Event], None]) -> None:
        """PIPE-6: Lambda's own queue has the records from now on, and the shard goes on."""
        lane.parts.pop()
        for event in part.events:
            hand(at, event)
        checkpoint(self._sim, at, "PIPE-6", lane.shard, part.events, part.ids)

    def forget_old(self, at: int, lane: Lane, part: Part) -> None:
        """Before an attempt: what has left the stream (STREAM-4), then what is older than it may be (STREAM-6)."""
        settings = self._settings
        first = part.events[0].at
        if first <= at - settings.retention:
            self.lose(at, part.drop(older(part.events, at - settings.retention))[0])
        if settings.age is not None and part.events and part.events[0].at < at - settings.age:
            events, ids = part.drop(older(part.events, at - settings.age - 1))
            self._sim.log.limit(at, self._rules.age, "MaximumRecordAgeInSeconds", words(settings.age), None)
            self._discards.give_up(at, lane, part, events, ids, Cause.RECORD_AGE_EXCEEDED)

    def lose(self, at: int, events: list[Event]) -> None:
        """Records that left the stream before anyone handled them; no destination hears of it."""
        if events:
            self._sim.log.limit(at, self._rules.retention, "Retention", words(self._settings.retention), events[0].id)
            self._sim.settle_all(at, self._rules.retention, events, Fate.LOST, Cause.RETENTION_EXPIRED)
            self._outlived(at)

    def too_large(self, at: int, lane: Lane, event: Event, limit: str) -> None:
        """KAFKA-8, DOCDB-1: a record that no invocation can hold is given up without a try."""
        rule = self._rules.too_large
        self._sim.log.limit(at, rule, "Payload", limit, event.id)
        part = Part([event], [event.id], 0, 0, rule)
        self._discards.give_up(at, lane, part, part.events, part.ids, Cause.PAYLOAD_SIZE_EXCEEDED)

    def _done(self, at: int, lane: Lane, part: Part, rule: str, unheard: frozenset[str] = _NOBODY) -> None:
        """The checkpoint moves past records that were handled, or that the function named where nobody listens (STREAM-20)."""
        checkpoint(self._sim, at, rule, lane.shard, part.events, part.ids)
        if unheard:
            ignored = [event for event in part.events if event.id in unheard]
            self._sim.settle_all(at, self._rules.malformed, ignored, Fate.DELIVERED, Cause.DELETED_UNHANDLED)
        if self._windows is not None and part.run is not None:
            self._windows.handled(at, lane, part.events, part.run.response)
        self._sim.settle_all(at, rule, part.events, Fate.DELIVERED)

    def _partly(self, at: int, lane: Lane, part: Part, named: frozenset[str]) -> None:
        """STREAM-8: the lowest number named is the checkpoint; STREAM-9: with bisecting that is a cut and spends no retry."""
        rules = self._rules
        done = self._handled(part, named)
        if done is None:
            self._retry(at, lane, part, rules.partial)
            return
        if self._retries.bisect:
            part.rule = rules.partial_cut
            self._sim.log.split(at, rules.partial_cut, done.ids, part.ids, lane.spot(part.events))
        self._done(at, lane, done, rules.partial)
        if not self._retries.bisect:
            self._retry(at, lane, part, rules.partial)

    def _handled(self, part: Part, named: frozenset[str]) -> Part | None:
        """Take out of a part what an answer does not ask for again: what lies before the first named, or all others."""
        if self._settings.source.only_named:
            handled = [event for event in part.events if event.id not in named]
            again = [event for event in part.events if event.id in named]
        else:
            place = next(place for place, name in enumerate(part.ids) if name in named)
            handled, again = part.events[:place], part.events[place:]
        if not handled:
            return None
        part.events, part.ids = again, [event.id for event in again]
        part.wait, part.rule = self._retries.first_wait, self._rules.partial
        return part.like(handled)

    def _failed(self, at: int, lane: Lane, part: Part, rule: str) -> None:
        """A whole part failed: cut it in two (STREAM-7), or try it again."""
        retries, rules = self._retries, self._rules
        if not retries.bisect or len(part.events) == 1:
            self._retry(at, lane, part, rule or (rules.retention if retries.most is None else rules.retries))
            return
        rest = part.cut(len(part.events) // 2, rules.cut, retries.first_wait)
        kept = rules.kept_retries if part.retries else rules.cut
        self._sim.log.split(at, rule or kept, part.ids, rest.ids, lane.spot(part.events))
        if not retries.inherit:
            part.retries = rest.retries = 0
        lane.parts[-1:] = [rest, part]

    def _retry(self, at: int, lane: Lane, part: Part, rule: str) -> None:
        """STREAM-5: wait and try again while retries are left, then give up."""
        retries = self._retries
        if retries.most is not None and part.retries >= retries.most:
            self._sim.log.limit(at, self._rules.retries, "MaximumRetryAttempts", str(retries.most), None)
            lane.parts.pop()
            self._discards.give_up(at, lane, part, part.events, part.ids, Cause.RETRY_ATTEMPTS_EXHAUSTED)
            return
        gone = older(part.events, at - self._settings.retention)
        if gone:
            self.lose(at, part.drop(gone)[0])
            if not part.events:
                lane.parts.pop()
                return
        part.retries += 1
        part.rule = rule
        wait, part.wait = part.wait, min(part.wait * _FACTOR, retries.longest_wait)
        self._wait(at, lane, part, wait)
