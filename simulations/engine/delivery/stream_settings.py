"""What event source mappings for ordered sources have in common: their fields, and what AWS refuses.

Models LA:CreateEventSourceMapping, LD:services-kinesis-parameters and LD:services-ddb-params. Units: as the names say.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

import msgspec

from simulations.engine.delivery.filters import Filters, filters_of
from simulations.engine.delivery.piping import Piping
from simulations.engine.delivery.stream_source import Reads, Scaling, Source, shard_number
from simulations.engine.delivery.tumbling import NAME, Tumbling
from simulations.engine.limits import INVALID, FieldError, plain, setting
from simulations.engine.rules import number
from simulations.engine.traffic import At, Traffic
from simulations.engine.units import US_PER_S

ENDLESS = number("STREAM-4", "maximum_retry_attempts")  # AWS writes -1
_LEAST_AGE = number("ESM-1", "minimum_record_age_s")
_LONGEST_S = 1_209_600

BatchSize = Annotated[
    int, setting("BatchSize", "How many records one invocation gets at the most.", ge=1, le=10_000)
]  # fmt: skip
Window = Annotated[
    int, setting("MaximumBatchingWindowInSeconds", "How long Lambda gathers records for a batch before it invokes.",
                 unit="s", ge=0, le=300)
]  # fmt: skip
Factor = Annotated[
    int, setting("ParallelizationFactor", "How many batches of one shard may be on their way at once.", ge=1, le=10)
]
TumblingWindow = Annotated[
    int, setting("TumblingWindowInSeconds", "How long a tumbling window is, over which the function carries a state; 0 is none.",
                 unit="s", ge=0, le=900)
]  # fmt: skip
TumblingWait = Annotated[
    int, setting("Window waits for records", "How long after its end a window waits for records before it is closed; AWS says up to "
                 "two minutes. A record of a later window closes it at once.", unit="s", ge=0, le=120, assumed="STREAM-15")
]  # fmt: skip
StateBytes = Annotated[
    int, setting("State grows by", "By how many bytes each record makes the state of its window grow.", unit="bytes", ge=0,
                 le=1_048_576)
]  # fmt: skip
MaximumRetryAttempts = Annotated[
    int, setting("MaximumRetryAttempts", "How often a failed batch is tried again; -1 is until it works or its records are gone.",
                 ge=-1, le=10_000)
]  # fmt: skip
MaximumRecordAge = Annotated[
    int, setting("MaximumRecordAgeInSeconds", "Records older than this are not tried any more; -1 is no limit, otherwise 60 or more.",
                 unit="s", ge=-1, le=604_800)
]  # fmt: skip
Bisect = Annotated[
    bool,
    plain("BisectBatchOnFunctionError", "Whether a batch that failed is cut in two, to find the record that fails."),
]
ResponseTypes = Annotated[
    list[Literal["report_batch_item_failures"]],
    plain("FunctionResponseTypes", "Whether the function may name the record of a batch at which it failed."),
]
OnFailure = (
    Annotated[
        Literal["sqs", "sns", "s3"],
        plain("OnFailure", "The destination for a record about each batch that Lambda gave up on."),
    ]
    | None
)
StartingPosition = Annotated[
    Literal["trim_horizon", "latest", "at_timestamp"],
    plain("StartingPosition", "Where reading begins: with the oldest record, with what arrives from then on, or at a time."),
]  # fmt: skip
Timestamp = (
    Annotated[
        int, setting("StartingPositionTimestamp", "With at_timestamp: records that arrived before this are not read; counted "
                     "from the start of the run.", unit="s", ge=0, le=_LONGEST_S)
    ]
    | None
)  # fmt: skip
Shards = Annotated[int, setting("Shards", "How many shards the stream has.", ge=1, le=1_000)]
Keys = (
    Annotated[
        int, setting("Partition keys", "How many different partition keys the traffic has; empty: each record has its own, by chance.",
                     ge=1, le=100_000)
    ]
    | None
)  # fmt: skip
Starts = Annotated[
    int, setting("Mapping starts", "When the event source mapping begins to read.", unit="s", ge=0, le=_LONGEST_S)
]
Disabled = (
    Annotated[
        int, setting("Mapping disabled", "When the event source mapping stops; empty is never.", unit="s", ge=0, le=_LONGEST_S)
    ]
    | None
)  # fmt: skip
FirstWait = Annotated[
    int, setting("First wait after a failure", "How long a batch waits that failed or was throttled for the first time.",
                 unit="s", ge=1, le=900, assumed="STREAM-10")
]  # fmt: skip
LongestWait = Annotated[
    int, setting("Longest wait after a failure", "The wait doubles with each failure in a row up to this.",
                 unit="s", ge=1, le=3_600, assumed="STREAM-10")
]  # fmt: skip
Jitter = Annotated[
    int, setting("Randomness of waits", "By how much chance may shorten a wait.", unit="%", ge=0, le=100, assumed="STREAM-10")
]  # fmt: skip
Halves = Annotated[
    Literal["inherit", "reset"],
    plain("Retries of a cut batch", "Whether both halves of a cut batch keep the retries that it had spent, or start anew.",
          assumed="STREAM-11"),
]  # fmt: skip

BATCH_SIZE = number("ESM-1", "stream_batch_size")
WINDOW_S = number("ESM-1", "stream_window_s")
FACTOR = number("ESM-1", "parallelization_factor")
TUMBLING_WAIT_S = number("STREAM-15", "empty_close_s")
FIRST_WAIT_S = number("STREAM-10", "first_wait_s")
LONGEST_WAIT_S = number("STREAM-10", "longest_wait_s")
JITTER = number("STREAM-10", "jitter_percent")


class Retries(msgspec.Struct, frozen=True, kw_only=True):
    """What happens to a batch that failed: `most` None is endless; waits and `jitter` (percent) are STREAM-10."""

    most: int | None
    bisect: bool
    inherit: bool
    first_wait: int
    longest_wait: int
    jitter: int


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What stream and mapping are configured with; a trigger makes it from its own settings.

    `position`: what arrived earlier is never read. `age` None is endless, `pipe` what reads in a mapping's stead. `scaling` None: each shard has a reader of its own.
    `tumbling` None: batches know nothing of each other.
    """

    source: Source
    reads: Reads
    shards: int
    keys: int | None
    factor: int
    batch_size: int
    window: int
    reports: bool
    retries: Retries
    age: int | None
    retention: int
    position: int
    starts: int
    disabled: int | None
    on_failure: str | None
    filters: Filters | None = None
    pipe: Piping | None = None
    tumbling: Tumbling | None = None
    scaling: Scaling | None = None


