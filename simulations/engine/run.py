"""`simulate`: a pure function from a scenario to its records."""

from collections.abc import Iterator

from simulations.engine.pages import Page, QueuePage, StreamPage
from simulations.engine.scenario import Scenario, horizon_us
from simulations.engine.sim import QUICK, Sim, Way
from simulations.engine.trace import Record, Row, to_record
from simulations.engine.traffic import size
from simulations.engine.triggers import TRIGGERS

_STEP = 256  # things that happen between two looks at the log


def simulate(scenario: Scenario) -> Iterator[Record]:
    """The records of a run in time order; the same every time."""
    seq = 0
    for rows in simulate_rows(scenario):
        for row in rows:
            seq += 1
            yield to_record(seq, row)


def simulate_rows(
    scenario: Scenario, record_limit: int | None = None, event_limit: int | None = None, way: Way = QUICK
) -> Iterator[list[Row]]:
    """The same as rows (see `trace`), in chunks of any size; a limit that is reached is said by a `limit` row."""
    sim = _started(scenario, event_limit, way, rows=True)
    written = last = 0
    for rows in _rows(sim):
        if record_limit is not None and written + len(rows) > record_limit:
            kept = rows[: record_limit - written]
            last = kept[-1][1] if kept else last
            yield [*kept, *_end(sim, scenario, last, "record_limit", record_limit)]
            return
        if rows:
            written += len(rows)
            last = rows[-1][1]
            yield rows
    yield _finished(sim, scenario, last, event_limit)


def simulate_pages(
    scenario: Scenario, event_limit: int | None = None, way: Way = QUICK
) -> Iterator[Page | StreamPage | QueuePage | list[Row]]:
    """The same run, as pages where there are any (see `pages`), for those who need no records; its end is rows in any case."""
    sim = _started(scenario, event_limit, way, rows=False)
    last = 0
    if sim.pages is not None:
        yield from sim.pages
        last = sim.kernel.now
    else:
        for rows in filter(None, _rows(sim)):
            last = rows[-1][1]
            yield rows
    yield _finished(sim, scenario, last, event_limit)


def _started(scenario: Scenario, event_limit: int | None, way: Way, *, rows: bool) -> Sim:
    sim = Sim(
        seed=scenario.seed,
        horizon=horizon_us(scenario),
        function=scenario.function,
        traffic=scenario.traffic,
        failures=scenario.failures,
        event_limit=event_limit,
        way=way,
        rows=rows,
        pack=scenario.rules,
    )
    TRIGGERS[scenario.trigger].start(sim, scenario.settings)
    return sim


def _rows(sim: Sim) -> Iterator[list[Row]]:
    """All rows but the run's last ones."""
    if sim.unfold is not None:
        yield from sim.unfold(sim.pages)
        return
    going = True
    while going:
        going = sim.kernel.step(_STEP)
        yield sim.log.take()


def _finished(sim: Sim, scenario: Scenario, last: int, event_limit: int | None) -> list[Row]:
    """The last rows of a run in which nothing more happens."""
    crowded = event_limit is not None and (size(scenario.traffic) > event_limit or (sim.room or 0) < 0)
    reason = "event_limit" if crowded else _reason(sim)
    return _end(sim, scenario, max(last, sim.function.last_end), reason, event_limit)


_RULES = {"settled": "RUN-1", "unsettled": "RUN-1", "horizon": "RUN-2", "event_limit": "RUN-3", "record_limit": "RUN-4"}


def _reason(sim: Sim) -> str:
    """Why nothing more happens."""
    if sim.kernel.cut or (sim.unsettled and sim.kernel.horizon is not None):
        return "horizon"
    return "settled" if not sim.unsettled else "unsettled"


def _end(sim: Sim, scenario: Scenario, last: int, reason: str, limit: int | None) -> list[Row]:
    """The run's last rows."""
    horizon = horizon_us(scenario)
    if reason == "horizon" and horizon is not None:
        last = max(last, horizon)
        sim.log.limit(last, _RULES[reason], reason, f"{scenario.horizon_s:g} s", None)
    elif reason in ("event_limit", "record_limit"):
        sim.log.limit(last, _RULES[reason], reason, f"{limit:,}", None)
    if sim.closing is not None:
        sim.closing(last)
        sim.closing = None  # it knows the run: without it there may be no circle, and all that was used goes at once
    sim.log.ended(last, _RULES[reason], reason, sim.counts)
    return sim.log.take()
