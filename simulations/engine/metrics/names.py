"""The CloudWatch metrics that a run can move, by AWS's names, and their units.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html and the pages of SQS and API Gateway.
"""

from simulations.engine.trigger import Trigger
from simulations.engine.units import US_PER_MS, US_PER_S

_LAMBDA = ("Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions")
_ASYNCHRONOUS = (
    "AsyncEventsReceived",
    "AsyncEventAge",
    "AsyncEventsDropped",
    "DeadLetterErrors",
    "DestinationDeliveryFailures",
)
_MAPPING = ("PolledEventCount", "FilteredOutEventCount", "InvokedEventCount", "FailedInvokeEventCount")
_QUEUE = (
    *_MAPPING,
    "DeletedEventCount",
    "NumberOfMessagesSent",
    "NumberOfMessagesReceived",
    "NumberOfMessagesDeleted",
    "NumberOfEmptyReceives",
)
_STREAM = (
    *_MAPPING,
    "IteratorAge",
    "DroppedEventCount",
    "OnFailureDestinationDeliveredEventCount",
    "DestinationDeliveryFailures",
)
_BY_MODEL = {"synchronous": (), "asynchronous": _ASYNCHRONOUS, "queue": _QUEUE, "stream": _STREAM}
_BY_TRIGGER = {"api_gateway": ("Count", "4XXError", "5XXError", "Latency")}
SCALES = {
    "Duration": US_PER_MS,
    "AsyncEventAge": US_PER_MS,
    "IteratorAge": US_PER_MS,
    "Latency": US_PER_MS,
    "ApproximateAgeOfOldestMessage": US_PER_S,
}


def metric_names(trigger: Trigger) -> tuple[str, ...]:
    """The metrics of the function and of this trigger, those of a queue's depth left out."""
    return (*_LAMBDA, *_BY_MODEL[trigger.model], *_BY_TRIGGER.get(trigger.key, ()))
