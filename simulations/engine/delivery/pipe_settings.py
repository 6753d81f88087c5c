"""The settings of a pipe: its own, then those of each kind of source; which are there beside which source says the trigger.

Models EB:eb-pipes and the API's PipeSourceParameters. Units: as the names say.
"""

from typing import Annotated, Any, Literal

import msgspec

from simulations.engine.delivery import broker_settings as of_brokers
from simulations.engine.delivery import group_settings as of_groups
from simulations.engine.delivery import kafka
from simulations.engine.delivery import queue_settings as of_queues
from simulations.engine.delivery import stream_settings as of_streams
from simulations.engine.delivery.filters import criteria
from simulations.engine.delivery.piping import EnrichmentError
from simulations.engine.limits import plain, setting
from simulations.engine.rules import number


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The pipe, then what only a queue has as its source, then what only a stream has."""

    source: Annotated[
        Literal["sqs", "sqs_fifo", "kinesis", "dynamodb_streams", "msk", "self_managed_kafka", "activemq", "rabbitmq"],
        plain("Source", "What the pipe polls; activemq and rabbitmq are Amazon MQ. Each retries by rules of its own, and has settings "
              "of its own."),
    ] = "sqs"  # fmt: skip
    batch_size: Annotated[
        int,
        setting(
            "BatchSize",
            "How many records one invocation gets at the most. AWS begins with 10 for SQS and with 100 for all "
            "others; here it is 10.",
            ge=1,
            le=10_000,
        ),
    ] = of_queues.BATCH_SIZE
    maximum_batching_window_s: of_streams.Window = of_streams.WINDOW_S
    filter_criteria: Annotated[
        list[Any],
        criteria("body (SQS), data (Kinesis, Amazon MQ), value (Kafka) or dynamodb", '{"body": {"status": ["paid"]}}'),
    ] = []
    invocation_type: Annotated[
        Literal["request_response", "fire_and_forget"],
        plain("InvocationType", "Whether the pipe waits for the function, or hands each record to Lambda's own queue and never hears "
              "of a failure."),
    ] = "request_response"  # fmt: skip
    enrichment_ms: Annotated[
        int, setting("Enrichment", "How long the function takes that enriches each batch before the target is invoked; empty is "
                     "no enrichment.", unit="ms", ge=1, le=900_000)
    ] | None = None  # fmt: skip
    enrichment_errors: Annotated[
        list[EnrichmentError],
        plain("Enrichment errors", "Times in which the enrichment fails: its code (function_error), for want of concurrency "
              '(throttled) or because the pipe may not call it (access_denied): [{"from_ms": 0, "to_ms": 60000}].'),
    ] = []  # fmt: skip
    disabled_after_client_errors: Annotated[
        int, setting("Pipe disabled after", "After how many calls in a row that are refused with a 4xx error the pipe is disabled; "
                     "AWS says nearly continuous ones and no number. Empty is never.", ge=1, le=10_000, assumed="PIPE-9")
    ] | None = None  # fmt: skip
    visibility_timeout_s: of_queues.VisibilityTimeout = of_queues.VISIBILITY_S
    message_retention_period_s: of_queues.Retention = of_queues.RETENTION_S
    max_receive_count: of_queues.MaxReceiveCount = None
    content_based_deduplication: of_groups.ContentBasedDeduplication = False
    deduplication_scope: of_groups.DeduplicationScope = "queue"
    message_groups: of_groups.MessageGroups = 1
    busiest_group_percent: of_groups.BusiestGroup = None
    group_order: of_groups.GroupOrder = "oldest"
    time_to_live_s: of_brokers.TimeToLive = number("MODEL-60", "time_to_live_s")
    dead_letter_queue: of_brokers.DeadLetterQueue = "broker"
    requeue_wait_s: Annotated[
        int, setting("Wait after a failure", "Amazon MQ: how long it takes until a batch that failed is tried again.", unit="s", ge=1,
                     le=900, assumed="MODEL-63")
    ] = number("MODEL-63", "wait_s")  # fmt: skip
    host_instance_type: of_brokers.HostInstanceType = None
    deployment_mode: of_brokers.DeploymentMode = "single_instance"
    partition_count: kafka.PartitionCount = 1
    log_retention_hours: kafka.LogRetention = kafka.RETENTION_HOURS
    starting_position: of_streams.StartingPosition = "trim_horizon"
    starting_position_timestamp_s: of_streams.Timestamp = None
    shard_count: of_streams.Shards = 1
    partition_keys: of_streams.Keys = None
    parallelization_factor: of_streams.Factor = of_streams.FACTOR
    maximum_retry_attempts: of_streams.MaximumRetryAttempts = of_streams.ENDLESS
    maximum_record_age_s: of_streams.MaximumRecordAge = of_streams.ENDLESS
    on_partial_batch_item_failure: Annotated[
        Literal["automatic_bisect"],
        plain("OnPartialBatchItemFailure", "Streams: whether a batch that failed is cut in two, to find the record that fails."),
    ] | None = None  # fmt: skip
    pipe_dead_letter_config: Annotated[
        Literal["sqs", "sns"], plain("DeadLetterConfig", "Streams: where the pipe tells of a batch that it gave up on.")
    ] | None = None  # fmt: skip
    mapping_starts_s: Annotated[
        int, setting("Pipe starts", "When the pipe begins to poll.", unit="s", ge=0, le=1_209_600)
    ] = 0
    mapping_disabled_s: Annotated[
        int, setting("Pipe stopped", "When the pipe stops polling; empty is never.", unit="s", ge=0, le=1_209_600)
    ] | None = None  # fmt: skip
    throttle_first_wait_s: of_queues.FirstWait = of_queues.FIRST_WAIT_S
    throttle_longest_wait_s: of_queues.LongestWait = of_queues.LONGEST_WAIT_S
    retry_first_wait_s: of_streams.FirstWait = of_streams.FIRST_WAIT_S
    retry_longest_wait_s: of_streams.LongestWait = of_streams.LONGEST_WAIT_S
    retry_jitter_percent: of_streams.Jitter = of_streams.JITTER
    bisect_retries: of_streams.Halves = "inherit"
    error_reduction: of_queues.ErrorReduction = "reduce_one"
    initial_pollers: kafka.InitialPollers = kafka.POLLERS
    poller_scaling_s: kafka.PollerScaling = kafka.SCALING_S
    cluster_type: kafka.ClusterType = None
    instance_type: kafka.InstanceType = "kafka_m5_large"
    number_of_broker_nodes: kafka.BrokerNodes = 3
    volume_size_gib: kafka.VolumeSize = None
