import msgspec
import pytest
from hypothesis import given

from simulations.engine import ENGINE_VERSION, Scenario, make_report, simulate, simulate_rows
from simulations.engine.report import Report, ReportBuilder, to_row
from simulations.engine.trace import Fate, Outcome
from tests.engine.histories import History, scenario
from tests.strategies import scenarios
from tests.traces import Trace

ALWAYS_FAILS = scenario("s3", failures={"error_rate": 1}, settings={"dead_letter_config": "sqs", "on_failure": "s3"})


def report_of(history: History, trigger: str = "s3") -> Report:
    return make_report(scenario(trigger), [history.rows])


def test_what_became_of_each_event() -> None:
    report = make_report(ALWAYS_FAILS)
    assert report.by_event is not None
    assert msgspec.to_builtins(report.by_event["1"]) == {
        "fate": "captured", "cause": "RetriesExhausted", "settled_us": 180_300_000, "invocations": 3,
        "receive_count": None, "captured_by": ["function_dlq", "on_failure"], "answers": [],
    }  # fmt: skip


def test_an_event_without_a_fate_has_none() -> None:
    history = History()
    history.arrive(0, "a")
    history.invoke(0, {"a": 1}, Outcome.FAILED)
    report = report_of(history)
    assert report.by_event is not None
    found = report.by_event["a"]
    assert (found.fate, found.cause, found.settled_us, found.invocations) == (None, None, None, 1)
    assert report.ended is None


def test_a_throttle_is_no_invocation_of_the_event() -> None:
    history = History()
    history.arrive(0, "a")
    history.throttle(0, "a")
    report = report_of(history)
    assert report.by_event is not None
    assert report.by_event["a"].invocations == 0


def test_what_happens_after_the_fate_is_still_told() -> None:
    history = History()
    history.arrive(0, "a")
    history.invoke(0, {"a": 1})
    history.settle(0.1, Fate.DELIVERED, "a")
    history.invoke(30, {"a": 2})
    history.capture(31, "on_success", "a")
    report = report_of(history)
    assert report.by_event is not None
    found = report.by_event["a"]
    assert (found.fate, found.invocations, found.captured_by) == ("delivered", 2, ["on_success"])


def test_a_catcher_that_got_an_event_twice_is_named_once() -> None:
    history = History()
    history.arrive(0, "a")
    history.capture(1, "function_dlq", "a")
    history.capture(2, "function_dlq", "a")
    report = report_of(history)
    assert report.by_event is not None
    assert report.by_event["a"].captured_by == ["function_dlq"]
    assert report.caught == {"function_dlq": 2}


def test_the_receive_count_is_that_of_the_last_receive() -> None:
    report = make_report(scenario("sqs", failures={"first_n": 2}, settings={"max_receive_count": 5}))
    assert report.by_event is not None
    assert (report.by_event["1"].receive_count, report.by_event["1"].invocations) == (3, 3)


def test_an_answer_is_told_with_its_status_and_body() -> None:
    report = make_report(scenario("api_gateway", failures={"error_rate": 1}))
    assert report.by_event is not None
    [answer] = report.by_event["1"].answers
    assert (answer.at_us, answer.status_code, answer.body) == (100_000, 502, {"message": "Internal server error"})


def test_a_catcher_keeps_its_documents() -> None:
    report = make_report(ALWAYS_FAILS)
    assert report.catchers is not None
    assert set(report.catchers) == set(report.caught) == {"function_dlq", "on_failure"}
    [caught] = report.catchers["function_dlq"]
    assert (caught.at_us, caught.events, caught.cause) == (180_300_000, ["1"], "RetriesExhausted")
    assert caught.document["attributes"]["ErrorCode"] == "200"


@pytest.mark.parametrize(
    ("trigger", "settings", "names"),
    [
        ("s3", {}, set()),
        ("s3", {"dead_letter_config": "sqs", "on_success": "sns"}, {"function_dlq", "on_success"}),
        ("sqs", {"max_receive_count": 3}, {"queue_dlq"}),
        ("api_gateway", {}, set()),
    ],
)
def test_a_catcher_that_caught_nothing_is_said_to_be_empty(
    trigger: str, settings: dict[str, str], names: set[str]
) -> None:
    chosen = scenario(trigger, settings=settings)
    report = make_report(chosen, [[]])
    assert report.catchers == {name: [] for name in names}
    assert report.caught == dict.fromkeys(names, 0)


