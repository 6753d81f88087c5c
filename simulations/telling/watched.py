"""What an operator would watch in CloudWatch for a trigger: which metrics, the most telling first, and what each one means.

AWS's names; what they mean in our words, after the pages that `engine/metrics` names.
"""

from simulations.engine import TRIGGERS, Scenario
from simulations.engine.metrics import Metrics
from simulations.engine.metrics.names import scales
from simulations.engine.trigger import model_of
from simulations.picture.strips import Watched

_OWN_QUEUE = ("AsyncEventsDropped", "DeadLetterErrors", "DestinationDeliveryFailures")
_FIRST = {
    "synchronous": ("Errors", "Throttles", "Duration", "ConcurrentExecutions"),
    "asynchronous": ("Errors", "Throttles", "AsyncEventAge", *_OWN_QUEUE, "AsyncEventsReceived", "ConcurrentExecutions"),
    "queue": (
        "ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible", "Errors", "Throttles",
        "ApproximateNumberOfNoisyGroups", "ApproximateNumberOfMessagesVisibleInQuietGroups", "ApproximateNumberOfMessagesNotVisible",
        "ConcurrentExecutions", "NumberOfMessagesDeleted",
    ),
    "broker": (
        "QueueSize", "MessageReadyCount", "Errors", "Throttles", "ExpiredCount", "InFlightCount", "MessageUnacknowledgedCount",
        "DequeueCount", "EnqueueCount",
    ),
    "pipe": (
        "ExecutionFailed", "ExecutionThrottled", "ExecutionTimeout", "Errors", "ApproximateAgeOfOldestMessage", "AsyncEventsDropped",
        "EnrichmentStageFailed", "Throttles", "Concurrency", "EventCount", "ApproximateNumberOfMessagesVisible",
    ),
    "stream": (
        "IteratorAge", "OffsetLag", "MaxOffsetLag", "Errors", "Throttles", "DroppedEventCount", "OnFailureDestinationDeliveredEventCount",
        "DestinationDeliveryFailures", "ConcurrentExecutions",
    ),
}  # fmt: skip
_READY = ("ProvisionedConcurrencySpilloverInvocations", "ProvisionedConcurrencyUtilization")
_THEN = ("Invocations", "Duration")

