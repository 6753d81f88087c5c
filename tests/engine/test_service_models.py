"""Our limits are those of the API models that the AWS SDK for Python carries: where AWS moves one, this says so.

Every number that a person can set is compared, or says why it cannot be: a field that AWS does not have, or one whose limits
the model does not know. `DIFFERS` are the known differences.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

import botocore.session
import pytest

from simulations.engine import TRIGGERS
from simulations.engine.fields import Field, scenario_fields

# the shape stands in another service's model, or under another name: service and shape
SHAPES = {
    "http_api.integration_timeout_ms": ("apigatewayv2", "IntegerWithLengthBetween50And30000"),
    "provisioned_concurrent_executions": ("lambda", "PositiveInteger"),
    "kinesis.maximum_retry_attempts": ("lambda", "MaximumRetryAttemptsEventSourceMapping"),
    "dynamodb_streams.maximum_retry_attempts": ("lambda", "MaximumRetryAttemptsEventSourceMapping"),
    "msk.maximum_retry_attempts": ("lambda", "MaximumRetryAttemptsEventSourceMapping"),
    "self_managed_kafka.maximum_retry_attempts": ("lambda", "MaximumRetryAttemptsEventSourceMapping"),
    "pipes.maximum_retry_attempts": ("pipes", "MaximumRetryAttemptsESM"),
    "msk.minimum_pollers": ("lambda", "MinimumNumberOfPollers"),
    "msk.maximum_pollers": ("lambda", "MaximumNumberOfPollers"),
    "self_managed_kafka.minimum_pollers": ("lambda", "MinimumNumberOfPollers"),
    "self_managed_kafka.maximum_pollers": ("lambda", "MaximumNumberOfPollers"),
    "msk.starting_position_timestamp_s": ("lambda", "Date"),
    "self_managed_kafka.starting_position_timestamp_s": ("lambda", "Date"),
    "documentdb.starting_position_timestamp_s": ("lambda", "Date"),
    "kinesis.retention_period_hours": ("kinesis", "RetentionPeriodHours"),
    "kinesis.max_record_size_kib": ("kinesis", "MaxRecordSizeInKiB"),
    "kinesis.shard_count": ("kinesis", "PositiveIntegerObject"),
    "kinesis.starting_position_timestamp_s": ("lambda", "Date"),
    "pipes.starting_position_timestamp_s": ("lambda", "Date"),
    "eventbridge.target_maximum_retry_attempts": ("events", "MaximumRetryAttempts"),
    "eventbridge.target_maximum_event_age_s": ("events", "MaximumEventAgeInSeconds"),
    "scheduler.maximum_window_minutes": ("scheduler", "MaximumWindowInMinutes"),
    "scheduler.schedule_maximum_retry_attempts": ("scheduler", "MaximumRetryAttempts"),
    "scheduler.schedule_maximum_event_age_s": ("scheduler", "MaximumEventAgeInSeconds"),
    "msk.number_of_broker_nodes": ("kafka", "__integerMin1Max15"),
    "pipes.number_of_broker_nodes": ("kafka", "__integerMin1Max15"),
    "pipes.volume_size_gib": ("kafka", "__integerMin1Max16384"),
    "msk.volume_size_gib": ("kafka", "__integerMin1Max16384"),
    "sqs.minimum_pollers": ("lambda", "MinimumNumberOfPollers"),
    "sqs.maximum_pollers": ("lambda", "MaximumNumberOfPollers"),
    "sqs_fifo.minimum_pollers": ("lambda", "MinimumNumberOfPollers"),
    "sqs_fifo.maximum_pollers": ("lambda", "MaximumNumberOfPollers"),
}
_DATE = "a date there, seconds of the run here"
_BROKER = "a broker's configuration, in no service's model"
_QUOTA = "a quota; the model has a plain number"
# the model's limits are not the ones a function in a Region has: ours, the model's, and why
DIFFERS: dict[str, tuple[Any, Any, str]] = {
    "timeout_s": ((1, 900), (1, 5400), "the quota page says 900 s for functions; what the rest is for it does not say"),
    "memory_mb": ((128, 10_240), (128, 32_768), "the quota page says 10,240 MB; more is for Managed Instances (FN-1)"),
    "ephemeral_storage_mb": ((512, 10_240), (None, None), "its size stands in a shape of its own, EphemeralStorage"),
    "api_gateway.integration_timeout_ms": ((50, 900_000), (None, None), "APIGW-2, APIGW-4"),
    "websocket_api.integration_timeout_ms": (
        (50, 29_000),
        (None, None),
        "APIGW-3; the model has the range of HTTP APIs",
    ),
    "api_gateway.throttling_rate_limit": ((0, None), (None, None), _QUOTA),
    "api_gateway.throttling_burst_limit": ((0, None), (None, None), _QUOTA),
    "http_api.throttling_rate_limit": ((0, None), (None, None), _QUOTA),
    "http_api.throttling_burst_limit": ((0, None), (None, None), _QUOTA),
    "websocket_api.throttling_rate_limit": ((0, None), (None, None), _QUOTA),
    "websocket_api.throttling_burst_limit": ((0, None), (None, None), _QUOTA),
    "kinesis.retention_period_hours": ((24, 8_760), (None, None), "STREAM-4; the model has a plain integer"),
    "kinesis.shard_count": ((1, 1_000), (1, None), "more shards than one can look at are of no use here"),
    "kinesis.starting_position_timestamp_s": ((0, 1_209_600), (None, None), _DATE),
    "pipes.starting_position_timestamp_s": ((0, 1_209_600), (None, None), _DATE),
    "msk.starting_position_timestamp_s": ((0, 1_209_600), (None, None), _DATE),
    "self_managed_kafka.starting_position_timestamp_s": ((0, 1_209_600), (None, None), _DATE),
    "documentdb.starting_position_timestamp_s": ((0, 1_209_600), (None, None), _DATE),
    "msk.maximum_pollers": ((1, 2_000), (1, 10_000), "KAFKA-7; the model's range is that of SQS"),
    "self_managed_kafka.maximum_pollers": ((1, 2_000), (1, 10_000), "KAFKA-7; the model's range is that of SQS"),
    "msk.log_retention_hours": ((1, 8_760), (None, None), _BROKER),
    "self_managed_kafka.log_retention_hours": ((1, 8_760), (None, None), _BROKER),
    "pipes.log_retention_hours": ((1, 8_760), (None, None), _BROKER),
    "documentdb.change_stream_log_retention_duration_s": ((3_600, 604_800), (None, None), "a parameter of the cluster"),
    "sqs.max_receive_count": ((1, 1000), (None, None), "a value inside RedrivePolicy, which the model has as text"),
    "sqs_fifo.max_receive_count": (
        (1, 1000),
        (None, None),
        "a value inside RedrivePolicy, which the model has as text",
    ),
    "pipes.max_receive_count": ((1, 1000), (None, None), "a value inside RedrivePolicy, which the model has as text"),
    "sqs.minimum_pollers": ((2, 200), (1, 200), "its text says 2 for SQS; the model's 1 is Kafka's"),
    "sqs.maximum_pollers": ((2, 10_000), (1, 10_000), "its text says 2 for SQS; the model's 1 is Kafka's"),
    "sqs_fifo.minimum_pollers": ((2, 200), (1, 200), "its text says 2 for SQS; the model's 1 is Kafka's"),
    "sqs_fifo.maximum_pollers": ((2, 10_000), (1, 10_000), "its text says 2 for SQS; the model's 1 is Kafka's"),
    "sqs_fifo.batch_size": ((1, 10), (1, 10_000), "the guide says 10 for FIFO queues (ESM-1)"),
    "sdk_invoke.max_attempts": ((1, None), (None, None), "a client's configuration, in no service's model"),
    "sdk_invoke.read_timeout_s": ((1, 900), (None, None), "a client's configuration, in no service's model"),
    "step_functions.timeout_seconds": (
        (1, 99_999_999),
        (None, None),
        "a field of the state, which the model has as text",
    ),
    "cloudformation.service_timeout_s": ((1, 3600), (None, None), "a property of the template, in no service's model"),
    "firehose.buffer_size_in_mbs": ((0.2, 3), (None, None), "a processor's parameter, which the model has as text"),
    "firehose.buffer_interval_in_seconds": (
        (0, 900),
        (None, None),
        "a processor's parameter, which the model has as text",
    ),
    "firehose.number_of_retries": ((0, 300), (None, None), "a processor's parameter, which the model has as text"),
}
# limits that the model tells in words: service, operation, the attribute's name
IN_WORDS = {
    "sqs.visibility_timeout_s": ("sqs", "SetQueueAttributes", "VisibilityTimeout"),
    "sqs.message_retention_period_s": ("sqs", "SetQueueAttributes", "MessageRetentionPeriod"),
    "sqs_fifo.visibility_timeout_s": ("sqs", "SetQueueAttributes", "VisibilityTimeout"),
    "pipes.visibility_timeout_s": ("sqs", "SetQueueAttributes", "VisibilityTimeout"),
    "pipes.message_retention_period_s": ("sqs", "SetQueueAttributes", "MessageRetentionPeriod"),
    "sqs_fifo.message_retention_period_s": ("sqs", "SetQueueAttributes", "MessageRetentionPeriod"),
}
# fields of ours: how the code behaves, what the account is like, what is assumed
OURS = {
    "sqs.message_groups", "sqs.busiest_group_percent", "sqs.visibility_timeout_changed_to_s",
    "sqs.visibility_timeout_changed_at_s", "sqs_fifo.visibility_timeout_changed_to_s",
    "sqs_fifo.visibility_timeout_changed_at_s", "duration_ms", "duration_per_event_ms", "duration_mean_ms", "duration_minimum_ms", "init_ms",
    "account_concurrent_executions", "sqs.mapping_starts_s", "sqs.mapping_disabled_s", "kinesis.mapping_starts_s",
    "kinesis.mapping_disabled_s", "kinesis.partition_keys", "dynamodb_streams.mapping_starts_s",
    "sqs_fifo.mapping_starts_s", "sqs_fifo.mapping_disabled_s", "sqs_fifo.message_groups", "sqs_fifo.busiest_group_percent",
    "dynamodb_streams.mapping_disabled_s", "dynamodb_streams.partition_keys", "dynamodb_streams.shard_count",
    "kinesis.state_bytes_per_record", "dynamodb_streams.state_bytes_per_record",
    "msk.mapping_starts_s", "msk.mapping_disabled_s", "msk.partition_keys", "msk.partition_count",
    "self_managed_kafka.mapping_starts_s", "self_managed_kafka.mapping_disabled_s", "self_managed_kafka.partition_keys",
    "self_managed_kafka.partition_count", "documentdb.mapping_starts_s", "documentdb.mapping_disabled_s", "amazon_mq.mapping_starts_s",
    "amazon_mq.mapping_disabled_s", "pipes.mapping_starts_s", "pipes.mapping_disabled_s", "pipes.partition_keys",
    "pipes.shard_count", "pipes.enrichment_ms", "pipes.message_groups", "pipes.busiest_group_percent",
    "pipes.partition_count", "websocket_api.connection_minutes", "websocket_api.messages_per_connection",
}  # fmt: skip


@cache
def model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


@cache
def numbers() -> dict[str, Field]:
    """The numbers of all triggers: a trigger's own by `trigger.key`, the function's by key."""
    return {
        f"{trigger}.{field.key}" if field.section == "settings" else field.key: field
        for trigger in TRIGGERS
        for field in scenario_fields(trigger)
        if field.section in ("settings", "function") and field.kind in ("integer", "number") and not field.assumed
    }


def of_the_model(key: str, title: str) -> tuple[int | None, int | None] | None:
    """The limits of the shape that carries this name; None where there is no such shape."""
    service, shape = SHAPES.get(key, ("lambda", title))
    if shape not in model(service).shape_names:
        return None
    limits = model(service).shape_for(shape).metadata
    return limits.get("min"), limits.get("max")


@pytest.mark.parametrize("key", sorted(numbers().keys() - OURS - DIFFERS.keys() - IN_WORDS.keys()))
def test_a_limit_is_the_api_models(key: str) -> None:
    field = numbers()[key]
    assert (field.minimum, field.maximum) == of_the_model(key, field.title)


@pytest.mark.parametrize("key", sorted(DIFFERS))
def test_a_known_difference_is_still_the_same(key: str) -> None:
    field = numbers()[key]
    ours, theirs, _ = DIFFERS[key]
    assert (field.minimum, field.maximum) == ours
    assert (of_the_model(key, field.title) or (None, None)) == theirs


@pytest.mark.parametrize("key", sorted(IN_WORDS))
def test_a_limit_is_what_the_api_model_says_in_words(key: str) -> None:
    service, operation, name = IN_WORDS[key]
    attributes = model(service).operation_model(operation).input_shape.members["Attributes"].documentation
    words = " ".join(re.sub(r"<[^>]+>", " ", attributes).split())
    found = re.search(rf" {name} \W .*?from ([\d,]+)\b.*? to ([\d,]+)", words)
    assert found is not None
    field = numbers()[key]
    assert [int(limit.replace(",", "")) for limit in found.groups()] == [field.minimum, field.maximum]


def test_fields_of_ours_are_not_aws_s() -> None:
    assert numbers().keys() >= OURS
    assert [key for key in OURS if of_the_model(key, numbers()[key].title) is not None] == []


CHOICES: dict[str, tuple[str, str, Callable[[str], str]]] = {
    "architecture": ("lambda", "Architecture", str),
    "function_response_types": (
        "lambda", "FunctionResponseType", lambda name: re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    ),
    "starting_position": ("lambda", "EventSourcePosition", str.lower),
}  # fmt: skip


@pytest.mark.parametrize("key", sorted(CHOICES))
def test_choices_are_the_api_models(key: str) -> None:
    service, shape, ours = CHOICES[key]
    field = next(field for trigger in TRIGGERS for field in scenario_fields(trigger) if field.key == key)
    assert sorted(field.choices) == sorted(ours(name) for name in model(service).shape_for(shape).enum)