def test_only_counts_are_kept_when_nobody_wants_more() -> None:
    report = make_report(ALWAYS_FAILS, by_event=False, keep_documents=False)
    assert (report.by_event, report.catchers) == (None, None)
    assert report.caught == {"function_dlq": 1, "on_failure": 1}
    assert report.events == make_report(ALWAYS_FAILS).events


def test_each_limit_is_told_once_with_the_first_record_that_says_so() -> None:
    chosen = scenario("s3", failures={"error_rate": 1}, traffic={"kind": "burst", "count": 3})
    report = make_report(chosen)
    [limit] = [limit for limit in report.limits if limit.limit == "MaximumRetryAttempts"]
    assert (limit.value, limit.rule, limit.count) == ("2", "ASYNC-3", 3)
    first = next(record for record in simulate(chosen) if record.seq == limit.first_seq)
    assert getattr(first, "limit", None) == "MaximumRetryAttempts"


def test_the_end_says_why_and_what_was_counted() -> None:
    report = make_report(scenario("sqs"))
    assert report.ended is not None
    assert report.ended.reason == "settled"
    assert report.ended.counts["sends"] == 1


def test_a_limit_on_records_is_told() -> None:
    chosen = scenario("s3", traffic={"kind": "burst", "count": 500})
    report = make_report(chosen, simulate_rows(chosen, record_limit=20))
    assert report.ended is not None
    assert report.ended.reason == "record_limit"
    assert "record_limit" in [limit.limit for limit in report.limits]


def test_the_keys_are_those_of_the_contract() -> None:
    report = msgspec.to_builtins(make_report(ALWAYS_FAILS))
    assert {"events", "by_event", "catchers", "attempts", "invocations", "cloudwatch", "cost"} <= set(report)
    assert set(report["events"]) == {"arrived", "delivered", "captured", "lost", "returned", "filtered", "unsettled"}
    assert set(report["attempts"]) == {"total", "succeeded", "failed", "timed_out", "throttled", "refused"}
    assert set(report["invocations"]) == {"total", "errors", "duplicates"}
    assert {"line_items", "total_usd", "not_priced", "month", "failures", "per_event"} <= set(report["cost"])
    assert set(report["cloudwatch"]["Errors"]) == {"sum", "max", "last"}
    assert set(report["catchers"]["on_failure"][0]) == {"at_us", "events", "cause", "document"}
    assert report["engine_version"] == ENGINE_VERSION


def test_running_totals_are_small_and_end_at_the_report() -> None:
    builder = ReportBuilder(ALWAYS_FAILS, by_event=False)
    assert builder.totals()["records"] == 0
    rows = [row for chunk in simulate_rows(ALWAYS_FAILS) for row in chunk]
    builder.add(rows)
    totals, report = builder.totals(), builder.finish()
    assert (totals["records"], totals["at_us"]) == (len(rows), 180_300_000)
    assert totals["events"] == msgspec.to_builtins(report.events)
    assert totals["billed_ms"] == report.billed_ms == 300
    assert totals["total_usd"] == report.cost.total_usd
    assert len(msgspec.json.encode(totals)) < 500


def test_a_finished_report_does_not_change_when_more_is_added() -> None:
    builder = ReportBuilder(ALWAYS_FAILS, by_event=False, keep_documents=False)
    rows = [row for chunk in simulate_rows(ALWAYS_FAILS) for row in chunk]
    builder.add(rows)
    report = builder.finish()
    before = msgspec.json.encode(report)
    builder.add(rows)
    assert msgspec.json.encode(report) == before


@given(scenarios())
def test_rows_records_and_a_simulation_of_its_own_give_one_report(chosen: Scenario) -> None:
    trace = Trace(chosen)
    report = make_report(chosen, [trace.rows])
    assert make_report(chosen, trace.rows) == report
    assert make_report(chosen, trace.records) == report
    if trace.whole:
        assert make_report(chosen) == report


@given(scenarios())
def test_a_record_becomes_the_row_it_was(chosen: Scenario) -> None:
    trace = Trace(chosen)
    assert [to_row(record) for record in trace.records] == trace.rows
