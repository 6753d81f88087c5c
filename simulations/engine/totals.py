"""What a run adds up to, and nothing else: for runs of which nobody reads the records.

Where a run has pages, no record of it is ever made. The figures are those of the report. Units: whole microseconds and
milliseconds, as the names say.
"""

from collections import Counter

import msgspec

from simulations.engine.metrics import AttemptCounts, EventCounts, InvocationCounts, Metrics
from simulations.engine.pages import (
    FAILED,
    GONE,
    QUEUE_GONE,
    QUEUE_TRY,
    STREAM_GONE,
    STREAM_TRY,
    THROTTLED,
    TIMED_OUT,
    TRY,
    WORKED,
    Page,
    QueuePage,
    StreamPage,
)
from simulations.engine.report import RunEnd
from simulations.engine.run import simulate_pages
from simulations.engine.scenario import Scenario
from simulations.engine.trace import FATES, Fate, Kind, Row


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Events by fate, attempts by outcome, and how the run ended."""

    trigger: str
    ended: RunEnd
    events: EventCounts
    attempts: AttemptCounts
    invocations: InvocationCounts
    billed_ms: int


def make_totals(scenario: Scenario, event_limit: int | None = None) -> Totals:
    """The scenario, simulated here in the shortest form that it has."""
    metrics, pages = Metrics(scenario), _Pages()
    end: Row = ()
    for chunk in simulate_pages(scenario, event_limit):
        if isinstance(chunk, list):
            metrics.add(chunk)
            end = chunk[-1]
        elif isinstance(chunk, Page):
            pages.add(chunk)
        elif isinstance(chunk, QueuePage):
            pages.add_of_queue(chunk)
        else:
            pages.add_of_stream(chunk)
    assert end[0] == Kind.ENDED, "a run ends with the record that says so"
    read = pages if pages.arrived else metrics
    return Totals(
        trigger=scenario.trigger,
        ended=RunEnd(reason=end[3], at_us=end[1], counts=dict(end[4])),
        events=read.events(),
        attempts=read.attempts(),
        invocations=read.invocations(),
        billed_ms=read.billed_ms,
    )


class _Pages:
    """The fold over pages. Nothing in them comes twice to the code after it has worked, so there are no duplicates."""

    def __init__(self) -> None:
        self.arrived = self.billed_ms = 0
        self._fates: Counter[int] = Counter()
        self._outcomes: Counter[int] = Counter()

    def add(self, page: Page) -> None:
        """A page of plain events."""
        self.arrived += len(page.starts)
        self.billed_ms += sum(page.billed) + sum(page.tries[3::TRY])
        outcomes = [*page.outcomes, *page.tries[2::TRY]]
        for outcome in (WORKED, FAILED, TIMED_OUT, THROTTLED):
            self._outcomes[outcome] += outcomes.count(outcome)
        self._fates[Fate.DELIVERED] = self._outcomes[WORKED]
        self._fates.update(page.gone[1::GONE])

    def add_of_stream(self, page: StreamPage) -> None:
        """A page of a stream: its attempts are of batches."""
        self.arrived += len(page.times)
        self.billed_ms += sum(page.tries[3::STREAM_TRY])
        self._outcomes.update(page.tries[2::STREAM_TRY])
        for outcome, count in zip(page.tries[2::STREAM_TRY], page.tries[7::STREAM_TRY], strict=True):
            if outcome == WORKED:
                self._fates[Fate.DELIVERED] += count
        for fate, count in zip(page.gone[1::STREAM_GONE], page.gone[5::STREAM_GONE], strict=True):
            self._fates[fate] += count

    def add_of_queue(self, page: QueuePage) -> None:
        """A page of a queue: what was deleted is what was handled."""
        self.arrived += len(page.times)
        self.billed_ms += sum(page.tries[3::QUEUE_TRY])
        self._outcomes.update(page.tries[2::QUEUE_TRY])
        self._fates[Fate.DELIVERED] += sum(page.tries[5::QUEUE_TRY])
        self._fates.update(page.gone[1::QUEUE_GONE])

    def events(self) -> EventCounts:
        fates = {name: self._fates[number] for number, name in enumerate(FATES)}
        return EventCounts(arrived=self.arrived, unsettled=self.arrived - sum(fates.values()), **fates)

    def attempts(self) -> AttemptCounts:
        found = self._outcomes
        return AttemptCounts(
            total=found.total(),
            succeeded=found[WORKED],
            failed=found[FAILED],
            timed_out=found[TIMED_OUT],
            throttled=found[THROTTLED],
            refused=0,
        )

    def invocations(self) -> InvocationCounts:
        found = self._outcomes
        return InvocationCounts(
            total=found.total() - found[THROTTLED], errors=found[FAILED] + found[TIMED_OUT], duplicates=0
        )
