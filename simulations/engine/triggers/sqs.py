"""SQS standard queue: Lambda's pollers take messages in batches, and what is not deleted comes back.

Implements LD:with-sqs, LD:services-sqs-configure and the queue's own attributes (CreateQueue): what fails returns when its
visibility timeout is over, again and again, until it works, goes to the queue's dead-letter queue, or grows too old.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

import msgspec

from simulations.engine.delivery import filters, queue
from simulations.engine.delivery.pollers import Scale
from simulations.engine.limits import INVALID, FieldError, plain, setting
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.traffic import At
from simulations.engine.trigger import Choices, Trigger
from simulations.engine.units import US_PER_S

_MESSAGE_BYTES = number("SQS-15", "maximum_message_bytes")
_NO_WINDOW = number("ESM-3", "batch_size_without_window")
_INVALID_VALUE = "InvalidParameterValue"  # SQS's own word, without Lambda's "Exception"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The event source mapping, then the queue."""

    batch_size: Annotated[
        int, setting("BatchSize", "How many messages one invocation gets at the most.", ge=1, le=10_000)
    ] = number("ESM-1", "sqs_batch_size")
    maximum_batching_window_s: Annotated[
        int, setting("MaximumBatchingWindowInSeconds", "How long a poller gathers messages for a batch before it invokes.",
                     unit="s", ge=0, le=300)
    ] = number("ESM-1", "sqs_window_s")  # fmt: skip
    function_response_types: Annotated[
        list[Literal["report_batch_item_failures"]],
        plain("FunctionResponseTypes", "Whether the function may name the messages of a batch that failed."),
    ] = []
    filter_criteria: Annotated[list[Any], filters.criteria("body", '{"body": {"status": ["paid"]}}')] = []
    maximum_concurrency: Annotated[
        int, setting("MaximumConcurrency", "At most so many batches on their way at once; empty is no limit of its own.",
                     ge=2, le=1_000)
    ] | None = None  # fmt: skip
    visibility_timeout_s: Annotated[
        int, setting("VisibilityTimeout", "How long a received message stays hidden before it comes back.",
                     unit="s", ge=0, le=43_200)
    ] = number("SQS-8", "default_visibility_timeout_s")  # fmt: skip
    message_retention_period_s: Annotated[
        int, setting("MessageRetentionPeriod", "How long the queue keeps a message that nobody deletes.",
                     unit="s", ge=60, le=1_209_600)
    ] = number("SQS-7", "default_retention_s")  # fmt: skip
    max_receive_count: Annotated[
        int, setting("maxReceiveCount", "How often a message may be received before it goes to the dead-letter queue; "
                     "empty is no dead-letter queue.", ge=1, le=1_000)
    ] | None = None  # fmt: skip
    mapping_starts_s: Annotated[
        int, setting("Mapping starts", "When the event source mapping begins to poll.", unit="s", ge=0, le=1_209_600)
    ] = 0
    mapping_disabled_s: Annotated[
        int, setting("Mapping disabled", "When the event source mapping stops polling; empty is never.",
                     unit="s", ge=0, le=1_209_600)
    ] | None = None  # fmt: skip
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
    throttle_first_wait_s: Annotated[
        int, setting("First wait after a throttle", "How long a poller waits before it tries a throttled batch again.",
                     unit="s", ge=1, le=900, assumed="MODEL-5")
    ] = number("MODEL-5", "first_wait_s")  # fmt: skip
    throttle_longest_wait_s: Annotated[
        int, setting("Longest wait after a throttle", "The wait doubles with each throttle up to this.",
                     unit="s", ge=1, le=900, assumed="MODEL-5")
    ] = number("MODEL-5", "longest_wait_s")  # fmt: skip
    error_reduction: Annotated[
        Literal["reduce_one", "none"],
        plain("After a failed batch", "Whether Lambda uses one poller fewer after each batch that failed.",
              assumed="MODEL-6"),
    ] = "reduce_one"  # fmt: skip


_CONTENT = filters.Content(key="body", noun="message", data=lambda event: filters.text_of(event, "message"))


