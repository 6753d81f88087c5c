"""What a run uses of services that bill: one fold over its rows into counts, which hold no price and no Region.

Rules COST-1 to COST-7 and BILL-6 to BILL-11 say what is counted. Units: whole microseconds, milliseconds and bytes as the
names say. `Used` is small and travels with the report, so that another Region or month needs no second simulation.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from simulations.engine.catchers import CATCHERS, catcher_prices
from simulations.engine.delivery.gateway import RATE_LIMIT
from simulations.engine.delivery.provisioned import INVOCATIONS
from simulations.engine.prices import HOME_REGION, book, price
from simulations.engine.rules import number
from simulations.engine.scenario import Scenario
from simulations.engine.trace import Fate, Kind, Row
from simulations.engine.traffic import At
from simulations.engine.trigger import Charge, LeftOut, Trigger, hands_over
from simulations.engine.triggers import TRIGGERS
from simulations.engine.units import US_PER_MS

_BYTES_PER_KB = 1_024
_WINDOW_ENDS = "STREAM-15"  # the arrival of a tumbling window's end, an invocation without records
_CALL = number("SQS-1", "receive_maximum")
_EXPRESS_STEP = (price("sfn.express.duration").step_ms or 1) * US_PER_MS


class Work(msgspec.Struct, kw_only=True):
    """Invocations and their billed milliseconds, on demand and in provisioned environments."""

    requests: int = 0
    on_demand_ms: int = 0
    ready_ms: int = 0


class Used(msgspec.Struct, kw_only=True):
    """The counts of a run.

    `work` is all invocations; `failed`, `again` (with an event that had been invoked before) and `poison` (with a poison
    event) are parts of it that may overlap. `grouped` are arrivals with a message group, `arrived_kb` sums each in whole KB.
    `units` counts arrivals in pieces of a price's chunk, `receive_units` receives of a queue so, `repeated_receives` those with
    a message that had been received before. `attempts` are tries of whoever calls, `repeated_attempts` those after the first:
    what Lambda's own queue tries is none. `turned_away` are pieces of what the
    service's own rate limit refused, `at_the_door` those of an arrival of which nothing more is known yet. `writes` counts what
    catchers received by price, `queue_dlq` what queues moved themselves. `poller_us` sums pollers of SQS times microseconds, of
    Kafka the time of polling alone, `executing_ms` the time of workflows that have ended, each in steps of their price.
    """

    until_us: int = 0
    arrived: int = 0
    delivered: int = 0
    filtered: int = 0
    arrived_bytes: int = 0
    arrived_kb: int = 0
    grouped: int = 0
    accepted: int = 0
    answers: int = 0
    attempts: int = 0
    repeated_attempts: int = 0
    throttled: int = 0
    turned_away: int = 0
    at_the_door: int = 0
    further_requests: int = 0
    units: int = 0
    receive_units: int = 0
    repeated_receives: int = 0
    queue_dlq: int = 0
    poller_us: int = 0
    executing_ms: int = 0
    work: Work = msgspec.field(default_factory=Work)
    failed: Work = msgspec.field(default_factory=Work)
    again: Work = msgspec.field(default_factory=Work)
    poison: Work = msgspec.field(default_factory=Work)
    writes: dict[str, int] = msgspec.field(default_factory=dict)
    counts: dict[str, int] = msgspec.field(default_factory=dict)


class Usage:
    """The fold that makes `Used`; `add` takes the next rows in order, cut anywhere."""

    def __init__(self, scenario: Scenario) -> None:
        trigger = TRIGGERS[scenario.trigger]
        self.used = Used()
        self._ready = scenario.function.provisioned_concurrent_executions or 0
        self._poison = frozenset(scenario.failures.poison)
        self._asynchronous = hands_over(trigger, scenario.settings)
        self._stream = trigger.model == "stream"
        self._chunk = _chunk(trigger, scenario.settings)
        traffic = scenario.traffic
        self._sizes: dict[str, int] | None = {} if isinstance(traffic, At) else None
        self._size = 0 if isinstance(traffic, At) else traffic.size_bytes
        self._further = further_requests(self._size) if self._asynchronous else 0
        self._windows: set[str] = set()
        self._writes = catcher_prices(trigger, scenario.settings)
        folds: dict[Kind, Callable[[Row], None]] = {
            Kind.ARRIVED: self._arrived,
            Kind.ATTEMPT: self._attempt,
            Kind.ACCEPTED: self._accepted,
            Kind.ANSWERED: self._answered,
            Kind.SETTLED: self._settled,
            Kind.CAPTURED: self._captured,
            Kind.ENDED: self._ended,
        }
        if any(charge.of == "receives" and applies(charge, scenario.settings) for charge in trigger.charges):
            folds[Kind.RECEIVED] = self._received
        self._admits = any(charge.of == "admitted" for charge in trigger.charges)
        if self._admits:
            folds[Kind.LIMIT] = self._limit
        counted = {charge.of for charge in trigger.charges if applies(charge, scenario.settings)}
        self._handed: set[str] | None = set() if "attempts" in counted and self._asynchronous else None
        self._refused: set[str] = set()
        self._begun: dict[str, int] | None = {} if "express_gb_hours" in counted else None
        self._pollers, self._scaled_at = 0, 0
        self._places = INVOCATIONS if "sqs_poller_hours" in counted else None
        if counted & {"sqs_poller_hours", "kafka_poller_hours"}:
            folds[Kind.SCALED] = self._scaled
        self._folds = tuple(folds.get(kind) for kind in Kind)

    def add(self, rows: Iterable[Row]) -> None:
        """Fold the next rows."""
        folds = self._folds
        row: Row | None = None
        for row in rows:
            fold = folds[row[0]]
            if fold is not None:
                fold(row)
        if row is not None:
            self.used.until_us = row[1]
            self._poll(row[1])
            self.used.at_the_door = self._units(row[4]) if self._admits and row[0] == Kind.ARRIVED else 0

    def _arrived(self, row: Row) -> None:
        used, size = self.used, row[4]
        if row[2] == _WINDOW_ENDS:  # nobody put it into the stream
            self._windows.add(row[3])
            return
        used.arrived += 1
        used.arrived_bytes += size
        used.arrived_kb += max(1, -(-size // _BYTES_PER_KB))
        if row[5] is not None:
            used.grouped += 1
        used.units += self._units(size)
        if self._sizes is not None:
            self._sizes[row[3]] = size
        if self._begun is not None:
            self._begun[row[3]] = row[1]

    def _accepted(self, row: Row) -> None:
        self.used.accepted += 1
        if self._handed is not None:  # the try that Lambda's queue took: no attempt at the code
            self._handed.add(row[3])
            self.used.attempts += 1
            self.used.repeated_attempts += row[3] in self._refused
        self._executed(row)

    def _answered(self, _: Row) -> None:
        self.used.answers += 1

    def _attempt(self, row: Row) -> None:
        """COST-1: each attempt that runs code; COST-5: a throttled one is free."""
        used = self.used
        if self._handed is None:
            used.attempts += 1
            used.repeated_attempts += row[5] > 1
        elif self._handed.isdisjoint(row[16]):
            used.attempts += 1
            used.repeated_attempts += row[5] > 1
            self._refused.update(row[16])
        if row[4] is None:
            used.throttled += 1
            return
        ready, billed, members = row[15] <= self._ready, row[12], row[17]
        _add(used.work, billed, ready=ready)
        if row[9]:
            _add(used.failed, billed, ready=ready)
        if members[0][1] > 1 or (len(members) > 1 and any(member[1] > 1 for member in members)):
            _add(used.again, billed, ready=ready)
        if self._poison and not self._poison.isdisjoint(row[16]):
            _add(used.poison, billed, ready=ready)
        if self._asynchronous:
            used.further_requests += self._further if self._sizes is None else further_requests(self._sizes[row[16][0]])

    def _received(self, row: Row) -> None:
        """COST-6: a receive brings up to ten messages and counts by 64 KB of them together."""
        used, events = self.used, row[3]
        if max(row[4]) > 1:
            used.repeated_receives += -(-len(events) // _CALL)
        if self._sizes is None and self._size * _CALL <= self._chunk:
            used.receive_units += -(-len(events) // _CALL)
            return
        for first in range(0, len(events), _CALL):
            size = sum(self._size_of(event) for event in events[first : first + _CALL])
            used.receive_units += max(1, -(-size // self._chunk))

    def _settled(self, row: Row) -> None:
        if row[4] == Fate.DELIVERED and row[3] not in self._windows:
            self.used.delivered += 1
        if row[4] == Fate.FILTERED:
            self.used.filtered += 1
        self._executed(row)

    def _executed(self, row: Row) -> None:
        """BILL-10: an Express execution is over when its event is settled, or handed over."""
        begun = self._begun.pop(row[3], None) if self._begun is not None else None
        if begun is not None:
            self.used.executing_ms += max(1, -(-(row[1] - begun) // _EXPRESS_STEP)) * _EXPRESS_STEP // US_PER_MS

    def _scaled(self, row: Row) -> None:
        """SQS-13: the record says how many batches the pollers may have at once; Kafka's has no more than there are partitions."""
        self._poll(row[1])
        self._pollers = min(1, row[3]) if self._places is None else -(-row[3] // self._places)

    def _poll(self, at: int) -> None:
        """The pollers there are have been there until now."""
        self.used.poller_us += self._pollers * (at - self._scaled_at)
        self._scaled_at = at

    def _limit(self, row: Row) -> None:
        if row[3] == RATE_LIMIT:
            self.used.turned_away += self._units(self._size_of(row[5]))

    def _captured(self, row: Row) -> None:
        """BILL-11: one write for each document, by its size where it carries the event."""
        by = row[4]
        if by == CATCHERS["max_receive_count"]:
            self.used.queue_dlq += 1
            return
        key = self._writes.get(by)
        if key is None:
            return
        size = 0 if self._stream else sum(self._size_of(event) for event in row[3])
        chunk = _chunk_bytes(key)
        units = max(1, -(-size // chunk)) if chunk else 1
        self.used.writes[key] = self.used.writes.get(key, 0) + units

    def _ended(self, row: Row) -> None:
        self.used.counts = dict(row[4])

    def _units(self, size: int) -> int:
        return 1 if size <= self._chunk else -(-size // self._chunk)

    def _size_of(self, event: str) -> int:
        return self._size if self._sizes is None else self._sizes[event]


def _add(work: Work, billed_ms: int, *, ready: bool) -> None:
    work.requests += 1
    if ready:
        work.ready_ms += billed_ms
    else:
        work.on_demand_ms += billed_ms


def _chunk(trigger: Trigger, settings: Any) -> int:
    """How many bytes of an arrival or a receive count as one unit; of one price a trigger has a chunk at the most."""
    keys = {
        charge.price_key
        for charge in trigger.charges
        if charge.of in ("arrived", "admitted", "receives") and applies(charge, settings)
    }
    chunks = {found for key in keys if (found := _chunk_bytes(key))}
    assert len(chunks) <= 1, f"{trigger.key} bills in chunks of {chunks}"
    return chunks.pop() if chunks else 1 << 62


def applies(charge: Charge | LeftOut, settings: Any) -> bool:
    """Whether a trigger with these settings has this line, or leaves this out."""
    return all(getattr(settings, name) == value for name, value in charge.only.items())


def _chunk_bytes(price_key: str) -> int:
    return (price(price_key, HOME_REGION).chunk_kb or 0) * _BYTES_PER_KB


def further_requests(size_bytes: int) -> int:
    """COST-4: how many requests an asynchronous event of this size is, beyond the first."""
    rule = book().billing.asynchronous_request
    return -(-max(0, size_bytes - rule.first_kb * _BYTES_PER_KB) // (rule.next_kb * _BYTES_PER_KB))
