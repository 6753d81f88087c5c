"""Where the tutorial that Redrive goes with says less than AWS does, or something else."""

from .rule import Rule, aws_page, lambda_guide

_ASYNC = lambda_guide("invocation-async-error-handling")
_SERVICES = lambda_guide("lambda-services")


def _more(rule_id: str, sentence: str, *pages: str, note: str = "") -> Rule:
    """A rule that adds to, or corrects, one statement of the tutorial."""
    reason = "It compares the tutorial with AWS; the rules it names act."
    return Rule(id=rule_id, sentence=sentence, state="text_only", reason=reason, source=pages, note=note)


TUTORIAL: tuple[Rule, ...] = (
    _more(
        "TUT-1",
        "Three attempts and then the dead-letter queue is what happens after function errors. Throttles go on for up to "
        "6 hours (ASYNC-4), a reserved concurrency of 0 allows none (ASYNC-6), and destinations tell more than the queue.",
        _ASYNC,
    ),
    _more(
        "TUT-2",
        "A polled source retries until success or expiry only where nothing limits it. Redrive policies and retry limits "
        "do, Kafka with a destination stops at 10 retries (KAFKA-4), and SQS goes at the pace of its visibility timeout.",
        lambda_guide("invocation-eventsourcemapping"),
    ),
    _more(
        "TUT-3",
        "API Gateway does not answer with 502 and 504 only: a throttle or missing permission becomes 500. A function that "
        "reaches its own timeout gives 502, the integration timeout 504 (APIGW-7).",
        lambda_guide("services-apigateway-errors"),
    ),
    _more(
        "TUT-4",
        "Polling SQS is not free: SQS bills each receive (COST-6). "
        "Lambda's reads of DynamoDB Streams are free; enhanced fan-out of Kinesis is billed.",
        lambda_guide("services-sqs-scaling"),
    ),
    _more(
        "TUT-5",
        "The event type PUT is s3:ObjectCreated:Put alone. For all ways to create an object choose s3:ObjectCreated:* (S3-2).",
        aws_page("AmazonS3/latest/userguide/EventNotifications"),
    ),
    _more(
        "TUT-6",
        "A function's dead-letter queue never serves a stream (GEN-5); a stream needs the mapping's on-failure destination.",
        lambda_guide("kinesis-on-failure-destination"),
    ),
    _more(
        "TUT-7",
        "Batches of 10,000 messages are for standard queues; FIFO queues stop at 10, "
        "and above 10 a batching window of 1 s is needed (ESM-3).",
        lambda_guide("services-sqs-parameters"),
    ),
    _more(
        "TUT-8",
        "Not every service that pushes needs a resource-based policy: Scheduler, Step Functions, Pipes, CodePipeline, "
        "S3 Batch Operations and Firehose use a role (PERM-14).",
        _SERVICES,
    ),
    _more(
        "TUT-9",
        "SNS and EventBridge retry their own delivery and have their own dead-letter queues (SNS-1, EB-1), "
        "for other failures than those of the code.",
        aws_page("sns/latest/dg/sns-message-delivery-retries"),
        aws_page("eventbridge/latest/userguide/eb-rule-retry-policy"),
    ),
    _more(
        "TUT-10",
        "A queue may keep messages for 14 days, but keeps them for 4 unless told otherwise (SQS-7).",
        aws_page("AWSSimpleQueueService/latest/APIReference/API_CreateQueue"),
    ),
    _more(
        "TUT-11",
        "More services invoke functions than the tutorial lists: self-managed Kafka, MQ, DocumentDB and some twenty that "
        "push. Filtering, MaximumConcurrency and provisioned mode belong to the picture too.",
        _SERVICES,
    ),
    _more(
        "TUT-12",
        "The price per million requests still holds, but initialization is billed as well (INIT-4), "
        "and a large asynchronous event counts as several requests (COST-4).",
        "https://aws.amazon.com/lambda/pricing/",
    ),
    _more(
        "TUT-13",
        "Returning the failed ids has two meanings: SQS keeps exactly those, while a stream tries everything again from the "
        "lowest one on. Returning nothing means that all worked.",
        lambda_guide("services-sqs-errorhandling"),
        lambda_guide("services-kinesis-batchfailurereporting"),
    ),
)
