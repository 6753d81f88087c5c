from decimal import Decimal
from typing import Any

from hypothesis import given

from simulations.engine import Scenario, compare_reports, make_report
from simulations.engine.compare import Difference, comparison_table
from simulations.engine.report import Report
from tests.engine.histories import scenario
from tests.strategies import scenarios
from tests.traces import Trace


def report(**sections: Any) -> Report:
    return make_report(scenario("s3", **sections))


def by_figure(a: Report, b: Report) -> dict[str, Difference]:
    return {found.figure: found for found in compare_reports(a, b)}


def test_a_report_does_not_differ_from_itself() -> None:
    chosen = scenario("s3", failures={"error_rate": 0.5}, traffic={"kind": "burst", "count": 20})
    assert compare_reports(make_report(chosen), make_report(chosen)) == []


def test_a_dead_letter_queue_moves_events_from_lost_to_captured_and_nothing_else() -> None:
    fails: dict[str, Any] = {"failures": {"error_rate": 1}, "traffic": {"kind": "burst", "count": 4}}
    found = by_figure(report(**fails), report(**fails, settings={"dead_letter_config": "sqs"}))
    assert {name: difference.change for name, difference in found.items()} == {
        "events.lost": "-4",
        "events.captured": "4",
        "cost.total_usd": "0.0000016",
    }, "four writes to SQS"


def test_fewer_retries_save_invocations_time_and_money() -> None:
    fails: dict[str, Any] = {"failures": {"error_rate": 1}}
    found = by_figure(report(**fails), report(**fails, settings={"maximum_retry_attempts": 0}))
    assert {name: (found[name].a, found[name].b) for name in found} == {
        "attempts.total": ("3", "1"),
        "invocations.total": ("3", "1"),
        "invocations.errors": ("3", "1"),
        "time_to_settle.mean_us": ("180300000", "100000"),
        "time_to_settle.max_us": ("180300000", "100000"),
        "billed_ms": ("300", "100"),
        "cost.total_usd": ("0.00000622500125", "0.00000540833375"),
    }


def test_a_difference_is_said_in_words() -> None:
    fails: dict[str, Any] = {"failures": {"error_rate": 1}}
    found = by_figure(report(**fails), report(**fails, settings={"maximum_retry_attempts": 0}))
    assert found["attempts.total"].sentence == "Attempts: 3 in the first run, 1 in the second."
    assert found["time_to_settle.max_us"].sentence == (
        "Longest time to settle: 3 min 0.3 s in the first run, 100 ms in the second."
    )
    assert found["cost.total_usd"].sentence == (
        "Cost: $0.00000622500125 in the first run, $0.00000540833375 in the second."
    )


def test_what_only_one_run_has_is_said_to_be_missing_in_the_other() -> None:
    nobody = make_report(scenario(), [[]])
    found = by_figure(nobody, report())["time_to_settle.mean_us"]
    assert (found.a, found.b, found.change) == (None, "100000", None)
    assert found.sentence == "Mean time to settle: none in the first run, 100 ms in the second."


def test_several_reports_are_one_table_with_the_best_and_the_worst_of_each_figure() -> None:
    fails: dict[str, Any] = {"failures": {"error_rate": 1}}
    three = [
        make_report(scenario("api_gateway", **fails)),
        report(**fails),
        make_report(scenario("sqs", **fails, settings={"max_receive_count": 5})),
    ]
    lines = {line.figure: [(cell.shown, cell.standing) for cell in line.cells] for line in comparison_table(three)}
    assert lines["events.lost"] == [("0", "best"), ("1", "worst"), ("0", "best")]
    assert lines["events.returned"] == [("1", ""), ("0", ""), ("0", "")]
    assert lines["attempts.total"] == [("1", ""), ("3", ""), ("5", "")]
    assert lines["time_to_settle.max_us"] == [("100 ms", ""), ("3 min 0.3 s", ""), ("2 min 30 s", "")]
    assert lines["cost.total_usd"] == [("$0.00000391", ""), ("$0.00000623", ""), ("$0.0000112", "")]
    assert "time_to_settle.mean_us" not in lines, "of one event the longest time is the mean"
    assert "attempts.throttled" not in lines, "nobody has any"


def test_time_and_cost_are_judged_only_among_runs_that_bring_their_events_to_the_same_ends() -> None:
    """To lose an event is quick and cheap."""
    fails = {"failures": {"error_rate": 1}}
    one, other = (make_report(scenario("s3", settings={"maximum_retry_attempts": n}, **fails)) for n in (0, 2))
    lines = {line.figure: [cell.standing for cell in line.cells] for line in comparison_table([one, other])}
    assert (lines["time_to_settle.max_us"], lines["cost.total_usd"]) == (["best", "worst"],) * 2
    kept = make_report(scenario("s3", settings={"dead_letter_config": "sqs"}, **fails))
    lines = {line.figure: [cell.standing for cell in line.cells] for line in comparison_table([one, kept])}
    assert (lines["time_to_settle.max_us"], lines["cost.total_usd"]) == (["", ""],) * 2
    assert lines["events.lost"] == ["worst", "best"]


def test_nobody_is_best_where_all_are_equal() -> None:
    lines = comparison_table([report(), report()])
    assert {cell.standing for line in lines for cell in line.cells} == {""}


@given(scenarios(), scenarios())
def test_a_comparison_has_two_equal_sides(one: Scenario, other: Scenario) -> None:
    a, b = (make_report(chosen, [Trace(chosen).rows]) for chosen in (one, other))
    there, back = by_figure(a, b), by_figure(b, a)
    assert list(there) == list(back)
    for name, difference in there.items():
        mirrored = back[name]
        assert (difference.a, difference.b) == (mirrored.b, mirrored.a)
        if difference.change is not None and mirrored.change is not None:
            assert Decimal(difference.change) == -Decimal(mirrored.change)
            assert Decimal(difference.change) != 0
