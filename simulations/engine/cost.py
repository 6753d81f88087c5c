"""What a run costs: its own bill, what one event costs, a month of such traffic, and what the failures cost.

Rules COST-1 to COST-8 and BILL-1 to BILL-13. `make_cost` prices the counts of a run (`usage.Used`) under a `View`: Region,
free tier, length of the month and rate are settings of whoever looks, not of the scenario. Money is US dollars; a figure
leaves as a decimal string without exponent.
"""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from decimal import Decimal

import msgspec

from simulations.engine.billing import LineItem, make_bill, plain, total
from simulations.engine.billing.bill import divided, summed, times
from simulations.engine.billing.functions import DURATION, ON_READY, gb_seconds
from simulations.engine.billing.usage import OUT_OF_SCOPE
from simulations.engine.catchers import catcher_prices
from simulations.engine.counting import Month, View, idle_pollers
from simulations.engine.failures_cost import FailureCost, failure_cost, short, wasted
from simulations.engine.metering import REQUESTS, Meter
from simulations.engine.prices import HOME_REGION, price
from simulations.engine.scenario import Scenario
from simulations.engine.traffic import At
from simulations.engine.triggers import TRIGGERS
from simulations.engine.units import S_PER_H
from simulations.engine.usage import Usage, Used, applies

_PERCENT = 100


class PerEvent(msgspec.Struct, frozen=True, kw_only=True):
    """The run's bill by event: of all that arrived, of those delivered (None: none was), and what of it failed invocations are."""

    arrived: int
    delivered: int
    per_arrived_usd: str | None
    per_delivered_usd: str | None
    wasted_usd: str
    wasted_per_delivered_usd: str | None
    wasted_percent: str


class MonthCost(msgspec.Struct, frozen=True, kw_only=True):
    """A month of such traffic. `rate_from` is "traffic", "hourly" (the run's events once an hour) or "chosen"."""

    rate_per_s: str
    rate_from: str
    events: str
    hours: str
    free_tier: bool
    line_items: list[LineItem]
    by_service: dict[str, str]
    total_usd: str
    rounded_usd: str
    wasted_usd: str
    sentence: str
    assumptions: list[str]


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """The bill: its lines, their sum, and in sentences what it leaves out; then the other ways to look at it.

    `by_service` sums the lines by service. `notes` says what to know of the prices. `used` is what was counted: with it
    another Region, rate or month needs no second simulation.
    """

    line_items: list[LineItem]
    total_usd: str
    not_priced: list[str]
    region: str
    by_service: dict[str, str]
    notes: list[str]
    per_event: PerEvent
    month: MonthCost
    failures: FailureCost
    used: Used


def make_cost(scenario: Scenario, used: Used, view: View | None = None) -> Cost:
    """The cost of a run so far. Raises `UnknownPriceError` for a Region that is not known."""
    view = View() if view is None else view
    bill = make_bill(Meter(scenario, used, view).quantities(), view.region)
    failures = failure_cost(scenario, used, view, bill.total_usd)
    return Cost(
        line_items=bill.line_items,
        total_usd=bill.total_usd,
        not_priced=not_priced(scenario, view),
        region=view.region,
        by_service=_by_service(bill.line_items),
        notes=[note for note in bill.notes if "free tier" not in note],
        per_event=_per_event(used, Decimal(bill.total_usd), Decimal(failures.failed.usd)),
        month=month_cost(scenario, used, view),
        failures=failures,
        used=deepcopy(used),
    )


def running_total(scenario: Scenario, usage: Usage) -> str:
    """The sum of the bill so far, without its lines: every quantity at the price of its first tier."""
    quantities = Meter(scenario, usage.used, View()).quantities()
    return plain(summed(times(found.number, price(found.price_key, HOME_REGION).first) for found in quantities))


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """What one invocation costs in US dollars, as decimal strings: itself, and each billed millisecond of it.

    Environments 1 to `ready` are provisioned; a millisecond in one of them costs `ready_ms_usd`.
    """

    request_usd: str
    billed_ms_usd: str
    ready_ms_usd: str
    ready: int


def rates(scenario: Scenario, region: str = HOME_REGION) -> Rates:
    """The price of one invocation; further requests of large events (COST-4) come on top."""
    function, instead = scenario.function, TRIGGERS[scenario.trigger].prices
    on_demand, on_ready = (
        times(gb_seconds(1, function.memory_mb), _first(instead, keys[function.architecture], region))
        for keys in (DURATION, ON_READY)
    )
    return Rates(
        request_usd=plain(_first(instead, REQUESTS, region)),
        billed_ms_usd=plain(on_demand),
        ready_ms_usd=plain(on_ready),
        ready=function.provisioned_concurrent_executions or 0,
    )


def _first(instead: dict[str, str], key: str, region: str) -> Decimal:
    return price(instead.get(key, key), region).first


