"""Tumbling windows, case by case: batches of one window, a state that is carried on, and an invocation at the end."""

from typing import Any

import pytest

from simulations.engine.trace import Arrived, Attempt, Captured, Limit, Settled
from tests.conformance.cases import FAIL, OK, Case, check, scripted
from tests.conformance.test_stream import (
    ALWAYS,
    BISECTS,
    DAY_S,
    REPORTS,
    at,
    dynamodb,
    first_run,
    lasting,
    of,
    retries,
    stream,
)
from tests.conformance.test_stream_settings import INVALID, VALIDATION, errors_of

MINUTE = {"tumbling_window_s": 60}
MIB = 1_048_576


def fates(scenario: dict[str, Any]) -> dict[str, tuple[str, float]]:
    return {record.event: (record.fate, record.at_us / 1e6) for record in of(Settled, scenario)}


CASES = [
    Case(rule="STREAM-15", sentence="a record of the next window closes a window at once",
         scenario=stream(MINUTE, traffic=at(0, 30, 61)), at_s=[0, 30, 61, 61, 240],
         fates={"1": "delivered", "2": "delivered", "3": "delivered", "window-1": "delivered", "window-2": "delivered"}),
    Case(rule="STREAM-15", sentence="a window without more records closes two minutes after its end",
         scenario=dynamodb(MINUTE), at_s=[0, 180], invocations=2),
    Case(rule="STREAM-15", sentence="or sooner, if the scenario says so",
         scenario=stream(MINUTE | {"tumbling_wait_s": 0}), at_s=[0, 60]),
    Case(rule="STREAM-15", sentence="a batch holds records of one window",
         scenario=stream(MINUTE | {"mapping_starts_s": 100}, traffic=at(0, 59, 60, 90)), at_s=[100, 100, 100, 240], invocations=4),
    Case(rule="STREAM-15", sentence="an answer without a state is a failed invocation",
         scenario=stream(MINUTE, first_run(returns={})), at_s=[0, 1, 180], outcomes=["succeeded"] * 3, invocations=3),
    Case(rule="STREAM-15", sentence="nothing of the shard goes on before the last invocation of a window has worked",
         scenario=stream(MINUTE, scripted(FAIL, FAIL, OK, event="window-1"), traffic=at(0, 61)), at_s=[0, 61, 62, 64, 64, 240]),
    Case(rule="STREAM-15", sentence="its retries are those of a batch, and then the state is lost",
         scenario=stream(MINUTE | retries(1), {"poison": ["window-1"]}, traffic=at(0, 61)), at_s=[0, 61, 62, 62, 240],
         causes={"1": None, "2": None, "window-1": "RetryAttemptsExhausted", "window-2": None}),
    Case(rule="STREAM-15", sentence="a state above 1 MB ends the window early",
         scenario=stream(MINUTE | {"state_bytes_per_record": 600_000, "batch_size": 1}, traffic=at(0, 1, 2)),
         at_s=[0, 1, 1, 2, 180], invocations=5),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.sentence}")
def test_case(case: Case) -> None:
    check(case)


def test_windows_lie_at_multiples_of_their_length() -> None:
    scenario = stream(MINUTE, traffic=at(119, 120))
    assert [attempt.events for attempt in of(Attempt, scenario)] == [["1"], ["window-1"], ["2"], ["window-2"]]


def test_a_window_is_closed_only_once_its_failing_batch_is_done() -> None:
    scenario = stream(MINUTE, {"first_n": 3}, traffic=at(0, 61))
    assert [attempt.events[0] for attempt in of(Attempt, scenario)[:5]] == ["1", "1", "1", "1", "window-1"]


def test_a_window_of_which_nothing_was_handled_has_no_last_invocation() -> None:
    scenario = stream(MINUTE | retries(0), {"poison": ["1"]}, traffic=at(0, 61))
    assert [attempt.events for attempt in of(Attempt, scenario)] == [["1"], ["2"], ["window-1"]]


