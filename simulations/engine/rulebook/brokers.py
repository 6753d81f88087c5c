"""Kafka, Amazon MQ and DocumentDB: the other polled sources.

https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html
"""

from .rule import Rule, aws_page, eventbridge_guide, lambda_api, lambda_guide

_MSK = lambda_guide("with-msk-configure")
_RETRIES = lambda_guide("kafka-retry-configurations")
_MODES = lambda_guide("kafka-scaling-modes")
_FAILURE = lambda_guide("kafka-on-failure")
_TOPIC = lambda_guide("kafka-on-failure-destination")
_DOCUMENTDB = lambda_guide("with-documentdb")

BROKERS: tuple[Rule, ...] = (
    Rule(
        id="KAFKA-1",
        sentence=(
            "The order holds for each partition. One batch may hold several partitions of a topic, "
            "and offsets are committed when it is done."
        ),
        source=(_MSK,),
        note=(
            "A record goes to the partition that Kafka's own client takes for its key, MurmurHash2; without a key they go round. "
            "A topic is read without a pause, and a batch holds records in the order of their arrival."
        ),
    ),
    Rule(
        id="KAFKA-2",
        sentence=(
            "By default the whole batch is retried until it succeeds or its messages expire; a message that always fails "
            "blocks its partition."
        ),
        values={"retention_hours": 168},
        source=(_MSK, "https://kafka.apache.org/documentation/#brokerconfigs_log.retention.hours"),
        note="Seven days are Kafka's default for log.retention.hours.",
    ),
    Rule(
        id="KAFKA-3",
        sentence=(
            "Limits for retries and age, bisecting and partial answers need provisioned mode. "
            "Retries are counted after the first try."
        ),
        source=(_RETRIES, _MODES),
        note="That they exist since late 2025 is from memory; the API model names no mode (CU-10).",
    ),
    Rule(
        id="KAFKA-4",
        sentence="With endless retries and an on-failure destination Lambda stops after 10 retries all the same.",
        values={"retries_with_destination": 10},
        source=(_RETRIES, _TOPIC),
    ),
    Rule(
        id="KAFKA-5",
        sentence=(
            "A partial answer names each failed item by partition and offset, and only those are tried again. Empty JSON or null "
            "means all worked; an unknown partition or offset fails the whole batch."
        ),
        source=(_RETRIES,),
        note=(
            "With bisecting, a partial answer is a cut and spends no retry, as for streams (STREAM-9). An answer without the right "
            "shape fails all, as for streams (STREAM-20). AWS says neither for Kafka."
        ),
    ),
    Rule(
        id="KAFKA-6",
        sentence=(
            "SQS and SNS destinations receive the offset ranges, S3 the payload too, and a Kafka topic of the same "
            "cluster, in provisioned mode, the records themselves."
        ),
        values={
            "attempts": "RetryAttemptsExhausted",
            "size": "MaximumPayloadSizeExceeded",
            "topic": "RetriesExhausted",
        },
        source=(_FAILURE, _TOPIC),
        note=(
            "The sample for a Kafka topic holds one record and shows RetriesExhausted (CU-10); so does the simulation. The "
            "condition of records that are too old is that of streams (STREAM-14), and the S3 key is that of streams."
        ),
    ),
    Rule(
        id="KAFKA-7",
        sentence=(
            "On demand, Lambda looks at the lag each minute and adapts its pollers within 3 minutes, at most one for a "
            "partition, and fewer while the function is throttled. A provisioned poller takes 5 MB/s or 5 invocations at once."
        ),
        values={
            "lag_check_s": 60,
            "adapt_s": 180,
            "minimum_pollers": 1,
            "maximum_pollers": 200,
            "poller_bytes_per_s": 5_242_880,
            "invocations_per_poller": 5,
            "pollers_per_unit": 10,
            "unit_bytes_per_s": 20_971_520,
            "mappings_per_group": 100,
        },
        source=(_MODES,),
        note="Each batch under way is of partitions of its own, so that their order holds.",
    ),
    Rule(
        id="KAFKA-8",
        sentence="A single record too large for 6 MB goes to the destination as MaximumPayloadSizeExceeded.",
        source=(_FAILURE, lambda_guide("with-kafka-troubleshoot")),
        note=(
            "Its value counts as the base64 that the function gets, 4.5 MiB of data (ESM-2). Without a destination we let it be skipped; "
            "AWS says that it may go unprocessed."
        ),
    ),
    Rule(
        id="KAFKA-9",
        sentence=(
            "A self-managed cluster of Kafka 4.2 or later can also be read in queue mode, by a share group: several pollers share a "
            "partition, and nothing is in order. A failed record goes back to the broker, which hands it out again up to a limit of the group."
        ),
        state="not_modelled",
        reason="The simulation reads a topic as a stream, which is the default.",
        source=(lambda_guide("polling-kafka-queue"), lambda_api("SelfManagedKafkaEventSourceConfig")),
        note="The limit is the broker's group.share.delivery.count.limit. Lambda itself retries 0 times there by default, and never without end.",
        checked_on="2026-12-01",
    ),
    Rule(
        id="KAFKA-10",
        sentence=(
            "In provisioned mode a mapping may have Lambda check each record against a schema registry before the function gets it, "
            "and hand it over as JSON."
        ),
        state="not_modelled",
        reason="Records here have no schema; filters look at JSON in any case.",
        source=(lambda_guide("services-consume-kafka-events"), lambda_api("KafkaSchemaRegistryConfig")),
        checked_on="2026-12-01",
    ),
    Rule(
        id="MQ-1",
        sentence=(
            "A mapping of ActiveMQ runs 5 invocations at once, one of RabbitMQ runs 1, whatever concurrency is reserved."
        ),
        values={"activemq": 5, "rabbitmq": 1},
        source=(lambda_guide("with-mq"),),
        note="AWS Support raises it for a single mapping. Nothing of Lambda's API or guide gives Amazon MQ a provisioned mode.",
        checked_on="2026-12-01",
    ),
    Rule(
        id="MQ-2",
        sentence=(
            "Lambda retries the whole batch until it succeeds or its messages expire. It has no limit, partial answer or "
            "destination of its own; use the broker's dead-letter queue."
        ),
        source=(lambda_guide("with-mq"), eventbridge_guide("eb-pipes-error-troubleshooting")),
    ),
    Rule(
        id="MQ-3",
        sentence=(
            "Lambda uses ActiveMQ's own redelivery policy and takes no other one: a batch that failed comes again after 1 s, six "
            "times. Then ActiveMQ moves its messages to the dead-letter queue."
        ),
        values={"redeliveries": 6, "wait_s": 1},
        source=(
            lambda_guide("services-mq-errors"),
            "https://activemq.apache.org/components/classic/documentation/redelivery-policy",
        ),
        note="AWS's guide names the six times and the defaults of ActiveMQ's policy, of which the second between them is one.",
        checked_on="2026-12-01",
    ),
    Rule(
        id="MQ-4",
        sentence=(
            "A message that has expired is not handed out again. The broker moves it to its dead-letter queue, or forgets it "
            "where there is none."
        ),
        source=(
            lambda_guide("with-mq"),
            "https://activemq.apache.org/components/classic/documentation/message-redelivery-and-dlq-handling",
            "https://www.rabbitmq.com/docs/dlx",
        ),
        note=(
            "AWS says that a batch is retried until its messages expire; where they go then each broker's own documentation says: "
            "ActiveMQ's DLQ unless it is told to drop what expires, RabbitMQ's dead letter exchange if the queue has one. What a "
            "consumer holds is looked at before it is tried."
        ),
        checked_on="2026-11-30",
    ),
    Rule(
        id="MQ-5",
        sentence="A message above 6 MB is more than one event can hold: Lambda drops it, and the function never sees it.",
        source=(lambda_guide("services-mq-errors"),),
        note="The function gets its data as base64, of which 6 MB hold 4.5 MiB (ESM-2).",
    ),
    Rule(
        id="DOCDB-1",
        sentence=(
            "Changes of a DocumentDB cluster are handled strictly one batch after the other, without filters or "
            "destination. A change above 6 MB is dropped and counted in OversizedRecordCount."
        ),
        values={"concurrency": 1, "event_bytes": 6_291_456},
        source=(_DOCUMENTDB,),
    ),
    Rule(
        id="DOCDB-2",
        sentence=(
            "A batch of DocumentDB is retried until it works. Once its changes have left the change stream, which keeps them "
            "for 3 hours to 7 days, Lambda disables the mapping."
        ),
        values={"retention_s": 10_800, "minimum_retention_s": 3_600, "maximum_retention_s": 604_800},
        source=(
            aws_page("documentdb/latest/developerguide/using-lambda"),
            aws_page("documentdb/latest/developerguide/change_streams"),
        ),
        note="What is left in the change stream then is read by a new mapping or by nobody; here nobody reads it.",
    ),
)