def mapping(settings: Any, source: Source, reads: Reads, retention_s: int) -> Settings:
    """What the settings of a trigger for a stream stand for in the delivery model."""
    most, age_s = settings.maximum_retry_attempts, settings.maximum_record_age_s
    return Settings(
        source=source,
        reads=reads,
        shards=settings.shard_count,
        keys=settings.partition_keys,
        factor=settings.parallelization_factor,
        batch_size=settings.batch_size,
        window=settings.maximum_batching_window_s * US_PER_S,
        reports="report_batch_item_failures" in settings.function_response_types,
        retries=retries(settings, None if most == ENDLESS else most, bisect=settings.bisect_batch_on_function_error),
        age=None if age_s == ENDLESS else age_s * US_PER_S,
        retention=retention_s * US_PER_S,
        position=position_s(settings) * US_PER_S,
        starts=settings.mapping_starts_s * US_PER_S,
        disabled=None if settings.mapping_disabled_s is None else settings.mapping_disabled_s * US_PER_S,
        on_failure=settings.on_failure,
        tumbling=_tumbling(settings),
        filters=filters_of(settings.filter_criteria, source.content) if source.content is not None else None,
    )


def _tumbling(settings: Any) -> Tumbling | None:
    """STREAM-15: the windows, if there are some."""
    if not settings.tumbling_window_s:
        return None
    return Tumbling(
        length=settings.tumbling_window_s * US_PER_S,
        wait=settings.tumbling_wait_s * US_PER_S,
        grows_by=settings.state_bytes_per_record,
    )


def retries(settings: Any, most: int | None, *, bisect: bool) -> Retries:
    """How often, and after what waits; None is without end."""
    return Retries(
        most=most,
        bisect=bisect,
        inherit=getattr(settings, "bisect_retries", "inherit") == "inherit",
        first_wait=settings.retry_first_wait_s * US_PER_S,
        longest_wait=settings.retry_longest_wait_s * US_PER_S,
        jitter=settings.retry_jitter_percent,
    )


