"""Event filters of event source mappings: what passes, what becomes of the rest, and what AWS refuses.

The tables of formats are those of LD:with-sqs-filtering and LD:with-kinesis-filtering.
"""

from typing import Any

import pytest

from simulations.engine import Scenario, ScenarioErrors, make_report, parse_scenario, simulate
from simulations.engine.trace import Filtered, Settled
from tests.conformance.cases import Case, check, run

PAID, OPEN, TEXT = {"status": "paid"}, {"status": "open"}, "paid"
ABOUT_JSON, ABOUT_TEXT = {"status": ["paid"]}, ["paid"]
INVALID = "InvalidParameterValueException"


def filtered(trigger: str, bodies: list[Any], *patterns: Any, **settings: Any) -> dict[str, Any]:
    """Events with these bodies, all there from the beginning, for code that takes no time."""
    return {
        "trigger": trigger,
        "settings": {"filter_criteria": list(patterns), **settings},
        "function": {"duration": {"kind": "constant", "ms": 0}},
        "traffic": {"kind": "backlog", "count": len(bodies), "bodies": bodies},
    }


def image(pattern: dict[str, Any]) -> dict[str, Any]:
    return {"dynamodb": {"NewImage": pattern}}


CASES = (
    Case(
        rule="FILTER-1", sentence="one filter that matches is enough, and what matches none never reaches the function",
        scenario=filtered("sqs", [PAID, OPEN, {"status": "new"}], {"body": {"status": ["paid"]}}, {"body": {"status": ["open"]}}),
        fates={"1": "delivered", "2": "delivered", "3": "filtered"}, causes={"1": None, "2": None, "3": "NotMatched"},
        invocations=1,
    ),
    Case(
        rule="FILTER-2", sentence="a queue whose messages are all filtered invokes nothing",
        scenario=filtered("sqs", [OPEN] * 12, {"body": ABOUT_JSON}), fates={str(n): "filtered" for n in range(1, 13)},
        at_s=[],
    ),
    Case(
        rule="FILTER-2", sentence="a stream moves past what does not match, and the rest makes one batch",
        scenario=filtered("kinesis", [OPEN, PAID, OPEN, PAID], {"data": ABOUT_JSON}),
        fates={"1": "filtered", "2": "delivered", "3": "filtered", "4": "delivered"}, at_s=[0],
    ),
    Case(
        rule="FILTER-3", sentence="a pattern for JSON drops a message of plain text, even one that says the same",
        scenario=filtered("sqs", [PAID, TEXT], {"body": ABOUT_JSON}),
        fates={"1": "delivered", "2": "filtered"}, causes={"1": None, "2": "FormatMismatch"},
    ),
    Case(
        rule="FILTER-3", sentence="a pattern for text drops a message of JSON",
        scenario=filtered("sqs", [PAID, TEXT], {"body": ABOUT_TEXT}),
        fates={"1": "filtered", "2": "delivered"}, causes={"1": "FormatMismatch", "2": None},
    ),
    Case(
        rule="FILTER-5", sentence="a record of Kinesis that is no JSON is dropped",
        scenario=filtered("kinesis", [PAID, TEXT], {"data": ABOUT_JSON}),
        fates={"1": "delivered", "2": "filtered"}, causes={"1": None, "2": "FormatMismatch"},
    ),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.sentence}")
def test_filters(case: Case) -> None:
    check(case)


