"""Cost against one setting: the scenario run again at a few values of it, and what each of them costs.

Only what was simulated is told; nothing is drawn or said between two values. A run that is longer than `most` records is left
out and named.
"""

from decimal import Decimal

import msgspec

from simulations import links
from simulations.engine import Scenario, ScenarioErrors, make_report, simulate_rows
from simulations.engine.cost import make_cost
from simulations.engine.counting import View
from simulations.engine.failures_cost import short
from simulations.engine.fields import Field, scenario_fields
from simulations.receipt import dollars

_FACTORS = (Decimal("0.25"), Decimal("0.5"), Decimal(1), Decimal(2), Decimal(4))
_STEPS, _SMALL = range(-2, 3), 5
_SECTIONS = ("settings", "function", "traffic")
_WITHOUT = ("mapping_starts_s", "mapping_disabled_s", "traffic_at_ms")  # when something begins is no question of cost


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One value and what it leads to; `why` says why there is nothing where it was not simulated."""

    value: int
    chosen: bool
    month_usd: str | None = None
    run_usd: str | None = None
    delivered: int = 0
    lost: int = 0
    invocations: int = 0
    why: str = ""

    @property
    def month(self) -> str:
        """The month as money."""
        return dollars(self.month_usd) if self.month_usd is not None else ""

    @property
    def run(self) -> str:
        """The run as money."""
        return dollars(self.run_usd) if self.run_usd is not None else ""


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """A setting by its key in the link, its title and unit, and its points in rising order."""

    key: str
    title: str
    unit: str
    points: list[Point]
    summary: str


def candidates(scenario: Scenario) -> list[Field]:
    """The settings that can be varied: whole numbers that have a value now."""
    texts = links.render_texts(scenario)
    return [
        field
        for field in scenario_fields(scenario.trigger)
        if field.section in _SECTIONS
        and field.kind == "integer"
        and field.key not in _WITHOUT
        and texts.get(field.key, "").isdigit()
    ]


def sweep(scenario: Scenario, key: str, view: View, most: int, events: int) -> Sweep:
    """The scenario at up to five values of this setting. Raises `KeyError` where it cannot be varied."""
    field = {field.key: field for field in candidates(scenario)}[key]
    texts = links.render_texts(scenario)
    now = int(texts[key])
    points = []
    for value in _values(field, now):
        point = Point(value=value, chosen=value == now)
        try:
            other = links.read_scenario({**texts, key: str(value)})
        except ScenarioErrors as refused:
            points.append(msgspec.structs.replace(point, why=refused.errors[0].message))
        else:
            points.append(_simulated(point, other, view, most, events))
    return Sweep(key=key, title=field.title, unit=field.unit, points=points, summary=_told(field, points))


def _values(field: Field, now: int) -> list[int]:
    """The value there is, and others around it within the setting's limits."""
    wanted = [now + step for step in _STEPS] if now < _SMALL else [int(now * factor) for factor in _FACTORS]
    low = int(field.minimum or 0)
    high = max(wanted) if field.maximum is None else int(field.maximum)
    return sorted({min(max(value, low), high) for value in wanted} | {now})


def _simulated(point: Point, other: Scenario, view: View, most: int, events: int) -> Point:
    rows = list(simulate_rows(other, record_limit=most, event_limit=events))
    report = make_report(other, rows, by_event=False, keep_documents=False)
    if report.ended is not None and report.ended.reason == "record_limit":
        return msgspec.structs.replace(point, why=f"Longer than {most:,} records, so not simulated here.")
    cost = make_cost(other, report.cost.used, view)
    return msgspec.structs.replace(
        point, month_usd=cost.month.total_usd, run_usd=cost.total_usd, delivered=report.events.delivered,
        lost=report.events.lost, invocations=report.invocations.total,
    )  # fmt: skip


def _told(field: Field, points: list[Point]) -> str:
    """The points in a sentence."""
    found = [point for point in points if point.month_usd is not None]
    unit = f" {field.unit}" if field.unit else ""
    if len(found) < 2:
        return f"Only {len(found)} value of {field.title} could be simulated, so there is nothing to compare."
    least = min(found, key=lambda point: Decimal(point.month_usd or 0))
    most = max(found, key=lambda point: Decimal(point.month_usd or 0))
    lowest, highest = (short(Decimal(point.month_usd or 0)) for point in (least, most))
    if least.month_usd == most.month_usd:
        return f"At {len(found)} values of {field.title} the month costs the same, {lowest}."
    return (
        f"Of {len(found)} values of {field.title}, {least.value:,}{unit} costs the least a month, {lowest}, and "
        f"{most.value:,}{unit} the most, {highest}. What lies between was not simulated."
    )
