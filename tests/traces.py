"""Reads a run for the property tests: its records, and the few questions that many tests ask of them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis.strategies import SearchStrategy

from simulations.engine import Scenario, simulate_rows
from simulations.engine.trace import Attempt, Ended, Record, Row, Settled, to_record

# enough for every question, few enough to ask it often; a run that is cut here must keep its invariants all the same
RECORD_LIMIT = 1_500


class Trace:
    """One run of a scenario."""

    def __init__(self, scenario: Scenario, record_limit: int = RECORD_LIMIT) -> None:
        self.scenario = scenario
        self.rows: list[Row] = [row for chunk in simulate_rows(scenario, record_limit) for row in chunk]
        self.records: list[Record] = [to_record(seq, row) for seq, row in enumerate(self.rows, start=1)]

    @property
    def reason(self) -> str:
        """Why the run ended."""
        last = self.records[-1]
        assert isinstance(last, Ended)
        return last.reason

    @property
    def whole(self) -> bool:
        """Whether nothing cut the run short."""
        return self.reason in ("settled", "unsettled")

    @property
    def attempts(self) -> list[Attempt]:
        return [record for record in self.records if isinstance(record, Attempt)]

    @property
    def fates(self) -> dict[str, Settled]:
        return {record.event: record for record in self.records if isinstance(record, Settled)}

    def attempts_by_event(self) -> dict[str, list[Attempt]]:
        """Each event's attempts in order, throttles among them."""
        found: dict[str, list[Attempt]] = defaultdict(list)
        for attempt in self.attempts:
            for event in attempt.events:
                found[event].append(attempt)
        return found

    def running(self) -> Iterator[tuple[Attempt, int]]:
        """Each attempt that runs the code, with how many run at its start, itself included; what ends then has ended."""
        ends: list[int] = []
        for attempt in self.attempts:
            if attempt.invocation is None:
                continue
            while ends and ends[0] <= attempt.start_us:
                heappop(ends)
            heappush(ends, attempt.end_us)
            yield attempt, len(ends)


def member(attempt: Attempt, event: str) -> dict[str, Any]:
    """An event's part in an attempt."""
    return next(part for part in attempt.members if part["event"] == event)


def digestible(rows: list[Row]) -> bytes:
    """Rows as the bytes that must be the same everywhere."""
    return b"\n".join(msgspec.json.encode(row) for row in rows)


def changed(scenario: Scenario, **sections: Any) -> Scenario:
    """The scenario with other values in some fields: `changed(s, function={"memory_mb": 1024}, seed=2)`."""
    fields = {
        name: msgspec.structs.replace(getattr(scenario, name), **value) if isinstance(value, dict) else value
        for name, value in sections.items()
    }
    return msgspec.structs.replace(scenario, **fields)


Check = Callable[[Trace], None]


def for_every(triggers: Iterable[str], drawn: Callable[[str], SearchStrategy[Scenario]]) -> Callable[[Check], Any]:
    """Runs a check over the scenarios drawn for each of the triggers."""

    def decorate(check: Check) -> Any:
        @pytest.mark.parametrize("trigger", triggers)
        def test(trigger: str) -> None:
            @given(drawn(trigger))
            def body(scenario: Scenario) -> None:
                check(Trace(scenario))

            body()

        test.__name__ = test.__qualname__ = check.__name__
        return test

    return decorate
