"""P12 and P13: every figure is a fold over the records, however they are cut, and a comparison has two equal sides."""

from decimal import Decimal
from itertools import pairwise

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from simulations.engine import Scenario
from simulations.engine.billing.functions import gb_seconds
from simulations.engine.compare import compare_reports
from simulations.engine.report import Report, ReportBuilder, make_report
from simulations.engine.trace import FATES, OUTCOMES, Arrived
from tests.strategies import scenarios
from tests.traces import Trace, changed


def report_of(trace: Trace) -> Report:
    return make_report(trace.scenario, [trace.rows])


@given(scenarios(), st.lists(st.integers(0, 60), max_size=8))
def test_a_report_does_not_depend_on_how_its_rows_were_cut(scenario: Scenario, cuts: list[int]) -> None:
    trace = Trace(scenario)
    builder = ReportBuilder(scenario)
    places = sorted({0, *cuts, len(trace.rows)})
    for begin, end in pairwise(places):
        builder.add(trace.rows[begin:end])
    assert builder.finish() == report_of(trace) == make_report(scenario, trace.records)


@given(scenarios())
def test_the_counts_are_the_records_counted(scenario: Scenario) -> None:
    trace = Trace(scenario)
    report = report_of(trace)
    events = msgspec.to_builtins(report.events)
    fates = [record.fate for record in trace.fates.values()]
    assert {fate: events[fate] for fate in FATES} == {fate: fates.count(fate) for fate in FATES}
    assert events["arrived"] == sum(isinstance(record, Arrived) for record in trace.records)
    assert events["arrived"] == sum(events[fate] for fate in FATES) + events["unsettled"]
    attempts = msgspec.to_builtins(report.attempts)
    outcomes = [attempt.outcome for attempt in trace.attempts]
    assert {outcome: attempts[outcome] for outcome in OUTCOMES} == {name: outcomes.count(name) for name in OUTCOMES}
    assert report.attempts.total == len(outcomes)
    assert report.invocations.total == len(outcomes) - outcomes.count("throttled") - outcomes.count("refused")
    assert report.billed_ms == sum(attempt.billed_ms for attempt in trace.attempts)


@given(scenarios())
def test_running_totals_only_grow_and_end_at_the_report(scenario: Scenario) -> None:
    trace = Trace(scenario)
    builder = ReportBuilder(scenario, by_event=False)
    spent, attempts = Decimal(0), 0
    for begin in range(0, len(trace.rows), 97):
        builder.add(trace.rows[begin : begin + 97])
        totals = builder.totals()
        assert Decimal(totals["total_usd"]) >= spent
        assert totals["attempts"]["total"] >= attempts
        spent, attempts = Decimal(totals["total_usd"]), totals["attempts"]["total"]
    report = builder.finish()
    assert Decimal(report.cost.total_usd) == spent
    assert report.attempts.total == attempts
    assert report.by_event is None


@given(scenarios())
def test_what_a_report_says_of_each_event_adds_up_to_its_counts(scenario: Scenario) -> None:
    report = report_of(Trace(scenario))
    assert report.by_event is not None
    fates = [event.fate for event in report.by_event.values()]
    assert len(fates) == report.events.arrived
    assert fates.count(None) == report.events.unsettled
    assert fates.count("captured") == report.events.captured
    assert all(event.captured_by for event in report.by_event.values() if event.fate == "captured")


@given(scenarios())
def test_cost_is_the_sum_of_its_lines_and_never_negative(scenario: Scenario) -> None:
    cost = report_of(Trace(scenario)).cost
    amounts = [Decimal(item.amount) for item in cost.line_items]
    assert Decimal(cost.total_usd) == sum(amounts)
    assert all(amount >= 0 for amount in amounts)
    for item in cost.line_items:
        assert Decimal(item.amount) == Decimal(item.quantity) * Decimal(item.unit_price)
        assert "e" not in item.amount.lower()


@given(scenarios())
def test_what_is_billed_are_invocations_and_their_time(scenario: Scenario) -> None:
    trace = Trace(scenario)
    lines = {item.what: Decimal(item.quantity) for item in report_of(trace).cost.line_items}
    ran = [attempt for attempt in trace.attempts if attempt.invocation is not None]
    assert lines["Lambda requests"] == len(ran), "a throttled attempt is free"
    billed_ms = sum(attempt.billed_ms for attempt in ran)
    architecture = scenario.function.architecture
    names = (f"Lambda duration ({architecture})", f"Lambda duration on provisioned concurrency ({architecture})")
    assert sum(lines.get(name, 0) for name in names) == Decimal(billed_ms * scenario.function.memory_mb) / (
        1_024 * 1_000
    )


@given(scenarios(), st.integers(128, 10_240), st.integers(128, 10_240))
def test_more_memory_never_costs_less(scenario: Scenario, one: int, other: int) -> None:
    less, more = sorted((one, other))
    rows = Trace(scenario).rows
    prices = [
        Decimal(make_report(changed(scenario, function={"memory_mb": size}), [rows]).cost.total_usd)
        for size in (less, more)
    ]
    assert prices == sorted(prices)


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(128, 10_240))
def test_more_time_never_costs_less(one: int, other: int, memory_mb: int) -> None:
    less, more = sorted((one, other))
    assert 0 <= gb_seconds(less, memory_mb) <= gb_seconds(more, memory_mb)
    assert gb_seconds(less, memory_mb) + gb_seconds(more, memory_mb) == gb_seconds(less + more, memory_mb)


@given(scenarios(), st.integers(0, 3))
def test_a_comparison_mirrors_itself(scenario: Scenario, seed: int) -> None:
    one, other = report_of(Trace(scenario)), report_of(Trace(changed(scenario, seed=seed)))
    assert compare_reports(one, one) == []
    there, back = compare_reports(one, other), compare_reports(other, one)
    assert [(found.figure, found.a, found.b) for found in there] == [(found.figure, found.b, found.a) for found in back]
    for left, right in zip(there, back, strict=True):
        if left.change is not None and right.change is not None:
            assert Decimal(left.change) == -Decimal(right.change)


@given(scenarios())
def test_a_report_can_be_written_as_json(scenario: Scenario) -> None:
    report = report_of(Trace(scenario))
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report
