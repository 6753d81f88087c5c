"""The CloudWatch metrics that a run can move, by AWS's names, and their units.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html and the pages of SQS. A trigger
names the metrics of its source by what moves them:

- `arrived` each event, `4xx` `5xx` `latency` the answers to a caller;
- `refused` `throttled` a sender's call that Lambda did not take; `undelivered` an event that its sender gave up;
- `caught` `uncaught` what the sender's own catcher took, or could not take; `looped` an event that Lambda stopped as a loop.
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
_BY_MODEL = {"synchronous": (), "asynchronous": _ASYNCHRONOUS, "queue": _QUEUE, "stream": _MAPPING}
SCALES = {
    "Duration": US_PER_MS,
    "AsyncEventAge": US_PER_MS,
    "Latency": US_PER_MS,
    "ApproximateAgeOfOldestMessage": US_PER_S,
}


def metric_names(trigger: Trigger) -> tuple[str, ...]:
    """The metrics of the function and of this trigger, those of a queue's depth left out."""
    return (*_LAMBDA, *_BY_MODEL[trigger.model], *trigger.metrics.values())