def refused(
    settings: Any, source: Source, traffic: Traffic, catchers: Iterable[tuple[str, str]]
) -> Iterator[FieldError]:
    """What AWS refuses when the mapping is created; then what means nothing here."""
    yield from bad_age(settings.maximum_record_age_s)
    if settings.tumbling_window_s and settings.parallelization_factor > 1:
        message = "A tumbling window needs a parallelization factor of 1 (STREAM-15)."
        yield FieldError("settings.parallelization_factor", INVALID, message)
    for place, planned in enumerate(traffic.events if isinstance(traffic, At) and settings.tumbling_window_s else ()):
        if (planned.id or "").startswith(NAME):
            message = f"With tumbling windows the ids of their last invocations begin with {NAME}; use another id."
            yield FieldError(f"traffic.events[{place}].id", INVALID, message)
    yield from bad_times(settings)
    yield from unknown_shards(source, settings.shard_count, traffic)
    yield from bad_catchers(settings.on_failure, catchers)


def bad_catchers(on_failure: str | None, catchers: Iterable[tuple[str, str]]) -> Iterator[FieldError]:
    """Only the destination can fail, and only a Kafka topic for the size of what it is sent."""
    for catcher, reason in catchers:
        if catcher != "on_failure":
            yield FieldError(f"failures.catchers.{catcher}", INVALID, _NO_CATCHER)
        elif reason == "too_large" and on_failure != "kafka":
            yield FieldError(f"failures.catchers.{catcher}", INVALID, _NEVER_TOO_LARGE)


def bad_age(age_s: int) -> Iterator[FieldError]:
    """STREAM-6: an age below a minute."""
    if ENDLESS < age_s < _LEAST_AGE:
        message = f"Maximum record age in seconds must be -1 or at least {_LEAST_AGE}, not {age_s}."
        yield FieldError("settings.maximum_record_age_s", INVALID, message)


def bad_times(settings: Any) -> Iterator[FieldError]:
    """Times of the scenario that mean nothing."""
    if settings.mapping_disabled_s is not None and settings.mapping_disabled_s < settings.mapping_starts_s:
        yield FieldError("settings.mapping_disabled_s", INVALID, "The mapping is disabled before it starts.")
    if settings.retry_first_wait_s > settings.retry_longest_wait_s:
        yield FieldError("settings.retry_longest_wait_s", INVALID, "The longest wait is shorter than the first one.")


def unknown_shards(source: Source, count: int, traffic: Traffic) -> Iterator[FieldError]:
    """Records of the table that name a shard which is not there."""
    for place, planned in enumerate(traffic.events if isinstance(traffic, At) else ()):
        if planned.shard is not None and shard_number(source, planned.shard, count) is None:
            message = f"There is no shard or partition {planned.shard[:100]!r}: there are {count}, numbered from 0."
            yield FieldError(f"traffic.events[{place}].shard", INVALID, message)


def bad_timestamp(settings: Any) -> Iterator[FieldError]:
    """A timestamp comes with AT_TIMESTAMP, and is not in the future."""
    field, timestamp_s = "settings.starting_position_timestamp_s", settings.starting_position_timestamp_s
    if settings.starting_position == "at_timestamp" and timestamp_s is None:
        yield FieldError(field, INVALID, "Starting position timestamp must be specified for AT_TIMESTAMP.")
    elif settings.starting_position != "at_timestamp" and timestamp_s is not None:
        yield FieldError(field, INVALID, "Starting position timestamp can only be specified for AT_TIMESTAMP.")
    elif timestamp_s is not None and timestamp_s > settings.mapping_starts_s:
        yield FieldError(field, INVALID, "Starting position timestamp cannot be in the future when the mapping starts.")


def position_s(settings: Any) -> int:
    """What arrived before this second is never read."""
    if settings.starting_position == "latest":
        return int(settings.mapping_starts_s)
    return getattr(settings, "starting_position_timestamp_s", None) or 0


_NO_CATCHER = "An event source mapping for a stream has an on-failure destination and no other catcher (GEN-5, GEN-6)."
_NEVER_TOO_LARGE = (
    "The record about a batch is small: it says where the records are, and S3 takes them whole (STREAM-13)."
)
