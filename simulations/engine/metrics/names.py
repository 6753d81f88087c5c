"""The CloudWatch metrics that a run can move, by AWS's names, and their units.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html and the page of SQS; the metrics of a service that
calls the function stand with its trigger.
"""

from typing import Any

from simulations.engine.delivery.pipe_sources import QUEUES
from simulations.engine.metrics.broker_depth import BrokerDepth
from simulations.engine.metrics.figures import Series
from simulations.engine.metrics.of_callers import own_metrics
from simulations.engine.metrics.of_pipes import DURATION, STAGES
from simulations.engine.metrics.of_pipes import NAMES as _PIPE
from simulations.engine.metrics.queue_depth import QueueDepth
from simulations.engine.scenario import Scenario
from simulations.engine.trigger import Trigger, hands_over, model_of
from simulations.engine.triggers import TRIGGERS
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
_SQS = ("NumberOfMessagesSent", "NumberOfMessagesReceived", "NumberOfMessagesDeleted", "NumberOfEmptyReceives")
_QUEUE = (*_MAPPING, "DeletedEventCount", *_SQS)
_STREAM = (
    *_MAPPING,
    "IteratorAge",
    "DroppedEventCount",
    "OnFailureDestinationDeliveredEventCount",
    "DestinationDeliveryFailures",
)
_QUEUE_DLQ = "queue_dlq"
_BY_MODEL = {
    "synchronous": (),
    "asynchronous": _ASYNCHRONOUS,
    "queue": _QUEUE,
    "stream": _STREAM,
    "broker": (),
    "pipe": _PIPE,
}
_SCALES = {
    "Duration": US_PER_MS,
    **dict.fromkeys((DURATION, *STAGES), US_PER_MS),
    "AsyncEventAge": US_PER_MS,
    "IteratorAge": US_PER_MS,
    "ApproximateAgeOfOldestMessage": US_PER_S,
    "ApproximateAgeOfOldestMessageInQuietGroups": US_PER_S,
}


PROVISIONED = ("ProvisionedConcurrencyInvocations", "ProvisionedConcurrencySpilloverInvocations")
NOT_TAKEN = {  # what a catcher counts that could not take a document
    "function_dlq": ("DeadLetterErrors",),
    "on_success": ("DestinationDeliveryFailures",),
    "on_failure": ("DestinationDeliveryFailures", "OnFailureDestinationDeliveryErrorCount"),
}
READY = ("ProvisionedConcurrentExecutions", "ProvisionedConcurrencyUtilization")  # how many run there, and their share


def metric_names(trigger: Trigger, settings: Any, provisioned: int | None) -> tuple[str, ...]:
    """The metrics of the function and of this trigger, those of a queue's depth left out."""
    ready = PROVISIONED + READY if provisioned else ()  # MET-14
    mapping = _BY_MODEL[model_of(trigger, settings)] if trigger.mapping_metrics is None else trigger.mapping_metrics
    piped = trigger.model == "pipe"
    pollers = trigger.model == "queue" and (settings.minimum_pollers or settings.maximum_pollers)
    return (
        *_LAMBDA,
        *ready,
        *mapping,
        *(("ProvisionedPollers",) if pollers else ()),
        *(_ASYNCHRONOUS if piped and hands_over(trigger, settings) else ()),
        *(_SQS if piped and settings.source in QUEUES else ()),
        *dict.fromkeys(one.name for one in own_metrics(trigger, settings)),
    )


def scales(trigger: Trigger) -> dict[str, int]:
    """How many of our microseconds a metric's unit has, for those that measure time."""
    return _SCALES | {one.name: one.unit_us for one in trigger.metrics}


def make_series(scenario: Scenario, depth: QueueDepth | BrokerDepth | None) -> dict[str, Series]:
    """An empty series for each metric of a scenario; those of its queue's depth stand in `depth` as well."""
    provisioned = scenario.function.provisioned_concurrent_executions
    series = {name: Series() for name in metric_names(TRIGGERS[scenario.trigger], scenario.settings, provisioned)}
    if isinstance(depth, BrokerDepth):
        series |= depth.series()
    elif depth is not None:
        series |= depth.series(
            _QUEUE_DLQ if getattr(scenario.settings, "max_receive_count", None) is not None else None
        )
    return series
