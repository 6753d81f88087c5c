"""Where AWS's own sources contradict each other or stay silent, and what we do about it."""

from .rule import RETRY_BEHAVIOR, Basis, Rule, aws_page, eventbridge_guide, lambda_api, lambda_guide

_METRICS = lambda_guide("monitoring-metrics-types")
_SCALING = lambda_guide("services-sqs-scaling")


def _doubt(rule_id: str, sentence: str, *pages: str, basis: Basis = "assumed") -> Rule:
    """A rule that tells of a contradiction and of what we take from it."""
    reason = "It weighs sources; the rules it names act."
    return Rule(id=rule_id, sentence=sentence, state="text_only", reason=reason, basis=basis, source=pages)


UNCERTAIN: tuple[Rule, ...] = (
    _doubt(
        "CU-1",
        "The SDKs' retry defaults were announced to change in November 2026. The code of the SDK for Python says that they have; for "
        "other languages no source confirms it. What is made anew here begins with the newer ones (SDK-6).",
        RETRY_BEHAVIOR,
    ),
    _doubt(
        "CU-2",
        "The guide speaks of endless retries of a stream and also of a shard blocked for up to a week. "
        "We let it be blocked until the records leave the stream.",
        lambda_guide("with-kinesis"),
    ),
    _doubt(
        "CU-3",
        "Older pages let SQS start fewer and end with 1,000 concurrent batches. The current page is SQS-11.",
        _SCALING,
        basis="documented",
    ),
    _doubt(
        "CU-4",
        "For provisioned SQS pollers AWS names two different maximums: 10,000 in its newest API and guide, 2,000 on older pages. "
        "The larger one is allowed; the help of the field names the smaller.",
        _SCALING,
        lambda_guide("with-sqs"),
        lambda_api("CreateEventSourceMapping"),
    ),
    _doubt(
        "CU-5",
        "AWS writes that Lambda drops a message after throttles. Only the poller's copy is dropped: "
        "the message stays in the queue (SQS-3).",
        lambda_guide("services-sqs-errorhandling"),
    ),
    _doubt(
        "CU-6",
        "One page says that only streams have destinations among event source mappings; others, and the API, add Kafka. "
        "Kafka has them.",
        _METRICS,
        lambda_guide("kafka-on-failure"),
        basis="documented",
    ),
    _doubt(
        "CU-7",
        "The API asks for a window with large batches from Kinesis and DynamoDB too, yet their defaults would break that. "
        "We ask for it with SQS only.",
        lambda_api("CreateEventSourceMapping"),
    ),
    _doubt(
        "CU-8",
        "One page still scales by 500 environments every 10 s where another says 1,000, and the pages differ about "
        "requests a second for each environment. We take 1,000 and limit totals only.",
        lambda_guide("lambda-concurrency"),
        lambda_guide("scaling-behavior"),
        lambda_guide("gettingstarted-limits"),
    ),
    _doubt(
        "CU-9",
        "A record too large for SNS fails to be delivered according to the guide, and loses its payload according to "
        "the API. We let it fail (DEST-8).",
        lambda_guide("invocation-async-retain-records"),
        lambda_api("OnFailure"),
    ),
    _doubt(
        "CU-10",
        "The API lists retry limits for all Kafka mappings, the guide for provisioned mode only, and samples name the "
        "condition differently. We take the guide.",
        lambda_guide("kafka-retry-configurations"),
    ),
    _doubt(
        "CU-11",
        "The quotas of 2026 give every Lambda@Edge function 30 s and normal memory; older pages give viewers less. "
        "We take the quotas.",
        aws_page("AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits"),
        basis="documented",
    ),
    _doubt(
        "CU-12",
        "The page on durable functions advises a function dead-letter queue behind event source mappings, against GEN-5. "
        "For ordinary functions GEN-5 holds.",
        lambda_guide("durable-invoking-esm"),
    ),
    _doubt(
        "CU-13",
        "The guide of EventBridge Pipes says its SQS poller sets a visibility timeout of its own when there is a window. "
        "Lambda's guide does not, so the queue's value counts.",
        eventbridge_guide("eb-pipes-sqs"),
    ),
    _doubt(
        "CU-14",
        "Two things are not documented: whether an EventAgeExceeded record carries a response (we keep the last one, if "
        "there was one) and whether a reserved concurrency of 0 moves Throttles (we say no).",
        lambda_guide("invocation-async-retain-records"),
    ),
    _doubt(
        "CU-15",
        "AWS documents neither the waits between stream retries, nor bisect counters, nor how long S3 tries, nor IoT's "
        "retries, nor the HTTP API's exact codes. What we put there is marked as assumed.",
    ),
)