@pytest.mark.parametrize(
    ("body", "pattern", "fate"),
    [
        (TEXT, {"body": ABOUT_TEXT}, "delivered"),
        ("open", {"body": ABOUT_TEXT}, "filtered"),
        (TEXT, {"body": ABOUT_JSON}, "filtered"),
        (PAID, {"body": ABOUT_TEXT}, "filtered"),
        (PAID, {"body": ABOUT_JSON}, "delivered"),
        (OPEN, {"body": ABOUT_JSON}, "filtered"),
        ('{"status": "paid"}', {"body": ABOUT_JSON}, "delivered"),  # a text that is JSON is JSON
        (TEXT, {"$or": [{"body": ABOUT_JSON}, {"body": ABOUT_TEXT}]}, "delivered"),
        ("prepaid", {"body": [{"anything-but": ["paid"]}]}, "delivered"),
    ],
)
def test_text_and_json_in_sqs_as_in_the_table_of_aws(body: Any, pattern: dict[str, Any], fate: str) -> None:
    assert fates(filtered("sqs", [body], pattern)) == [fate]


@pytest.mark.parametrize(
    ("body", "pattern", "fate"),
    [
        ({"total": 300}, image({"total": {"N": ["300"]}}), "delivered"),
        ({"total": 300}, image({"total": {"N": [{"numeric": ["=", 300]}]}}), "filtered"),  # N holds text
        ({"paid": True}, image({"paid": {"BOOL": [True]}}), "delivered"),
        ({"note": None}, image({"note": {"NULL": [True]}}), "delivered"),
        ({"address": {"city": "Bonn"}}, image({"address": {"M": {"city": {"S": ["Bonn"]}}}}), "delivered"),
        ({"tags": ["a", "b"]}, image({"tags": {"L": {"S": ["b"]}}}), "delivered"),
        ("hello", image({"body": {"S": [{"prefix": "he"}]}}), "delivered"),
        (PAID, {"eventName": ["INSERT"]}, "delivered"),
        (PAID, {"eventName": ["REMOVE"]}, "filtered"),
        (PAID, {"userIdentity": {"type": ["Service"]}}, "filtered"),  # as AWS finds what time to live has deleted
        (PAID, image({"status": {"S": [{"exists": False}]}}), "filtered"),
    ],
)
def test_a_table_is_filtered_by_its_items(body: Any, pattern: dict[str, Any], fate: str) -> None:
    assert fates(filtered("dynamodb_streams", [body], pattern)) == [fate]


def fates(scenario: dict[str, Any]) -> list[str]:
    return [record.fate for record in run(scenario) if isinstance(record, Settled)]


def test_without_a_body_a_message_says_its_number() -> None:
    scenario = filtered("sqs", [None, None], {"body": ["message 2"]})
    assert fates(scenario | {"traffic": {"kind": "backlog", "count": 2}}) == ["filtered", "delivered"]


@pytest.mark.parametrize("window_s", [0, 5])
def test_what_passes_still_fills_batches(window_s: int) -> None:
    """Every second message passes; what does not takes no place in a batch whose window is open."""
    scenario = parse_scenario(filtered(
        "sqs", [PAID, OPEN] * 20, {"body": ABOUT_JSON}, batch_size=5, maximum_batching_window_s=window_s, maximum_concurrency=2,
    ))  # fmt: skip
    report = make_report(scenario)
    assert (report.events.delivered, report.events.filtered) == (20, 20)
    assert report.cloudwatch["InvokedEventCount"].sum == 20
    if window_s:
        assert report.invocations.total == 4


@pytest.mark.parametrize("trigger", ["sqs", "kinesis", "dynamodb_streams"])
def test_metrics_count_what_was_filtered(trigger: str) -> None:
    pattern = {
        "sqs": {"body": ABOUT_JSON},
        "kinesis": {"data": ABOUT_JSON},
        "dynamodb_streams": image({"status": {"S": ["paid"]}}),
    }
    report = make_report(parse_scenario(filtered(trigger, [PAID, OPEN, OPEN], pattern[trigger])))
    counts = {
        name: report.cloudwatch[name].sum for name in ("PolledEventCount", "FilteredOutEventCount", "InvokedEventCount")
    }
    assert counts == {"PolledEventCount": 3, "FilteredOutEventCount": 2, "InvokedEventCount": 1}
    if trigger == "sqs":
        assert report.cloudwatch["DeletedEventCount"].sum == 1, "counts what was deleted after it was handled"
        assert report.cloudwatch["NumberOfMessagesDeleted"].sum == 3
        assert report.cloudwatch["ApproximateNumberOfMessagesVisible"].last == 0
        assert report.ended is not None
        assert report.ended.counts["deletes"] == 2


