"""Which metrics move for which outcome, in the namespace AWS/Lambda unless another is named.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from .rule import Rule, aws_page, eventbridge_guide, lambda_guide, sqs_guide

_METRICS = lambda_guide("monitoring-metrics-types")
_COUNTED = "The report counts it from the records; nothing happens in time."

METRICS: tuple[Rule, ...] = (
    Rule(
        id="MET-1",
        sentence="A success counts in Invocations, Duration and ConcurrentExecutions, not in Errors.",
        state="text_only",
        reason=_COUNTED,
        source=(_METRICS,),
    ),
    Rule(
        id="MET-2",
        sentence="A function error counts in Invocations, Errors (at the time the run started) and Duration.",
        state="text_only",
        reason=_COUNTED,
        source=(_METRICS,),
    ),
    Rule(
        id="MET-3",
        sentence="A throttle counts in Throttles, and neither in Invocations nor in Errors.",
        state="text_only",
        reason=_COUNTED,
        source=(_METRICS,),
        note="On Managed Instances one further metric says what was short.",
    ),
    Rule(
        id="MET-4",
        sentence="An accepted asynchronous event counts in AsyncEventsReceived.",
        state="text_only",
        reason=_COUNTED,
        source=(_METRICS,),
    ),
    Rule(
        id="MET-5",
        sentence=(
            "While an asynchronous event waits for its next try AsyncEventAge rises, and each try counts in Errors or "
            "Throttles; AsyncEventsDropped does not move."
        ),
        state="text_only",
        reason=_COUNTED,
        source=(_METRICS,),
    ),
    Rule(
        id="MET-6",
        sentence=(
            "An event that was given up counts in AsyncEventsDropped, "
            "also when a dead-letter queue or destination caught it."
        ),
        state="text_only",
        reason=_COUNTED,
        source=(_METRICS,),
    ),
    Rule(
        id="MET-7",
        sentence="A dead-letter queue that could not be written to counts in DeadLetterErrors.",
        state="text_only",
        reason=_COUNTED,
        source=(_METRICS,),
    ),
    Rule(
        id="MET-8",
        sentence=(
            "A destination that could not be written to counts in DestinationDeliveryFailures, "
            "and for an event source mapping in DroppedEventCount as well."
        ),
        state="text_only",
        reason=_COUNTED,
        source=(_METRICS,),
    ),
    Rule(
        id="MET-9",
        sentence="A stopped loop counts in RecursiveInvocationsDropped.",
        state="text_only",
        reason=_COUNTED,
        source=(_METRICS,),
    ),
    Rule(
        id="MET-10",
        sentence=(
            "A backlog in SQS shows in ApproximateNumberOfMessagesVisible and ApproximateAgeOfOldestMessage, what lies "
            "in a dead-letter queue in its ApproximateNumberOfMessagesVisible. IteratorAge says nothing about it."
        ),
        state="text_only",
        reason=_COUNTED,
        source=(lambda_guide("services-sqs-errorhandling"), _METRICS),
        note="NumberOfMessagesSent does not count what redrive moves into a dead-letter queue.",
    ),
    Rule(
        id="MET-11",
        sentence="A blocked stream shows as rising IteratorAge with repeated Errors.",
        state="text_only",
        reason=_COUNTED,
        source=(_METRICS,),
    ),
    Rule(
        id="MET-12",
        sentence="Kafka that falls behind shows in OffsetLag, MaxOffsetLag and SumOffsetLag, not in IteratorAge.",
        state="text_only",
        reason=_COUNTED,
        source=(_METRICS,),
        note=(
            "The last two are of the group KafkaMetrics, which must be switched on. Amazon MSK estimates the time behind as well "
            "(EstimatedMaxTimeLag) without saying how, so it is left out."
        ),
    ),
    Rule(
        id="MET-13",
        sentence="A DocumentDB change above 6 MB counts in OversizedRecordCount, not in Errors.",
        state="text_only",
        reason=_COUNTED,
        source=(_METRICS,),
    ),
    Rule(
        id="MET-14",
        sentence=(
            "Provisioned concurrency counts in ProvisionedConcurrencyInvocations and its Utilization, "
            "what exceeds it in ProvisionedConcurrencySpilloverInvocations."
        ),
        state="text_only",
        reason="It says where the report counts; CONC-5 acts.",
        source=(_METRICS,),
    ),
    Rule(
        id="MET-15",
        sentence=(
            "What EventBridge could not deliver counts in FailedInvocations and InvocationsSentToDLQ of AWS/Events; "
            "no metric of Lambda moves."
        ),
        state="text_only",
        reason=_COUNTED,
        source=(eventbridge_guide("eb-rule-dlq"),),
    ),
    Rule(
        id="MET-16",
        sentence=(
            "What SNS could not deliver counts in NumberOfNotificationsFailed of AWS/SNS; no metric of Lambda moves."
        ),
        state="text_only",
        reason=_COUNTED,
        source=(aws_page("sns/latest/dg/sns-dead-letter-queues"),),
        note="The metrics about the subscription's dead-letter queue are from memory.",
    ),
    Rule(
        id="MET-17",
        sentence=(
            "A failed request counts in 5XXError for API Gateway, HTTPCode_ELB_5XX_Count for a load balancer, and "
            "Url5xxCount for a function URL."
        ),
        state="text_only",
        reason=_COUNTED,
        source=(
            aws_page("elasticloadbalancing/latest/application/load-balancer-troubleshooting"),
            lambda_guide("urls-monitoring"),
        ),
        note="API Gateway's metrics are from memory.",
    ),
    Rule(
        id="MET-18",
        sentence=(
            "ApproximateAgeOfOldestMessage of a standard queue leaves out a message that was received more than three times and "
            "is still there: a poison message does not show in it for long."
        ),
        values={"receives": 3},
        state="text_only",
        reason=_COUNTED,
        source=(sqs_guide("sqs-available-cloudwatch-metrics"), sqs_guide("capturing-problematic-messages")),
        note=(
            "AWS moves a message to the back of the queue after three receives or more, and leaves out what is beyond that threshold; "
            "here that is from the fourth receive on. A FIFO queue keeps its order, and its messages count."
        ),
        checked_on="2026-11-30",
    ),
    Rule(
        id="MET-19",
        sentence=(
            "A queue of ActiveMQ shows in QueueSize, with what is in flight, InFlightCount, EnqueueCount, DequeueCount and ExpiredCount; "
            "one of RabbitMQ in MessageReadyCount and MessageUnacknowledgedCount. The event source mapping has no metrics for either."
        ),
        state="text_only",
        reason=_COUNTED,
        source=(
            aws_page("amazon-mq/latest/developer-guide/activemq-logging-monitoring"),
            aws_page("amazon-mq/latest/developer-guide/rabbitmq-logging-monitoring"),
        ),
        note="RabbitMQ's MessageCount is the sum of its two. Messages handed out again (DispatchCount) are not counted.",
    ),
    Rule(
        id="MET-20",
        sentence=(
            "A fair queue shows its noisy tenants in ApproximateNumberOfNoisyGroups, and what all others have in the metrics that end "
            "in InQuietGroups: messages visible, in flight, and the age of the oldest."
        ),
        state="text_only",
        reason=_COUNTED,
        source=(sqs_guide("sqs-available-cloudwatch-metrics"), sqs_guide("sqs-fair-queues")),
        note="A noisy tenant counts as quiet again when it has no backlog, or has sent nothing for 5 minutes (SQS-18).",
        checked_on="2026-11-30",
    ),
)
