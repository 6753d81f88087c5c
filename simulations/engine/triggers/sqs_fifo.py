"""SQS FIFO queue: messages of a group go to the function in their order, and one that fails blocks its group.

Implements LD:with-sqs, LD:services-sqs-scaling and SQ:FIFO-queues-understanding-logic: while a message is in flight or hidden,
nothing else of its group is handed out; a batch may hold several groups, and there are never more batches than groups.
"""

from collections.abc import Iterable
from typing import Annotated

import msgspec

from simulations.engine.delivery import group_settings as of_groups
from simulations.engine.delivery import queue_settings as of_queues
from simulations.engine.delivery.queue import Queue
from simulations.engine.limits import FieldError, setting
from simulations.engine.sim import Sim
from simulations.engine.trigger import SQS_MOVES, SQS_POLLERS, Charge, Choices, Trigger


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The event source mapping, then the queue, then what its messages are like."""

    batch_size: Annotated[
        int, setting("BatchSize", "How many messages one invocation gets at the most, of one group or of several.", ge=1, le=10)
    ] = of_queues.BATCH_SIZE  # fmt: skip
    function_response_types: of_queues.ResponseTypes = []
    filter_criteria: of_queues.FilterCriteria = []
    maximum_concurrency: of_queues.MaximumConcurrency = None
    minimum_pollers: of_queues.MinimumPollers = None
    maximum_pollers: of_queues.MaximumPollers = None
    visibility_timeout_s: of_queues.VisibilityTimeout = of_queues.VISIBILITY_S
    visibility_timeout_changed_to_s: of_queues.ChangedTo = None
    visibility_timeout_changed_at_s: of_queues.ChangedAt = 0
    message_retention_period_s: of_queues.Retention = of_queues.RETENTION_S
    max_receive_count: of_queues.MaxReceiveCount = None
    content_based_deduplication: of_groups.ContentBasedDeduplication = False
    deduplication_scope: of_groups.DeduplicationScope = "queue"
    message_groups: of_groups.MessageGroups = 1
    busiest_group_percent: of_groups.BusiestGroup = None
    mapping_starts_s: of_queues.Starts = 0
    mapping_disabled_s: of_queues.Disabled = None
    denied_action: of_queues.DeniedAction = None
    group_order: of_groups.GroupOrder = "oldest"
    throttle_first_wait_s: of_queues.FirstWait = of_queues.FIRST_WAIT_S
    throttle_longest_wait_s: of_queues.LongestWait = of_queues.LONGEST_WAIT_S
    error_reduction: of_queues.ErrorReduction = "reduce_one"
    throttle_reduction: of_queues.ThrottleReduction = "none"


def _start(sim: Sim, settings: Settings) -> None:
    messages = Queue(sim, of_queues.mapping(settings, fifo=of_groups.fifo(settings)))
    sim.feed(messages.accept, of_groups.grouping(settings.message_groups, settings.busiest_group_percent))


def _check(choices: Choices) -> Iterable[FieldError]:
    """What AWS refuses when the mapping is created or a message is sent; then what means nothing."""
    return of_queues.refused(choices.settings, choices.function, choices.traffic, choices.failures)


SQS_FIFO = Trigger(
    key="sqs_fifo",
    label="SQS FIFO queue",
    noun="message",
    model="queue",
    settings=Settings,
    start=_start,
    check=_check,
    rules=(
        "SQS-1", "SQS-2", "SQS-3", "SQS-4", "SQS-5", "SQS-6", "SQS-7", "SQS-9", "SQS-11", "SQS-12", "SQS-13", "SQS-14", "SQS-15",
        "SQS-16", "SQS-17", "SQS-20", "FILTER-1", "FILTER-2", "FILTER-3", "PERM-20", "SQS-21", "SQS-22", "SQS-23", "MODEL-50", "MODEL-51",
    ),
    source="https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html",
    summary="Lambda's pollers take the messages of each group in their order. One that fails blocks its group until it works, is "
    "moved to the dead-letter queue, or grows too old; other groups go on.",
    charges=(
        Charge(what="SQS sends", price_key="sqs.fifo", of="arrived", counted="each message is sent by itself, in pieces of 64 KB; one that the queue drops as a repeat counts too"),
        Charge(what="SQS receives", price_key="sqs.fifo", of="receives", counted="receives of up to ten messages that brought some, again for those that came back"),
        Charge(what="SQS empty receives", price_key="sqs.fifo", of="empty_receives", counted="long polls of Lambda's pollers that brought nothing"),
        Charge(what="SQS deletes", price_key="sqs.fifo", of="deletes", counted="deletes of up to ten messages that were done"),
        SQS_POLLERS,
        SQS_MOVES,
    ),
    not_priced=("SQS: whoever reads the dead-letter queue.",),
)  # fmt: skip
