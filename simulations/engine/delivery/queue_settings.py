"""What event source mappings for SQS have in common: their fields, those of the queues, and what AWS refuses.

Models LA:CreateEventSourceMapping, LD:services-sqs-parameters and SQS's CreateQueue. Units: as the names say.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec

from simulations.engine.delivery.filters import Content, Filters, criteria, filters_of, text_of
from simulations.engine.delivery.filters import refused as refused_filters
from simulations.engine.delivery.group_settings import Fifo
from simulations.engine.delivery.piping import Piping
from simulations.engine.delivery.pollers import Scale
from simulations.engine.failures import FailurePlan
from simulations.engine.function import Function
from simulations.engine.limits import INVALID, FieldError, plain, setting
from simulations.engine.rules import number
from simulations.engine.traffic import At, Traffic, oversized
from simulations.engine.units import US_PER_S

_LONGEST_S = 1_209_600
_MESSAGE_BYTES = number("SQS-15", "maximum_message_bytes")
_INVALID_VALUE = "InvalidParameterValue"  # SQS's own word, without Lambda's "Exception"

ResponseTypes = Annotated[
    list[Literal["report_batch_item_failures"]],
    plain("FunctionResponseTypes", "Whether the function may name the messages of a batch that failed."),
]
FilterCriteria = Annotated[list[Any], criteria("body", '{"body": {"status": ["paid"]}}')]
MaximumConcurrency = (
    Annotated[
        int, setting("MaximumConcurrency", "At most so many batches on their way at once; empty is no limit of its own.",
                     ge=2, le=1_000)
    ]
    | None
)  # fmt: skip
MinimumPollers = (
    Annotated[
        int, setting("MinimumPollers", "Provisioned mode: so many pollers are always there, each good for 10 batches at once. "
                     "Empty in both fields: no provisioned mode.", ge=2, le=200)
    ]
    | None
)  # fmt: skip
MaximumPollers = (
    Annotated[
        int, setting("MaximumPollers", "Provisioned mode: so many pollers at the most. Some of AWS's pages say 2,000 where others "
                     "say 10,000 (CU-4).", ge=2, le=10_000)
    ]
    | None
)  # fmt: skip
ChangedTo = (
    Annotated[
        int, setting("VisibilityTimeout changed to", "Another visibility timeout that the queue gets after the mapping was made; "
                     "Lambda does not check it any more. Empty: it stays.", unit="s", ge=0, le=43_200)
    ]
    | None
)  # fmt: skip
ChangedAt = Annotated[
    int, setting("VisibilityTimeout changed at", "When the queue gets it.", unit="s", ge=0, le=_LONGEST_S)
]
VisibilityTimeout = Annotated[
    int, setting("VisibilityTimeout", "How long a received message stays hidden before it comes back.",
                 unit="s", ge=0, le=43_200)
]  # fmt: skip
Retention = Annotated[
    int, setting("MessageRetentionPeriod", "How long the queue keeps a message that nobody deletes.",
                 unit="s", ge=60, le=_LONGEST_S)
]  # fmt: skip
MaxReceiveCount = (
    Annotated[
        int, setting("maxReceiveCount", "How often a message may be received before it goes to the dead-letter queue; "
                     "empty is no dead-letter queue.", ge=1, le=1_000)
    ]
    | None
)  # fmt: skip
Starts = Annotated[
    int, setting("Mapping starts", "When the event source mapping begins to poll.", unit="s", ge=0, le=_LONGEST_S)
]
Disabled = (
    Annotated[
        int, setting("Mapping disabled", "When the event source mapping stops polling; empty is never.",
                     unit="s", ge=0, le=_LONGEST_S)
    ]
    | None
)  # fmt: skip
FirstWait = Annotated[
    int, setting("First wait after a throttle", "How long a poller waits before it tries a throttled batch again.",
                 unit="s", ge=1, le=900, assumed="MODEL-5")
]  # fmt: skip
LongestWait = Annotated[
    int, setting("Longest wait after a throttle", "The wait doubles with each throttle up to this.",
                 unit="s", ge=1, le=900, assumed="MODEL-5")
]  # fmt: skip
DeniedAction = (
    Annotated[
        Literal["receive_message", "delete_message"],
        plain(
            "Permission missing",
            "What the function's role may no longer do to the queue, although it could when the mapping was made.",
        ),
    ]
    | None
)
ErrorReduction = Annotated[
    Literal["reduce_one", "none"],
    plain(
        "After a failed batch", "Whether Lambda uses one poller fewer after each batch that failed.", assumed="MODEL-6"
    ),
]
ThrottleReduction = Annotated[
    Literal["none", "reduce_one"],
    plain(
        "After a throttled batch", "Whether Lambda uses one poller fewer for each batch that is throttled as well, and adds none until "
        "it is done. AWS says that it lowers the concurrency and not how far; off, because with it fewer receives are used up than users report.", assumed="SQS-14"
    ),
]  # fmt: skip
BATCH_SIZE = number("ESM-1", "sqs_batch_size")
FIFO_BATCH_SIZE = number("ESM-1", "sqs_fifo_maximum_batch_size")
VISIBILITY_S = number("SQS-8", "default_visibility_timeout_s")
RETENTION_S = number("SQS-7", "default_retention_s")
FIRST_WAIT_S = number("MODEL-5", "first_wait_s")
LONGEST_WAIT_S = number("MODEL-5", "longest_wait_s")


CONTENT = Content(key="body", noun="message", data=lambda event: text_of(event, "message"))


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What queue and mapping are configured with, in microseconds; a trigger makes it from its own settings.

    `fifo` None: a standard queue; then `oldest_first` says in which order it hands out its messages, and `fair` whether some
    of them name a tenant. `later`: when it gets another visibility timeout, and which. `denied`: what the function's role may not do.
    `pipe`: what polls the queue in a mapping's stead.
    """

    batch_size: int
    window: int = 0
    long_poll: bool = False
    reports: bool
    visibility: int
    retention: int
    max_receive_count: int | None
    oldest_first: bool = False
    fifo: Fifo | None = None
    scale: Scale
    first_wait: int
    longest_wait: int
    starts: int
    disabled: int | None
    filters: Filters | None = None
    pipe: Piping | None = None
    later: tuple[int, int] | None = None
    fair: bool = False
    denied: str | None = None