def _start(sim: Sim, settings: Settings) -> None:
    disabled = settings.mapping_disabled_s
    messages = queue.Queue(
        sim,
        queue.Settings(
            batch_size=settings.batch_size,
            window=settings.maximum_batching_window_s * US_PER_S,
            long_poll=settings.batch_filling == "long_poll",
            reports="report_batch_item_failures" in settings.function_response_types,
            visibility=settings.visibility_timeout_s * US_PER_S,
            retention=settings.message_retention_period_s * US_PER_S,
            max_receive_count=settings.max_receive_count,
            fifo=settings.receive_order == "fifo",
            scale=Scale(
                maximum_concurrency=settings.maximum_concurrency, reduces=settings.error_reduction == "reduce_one"
            ),
            first_wait=settings.throttle_first_wait_s * US_PER_S,
            longest_wait=settings.throttle_longest_wait_s * US_PER_S,
            starts=settings.mapping_starts_s * US_PER_S,
            disabled=disabled * US_PER_S if disabled is not None else None,
            filters=filters.filters_of(settings.filter_criteria, _CONTENT),
        ),
    )
    sim.feed(messages.accept)


def _check(choices: Choices) -> Iterable[FieldError]:
    """What AWS refuses when the mapping is created, a message is sent, or a policy is written; then what means nothing."""
    settings: Settings = choices.settings
    if settings.batch_size > _NO_WINDOW and not settings.maximum_batching_window_s:
        message = "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
        yield FieldError("settings.maximum_batching_window_s", INVALID, message)
    timeout_s, visibility_s = choices.function.timeout_s, settings.visibility_timeout_s
    if timeout_s > visibility_s:
        message = f"Queue visibility timeout: {visibility_s} seconds is less than Function timeout: {timeout_s} seconds"
        yield FieldError("settings.visibility_timeout_s", INVALID, message)
    if settings.mapping_disabled_s is not None and settings.mapping_disabled_s < settings.mapping_starts_s:
        yield FieldError("settings.mapping_disabled_s", INVALID, "The mapping is disabled before it starts.")
    if settings.throttle_first_wait_s > settings.throttle_longest_wait_s:
        yield FieldError("settings.throttle_longest_wait_s", INVALID, "The longest wait is shorter than the first one.")
    yield from filters.refused(settings.filter_criteria, _CONTENT)
    yield from _too_large(choices)
    if choices.failures.invoke_errors:
        message = "Refused calls are not simulated for pollers yet; take concurrency away instead."
        yield FieldError("failures.invoke_errors", INVALID, message)
    for catcher in choices.failures.catchers:
        yield FieldError(f"failures.catchers.{catcher}", INVALID, _CATCHERS.get(catcher, _NO_CATCHER))


_CATCHERS = {
    "queue_dlq": "The queue itself moves the message: no permission is asked and no size checked, so this cannot fail.",
    "function_dlq": "A function's dead-letter queue serves asynchronous invocations only (GEN-5); a queue has its own.",
}
_NO_CATCHER = "An event source mapping for SQS has no destinations (GEN-6); a queue has its own dead-letter queue."


def _too_large(choices: Choices) -> Iterator[FieldError]:
    """SQS-15: a message that SendMessage refuses never gets into the queue."""
    traffic = choices.traffic
    message = f"One or more parameters are invalid. Reason: Message must be shorter than {_MESSAGE_BYTES} bytes."
    if isinstance(traffic, At):
        for place, planned in enumerate(traffic.events):
            if planned.size_bytes > _MESSAGE_BYTES:
                yield FieldError(f"traffic.events[{place}].size_bytes", _INVALID_VALUE, message)
    elif traffic.size_bytes > _MESSAGE_BYTES:
        yield FieldError("traffic.size_bytes", _INVALID_VALUE, message)


SQS = Trigger(
    key="sqs",
    label="SQS standard queue",
    noun="message",
    model="queue",
    settings=Settings,
    start=_start,
    check=_check,
    rules=(
        "SQS-1", "SQS-2", "SQS-3", "SQS-4", "SQS-5", "SQS-7", "SQS-9", "SQS-10", "SQS-11", "SQS-12", "SQS-14", "SQS-15",
        "SQS-20", "FILTER-1", "FILTER-2", "FILTER-3",
    ),
    source="https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html",
    summary="Lambda's pollers take messages in batches and delete what worked; the rest comes back until it works, is moved "
    "to the dead-letter queue, or grows too old.",
    not_priced=(
        "SQS: the requests that send, receive and delete messages, the empty receives of Lambda's pollers among them.",
    ),
)  # fmt: skip
