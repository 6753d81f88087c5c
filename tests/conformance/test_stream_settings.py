"""What AWS refuses when a mapping for a stream is created, field by field, and what means nothing here."""

from typing import Any

import pytest

from simulations.engine import ScenarioErrors, parse_scenario

STREAMS = ("kinesis", "dynamodb_streams")
INVALID, VALIDATION = "InvalidParameterValueException", "ValidationException"


def errors_of(trigger: str = "kinesis", **raw: Any) -> list[tuple[str, str, str]]:
    """Why a scenario is refused, by field; empty if it is not."""
    try:
        parse_scenario({"trigger": trigger, **raw})
    except ScenarioErrors as refused:
        return [(error.field, error.code, error.message) for error in refused.errors]
    return []


@pytest.mark.parametrize("trigger", STREAMS)
@pytest.mark.parametrize(
    ("field", "value", "limit"),
    [
        ("batch_size", 0, "greater than or equal to 1"),
        ("batch_size", 10_001, "less than or equal to 10000"),
        ("maximum_batching_window_s", 301, "less than or equal to 300"),
        ("parallelization_factor", 0, "greater than or equal to 1"),
        ("parallelization_factor", 11, "less than or equal to 10"),
        ("maximum_retry_attempts", -2, "greater than or equal to -1"),
        ("maximum_retry_attempts", 10_001, "less than or equal to 10000"),
        ("maximum_record_age_s", -2, "greater than or equal to -1"),
        ("maximum_record_age_s", 604_801, "less than or equal to 604800"),
        ("on_failure", "lambda", "enum value set: [s3, sns, sqs]"),
        ("starting_position", "newest", "enum value set"),
    ],
)
def test_a_setting_outside_its_limits_is_refused(trigger: str, field: str, value: Any, limit: str) -> None:
    errors = errors_of(trigger, settings={field: value})
    assert [(name, code) for name, code, _ in errors] == [(f"settings.{field}", VALIDATION)]
    assert limit in errors[0][2]


@pytest.mark.parametrize("trigger", STREAMS)
def test_an_age_below_a_minute_is_refused_although_the_api_model_allows_it(trigger: str) -> None:
    for age in (0, 1, 59):
        errors = errors_of(trigger, settings={"maximum_record_age_s": age})
        assert [(name, code) for name, code, _ in errors] == [("settings.maximum_record_age_s", INVALID)]
    for age in (-1, 60, 604_800):
        assert errors_of(trigger, settings={"maximum_record_age_s": age}) == []


@pytest.mark.parametrize("trigger", STREAMS)
def test_a_large_batch_needs_no_window(trigger: str) -> None:
    assert errors_of(trigger, settings={"batch_size": 10_000}) == []


@pytest.mark.parametrize(
    ("settings", "refused"),
    [
        ({"starting_position": "at_timestamp"}, True),
        ({"starting_position_timestamp_s": 0}, True),
        ({"starting_position": "at_timestamp", "starting_position_timestamp_s": 1}, True),
        ({"starting_position": "at_timestamp", "starting_position_timestamp_s": 1, "mapping_starts_s": 1}, False),
    ],
)
def test_a_timestamp_comes_with_at_timestamp_and_is_not_in_the_future(settings: dict[str, Any], refused: bool) -> None:
    found = [(name, code) for name, code, _ in errors_of(settings=settings)]
    assert found == ([("settings.starting_position_timestamp_s", INVALID)] if refused else [])


def test_dynamodb_streams_cannot_be_read_from_a_time_on() -> None:
    errors = errors_of("dynamodb_streams", settings={"starting_position": "at_timestamp"})
    assert [(name, code) for name, code, _ in errors] == [("settings.starting_position", VALIDATION)]


@pytest.mark.parametrize("hours", [23, 8_761])
def test_kinesis_keeps_records_for_a_day_to_a_year(hours: int) -> None:
    assert errors_of(settings={"retention_period_hours": hours})[0][0] == "settings.retention_period_hours"


def test_kinesis_takes_larger_records_where_its_stream_is_set_up_for_them() -> None:
    larger = {"max_record_size_kib": 10_240}
    assert errors_of(settings=larger, traffic={"kind": "single", "size_bytes": 10_485_760}) == []
    found = errors_of(settings=larger, traffic={"kind": "single", "size_bytes": 10_485_761})
    assert found[0][0] == "traffic.size_bytes"


def test_kinesis_takes_no_record_of_more_than_1_mib() -> None:
    assert [(name, code) for name, code, _ in errors_of(traffic={"kind": "single", "size_bytes": 1_048_577})] == [
        ("traffic.size_bytes", VALIDATION)
    ]
    events = [{"at_ms": 0}, {"at_ms": 0, "size_bytes": 2_000_000}]
    assert errors_of(traffic={"kind": "at", "events": events})[0][0] == "traffic.events[1].size_bytes"


@pytest.mark.parametrize("trigger", STREAMS)
@pytest.mark.parametrize("shard", ["2", "-1", "shardId-000000000002", "first", "\u0661", "9" * 30])
def test_a_shard_that_is_not_there_is_refused(trigger: str, shard: str) -> None:
    traffic = {"kind": "at", "events": [{"at_ms": 0, "shard": "1"}, {"at_ms": 0, "shard": shard}]}
    errors = errors_of(trigger, settings={"shard_count": 2}, traffic=traffic)
    assert [(name, code) for name, code, _ in errors] == [("traffic.events[1].shard", INVALID)]


@pytest.mark.parametrize(
    ("catchers", "field"),
    [({"function_dlq": "no_permission"}, "function_dlq"), ({"on_failure": "too_large"}, "on_failure")],
)
def test_only_a_destination_without_permission_can_fail(catchers: dict[str, str], field: str) -> None:
    assert [name for name, _, _ in errors_of(failures={"catchers": catchers})] == [f"failures.catchers.{field}"]


@pytest.mark.parametrize("trigger", STREAMS)
@pytest.mark.parametrize(
    "settings",
    [
        {"mapping_starts_s": 10, "mapping_disabled_s": 9},
        {"retry_first_wait_s": 10, "retry_longest_wait_s": 9},
    ],
)
def test_times_that_mean_nothing_are_refused(trigger: str, settings: dict[str, int]) -> None:
    assert [name for name, _, _ in errors_of(trigger, settings=settings)] == [f"settings.{list(settings)[1]}"]
