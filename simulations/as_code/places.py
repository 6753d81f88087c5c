"""Where a setting stands in what AWS is told: tables from our names to properties of CloudFormation's reference."""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

ACCOUNT = "111122223333"
_ARN = f"arn:aws:{{}}:us-east-1:{ACCOUNT}:{{}}"
Properties = dict[str, Any]


class Given(NamedTuple):
    """What is there already: the name of a parameter, an example of its value, what it is."""

    name: str
    example: str
    says: str


class Of(NamedTuple):
    """What is made by this name: its ARN, or else its name."""

    name: str
    arn: bool = True


def with_leaves(value: Any, written: Callable[[Any], Any]) -> Any:
    """Properties in which each value that holds no others is replaced."""
    match value:
        case dict():
            return {name: with_leaves(inner, written) for name, inner in value.items()}
        case list():
            return [with_leaves(inner, written) for inner in value]
        case _:
            return written(value)


class Place(NamedTuple):
    """Where a setting stands: the way to a property, how its value is written, and whether its default is, too."""

    setting: str
    way: str
    write: Callable[[Any], Any] = lambda value: value
    default_too: bool = True


def _upper(value: str) -> str:
    return value.upper()


def _camel(value: str) -> str:
    first, *rest = value.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _words(values: list[str]) -> list[str]:
    """Each once: AWS takes none twice."""
    return ["".join(word.capitalize() for word in value.split("_")) for value in dict.fromkeys(values)]


def _patterns(values: list[Any]) -> list[Properties]:
    """Each once, as a text."""
    return [{"Pattern": text} for text in dict.fromkeys(msgspec.json.encode(value).decode() for value in values)]


FUNCTION = (
    Place("timeout_s", "Timeout"),
    Place("memory_mb", "MemorySize"),
    Place("ephemeral_storage_mb", "EphemeralStorage.Size", default_too=False),
    Place("architecture", "Architectures", lambda value: [value], default_too=False),
    Place("reserved_concurrent_executions", "ReservedConcurrentExecutions"),
    Place("dead_letter_config", "DeadLetterConfig.TargetArn"),
    Place("recursive_loop", "RecursiveLoop", str.capitalize, default_too=False),
)
INVOKE = (
    Place("maximum_retry_attempts", "MaximumRetryAttempts"),
    Place("maximum_event_age_s", "MaximumEventAgeInSeconds"),
    Place("on_failure", "DestinationConfig.OnFailure.Destination"),
    Place("on_success", "DestinationConfig.OnSuccess.Destination"),
)
MAPPING = (
    Place("batch_size", "BatchSize"),
    Place("maximum_batching_window_s", "MaximumBatchingWindowInSeconds"),
    Place("starting_position", "StartingPosition", _upper),
    Place("parallelization_factor", "ParallelizationFactor"),
    Place("tumbling_window_s", "TumblingWindowInSeconds", default_too=False),
    Place("maximum_retry_attempts", "MaximumRetryAttempts"),
    Place("maximum_record_age_s", "MaximumRecordAgeInSeconds"),
    Place("bisect_batch_on_function_error", "BisectBatchOnFunctionError"),
    Place("function_response_types", "FunctionResponseTypes", _words),
    Place("filter_criteria", "FilterCriteria.Filters", _patterns),
    Place("maximum_concurrency", "ScalingConfig.MaximumConcurrency"),
    Place("minimum_pollers", "ProvisionedPollerConfig.MinimumPollers"),
    Place("maximum_pollers", "ProvisionedPollerConfig.MaximumPollers"),
    Place("on_failure", "DestinationConfig.OnFailure.Destination"),
)
QUEUE = (
    Place("visibility_timeout_s", "VisibilityTimeout"),
    Place("message_retention_period_s", "MessageRetentionPeriod"),
    Place("content_based_deduplication", "ContentBasedDeduplication", default_too=False),
    Place("deduplication_scope", "DeduplicationScope", _camel, default_too=False),
)
REDRIVE = (Place("max_receive_count", "RedrivePolicy.maxReceiveCount"),)
STREAM = (
    Place("stream_mode", "StreamModeDetails.StreamMode", _upper),
    Place("shard_count", "ShardCount"),
    Place("retention_period_hours", "RetentionPeriodHours"),
    Place("max_record_size_kib", "MaxRecordSizeInKiB", default_too=False),
)
TARGET = (
    Place("target_maximum_retry_attempts", "RetryPolicy.MaximumRetryAttempts"),
    Place("target_maximum_event_age_s", "RetryPolicy.MaximumEventAgeInSeconds"),
    Place("target_dead_letter_config", "DeadLetterConfig.Arn"),
)
SCHEDULE = (Place("maximum_window_minutes", "FlexibleTimeWindow.MaximumWindowInMinutes"),)
SCHEDULED = (
    Place("schedule_maximum_retry_attempts", "RetryPolicy.MaximumRetryAttempts"),
    Place("schedule_maximum_event_age_s", "RetryPolicy.MaximumEventAgeInSeconds"),
    Place("schedule_dead_letter_config", "DeadLetterConfig.Arn"),
)
SUBSCRIPTION = (Place("redrive_policy", "RedrivePolicy.deadLetterTargetArn"),)
_ENRICHER = Given("EnrichmentArn", _ARN.format("lambda", "function:my-enrichment"), "the function that enriches")
ENRICHMENT = (Place("enrichment_ms", "Enrichment", lambda _: _ENRICHER),)
PIPED = (Place("invocation_type", "LambdaFunctionParameters.InvocationType", _upper),)
PIPE_FILTERS = (Place("filter_criteria", "FilterCriteria.Filters", _patterns),)
_PIPE_BATCHES = (
    Place("batch_size", "BatchSize"),
    Place("maximum_batching_window_s", "MaximumBatchingWindowInSeconds", default_too=False),
)
_PIPE_TOPIC = (*_PIPE_BATCHES, Place("starting_position", "StartingPosition", _upper))
_PIPE_STREAM = (
    *_PIPE_TOPIC,
    Place("parallelization_factor", "ParallelizationFactor"),
    Place("maximum_retry_attempts", "MaximumRetryAttempts"),
    Place("maximum_record_age_s", "MaximumRecordAgeInSeconds"),
    Place("on_partial_batch_item_failure", "OnPartialBatchItemFailure", _upper),
    Place("pipe_dead_letter_config", "DeadLetterConfig.Arn"),
)
# of each source, where a pipe is told how to read it, and which settings stand there
PIPE_SOURCES = {
    "sqs": ("SqsQueueParameters", _PIPE_BATCHES),
    "sqs_fifo": ("SqsQueueParameters", _PIPE_BATCHES),
    "kinesis": ("KinesisStreamParameters", _PIPE_STREAM),
    "dynamodb_streams": ("DynamoDBStreamParameters", _PIPE_STREAM),
    "msk": ("ManagedStreamingKafkaParameters", _PIPE_TOPIC),
    "self_managed_kafka": ("SelfManagedKafkaParameters", _PIPE_TOPIC),
    "activemq": ("ActiveMQBrokerParameters", _PIPE_BATCHES),
    "rabbitmq": ("RabbitMQBrokerParameters", _PIPE_BATCHES),
}

