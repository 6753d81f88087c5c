"""Event source mappings: what all polled sources share, and filtering.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
"""

from .rule import Rule, aws_page, lambda_api, lambda_guide, shape

_MAPPING = lambda_guide("invocation-eventsourcemapping")
_FILTERING = lambda_guide("invocation-eventfiltering")
_METRICS = lambda_guide("monitoring-metrics-types")
_CREATE = (lambda_api("CreateEventSourceMapping"), shape("CreateEventSourceMappingRequest"))

MAPPINGS: tuple[Rule, ...] = (
    Rule(
        id="ESM-1",
        sentence=(
            "An event source mapping has the settings its source knows: batch size and window nearly everywhere, "
            "MaximumConcurrency for SQS, parallelization, retries, age and bisecting for streams."
        ),
        values={
            "maximum_batch_size": 10_000,
            "sqs_batch_size": 10,
            "sqs_fifo_maximum_batch_size": 10,
            "stream_batch_size": 100,
            "maximum_window_s": 300,
            "sqs_window_s": 0,
            "stream_window_s": 0,
            "kafka_window_ms": 500,
            "maximum_parallelization_factor": 10,
            "parallelization_factor": 1,
            "maximum_retry_attempts": 10_000,
            "minimum_record_age_s": 60,
            "maximum_record_age_s": 604_800,
            "maximum_tumbling_window_s": 900,
            "filters": 5,
            "filters_on_request": 10,
            "filter_pattern_characters": 4096,
            "kafka_function_timeout_s": 840,
        },
        state="text_only",
        reason="It holds the limits of the settings, which the form keeps.",
        source=(
            *_CREATE,
            lambda_guide("services-sqs-parameters"),
            lambda_guide("services-kinesis-parameters"),
            lambda_guide("services-ddb-params"),
            lambda_guide("msk-esm-parameters"),
            lambda_guide("services-mq-params"),
        ),
    ),
    Rule(
        id="ESM-2",
        sentence=(
            "A batch goes to the function as soon as one of three is reached: the end of the batching window, the batch "
            "size, or 6 MB of payload. Kinesis, Kafka and MQ hand their data over as base64, of which 6 MB hold 4.5 MiB."
        ),
        values={"payload_bytes": 6_291_456, "base64_bytes": 4_718_592},
        source=(_MAPPING, *_CREATE, aws_page("streams/latest/dev/large-records")),
        note="For SQS, MODEL-4 and SQS-15 say how a batch fills. That a window begins when its batch does is our choice. AWS says of "
        "Kinesis that base64 and metadata count; of Kafka and MQ it follows from what the function gets. Metadata are not counted.",
    ),
    Rule(
        id="ESM-3",
        sentence=(
            "A batch size above 10 for SQS needs a batching window of at least 1 s. For Kafka, MQ and DocumentDB the "
            "default of 500 ms, once changed, comes back only with a new mapping."
        ),
        values={"batch_size_without_window": 10, "minimum_window_s": 1},
        state="text_only",
        reason="It limits settings, and the form keeps it; nothing happens in time.",
        source=_CREATE,
        note="The API model names Kinesis and DynamoDB too, against their own defaults (CU-7).",
    ),
    Rule(
        id="ESM-4",
        sentence=(
            "A new or changed mapping takes up to minutes to start or stop polling; with LATEST it can miss what arrives "
            "meanwhile."
        ),
        source=(lambda_guide("with-ddb"), lambda_api("EventSourceMappingConfiguration")),
        note="The scenario says when a mapping begins; what a stream took in before its starting position is never read.",
    ),
    Rule(
        id="ESM-5",
        sentence=(
            "Source and function are in one Region. SQS, Kinesis, DynamoDB and MSK may belong to another account, "
            "MQ and DocumentDB may not."
        ),
        state="text_only",
        reason="It is about where things stand; nothing happens in time.",
        source=(lambda_guide("with-sqs"), lambda_guide("with-mq"), lambda_guide("with-documentdb")),
    ),
    Rule(
        id="ESM-6",
        sentence=(
            "Attempts that never reached the code (a throttle, a fault of Lambda) do not count towards "
            "MaximumRetryAttempts; only the records' age ends them."
        ),
        source=(_MAPPING, lambda_guide("kinesis-on-failure-destination")),
    ),
    Rule(
        id="ESM-7",
        sentence=(
            "The next batch does not wait for the extensions of the last one, so for a moment there can be more "
            "invocations than shards."
        ),
        state="text_only",
        reason="Runs here have no extensions.",
        source=(lambda_guide("with-kinesis"),),
    ),
)

