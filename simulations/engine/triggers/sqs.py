"""SQS standard queue: Lambda's pollers take messages in batches, and what is not deleted comes back.

Implements LD:with-sqs, LD:services-sqs-configure and the queue's own attributes (CreateQueue): what fails returns when its
visibility timeout is over, again and again, until it works, goes to the queue's dead-letter queue, or grows too old.
"""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

from simulations.engine.delivery import group_settings as of_groups
from simulations.engine.delivery import queue_settings as of_queues
from simulations.engine.delivery.express_queue import serve
from simulations.engine.limits import INVALID, FieldError, plain, setting
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trigger import SQS_MOVES, SQS_POLLERS, Charge, Choices, Trigger
from simulations.engine.units import US_PER_S

_NO_WINDOW = number("ESM-3", "batch_size_without_window")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The event source mapping, then the queue."""

    batch_size: Annotated[
        int, setting("BatchSize", "How many messages one invocation gets at the most.", ge=1, le=10_000)
    ] = of_queues.BATCH_SIZE
    maximum_batching_window_s: Annotated[
        int, setting("MaximumBatchingWindowInSeconds", "How long a poller gathers messages for a batch before it invokes.",
                     unit="s", ge=0, le=300)
    ] = number("ESM-1", "sqs_window_s")  # fmt: skip
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
    message_groups: Annotated[
        int, setting("Message groups", "Over how many tenants (MessageGroupId) the messages are spread that do not name theirs; "
                     "empty: they have none, and each counts as a tenant of its own.", ge=1, le=10_000)
    ] | None = None  # fmt: skip
    busiest_group_percent: of_groups.BusiestGroup = None
    mapping_starts_s: of_queues.Starts = 0
    mapping_disabled_s: of_queues.Disabled = None
    denied_action: of_queues.DeniedAction = None
    receive_order: Annotated[
        Literal["random", "fifo"],
        plain("Order of receives", "Which of the visible messages a receive brings: any, or those visible longest.",
              assumed="MODEL-3"),
    ] = "random"  # fmt: skip
    batch_filling: Annotated[
        Literal["window", "long_poll"],
        plain("End of the batching window", "Whether a batch is closed when its window ends, or, at low traffic, only when the "
              "poller's long poll of up to 20 s does.", assumed="MODEL-4"),
    ] = "window"  # fmt: skip
    throttle_first_wait_s: of_queues.FirstWait = of_queues.FIRST_WAIT_S
    throttle_longest_wait_s: of_queues.LongestWait = of_queues.LONGEST_WAIT_S
    error_reduction: of_queues.ErrorReduction = "reduce_one"
    throttle_reduction: of_queues.ThrottleReduction = "none"


def _start(sim: Sim, settings: Settings) -> None:
    queue = serve(sim, of_queues.mapping(
        settings,
        window=settings.maximum_batching_window_s * US_PER_S,
        long_poll=settings.batch_filling == "long_poll",
        oldest_first=settings.receive_order == "fifo",
        fair=of_queues.is_fair(settings, sim.traffic),
    ))  # fmt: skip
    groups = settings.message_groups
    sim.feed(queue.accept, None if groups is None else of_groups.grouping(groups, settings.busiest_group_percent))


def _check(choices: Choices) -> Iterable[FieldError]:
    """What AWS refuses when the mapping is created, a message is sent, or a policy is written; then what means nothing."""
    settings: Settings = choices.settings
    if settings.batch_size > _NO_WINDOW and not settings.maximum_batching_window_s:
        message = "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
        yield FieldError("settings.maximum_batching_window_s", INVALID, message)
    yield from of_queues.refused(choices.settings, choices.function, choices.traffic, choices.failures)


SQS = Trigger(
    key="sqs",
    label="SQS standard queue",
    noun="message",
    model="queue",
    settings=Settings,
    start=_start,
    check=_check,
    rules=(
        "SQS-1", "SQS-2", "SQS-3", "SQS-4", "SQS-5", "SQS-7", "SQS-9", "SQS-10", "SQS-11", "SQS-12", "SQS-13", "SQS-14", "SQS-15", "SQS-18",
        "SQS-20", "FILTER-1", "FILTER-2", "FILTER-3", "PERM-20",
    ),
    source="https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html",
    summary="Lambda's pollers take messages in batches and delete what worked; the rest comes back until it works, is moved "
    "to the dead-letter queue, or grows too old.",
    charges=(
        Charge(what="SQS sends", price_key="sqs.standard", of="arrived", counted="each message is sent by itself, in pieces of 64 KB"),
        Charge(what="SQS receives", price_key="sqs.standard", of="receives", counted="receives of up to ten messages that brought some, again for those that came back"),
        Charge(what="SQS empty receives", price_key="sqs.standard", of="empty_receives", counted="long polls of Lambda's pollers that brought nothing"),
        Charge(what="SQS deletes", price_key="sqs.standard", of="deletes", counted="deletes of up to ten messages that were done"),
        Charge(what="SQS fair queue surcharge", price_key="sqs.fair_surcharge", of="grouped", counted="messages sent with a MessageGroupId"),
        SQS_POLLERS,
        SQS_MOVES,
    ),
    not_priced=("SQS: whoever reads the dead-letter queue.",),
)  # fmt: skip