MEANS = {
    "Invocations": "runs of the code, whether they worked or not",
    "Errors": "runs of the code that ended in an error or ran into the timeout",
    "Throttles": "calls that Lambda refused for lack of concurrency",
    "Duration": "how long the code ran",
    "ConcurrentExecutions": "runs of the code at the same moment",
    "Invocations (pipe)": "executions of the pipe, each with a batch",
    "EventCount": "events that went through the pipe, again where they came back",
    "EventSize": "how many bytes an execution of the pipe held",
    "Concurrency": "executions of the pipe at the same moment",
    "Duration (pipe)": "how long executions of the pipe took, enrichment and function together",
    "EnrichmentStageDuration": "how long enrichments took",
    "TargetStageDuration": "how long the pipe waited for the function",
    "ExecutionFailed": "executions of the pipe that failed",
    "ExecutionPartiallyFailed": "executions of the pipe after which a part of the batch is tried again",
    "ExecutionThrottled": "executions of the pipe that found no concurrency",
    "ExecutionTimeout": "executions of the pipe that took too long",
    "EnrichmentStageFailed": "executions of the pipe whose enrichment failed",
    "TargetStageFailed": "executions of the pipe whose call of the function failed",
    "TargetStagePartiallyFailed": "calls of the function that named a part of the batch as failed",
    "ProvisionedConcurrencyInvocations": "runs in environments that were kept ready",
    "ProvisionedConcurrencySpilloverInvocations": "runs that found no environment kept ready",
    "ProvisionedConcurrentExecutions": "runs at the same moment in environments that were kept ready",
    "ProvisionedConcurrencyUtilization": "the share of the environments kept ready that was at work",
    "AsyncEventsReceived": "events that Lambda put into its own queue",
    "AsyncEventAge": "how old an event was when Lambda tried it",
    "AsyncEventsDropped": "events that Lambda gave up",
    "EnqueueCount": "messages that were sent to the queue",
    "DequeueCount": "messages that consumers acknowledged",
    "DeadLetterErrors": "events that the dead-letter queue could not take",
    "DestinationDeliveryFailures": "records that a destination could not take",
    "RecursiveInvocationsDropped": "events that Lambda stopped as part of a loop",
    "ProvisionedPollers": "event pollers of provisioned mode",
    "PolledEventCount": "events that the pollers read",
    "FilteredOutEventCount": "events that matched no filter",
    "InvokedEventCount": "events that were handed to the function",
    "FailedInvokeEventCount": "events whose batch failed",
    "InvokeErrorCount": "batches that failed",
    "OnFailureDestinationDeliveryErrorCount": "documents that the on-failure destination could not take",
    "DeletedEventCount": "messages deleted after they were handled",
    "DroppedEventCount": "records that were given up",
    "OnFailureDestinationDeliveredEventCount": "records handed to the on-failure destination",
    "QueueSize": "messages that are in the queue, waiting or handed out",
    "QueueSize (broker_dlq)": "messages in the broker's dead-letter queue",
    "MessageReadyCount (broker_dlq)": "messages in the queue behind the dead letter exchange",
    "InFlightCount": "messages that a consumer has and has not acknowledged",
    "ExpiredCount": "messages that expired before they worked",
    "MessageReadyCount": "messages that wait in the queue",
    "MessageUnacknowledgedCount": "messages that a consumer has and has not acknowledged",
    "MaxOffsetLag": "how many records the partition furthest behind is behind",
    "SumOffsetLag": "how many records all partitions together are behind",
    "CommittedEventCount": "records that were committed: handled, given up or filtered",
    "OffsetLag": "how many records the mapping is behind",
    "OversizedRecordCount": "records that are too large to be handed over",
    "IteratorAge": "how old the last record of a batch was when it was read: how far the function lags behind",
    "NumberOfMessagesSent": "messages put into the queue",
    "NumberOfMessagesReceived": "messages handed out, again and again where they came back",
    "NumberOfMessagesDeleted": "messages deleted from the queue",
    "NumberOfEmptyReceives": "polls that found nothing",
    "ApproximateNumberOfMessagesVisible": "messages that wait in the queue",
    "ApproximateNumberOfMessagesNotVisible": "messages handed out and not deleted yet",
    "ApproximateAgeOfOldestMessage": "how old the oldest message is that nobody deleted; one received more than three times does "
    "not count",
    "ApproximateNumberOfNoisyGroups": "tenants that take more than their share",
    "ApproximateNumberOfMessagesVisibleInQuietGroups": "messages that wait and are of no noisy tenant",
    "ApproximateNumberOfMessagesNotVisibleInQuietGroups": "messages handed out and not deleted yet, of no noisy tenant",
    "ApproximateAgeOfOldestMessageInQuietGroups": "how old the oldest message is that nobody deleted and that is of no noisy tenant",
    "NumberOfDeduplicatedSentMessages": "messages that were sent twice and put into the queue once",
    "ApproximateNumberOfGroupsWithInflightMessages": "message groups with a message on its way",
    "Count": "requests",
    "4XXError": "requests answered with a client error",
    "5XXError": "requests answered with a server error",
    "4xx": "requests answered with a client error",
    "5xx": "requests answered with a server error",
    "Latency": "from the request to its answer",
    "ConnectCount": "connections that clients asked for",
    "MessageCount": "messages that clients sent",
    "ClientError": "messages answered with a client error",
    "IntegrationError": "messages that the function could not answer",
    "IntegrationLatency": "from the call of the function to its answer",
    "RequestCount": "requests that reached the function",
    "HTTPCode_ELB_4XX_Count": "client errors that the load balancer itself answered",
    "HTTPCode_ELB_5XX_Count": "server errors that the load balancer itself answered",
    "HTTPCode_Target_4XX_Count": "client errors that the function answered",
    "HTTPCode_Target_5XX_Count": "server errors that the function answered",
    "TargetResponseTime": "from the request to the function's answer",
    "UrlRequestCount": "requests to the function URL",
    "Url4xxCount": "requests answered with a client error",
    "Url5xxCount": "requests answered with a server error",
    "UrlRequestLatency": "from the request to its answer",
    "ExecutionsStarted": "executions of the state machine that began",
    "ExecutionsSucceeded": "executions that came to a good end",
    "ExecutionsFailed": "executions that failed",
    "ExecutionTime": "how long executions took",
    "Requests": "requests from viewers",
    "IncomingRecords": "records that the stream took in",
    "SucceedProcessing.Records": "records that the function transformed",
    "NumberOfNotificationsFailed": "messages that SNS could not deliver",
    "NumberOfNotificationsRedrivenToDlq": "messages that SNS moved to the subscription's dead-letter queue",
    "NumberOfNotificationsFailedToRedriveToDlq": "messages that the subscription's dead-letter queue could not take",
    "FailedInvocations": "events that EventBridge could not deliver",
    "InvocationsSentToDLQ": "events that EventBridge moved to the target's dead-letter queue",
    "InvocationsFailedToBeSentToDLQ": "events that the target's dead-letter queue could not take",
    "InvocationDroppedCount": "calls that the scheduler gave up",
    "TargetErrorCount": "calls that Lambda answered with an error",
    "TargetErrorThrottledCount": "calls that Lambda throttled",
    "InvocationsSentToDeadLetterCount": "calls that the scheduler moved to its dead-letter queue",
    "InvocationsFailedToBeSentToDeadLetterCount": "calls that the schedule's dead-letter queue could not take",
    "DeliveryErrors": "log events that could not be delivered",
    "DeliveryThrottling": "deliveries of log events that were throttled",
    "Failure": "actions of the rule that failed",
    "ErrorActionSuccess": "failures that the error action took",
    "ErrorActionFailure": "failures that the error action could not take",
}


def watched(scenario: Scenario) -> list[Watched]:
    """The metrics of a scenario, the most telling first; the service's own come before the plain counts of the function."""
    trigger = TRIGGERS[scenario.trigger]
    model = model_of(trigger, scenario.settings)
    has = Metrics(scenario).cloudwatch()  # what a metric of another source would not move is not said to be 0
    names = dict.fromkeys((*_FIRST[model], *(metric.name for metric in trigger.metrics), *_READY, *_THEN))
    units = scales(trigger)
    return [Watched(name=name, means=MEANS.get(name, ""), unit_us=units.get(name, 0)) for name in names if name in has]