# a setting that names the kind of a catcher -> the resource that is made for it
CATCHERS = {
    "dead_letter_config": "FunctionDeadLetters",
    "on_failure": "OnFailure",
    "on_success": "OnSuccess",
    "target_dead_letter_config": "RuleDeadLetters",
    "schedule_dead_letter_config": "ScheduleDeadLetters",
    "redrive_policy": "SubscriptionDeadLetters",
    "pipe_dead_letter_config": "PipeDeadLetters",
}
# those into which the sender itself writes, so that the queue must allow it; a schedule has a role
LETTERS_OF_SENDERS = ("RuleDeadLetters", "SubscriptionDeadLetters")
CATCHER_TYPES = {"sqs": "AWS::SQS::Queue", "sns": "AWS::SNS::Topic", "s3": "AWS::S3::Bucket"}

OTHER_CATCHERS = {
    "lambda": _ARN.format("lambda", "function:my-other"),
    "eventbridge": _ARN.format("events", "event-bus/my-bus"),
    "kafka": "kafka://my-topic",
}
SCHEDULE_EXPRESSION = Given("ScheduleExpression", "rate(1 hour)", "when the schedule calls")
SCHEDULER_ROLE = Given(
    "SchedulerRoleArn",
    f"arn:aws:iam::{ACCOUNT}:role/my-schedule",
    "a role that may invoke the function and write to the dead-letter queue",
)
# of the function's fields, what AWS has as well and no table above places: a property of a version or an alias
BESIDE_FUNCTION = ("provisioned_concurrent_executions",)