def mapping(settings: Any, **own: Any) -> Settings:
    """What a trigger's settings stand for in the delivery model; `own`: what only its kind of queue has."""
    disabled_s = settings.mapping_disabled_s
    reports = "report_batch_item_failures" in settings.function_response_types
    return Settings(
        batch_size=settings.batch_size,
        reports=reports,
        visibility=settings.visibility_timeout_s * US_PER_S,
        retention=settings.message_retention_period_s * US_PER_S,
        max_receive_count=settings.max_receive_count,
        scale=Scale(
            maximum_concurrency=settings.maximum_concurrency,
            reduces=settings.error_reduction == "reduce_one",
            throttles=settings.throttle_reduction == "reduce_one" and not reports,
            provisioned=provisioned(settings),
        ),
        first_wait=settings.throttle_first_wait_s * US_PER_S,
        longest_wait=settings.throttle_longest_wait_s * US_PER_S,
        starts=settings.mapping_starts_s * US_PER_S,
        disabled=None if disabled_s is None else disabled_s * US_PER_S,
        filters=filters_of(settings.filter_criteria, CONTENT),
        later=changed_visibility(settings),
        denied=settings.denied_action,
        **own,
    )


def provisioned(settings: Any) -> tuple[int, int] | None:
    """MinimumPollers and MaximumPollers; None without provisioned mode."""
    least, most = settings.minimum_pollers, settings.maximum_pollers
    if least is None and most is None:
        return None
    return least or number("SQS-13", "minimum_pollers"), most or max(least, number("SQS-13", "default_maximum_pollers"))


def changed_visibility(settings: Any) -> tuple[int, int] | None:
    """When the queue gets another visibility timeout, and which, in microseconds; None: never."""
    if getattr(settings, "visibility_timeout_changed_to_s", None) is None:
        return None
    return settings.visibility_timeout_changed_at_s * US_PER_S, settings.visibility_timeout_changed_to_s * US_PER_S


def is_fair(settings: Any, traffic: Traffic) -> bool:
    """Whether messages of a standard queue have a MessageGroupId (SQS-18), by a setting or in a table."""
    named = isinstance(traffic, At) and any(planned.group is not None for planned in traffic.events)
    return named or settings.message_groups is not None


def refused(settings: Any, function: Function, traffic: Traffic, failures: FailurePlan) -> Iterator[FieldError]:
    """What AWS refuses when the mapping is created or a message is sent; then what means nothing."""
    yield from bad_visibility(settings, function)
    if settings.mapping_disabled_s is not None and settings.mapping_disabled_s < settings.mapping_starts_s:
        yield FieldError("settings.mapping_disabled_s", INVALID, "The mapping is disabled before it starts.")
    if settings.denied_action is not None and settings.filter_criteria:
        message = "A missing permission and filters are not simulated together."
        yield FieldError("settings.denied_action", INVALID, message)
    pollers = provisioned(settings)
    if pollers is not None and pollers[0] > pollers[1]:
        message = f"MinimumPollers ({pollers[0]}) must not be greater than MaximumPollers ({pollers[1]})."
        yield FieldError("settings.maximum_pollers", INVALID, message)
    if pollers is not None and settings.maximum_concurrency is not None:
        message = "Provisioned mode and MaximumConcurrency exclude each other (SQS-13)."
        yield FieldError("settings.maximum_concurrency", INVALID, message)
    if settings.throttle_first_wait_s > settings.throttle_longest_wait_s:
        yield FieldError("settings.throttle_longest_wait_s", INVALID, "The longest wait is shorter than the first one.")
    yield from refused_filters(settings.filter_criteria, CONTENT)
    yield from too_large(traffic)
    for catcher in failures.catchers:
        yield FieldError(f"failures.catchers.{catcher}", INVALID, _CATCHERS.get(catcher, _NO_CATCHER))


_CATCHERS = {
    "queue_dlq": "The queue itself moves the message: no permission is asked and no size checked, so this cannot fail.",
    "function_dlq": "A function's dead-letter queue serves asynchronous invocations only (GEN-5); a queue has its own.",
}
_NO_CATCHER = "An event source mapping for SQS has no destinations (GEN-6); a queue has its own dead-letter queue."


def bad_visibility(settings: Any, function: Function) -> Iterator[FieldError]:
    """SQS-9: a function may not run longer than its messages are hidden."""
    timeout_s, visibility_s = function.timeout_s, settings.visibility_timeout_s
    if timeout_s > visibility_s:
        message = f"Queue visibility timeout: {visibility_s} seconds is less than Function timeout: {timeout_s} seconds"
        yield FieldError("settings.visibility_timeout_s", INVALID, message)


def too_large(traffic: Traffic) -> Iterator[FieldError]:
    """SQS-15: a message that SendMessage refuses never gets into the queue."""
    message = f"One or more parameters are invalid. Reason: Message must be shorter than {_MESSAGE_BYTES} bytes."
    return oversized(traffic, _MESSAGE_BYTES, _INVALID_VALUE, message)
