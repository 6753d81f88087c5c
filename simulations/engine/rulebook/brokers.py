"""Kafka, Amazon MQ and DocumentDB: the other polled sources.

https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html
"""

from .rule import Rule, eventbridge_guide, lambda_guide

_MSK = lambda_guide("with-msk-configure")
_RETRIES = lambda_guide("kafka-retry-configurations")
_MODES = lambda_guide("kafka-scaling-modes")
_FAILURE = lambda_guide("kafka-on-failure")
_KAFKA_LATER = "Comes with the Kafka triggers."

BROKERS: tuple[Rule, ...] = (
    Rule(
        id="KAFKA-1",
        sentence=(
            "The order holds for each partition. One batch may hold several partitions of a topic, "
            "and offsets are committed when it is done."
        ),
        state="not_modelled",
        reason=_KAFKA_LATER,
        source=(_MSK,),
    ),
    Rule(
        id="KAFKA-2",
        sentence=(
            "By default the whole batch is retried until it succeeds or its messages expire; a message that always fails "
            "blocks its partition."
        ),
        state="not_modelled",
        reason=_KAFKA_LATER,
        source=(_MSK,),
    ),
    Rule(
        id="KAFKA-3",
        sentence=(
            "Limits for retries and age, bisecting and partial answers need provisioned mode. "
            "Retries are counted after the first try."
        ),
        state="not_modelled",
        reason=_KAFKA_LATER,
        source=(_RETRIES, _MODES),
        note="That they exist since late 2025 is from memory; the API model names no mode (CU-10).",
    ),
    Rule(
        id="KAFKA-4",
        sentence="With endless retries and an on-failure destination Lambda stops after 10 retries all the same.",
        values={"retries_with_destination": 10},
        state="not_modelled",
        reason=_KAFKA_LATER,
        source=(_RETRIES,),
    ),
    Rule(
        id="KAFKA-5",
        sentence=(
            "A partial answer names each failed item by partition and offset. Empty JSON or null means all worked; an "
            "unknown partition or offset fails the whole batch."
        ),
        state="not_modelled",
        reason=_KAFKA_LATER,
        source=(_RETRIES,),
    ),
    Rule(
        id="KAFKA-6",
        sentence=(
            "SQS and SNS destinations receive the offset ranges, S3 the payload too, and a Kafka topic of the same "
            "cluster, in provisioned mode, the records themselves."
        ),
        values={"attempts": "RetryAttemptsExhausted", "size": "MaximumPayloadSizeExceeded"},
        state="not_modelled",
        reason=_KAFKA_LATER,
        source=(_FAILURE, lambda_guide("kafka-on-failure-destination")),
        note="The sample for a Kafka topic shows RetriesExhausted (CU-10).",
    ),
    Rule(
        id="KAFKA-7",
        sentence=(
            "On demand, Lambda looks at the lag each minute and adapts its pollers within 3 minutes, at most one for a "
            "partition. A provisioned poller takes 5 MB/s or 5 invocations at once."
        ),
        values={
            "lag_check_s": 60,
            "adapt_s": 180,
            "poller_bytes_per_s": 5_242_880,
            "invocations_per_poller": 5,
            "pollers_per_unit": 10,
            "unit_bytes_per_s": 20_971_520,
            "mappings_per_group": 100,
        },
        state="not_modelled",
        reason=_KAFKA_LATER,
        source=(_MODES,),
    ),
    Rule(
        id="KAFKA-8",
        sentence="A single record too large for 6 MB goes to the destination as MaximumPayloadSizeExceeded.",
        state="not_modelled",
        reason=_KAFKA_LATER,
        source=(_FAILURE,),
    ),
    Rule(
        id="MQ-1",
        sentence=(
            "A mapping of ActiveMQ runs 5 invocations at once, one of RabbitMQ runs 1, whatever concurrency is reserved."
        ),
        values={"activemq": 5, "rabbitmq": 1},
        state="not_modelled",
        reason="Comes with the Amazon MQ trigger.",
        source=(lambda_guide("with-mq"),),
    ),
    Rule(
        id="MQ-2",
        sentence=(
            "Lambda retries the whole batch until it succeeds or its messages expire. It has no limit, partial answer or "
            "destination of its own; use the broker's dead-letter queue."
        ),
        state="not_modelled",
        reason="Comes with the Amazon MQ trigger.",
        source=(lambda_guide("with-mq"), eventbridge_guide("eb-pipes-error-troubleshooting")),
    ),
    Rule(
        id="DOCDB-1",
        sentence=(
            "Changes of a DocumentDB cluster are handled strictly one batch after the other, without filters or "
            "destination. A change above 6 MB is dropped and counted in OversizedRecordCount."
        ),
        values={
            "concurrency": 1,
            "event_bytes": 6_291_456,
            "default_retention_s": 10_800,
            "maximum_retention_s": 604_800,
        },
        state="not_modelled",
        reason="Comes with the DocumentDB trigger.",
        source=(lambda_guide("with-documentdb"),),
        note="That change streams may be kept for 7 days is from memory.",
    ),
)
