"""What is between S3 and Lambda, and what follows an event that worked; the queue itself is in `test_asynchronous`."""

from typing import Any

import pytest

from simulations.engine import ScenarioErrors, make_report, parse_scenario, simulate_rows
from simulations.engine.trace import Arrived, Captured, Limit
from tests.conformance.cases import DENIED, DOWN, Case, check, pushed, refused, run, scripted

LOOP = {"writes_to_same_bucket": True}
ALLOWED = LOOP | {"recursive_loop": "allow", "loop_events": 30}

CASES = [
    Case(rule="S3-1", sentence="a fault is retried until it passes", scenario=pushed("s3", {}, refused("ServiceException", 0, 2)),
         at_s=[0, 1, 3], fates={"1": "delivered"}),
    Case(rule="S3-1", sentence="when S3 gives up nothing is left of the notification",
         scenario=pushed("s3", {"dead_letter_config": "sqs"}, DOWN), at_s=[0, 1, 3, 7], caught=[], fates={"1": "lost"}),
    Case(rule="SYNC-4", sentence="a throttle of the API says so by its reason",
         scenario=pushed("s3", {}, refused("TooManyRequestsException", 0, 0.5)), outcomes=["throttled", "succeeded"]),
    Case(rule="PERM-1", sentence="without permission notifications are lost without a sign",
         scenario=pushed("s3", {"dead_letter_config": "sqs"}, DENIED), at_s=[0], caught=[], fates={"1": "lost"}),
    Case(rule="GEN-4", sentence="an event may be handled twice although nothing failed",
         scenario=pushed("s3", {"duplicate_rate": 1}), at_s=[0, 1], outcomes=["succeeded", "succeeded"],
         fates={"1": "delivered"}),
    Case(rule="MODEL-15", sentence="a duplicate that fails leaves the fate alone, whatever it does to the dead-letter queue",
         scenario=pushed("s3", {"duplicate_rate": 1, "dead_letter_config": "sqs"},
                         scripted({"do": "ok"}, {"do": "raise"}, {"do": "raise"}, {"do": "raise"})),
         at_s=[0, 1, 61, 181], caught=["function_dlq"], fates={"1": "delivered"}),
    Case(rule="REC-1", sentence="a function that writes into its own bucket is stopped at the seventeenth invocation",
         scenario=pushed("s3", LOOP | {"dead_letter_config": "sqs"}), at_s=list(range(17)), invocations=16, caught=["function_dlq"],
         outcomes=["succeeded"] * 16 + ["refused"]),
    Case(rule="REC-1", sentence="retries of one event do not count in its chain",
         scenario=pushed("s3", LOOP, {"first_n": 1}), invocations=32),
    Case(rule="REC-3", sentence="without a catcher the stopped event is lost", scenario=pushed("s3", LOOP),
         fates={"1": "delivered"} | {f"1~{n}": "delivered" for n in range(2, 17)} | {"1~17": "lost"}, caught=[]),
    Case(rule="MODEL-17", sentence="a loop that is allowed goes on until we cut it", scenario=pushed("s3", ALLOWED), invocations=30,
         caught=[]),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.sentence}")
def test_case(case: Case) -> None:
    check(case)


@pytest.mark.parametrize(
    ("trigger", "most", "code"),
    [
        ("s3", 1_048_576, "InvalidParameterValueException"),
        ("ses", 1_048_576, "InvalidParameterValueException"),
        ("sns", 262_144, "InvalidParameter"),
        ("eventbridge", 1_048_576, "ValidationException"),
        ("iot", 131_072, "PAYLOAD_LIMIT_EXCEEDED"),
    ],
)
def test_what_no_sender_can_hand_over_is_refused_where_its_size_is_set(trigger: str, most: int, code: str) -> None:
    """DEST-8, EB-3, IOT-2; what S3 and SES tell about an object or a mail does not grow with it."""
    for traffic, field in (
        ({"kind": "burst", "count": 2}, "traffic.size_bytes"),
        ({"kind": "at", "events": [{"at_ms": 0}, {"at_ms": 1}]}, "traffic.events[1].size_bytes"),
    ):
        sized: Any = traffic["events"][1] if "events" in traffic else traffic  # type: ignore[index]  # a list there
        sized["size_bytes"] = most
        parse_scenario({"trigger": trigger, "traffic": traffic})
        sized["size_bytes"] = most + 1
        with pytest.raises(ScenarioErrors) as found:
            parse_scenario({"trigger": trigger, "traffic": traffic})
        assert [(error.field, error.code) for error in found.value.errors] == [(field, code)]


def test_a_stopped_loop_is_counted_and_told() -> None:
    scenario = parse_scenario(pushed("s3", LOOP | {"on_failure": "sqs", "dead_letter_config": "sqs"}))
    report = make_report(scenario)
    assert report.cloudwatch["RecursiveInvocationsDropped"].sum == 1
    assert report.cloudwatch["AsyncEventsDropped"].sum == 1
    assert (report.events.delivered, report.events.captured) == (16, 1)
    documents = {one.by: one.document for one in run(pushed("s3", LOOP | {"on_failure": "sqs", "dead_letter_config": "sqs"}))
                 if isinstance(one, Captured)}  # fmt: skip
    assert documents["function_dlq"]["attributes"]["ErrorCode"] == "400"
    assert documents["on_failure"]["requestContext"]["condition"] == "RecursiveInvocationException"


def test_duplicates_are_counted_and_each_event_has_its_own_luck() -> None:
    scenario: dict[str, Any] = {
        "trigger": "s3", "seed": 5, "settings": {"duplicate_rate": 0.1},
        "traffic": {"kind": "steady", "count": 2_000, "rate_per_s": 10},
    }  # fmt: skip
    report = make_report(parse_scenario(scenario))
    assert report.events.delivered == 2_000
    assert report.invocations.duplicates == report.invocations.total - 2_000
    assert report.invocations.duplicates / 2_000 == pytest.approx(0.1, abs=5 * (0.1 * 0.9 / 2_000) ** 0.5)


def test_two_chains_are_stopped_one_by_one() -> None:
    report = make_report(parse_scenario(pushed("s3", LOOP, at_s=(0, 0.5))))
    assert (report.events.arrived, report.events.delivered, report.events.lost) == (34, 32, 2)


def test_a_limit_on_events_holds_for_those_that_a_loop_causes_too() -> None:
    rows = [row for chunk in simulate_rows(parse_scenario(pushed("s3", LOOP)), event_limit=5) for row in chunk]
    assert sum(row[0] == 0 for row in rows) == 5
    assert rows[-1][3] == "event_limit"
    assert rows[-2][3] == "event_limit"


def test_the_limit_that_cut_a_loop_is_a_record() -> None:
    records = run(pushed("s3", ALLOWED))
    assert [one.value for one in records if isinstance(one, Limit)] == ["30"]
    assert [one.event for one in records if isinstance(one, Arrived)][-1] == "1~30"


def test_ids_that_a_loop_would_use_are_refused() -> None:
    scenario = pushed("s3", LOOP) | {"traffic": {"kind": "at", "events": [{"at_ms": 0, "id": "a~2"}]}}
    with pytest.raises(ScenarioErrors) as refused_fields:
        parse_scenario(scenario)
    assert [error.field for error in refused_fields.value.errors] == ["traffic.events[0].id"]