BROKERS_ASSUMED: tuple[Rule, ...] = (
    Rule(
        id="MODEL-60",
        sentence=(
            "A message in a broker's queue expires after an hour unless the scenario says otherwise. The brokers themselves keep "
            "it for ever; a run needs an end."
        ),
        values={"time_to_live_s": 3_600},
        basis="assumed",
        state="text_only",
        reason="It is the default of a setting; MQ-4 says what it does.",
    ),
    Rule(
        id="MODEL-61",
        sentence="RabbitMQ hands a batch that failed out again after 1 s, to the same consumer and as a whole.",
        values={"wait_s": 1},
        basis="assumed",
        note="RabbitMQ puts messages that were not acknowledged back where they were. AWS does not say how long that takes.",
    ),
    Rule(
        id="MODEL-62",
        sentence=(
            "A consumer of a broker keeps a batch that was throttled, or whose call Lambda refused, and tries it again after 1 s, "
            "then after twice as long each time, up to 60 s. It counts as no redelivery."
        ),
        values={"first_wait_s": 1, "longest_wait_s": 60, "factor": 2},
        basis="assumed",
    ),
    Rule(
        id="MODEL-63",
        sentence="A pipe tries a batch of a broker that failed again after 1 s, with the same consumer.",
        values={"wait_s": 1},
        basis="assumed",
        note="AWS says that it is tried again, and not when. Calls that Lambda refuses or throttles wait as in MODEL-62.",
    ),
)
