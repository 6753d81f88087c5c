"""What is billed and what is not; the prices themselves stand in `simulations.engine.prices`.

https://aws.amazon.com/lambda/pricing/
"""

from .rule import Rule, aws_page, lambda_guide

_PRICING = "https://aws.amazon.com/lambda/pricing/"
_METRICS = lambda_guide("monitoring-metrics-types")
_SUMMED = "It decides the cost, not what happens; the report adds it up."

COST: tuple[Rule, ...] = (
    Rule(
        id="COST-1",
        sentence="Every attempt that runs the code is billed as one request, whether it succeeds or fails.",
        state="text_only",
        reason=_SUMMED,
        source=(_METRICS, _PRICING),
    ),
    Rule(
        id="COST-2",
        sentence=(
            "Duration is billed by the millisecond, times the function's memory. It gets cheaper in steps for very "
            "large accounts, and arm64 costs less than x86."
        ),
        state="text_only",
        reason=_SUMMED,
        source=(_PRICING,),
    ),
    Rule(
        id="COST-3",
        sentence="A million requests and 400,000 GB-seconds a month are free for an account, for ever.",
        state="text_only",
        reason=_SUMMED,
        source=(_PRICING,),
    ),
    Rule(
        id="COST-4",
        sentence=(
            "An asynchronous event counts as one request for its first 256 KB and one more for each further 64 KB."
        ),
        state="text_only",
        reason=_SUMMED,
        source=(_PRICING,),
    ),
    Rule(
        id="COST-5",
        sentence="A throttled or refused call costs nothing in Lambda.",
        state="text_only",
        reason=_SUMMED,
        source=(_METRICS,),
    ),
    Rule(
        id="COST-6",
        sentence=(
            "SQS bills every send, receive and delete, in pieces of 64 KB, the empty receives of Lambda's pollers too. "
            "A million requests a month are free."
        ),
        state="text_only",
        reason=_SUMMED,
        source=(lambda_guide("services-sqs-scaling"), "https://aws.amazon.com/sqs/pricing/"),
    ),
    Rule(
        id="COST-7",
        sentence=(
            "Lambda reads DynamoDB Streams for free. Kinesis bills its shards by the hour, and enhanced fan-out extra."
        ),
        state="text_only",
        reason=_SUMMED,
        source=(
            aws_page("amazondynamodb/latest/developerguide/CostOptimization_StreamsUsage"),
            lambda_guide("with-kinesis"),
        ),
    ),
    Rule(
        id="COST-8",
        sentence="Kafka in provisioned mode is billed by the hour for each event poller unit.",
        state="text_only",
        reason=_SUMMED,
        source=(lambda_guide("kafka-scaling-modes"),),
    ),
    Rule(
        id="BILL-1",
        sentence="Of /tmp 512 MB are free; what is above is billed by GB and second of billed duration, not times memory.",
        values={"free_mb": 512},
        state="text_only",
        reason=_SUMMED,
        source=(_PRICING,),
    ),
    Rule(
        id="BILL-2",
        sentence=(
            "Provisioned concurrency is billed from enabling to disabling, rounded up to 5 minutes; time in such an environment "
            "has a lower price, what spills over the usual one, and neither has free GB-seconds."
        ),
        state="text_only",
        reason=_SUMMED,
        source=(_PRICING,),
        note="AWS's first worked example takes the free requests off for such a function too, so we do.",
    ),
    Rule(
        id="BILL-3",
        sentence=(
            "Event pollers in provisioned mode are billed by the hour of an event poller unit, by the second with a minimum of "
            "a minute; a unit is one poller for SQS, of which there are 2 at least, and up to ten for Kafka."
        ),
        values={"sqs_least": 2, "kafka_pollers": 10, "minimum_s": 60},
        state="text_only",
        reason=_SUMMED,
        source=(_PRICING,),
    ),
    Rule(
        id="BILL-4",
        sentence="SnapStart bills the snapshot's memory for as long as a version is active, 3 hours at least, and each restore.",
        values={"least_h": 3},
        state="text_only",
        reason=_SUMMED,
        source=(_PRICING,),
        note="Free on Java's managed runtimes.",
    ),
    Rule(
        id="BILL-5",
        sentence="Of a streamed response the first 6 MB are free, and 100 GB a month.",
        values={"free_mb": 6},
        state="text_only",
        reason=_SUMMED,
        source=(_PRICING,),
    ),
    Rule(
        id="BILL-6",
        sentence=(
            "SNS bills each publish, EventBridge each custom event and Pipes each event that passed the filter, in pieces of "
            "64 KB; deliveries from SNS or EventBridge to Lambda are free."
        ),
        state="text_only",
        reason=_SUMMED,
        source=(
            "https://aws.amazon.com/sns/pricing/",
            "https://aws.amazon.com/eventbridge/pricing/",
        ),
    ),
    Rule(
        id="BILL-7",
        sentence=(
            "API Gateway bills each request, also when the function fails; an HTTP API counts 512 KB as one, a WebSocket API "
            "32 KB of a message, and its connections by the minute. Requests that its own throttling refuses are not billed."
        ),
        state="text_only",
        reason=_SUMMED,
        source=("https://aws.amazon.com/api-gateway/pricing/",),
        note="That an error of the function is billed is from memory; that a throttled request is not, from notes of users.",
    ),
    Rule(
        id="BILL-8",
        sentence=(
            "A load balancer bills each hour that has begun, and capacity units: the largest of new connections, active "
            "connections, data (0.4 GB an hour with a Lambda target) and rule evaluations."
        ),
        state="text_only",
        reason=_SUMMED,
        source=("https://aws.amazon.com/elasticloadbalancing/pricing/",),
        note="For a run we take a new connection for each request, open as long as the function runs; rules and the size of answers "
        "are left out.",
    ),
    Rule(
        id="BILL-9",
        sentence=(
            "Kinesis bills each record in pieces of 25 KB, shards by the hour, and enhanced fan-out by consumer, shard and GB; on "
            "demand each stream by the hour and the data in and out."
        ),
        state="text_only",
        reason=_SUMMED,
        source=("https://aws.amazon.com/kinesis/data-streams/pricing/",),
    ),
    Rule(
        id="BILL-10",
        sentence=(
            "A standard workflow bills each step that is executed, each retry once more. An Express workflow bills requests, and "
            "memory in steps of 64 MB times time in steps of 100 ms."
        ),
        state="text_only",
        reason=_SUMMED,
        source=("https://aws.amazon.com/step-functions/pricing/",),
    ),
    Rule(
        id="BILL-11",
        sentence=(
            "Each event that Lambda or a sender gives to a dead-letter queue or destination is one write at that service's "
            "price. A queue that moves a message to its own dead-letter queue makes no request."
        ),
        state="text_only",
        reason=_SUMMED,
        basis="memory",
    ),
    Rule(
        id="BILL-12",
        sentence="A month has 730 hours, as in the AWS Pricing Calculator, unless another length is chosen.",
        state="text_only",
        reason=_SUMMED,
        basis="assumed",
        note="Examples on AWS's pages use 30 or 31 days, or 720 hours.",
    ),
    Rule(
        id="BILL-13",
        sentence=(
            "For a month we multiply what the run's events needed, and bill what runs by the hour for all hours; pollers that "
            "receive nothing poll every 20 s all month."
        ),
        state="text_only",
        reason=_SUMMED,
        basis="assumed",
        note="AWS documents 5 pollers for a standard queue, which may become 2; the 20 s were only observed.",
    ),
    Rule(
        id="BILL-14",
        sentence=(
            "A stream that keeps records for more than 24 hours pays for it: up to 7 days by the shard-hour, or on demand by the "
            "GB-month, and beyond 7 days by the GB-month in either mode."
        ),
        values={"included_h": 24, "long_term_h": 168},
        state="text_only",
        reason=_SUMMED,
        source=("https://aws.amazon.com/kinesis/data-streams/pricing/",),
        note="We bill each record for the whole of its retention, although much of it comes after the run.",
    ),
    Rule(
        id="BILL-15",
        sentence=(
            "Brokers of Amazon MSK and Amazon MQ are billed by the hour whether Lambda reads or not; MSK Serverless bills the "
            "cluster and its partitions by the hour, and the data in, out and kept."
        ),
        state="text_only",
        reason=_SUMMED,
        source=("https://aws.amazon.com/msk/pricing/", "https://aws.amazon.com/amazon-mq/pricing/"),
        note="We take it that Lambda reads each record once; a retry has the batch already.",
    ),
    Rule(
        id="BILL-16",
        sentence="A DynamoDB table on demand bills each write in pieces of 1 KB of the item.",
        state="text_only",
        reason=_SUMMED,
        source=("https://aws.amazon.com/dynamodb/pricing/on-demand/",),
        note="The size of a record stands for that of its item, although a stream may hold old and new image.",
    ),
)