def default_rate(scenario: Scenario) -> tuple[Decimal, str]:
    """Events a second of the scenario's own traffic, and what it is taken from.

    A rate that the traffic has; otherwise, for events one by one, their number over the time between first and last; where
    all come at once, once an hour.
    """
    traffic = scenario.traffic
    if isinstance(traffic, At):
        times_ms = sorted(planned.at_ms for planned in traffic.events)
        span_ms = Decimal(str(times_ms[-1] - times_ms[0])) if times_ms else Decimal(0)
        if span_ms:
            return divided((len(times_ms) - 1) * 1_000, span_ms), "traffic"
        return divided(len(times_ms), S_PER_H), "hourly"
    rate = getattr(traffic, "rate_per_s", None)
    if rate is not None:
        return Decimal(str(rate)), "traffic"
    return divided(getattr(traffic, "count", 1), S_PER_H), "hourly"


def month_cost(scenario: Scenario, used: Used, view: View) -> MonthCost:
    """BILL-12, BILL-13: the run's counts at a rate for a month, free tier and tiers of one account."""
    rate, events, rate_from = _traffic_of_month(scenario, view)
    month = Month(hours=view.hours_per_month, events=events)
    meter = Meter(scenario, used, view, month)
    bill = make_bill(meter.quantities(), view.region, free_tier=view.free_tier)
    lost = wasted(meter, used.failed, view)
    noun = TRIGGERS[scenario.trigger].noun
    taken = "after the free tier" if view.free_tier else "without free tier"
    return MonthCost(
        rate_per_s=plain(rate),
        rate_from=rate_from,
        events=plain(month.events),
        hours=plain(month.hours),
        free_tier=view.free_tier,
        line_items=bill.line_items,
        by_service=_by_service(bill.line_items),
        total_usd=bill.total_usd,
        rounded_usd=bill.rounded_usd,
        wasted_usd=plain(lost),
        sentence=f"A month of {plain(month.hours)} h with {month.events:,.0f} {noun}s as in this run costs "
        f"{short(Decimal(bill.total_usd))}, {taken}.",
        assumptions=[*_beside(scenario, view), *_assumptions(scenario, used, rate_from, view), *bill.notes],
    )


def _traffic_of_month(scenario: Scenario, view: View) -> tuple[Decimal, Decimal, str]:
    """Events a second, events in all, and what they are taken from."""
    seconds = times(view.hours_per_month, S_PER_H)
    if view.events_per_month is not None:
        rate = divided(view.events_per_month, seconds) if seconds else Decimal(0)
        return rate, Decimal(view.events_per_month), "chosen"
    rate, rate_from = default_rate(scenario) if view.rate_per_s is None else (view.rate_per_s, "chosen")
    return rate, divided(times(rate, seconds), 1), rate_from


def _beside(scenario: Scenario, view: View) -> Iterator[str]:
    """What runs by the hour whether Lambda reads or not, and of which the scenario does not say how much there is."""
    trigger = TRIGGERS[scenario.trigger]
    for key in (key for left in trigger.left_out if applies(left, scenario.settings) for key in left.beside):
        row = price(key, view.region)
        each = times(row.first, view.hours_per_month)
        yield f"Not in the sum: each {row.item}, ${plain(row.first)} by the {row.unit}, {short(each)} in this month."


def _assumptions(scenario: Scenario, used: Used, rate_from: str, view: View) -> Iterator[str]:
    """What the month takes for granted."""
    if rate_from == "hourly":
        yield "The scenario has no rate of its own: the month has its events once an hour."
    yield "Batches, retries and throttles stay as in this run, whatever the rate."
    charges = [charge for charge in TRIGGERS[scenario.trigger].charges if applies(charge, scenario.settings)]
    if any(charge.of == "empty_receives" for charge in charges):
        yield f"{idle_pollers(scenario.settings, view)} pollers wait 20 s for each receive that brings nothing, all month."
    if not used.arrived:
        yield "Nothing arrived in this run, so the month has only what runs by the hour."


def _by_service(items: Iterable[LineItem]) -> dict[str, str]:
    found: dict[str, list[LineItem]] = {}
    for item in items:
        found.setdefault(item.service, []).append(item)
    return {service: total(lines) for service, lines in found.items()}


def _per_event(used: Used, whole: Decimal, failed: Decimal) -> PerEvent:
    return PerEvent(
        arrived=used.arrived,
        delivered=used.delivered,
        per_arrived_usd=_share(whole, used.arrived),
        per_delivered_usd=_share(whole, used.delivered),
        wasted_usd=plain(failed),
        wasted_per_delivered_usd=_share(failed, used.delivered),
        wasted_percent=plain(divided(times(failed, _PERCENT), whole).quantize(Decimal("0.01"))) if whole else "0",
    )


def _share(amount: Decimal, events: int) -> str | None:
    return plain(divided(amount, events)) if events else None


_UNPRICED_CATCHERS = {"catch": "Whatever the state that Catch goes on to calls."}
_LOGS = "CloudWatch Logs: what the function logs, by the GB; give the bytes of an invocation to price it."


def not_priced(scenario: Scenario, view: View) -> list[str]:
    """What this bill leaves out, in sentences."""
    trigger, settings = TRIGGERS[scenario.trigger], scenario.settings
    left = [out.sentence for out in trigger.left_out if applies(out, settings)]
    caught = [text for name, text in _UNPRICED_CATCHERS.items() if getattr(settings, name, None) is not None]
    if catcher_prices(trigger, settings):
        caught.append("What dead-letter queues and destinations keep, and whoever reads it.")
    return [*trigger.not_priced, *left, *caught, *([] if view.log_bytes else [_LOGS]), *OUT_OF_SCOPE]
