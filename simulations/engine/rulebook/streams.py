"""Kinesis and DynamoDB Streams: batches in the order of each shard, a checkpoint that moves only on success.

https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
"""

from .rule import LOCALSTACK, Rule, aws_page, lambda_api, lambda_guide, shape

_KINESIS = lambda_guide("with-kinesis")
_DYNAMODB = lambda_guide("with-ddb")
_DISCARD = lambda_guide("kinesis-on-failure-destination")
_PARTIAL = lambda_guide("services-kinesis-batchfailurereporting")
_METRICS = lambda_guide("monitoring-metrics-types")
_KINESIS_LIMITS = aws_page("streams/latest/dev/service-sizes-and-limits")
_DYNAMODB_STREAMS = aws_page("amazondynamodb/latest/developerguide/Streams")
_MAPPING = (lambda_api("CreateEventSourceMapping"), shape("CreateEventSourceMappingRequest"))

STREAMS: tuple[Rule, ...] = (
    Rule(
        id="STREAM-1",
        sentence=(
            "Lambda handles one batch of a shard at a time, or ParallelizationFactor of them. It reads a Kinesis shard "
            "once a second and a DynamoDB shard four times; enhanced fan-out pushes instead, about 70 ms after a record is written."
        ),
        values={"kinesis_polls_per_s": 1, "dynamodb_polls_per_s": 4, "fan_out_ms": 70},
        source=(_KINESIS, _DYNAMODB, aws_page("streams/latest/dev/enhanced-consumers")),
        note="70 ms are what AWS calls typical; here each record takes as long. We let all shards be read at the same moments, also while a batch is at work, and a batch take what was read.",
    ),
    Rule(
        id="STREAM-2",
        sentence=(
            "With a ParallelizationFactor above 1 the order holds for each partition key or item, no longer for the shard."
        ),
        source=(_KINESIS, _DYNAMODB),
        note="AWS does not say how keys are spread over the lanes; we spread them by their MD5. A record without a key has one of its own, by chance.",
    ),
    Rule(
        id="STREAM-3",
        sentence=(
            "The checkpoint moves only when a batch is done. A failing batch blocks its shard; other shards go on."
        ),
        source=(_PARTIAL,),
    ),
    Rule(
        id="STREAM-4",
        sentence=(
            "By default a batch is retried until it succeeds or its records leave the stream: "
            "after 24 hours in DynamoDB, after 24 hours to 365 days in Kinesis."
        ),
        values={
            "maximum_retry_attempts": -1,
            "dynamodb_retention_s": 86_400,
            "kinesis_retention_s": 86_400,
            "maximum_kinesis_retention_s": 31_536_000,
        },
        source=(lambda_guide("services-dynamodb-errors"), _DYNAMODB_STREAMS, _KINESIS_LIMITS),
    ),
    Rule(
        id="STREAM-5",
        sentence=(
            "MaximumRetryAttempts counts the retries after the first try; 0 means none. "
            "Throttles and faults of Lambda are not counted."
        ),
        source=(
            *_MAPPING,
            lambda_guide("services-dynamodb-eventsourcemapping"),
            lambda_guide("kafka-retry-configurations"),
        ),
        note="That throttles and faults are left out AWS says of streams; that the first try is, it says outright of Kafka.",
        checked_on="2026-11-30",
    ),
    Rule(
        id="STREAM-6",
        sentence=(
            "MaximumRecordAgeInSeconds drops older records, even before their first try and while throttled. "
            "Expired ones fall off the front of the batch and the rest is tried."
        ),
        values={"minimum_record_age_s": 60},
        source=(_DISCARD, *_MAPPING, LOCALSTACK),
        note="That only the front falls off is what an emulator does.",
    ),
    Rule(
        id="STREAM-7",
        sentence=(
            "With BisectBatchOnFunctionError a failed batch is cut in two and each half is tried again. The cut spends "
            "no retry, and records that had worked may run again."
        ),
        source=(_DISCARD,),
    ),
    Rule(
        id="STREAM-8",
        sentence=(
            "With ReportBatchItemFailures the lowest sequence number returned becomes the checkpoint: everything from "
            "there on is tried again, also records that had worked."
        ),
        source=(_PARTIAL, LOCALSTACK),
        note="That the next try spends a retry, although a part has worked, is what an emulator does; AWS does not say.",
    ),
    Rule(
        id="STREAM-9",
        sentence=(
            "With both settings, an exception cuts the batch in the middle, "
            "while a partial answer cuts it at the number returned and only the rest is tried again."
        ),
        source=(_PARTIAL,),
    ),
    Rule(
        id="STREAM-10",
        sentence=(
            "We let a failed batch wait 1 s, then twice as long each time up to 60 s, shortened by chance by up to 1 %, and start "
            "small again after a success. AWS does not document the waits."
        ),
        values={"first_wait_s": 1, "factor": 2, "longest_wait_s": 60, "jitter_percent": 1},
        basis="assumed",
        source=("https://github.com/KensioSoftware/yulin/issues/1219", "https://github.com/floci-io/floci/issues/3613"),
        note="More randomness is as likely; with this little, retries still look alike on the timeline.",
    ),
    Rule(
        id="STREAM-11",
        sentence=(
            "We try both halves of a cut batch at once and let them keep the retries already spent; a batch of one record "
            "spends them as usual, and so does a partial answer that names the first record of its batch."
        ),
        basis="assumed",
    ),
    Rule(
        id="STREAM-12",
        sentence=(
            "When a batch is given up, the shard goes on. An on-failure destination is told about it; without one the "
            "records are skipped, though the stream still holds them for a while."
        ),
        source=(_DISCARD,),
    ),
    Rule(
        id="STREAM-13",
        sentence=(
            "An SQS or SNS destination receives where the records are, not the records: shard, first and last sequence "
            "number, batch size. S3 receives the whole event as well."
        ),
        values={"s3_prefix": "aws/lambda/"},
        source=(_DISCARD, lambda_guide("services-dynamodb-errors")),
    ),
    Rule(
        id="STREAM-14",
        sentence="The conditions are called RetryAttemptsExhausted and RecordAgeExceeded, unlike in asynchronous records.",
        values={"attempts": "RetryAttemptsExhausted", "age": "RecordAgeExceeded"},
        source=(_DISCARD, LOCALSTACK),
        note="RecordAgeExceeded is known from an emulator and a report from operation.",
    ),
    Rule(
        id="STREAM-15",
        sentence=(
            "With a tumbling window each answer must carry the state on, up to 1 MB a shard; a larger one ends the window early. The "
            "last invocation of a window must succeed before anything else, and one without records closes after up to 2 minutes."
        ),
        values={"state_bytes": 1_048_576, "empty_close_s": 120, "maximum_window_s": 900, "state_key": "state"},
        source=(lambda_guide("services-kinesis-windows"), lambda_guide("services-ddb-windows")),
        note=(
            "A record of a later window closes a window at once; otherwise it waits the 2 minutes. The last invocation is shown as an "
            "event of its own, without records, retried and given up like a batch; one that is given up loses the state. Records count "
            "as handled once their batch has worked. Windows begin at multiples of their length. That they need a factor of 1 is "
            "reported by users."
        ),
    ),
    Rule(
        id="STREAM-16",
        sentence=(
            "IteratorAge is the age of a batch's last record when the function gets it. "
            "A blocked shard shows as an IteratorAge that only rises."
        ),
        state="text_only",
        reason="The report counts it from the records; nothing happens in time.",
        source=(_METRICS,),
    ),
    Rule(
        id="STREAM-17",
        sentence=(
            "Two functions may read a DynamoDB shard, one if the table is global, before reads are throttled. A child "
            "shard is read once its parent is done. A read brings up to 1,000 records or 1 MB, and Lambda's reads are free."
        ),
        values={"readers": 2, "global_readers": 1, "records_a_read": 1000, "read_bytes": 1_048_576},
        source=(
            _DYNAMODB,
            aws_page("amazondynamodb/latest/developerguide/CostOptimization_StreamsUsage"),
            _DYNAMODB_STREAMS,
            aws_page("amazondynamodb/latest/APIReference/API_streams_GetRecords"),
        ),
        note="Other readers and child shards are not simulated: there is one function, and the stream keeps its shards.",
    ),
    Rule(
        id="STREAM-18",
        sentence=(
            "A Kinesis shard takes in 1 MB or 1,000 records a second and gives out 2 MB, in 5 reads shared by all "
            "standard consumers, each of up to 10,000 records or 10 MB. A record may be configured to have 10 MiB, more than Lambda takes."
        ),
        values={
            "in_bytes_per_s": 1_048_576,
            "in_records_per_s": 1000,
            "out_bytes_per_s": 2_097_152,
            "reads_per_s": 5,
            "records_a_read": 10_000,
            "read_bytes": 10_485_760,
            "fan_out_consumers": 20,
            "record_bytes": 1_048_576,
            "maximum_record_bytes": 10_485_760,
        },
        source=(_KINESIS_LIMITS, aws_page("streams/latest/dev/large-records")),
        note="What becomes of a record above Lambda's 6 MB is STREAM-21. What a producer is refused for its rate is not simulated.",
    ),
    Rule(
        id="STREAM-19",
        sentence=(
            "Records packed together by the Kinesis Producer Library and read with enhanced fan-out are lost if their "
            "key does not belong to the shard; no destination hears of it."
        ),
        state="text_only",
        reason="Packed records are not simulated.",
        source=(_KINESIS,),
    ),
    Rule(
        id="STREAM-20",
        sentence=(
            "For streams an empty partial answer means all worked; an empty item identifier or a wrong key name means all "
            "failed. We let invalid JSON and unknown numbers fail all too."
        ),
        source=(_PARTIAL, lambda_guide("services-ddb-batchfailurereporting"), LOCALSTACK),
        note=(
            "AWS lists invalid JSON and unknown numbers for SQS, not for streams. An emulator that is tested against AWS fails all for an "
            "unknown number too; invalid JSON is assumed."
        ),
    ),
    Rule(
        id="STREAM-21",
        sentence=(
            "Lambda's 6 MB hold Kinesis records as base64, a third larger than they are, so about 4.5 MiB of them (ESM-2). A larger record "
            "never reaches the function: it goes to the on-failure destination, without one it is lost."
        ),
        source=(aws_page("streams/latest/dev/large-records"),),
        note="AWS counts base64 and the mapping's metadata, and advises a destination whatever the size, so that nothing is discarded. "
        "The condition in the document is the one of Kafka (KAFKA-8); metadata are not counted.",
        checked_on="2026-11-30",
    ),
)
