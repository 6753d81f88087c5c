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
        state="not_modelled",
        reason="Comes with the Kafka triggers.",
        source=(lambda_guide("kafka-scaling-modes"),),
    ),
)
