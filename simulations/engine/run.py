"""`simulate`: a pure function from a scenario to its records."""

from collections.abc import Iterator

from simulations.engine.scenario import Scenario, horizon_us
from simulations.engine.sim import Sim
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
    scenario: Scenario, record_limit: int | None = None, event_limit: int | None = None
) -> Iterator[list[Row]]:
    """The same as rows (see `trace`), in chunks of any size; a limit that is reached is said by a `limit` row."""
    sim = Sim(
        seed=scenario.seed,
        horizon=horizon_us(scenario),
        function=scenario.function,
        traffic=scenario.traffic,
        failures=scenario.failures,
        event_limit=event_limit,
    )
    TRIGGERS[scenario.trigger].start(sim, scenario.settings)
    written, last, going = 0, 0, True
    while going:
        going = sim.step(_STEP)
        rows = sim.log.take()
        if record_limit is not None and written + len(rows) > record_limit:
            rows = rows[: record_limit - written]
            last = rows[-1][1] if rows else last
            yield [*rows, *_end(sim, scenario, last, "record_limit", record_limit)]
            return
        if rows and going:
            written += len(rows)
            last = rows[-1][1]
            yield rows
    last = max(rows[-1][1] if rows else last, sim.function.last_end)
    crowded = event_limit is not None and (size(scenario.traffic) > event_limit or (sim.room or 0) < 0)
    reason = "event_limit" if crowded else _reason(sim)
    yield [*rows, *_end(sim, scenario, last, reason, event_limit)]


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
    sim.log.ended(last, _RULES[reason], reason, sim.counts)
    return sim.log.take()
