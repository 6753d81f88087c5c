"""P12 for bills: the total is the sum of lines, more never costs less, and the quantities of two halves are those of the whole."""

from copy import deepcopy
from decimal import Context, Decimal, localcontext
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulations.engine import Scenario, make_report
from simulations.engine.billing import Quantity, make_bill, price_use
from simulations.engine.billing.bill import summed
from simulations.engine.cost import make_cost
from simulations.engine.counting import View
from simulations.engine.metering import Meter
from simulations.engine.prices import book, regions
from simulations.engine.usage import Usage
from tests.strategies import scenarios
from tests.traces import Trace

# what can only become more: counts of a run that some line is made of
WORK = (
    "requests", "on_demand_ms", "ready_ms", "arrived_bytes", "arrived_kb", "grouped", "accepted", "answers", "attempts",
    "further_requests", "units", "receive_units", "queue_dlq", "poller_us", "executing_ms", "until_us",
)  # fmt: skip
keys = st.sampled_from([key for key, item in book().items.items() if "us-east-1" in item.regions])
numbers = st.one_of(
    st.integers(0, 10**13).map(Decimal), st.decimals(0, 10**6, places=6, allow_nan=False, allow_infinity=False)
)
quantities = st.lists(
    st.builds(lambda key, number: Quantity(what=key, price_key=key, number=number), keys, numbers), max_size=8
)


@given(quantities, st.sampled_from(regions()), st.booleans())
def test_the_total_is_the_sum_of_lines_that_are_quantity_times_price(
    used: list[Quantity], region: str, free_tier: bool
) -> None:
    bill = make_bill(used, region, free_tier=free_tier)
    with localcontext(Context(prec=100)):  # the usual 28 digits round a sum of what is very large and very small
        assert Decimal(bill.total_usd) == sum(Decimal(item.amount) for item in bill.line_items)
        for item in bill.line_items:
            assert Decimal(item.quantity) * Decimal(item.unit_price) == Decimal(item.amount)
        for quantity in used:
            of_key = sum(Decimal(item.quantity) for item in bill.line_items if item.price_key == quantity.price_key)
            assert of_key == sum(other.number for other in used if other.price_key == quantity.price_key)


@given(quantities, keys, numbers, st.booleans(), st.integers(0, 8))
def test_adding_a_quantity_never_lowers_the_bill(
    used: list[Quantity], key: str, number: Decimal, free_tier: bool, place: int
) -> None:
    more = [*used[:place], Quantity(what="more", price_key=key, number=number), *used[place:]]
    assert _total(more, free_tier=free_tier) >= _total(used, free_tier=free_tier)


@given(quantities, st.booleans())
def test_the_free_tier_never_makes_a_bill_larger(used: list[Quantity], free_tier: bool) -> None:
    assert _total(used, free_tier=True) <= _total(used, free_tier=free_tier)


@given(quantities, quantities)
def test_without_tiers_two_halves_cost_what_the_whole_costs(one: list[Quantity], other: list[Quantity]) -> None:
    """With tiers or a free tier the whole may be cheaper, or two free tiers would be taken."""
    apart = summed((_total(one, free_tier=False), _total(other, free_tier=False)))  # of all digits, not of 28
    together = _total([*one, *other], free_tier=False)
    tiered = any(len(item.regions["us-east-1"].tiers) > 1 for item in map(book().items.get, _keys(one, other)) if item)
    assert together <= apart if tiered else together == apart


functions = st.fixed_dictionaries(
    {
        "requests": st.integers(0, 10**9),
        "avg_ms": st.decimals(0, 900_000, places=2, allow_nan=False, allow_infinity=False),
        "memory_mb": st.integers(128, 10_240),
        "architecture": st.sampled_from(["x86_64", "arm64"]),
        "ephemeral_storage_mb": st.integers(512, 10_240),
        "cold_rate": st.decimals(0, 1, places=3, allow_nan=False, allow_infinity=False),
        "init_ms": st.integers(0, 10_000),
        "asynchronous_event_kb": st.integers(0, 1_024),
    }
)
queues = st.fixed_dictionaries(
    {
        name: st.integers(0, 10**9)
        for name in ("sends", "receives", "empty_receives", "deletes", "dlq_writes", "other_requests")
    }
)


@given(st.lists(functions, max_size=3), st.lists(queues, max_size=3))
def test_the_quantities_of_two_halves_are_those_of_the_whole(
    used: list[dict[str, Any]], asked: list[dict[str, Any]]
) -> None:
    whole = price_use({"lambda": used, "sqs": asked})
    halves = [price_use({"lambda": [function]}) for function in used] + [price_use({"sqs": queue}) for queue in asked]
    assert _by_key(whole.line_items) == _by_key(item for half in halves for item in half.line_items)


def _by_key(items: Any) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for item in items:
        found[item.price_key] = found.get(item.price_key, Decimal(0)) + Decimal(item.quantity)
    return {key: number for key, number in found.items() if number}


def _keys(*parts: list[Quantity]) -> set[str]:
    return {quantity.price_key for part in parts for quantity in part}


def _total(used: list[Quantity], *, free_tier: bool) -> Decimal:
    return Decimal(make_bill(used, free_tier=free_tier).total_usd)


@given(scenarios(), st.lists(st.integers(0, 1_500), min_size=1, max_size=4), st.booleans())
def test_a_run_that_is_cut_anywhere_is_counted_as_a_whole_and_no_line_of_its_bill_falls(
    chosen: Scenario, cuts: list[int], free_tier: bool
) -> None:
    """P12 for runs: what the pieces add to the counts is what the whole has; what was billed once stays billed."""
    rows = Trace(chosen).rows
    whole, pieces = Usage(chosen), Usage(chosen)
    whole.add(rows)
    before: dict[str, Decimal] = {}
    for begin, end in pairwise(sorted({0, *cuts, len(rows)})):
        pieces.add(rows[begin:end])
        bill = make_bill(Meter(chosen, pieces.used, View()).quantities(), free_tier=free_tier)
        now = _by_line(bill.line_items)
        assert all(now.get(name, 0) >= number for name, number in before.items()), (before, now)
        before = now
    assert pieces.used == whole.used


@given(scenarios(), st.integers(0, 1_500), st.sampled_from(list(WORK)))
def test_more_of_what_a_run_uses_never_costs_less(chosen: Scenario, more: int, name: str) -> None:
    used = make_report(chosen, [Trace(chosen).rows]).cost.used
    larger = deepcopy(used)
    if name in used.__struct_fields__:
        setattr(larger, name, getattr(used, name) + more)
    else:
        setattr(larger.work, name, getattr(used.work, name) + more)
    costs = [Decimal(make_cost(chosen, counted, View()).total_usd) for counted in (used, larger)]
    assert costs == sorted(costs)


def _by_line(items: Any) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for item in items:
        found[item.what] = found.get(item.what, Decimal(0)) + Decimal(item.quantity)
    return found