FUNCTION_GIVENS: Properties = {
    "Runtime": Given("Runtime", "python3.13", "the function's runtime"),
    "Handler": Given("Handler", "app.handler", "the function's handler"),
    "Role": Given(
        "RoleArn",
        f"arn:aws:iam::{ACCOUNT}:role/my-function",
        "a role that may read the source and write to what catches",
    ),
    "Code": {
        "S3Bucket": Given("CodeBucket", "my-code", "the bucket of the function's code"),
        "S3Key": Given("CodeKey", "my-function.zip", "the key of the function's code"),
    },
}
PIPE_ROLE = Given(
    "PipeRoleArn",
    f"arn:aws:iam::{ACCOUNT}:role/my-pipe",
    "a role that may read the source, invoke the functions and write to the dead-letter queue",
)
_SECRET_ARN = Given("SecretArn", _ARN.format("secretsmanager", "secret:my-source"), "the secret to log in with")
_SECRET = [{"Type": "BASIC_AUTH", "URI": _SECRET_ARN}]
_CLUSTER = Given(
    "ClusterArn", _ARN.format("kafka", "cluster/my-cluster/12345678-1234-1234-1234-123456789012-1"), "the cluster"
)
_KAFKA_TOPIC = Given("Topic", "my-topic", "the topic")
_BROKER = Given("BrokerArn", _ARN.format("mq", "broker:my-broker:b-12345678-1234-1234-1234-123456789012"), "the broker")
_BROKERS_QUEUE = Given("QueueName", "my-queue", "the broker's queue")
# of a mapping, beside its settings: where it reads
READS: dict[str, Properties] = {
    "dynamodb_streams": {
        "EventSourceArn": Given("StreamArn", _ARN.format("dynamodb", "table/my-table/stream/2026-01-01T00:00:00.000"), "the table's stream"),
    },
    "msk": {
        "EventSourceArn": _CLUSTER,
        "Topics": [_KAFKA_TOPIC],
    },
    "self_managed_kafka": {
        "SelfManagedEventSource": {
            "Endpoints": {"KafkaBootstrapServers": [Given("BootstrapServer", "my-kafka.example.com:9092", "a server of the cluster")]}
        },
        "Topics": [_KAFKA_TOPIC],
        "SourceAccessConfigurations": _SECRET,
    },
    "documentdb": {
        "EventSourceArn": Given("ClusterArn", _ARN.format("rds", "cluster:my-cluster"), "the cluster"),
        "DocumentDBEventSourceConfig": {"DatabaseName": Given("Database", "my-database", "the database")},
        "SourceAccessConfigurations": _SECRET,
    },
    "amazon_mq": {
        "EventSourceArn": _BROKER,
        "Queues": [_BROKERS_QUEUE],
        "SourceAccessConfigurations": _SECRET,
    },
}  # fmt: skip
_READS_BROKER: Properties = {"Credentials": {"BasicAuth": _SECRET_ARN}, "QueueName": _BROKERS_QUEUE}
# of a pipe whose source is there already: the source, and how it is read beside its settings
PIPE_READS: dict[str, tuple[Given, Properties]] = {
    "dynamodb_streams": (READS["dynamodb_streams"]["EventSourceArn"], {}),
    "msk": (_CLUSTER, {"TopicName": _KAFKA_TOPIC}),
    "self_managed_kafka": (
        Given("KafkaSource", "smk://my-kafka.example.com:9092", "a server of the cluster, after smk://"),
        {"TopicName": _KAFKA_TOPIC, "Credentials": {"BasicAuth": _SECRET_ARN}},
    ),
    "activemq": (_BROKER, _READS_BROKER),
    "rabbitmq": (_BROKER, _READS_BROKER),
}


def with_servers(mapping: Properties) -> Properties:
    """The same with the servers of a Kafka cluster of one's own by the API's name, which only CloudFormation spells otherwise."""
    source = mapping.get("SelfManagedEventSource")
    if source is None:
        return mapping
    servers = source["Endpoints"]["KafkaBootstrapServers"]
    return mapping | {"SelfManagedEventSource": {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": servers}}}


# mappings of which AWS takes some settings in provisioned mode only: of their defaults just these are written
SPARSE = frozenset(("msk", "self_managed_kafka", "documentdb", "amazon_mq"))
SPARSE_TOO = frozenset(("batch_size", "starting_position"))
_TOPIC = Given("TopicArn", _ARN.format("sns", "my-topic"), "the topic")
# who may call the function, and on whose behalf
CALLERS: dict[str, Properties] = {
    "s3": {
        "Principal": "s3.amazonaws.com",
        "SourceArn": Given("BucketArn", "arn:aws:s3:::my-bucket", "the bucket whose notification calls the function"),
        "SourceAccount": Given("BucketAccount", ACCOUNT, "the account of the bucket"),
    },
    "sns": {"Principal": "sns.amazonaws.com", "SourceArn": _TOPIC},
    "eventbridge": {"Principal": "events.amazonaws.com", "SourceArn": Of("Rule")},
    "cloudwatch_logs": {
        "Principal": "logs.amazonaws.com",
        "SourceArn": Given("LogGroupArn", _ARN.format("logs", "log-group:my-group:*"), "the log group"),
    },
    "iot": {"Principal": "iot.amazonaws.com", "SourceArn": Given("RuleArn", _ARN.format("iot", "rule/my_rule"), "the rule")},
    "ses": {
        "Principal": "ses.amazonaws.com",
        "SourceArn": Given("ReceiptRuleArn", _ARN.format("ses", "receipt-rule-set/my-rules:receipt-rule/my-rule"), "the receipt rule"),
    },
}  # fmt: skip