def test_each_shard_has_its_own_windows() -> None:
    traffic = {"kind": "at", "events": [{"at_ms": 0, "shard": "0"}, {"at_ms": 0, "shard": "1"}]}
    windows = [
        record for record in of(Arrived, stream(MINUTE | {"shard_count": 2}, traffic=traffic)) if record.size_bytes == 0
    ]
    assert [(record.event, record.shard) for record in windows] == [
        ("window-1", "shardId-000000000000"), ("window-2", "shardId-000000000001")
    ]  # fmt: skip


@pytest.mark.parametrize("answer", [None, [], {"batchItemFailures": []}, "text"])
def test_without_a_state_every_answer_fails(answer: Any) -> None:
    attempts = of(Attempt, stream(MINUTE | REPORTS, first_run(returns=answer)))
    assert [attempt.rule for attempt in attempts] == ["STREAM-1", "STREAM-15", "STREAM-15"]


def test_a_handler_that_reports_carries_the_state_on() -> None:
    scenario = stream(MINUTE | REPORTS, {"script": [{"event": "2", "invocation": 1, "do": "fail_item"}]}, traffic=3)
    attempts = of(Attempt, scenario)
    assert attempts[0].response == {"state": {}, "batchItemFailures": [{"itemIdentifier": "2"}]}
    assert [attempt.events for attempt in attempts] == [["1", "2", "3"], ["2", "3"], ["window-1"]]


def test_the_state_that_code_returns_is_measured() -> None:
    scenario = stream(MINUTE, first_run(returns={"state": "x" * MIB}), traffic=at(0, 1))
    assert [(record.limit, record.event) for record in of(Limit, scenario)] == [("State", "1")]
    assert [attempt.events for attempt in of(Attempt, scenario)][:3] == [["1"], ["window-1"], ["2"]]


def test_the_last_invocation_is_never_cut_and_a_destination_hears_of_it() -> None:
    settings = MINUTE | BISECTS | retries(0) | {"on_failure": "sqs"}
    scenario = stream(settings, {"poison": ["window-1"]}, traffic=2)
    assert [record.events for record in of(Captured, scenario)] == [["window-1"]]


def test_a_last_invocation_that_never_works_blocks_its_shard_for_the_time_of_retention() -> None:
    scenario = dynamodb(MINUTE | {"retry_longest_wait_s": 3_600}, {"poison": ["window-1"]}, traffic=at(0, 61))
    assert fates(scenario)["window-1"] == ("lost", DAY_S + 61)
    assert fates(scenario)["2"] == ("lost", DAY_S + 61)


def test_a_long_run_does_not_disturb_its_window() -> None:
    assert fates(stream(MINUTE, function=lasting(300)))["window-1"] == ("delivered", 600)


def test_a_disabled_mapping_leaves_no_window_open() -> None:
    scenario = stream(
        MINUTE | {"mapping_disabled_s": 62}, ALWAYS | {"error_rate": 0, "poison": ["window-1"]}, traffic=at(0, 61)
    )
    assert {fate for fate, _ in fates(scenario).values()} == {"delivered", "lost"}


def test_what_aws_refuses() -> None:
    assert [(name, code) for name, code, _ in errors_of(settings={"tumbling_window_s": 901})] == [
        ("settings.tumbling_window_s", VALIDATION)
    ]
    both = {"tumbling_window_s": 60, "parallelization_factor": 2}
    for trigger in ("kinesis", "dynamodb_streams"):
        assert [(name, code) for name, code, _ in errors_of(trigger, settings=both)] == [
            ("settings.parallelization_factor", INVALID)
        ]
    traffic = {"kind": "at", "events": [{"at_ms": 0, "id": "window-1"}]}
    assert [name for name, _, _ in errors_of(settings=MINUTE, traffic=traffic)] == ["traffic.events[0].id"]
    assert [name for name, _, _ in errors_of("msk", settings=MINUTE)] == ["settings.tumbling_window_s"]