def test_a_blocked_shard_does_not_hold_back_what_is_filtered() -> None:
    scenario = filtered("kinesis", [PAID, OPEN], {"data": ABOUT_JSON}, maximum_retry_attempts=3)
    records = run(scenario | {"failures": {"poison": ["1"]}})
    first = next(record for record in records if isinstance(record, Filtered))
    assert (first.events, first.at_us) == (["2"], 0)


def test_no_filter_is_a_run_as_before() -> None:
    plain = parse_scenario(filtered("sqs", [PAID, OPEN, TEXT]))
    everything = parse_scenario(
        filtered("sqs", [PAID, OPEN, TEXT], {"body": {"x": [{"exists": False}]}}, {"body": [{"prefix": ""}]})
    )
    assert told(plain) == told(everything)


def told(scenario: Scenario) -> list[Any]:
    return list(simulate(scenario))


@pytest.mark.parametrize(
    ("trigger", "patterns", "field", "words"),
    [
        ("sqs", [{"body": ABOUT_JSON}] * 11, "", "at most 10 filters, not 11"),
        ("sqs", [{"body": ABOUT_JSON}, {"messageId": ["1"]}], "[1]", 'look at body, not at "messageId"'),
        ("sqs", [{"body": []}], "[0]", "empty arrays"),
        ("sqs", ["body"], "[0]", "JSON object"),
        ("sqs", [{"body": {"ip": [{"cidr": "10.0.0.0/8"}]}}], "[0]", "The operator cidr cannot be used here"),
        ("sqs", [{"body": {"a": [{"anything-but": {"prefix": "x"}}]}}], "[0]", "anything-but with prefix cannot"),
        ("kinesis", [{"data": ["paid"]}], "[0]", "must be JSON"),
        ("kinesis", [{"partitionKey": ["1"]}], "[0]", "look at data"),
        ("dynamodb_streams", [{"dynamodb": ["x"]}], "[0]", "must be JSON"),
        ("dynamodb_streams", [{"NewImage": {"a": ["x"]}}], "[0]", "look at dynamodb or eventID"),
    ],
)
def test_what_aws_refuses_is_said_at_the_field(trigger: str, patterns: list[Any], field: str, words: str) -> None:
    with pytest.raises(ScenarioErrors) as refused:
        parse_scenario({"trigger": trigger, "settings": {"filter_criteria": patterns}})
    [error] = refused.value.errors
    assert (error.field, error.code) == (f"settings.filter_criteria{field}", INVALID)
    assert words in error.message


@pytest.mark.parametrize("trigger", ["sqs", "dynamodb_streams"])
def test_a_body_that_nobody_can_follow_is_refused(trigger: str) -> None:
    body: Any = 1
    for _ in range(900):
        body = {"a": body}
    for traffic, field in (
        ({"kind": "backlog", "count": 1, "bodies": [1, body]}, "traffic.bodies[1]"),
        ({"kind": "at", "events": [{"at_ms": 0, "body": body}]}, "traffic.events[0].body"),
    ):
        with pytest.raises(ScenarioErrors) as refused:
            parse_scenario({"trigger": trigger, "traffic": traffic})
        assert [error.field for error in refused.value.errors] == [field]


def test_a_pattern_of_more_than_4096_characters_is_refused() -> None:
    long = {"body": {"a": ["x" * 4_096]}}
    with pytest.raises(ScenarioErrors) as refused:
        parse_scenario({"trigger": "sqs", "settings": {"filter_criteria": [long]}})
    assert [error.code for error in refused.value.errors] == ["ValidationException"]
    assert "4096" in str(refused.value)