FILTERING: tuple[Rule, ...] = (
    Rule(
        id="FILTER-1",
        sentence=(
            "A record passes if one of the filters matches. Filters are EventBridge patterns, compare text exactly, and "
            "know exists only for the innermost fields."
        ),
        values={"operators": "$or anything-but equals-ignore-case exists numeric prefix suffix"},
        source=(_FILTERING,),
        note=(
            "AWS's summary of what is available to filters has no wildcard, no cidr and nothing inside anything-but. It "
            "compares numbers as they are written; its open-source matcher takes 300 and 300.0 for equal. A field that the text of a "
            "pattern names twice holds what both say, as in AWS's example for DynamoDB."
        ),
    ),
    Rule(
        id="FILTER-2",
        sentence=(
            "What does not match is gone without an invocation: SQS deletes the message, a stream moves past the record, "
            "Kafka commits its offset with the batch, MQ acknowledges it."
        ),
        source=(_FILTERING,),
        note="That it takes no time, and happens as soon as a record is read, is our choice.",
    ),
    Rule(
        id="FILTER-3",
        sentence=(
            "For SQS only the body can be filtered, no attribute of the message. A pattern for JSON never matches a body of plain text, nor the other "
            "way round, and the message is dropped without a word."
        ),
        source=(lambda_guide("with-sqs-filtering"),),
    ),
    Rule(
        id="FILTER-4",
        sentence=(
            "Filtered records cost nothing in Lambda and show only in FilteredOutEventCount, "
            "a metric that must be switched on."
        ),
        state="text_only",
        reason="It tells where to look; the report counts from the run.",
        source=(_METRICS,),
    ),
    Rule(
        id="FILTER-5",
        sentence=(
            "For Kinesis and DynamoDB a pattern must be about JSON. A Kinesis record whose data is no JSON matches none "
            "and is dropped. The numbers of a table come as text, so that numeric never matches them."
        ),
        source=(
            lambda_guide("with-kinesis-filtering"),
            lambda_guide("with-ddb-filtering"),
            aws_page("amazondynamodb/latest/developerguide/time-to-live-ttl-streams"),
            aws_page("cdk/api/v2/docs/aws-cdk-lib.aws_lambda.FilterCriteria"),
        ),
        note=(
            "Lambda's guide says that a mapping of DynamoDB filters on dynamodb only, while AWS's page on time to live filters on "
            "userIdentity and an example of its CDK on eventName. Fields beside dynamodb may be named here; userIdentity is in no "
            "record, because nothing is deleted by time to live."
        ),
        checked_on="2026-11-30",
    ),
    Rule(
        id="FILTER-6",
        sentence=(
            "For Kafka and Amazon MQ a pattern about JSON does not apply to plain text, nor the other way round: the data "
            "is not looked at, and the message passes."
        ),
        state="text_only",
        reason="It says why something passes; no record comes of it.",
        source=(lambda_guide("kafka-filtering"), lambda_guide("with-mq-filtering")),
    ),
)

MAPPING_METRICS: tuple[Rule, ...] = (
    Rule(
        id="ESMM-1",
        sentence=(
            "A mapping can count what it polled, filtered, invoked with, failed, dropped, deleted or committed. "
            "The group EventCount must be switched on, and a disabled mapping counts nothing."
        ),
        state="text_only",
        reason="It tells where to look; the report counts from the run.",
        source=(_METRICS,),
        note=(
            "Of a partial answer we count the events that it names as failed. The last invocation of a tumbling window has no records "
            "and is not counted. What a filter makes Lambda delete from a queue "
            "is in NumberOfMessagesDeleted of SQS, and not in DeletedEventCount, which AWS describes as deletes after success. "
            "Of the group ErrorCount, which Kafka alone has, InvokeErrorCount is taken to count each batch of which FailedInvokeEventCount "
            "counts something, and OnFailureDestinationDeliveryErrorCount each document that the destination refused; errors of polling, "
            "committing and schemas do not happen here. Offsets of filtered records count as committed as soon as they are filtered. Left "
            "out: the pollers of Kafka in provisioned mode (ProvisionedPollers is counted for SQS)."
        ),
    ),
)
