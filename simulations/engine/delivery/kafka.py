"""What the two Kafka triggers share: their fields, what AWS refuses, and what the fields stand for.

Models LD:msk-esm-parameters, LD:kafka-esm-parameters, LD:kafka-scaling-modes and LD:kafka-retry-configurations, rules KAFKA-2
to -4, -6 and -7. Units: as the names say.
"""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

import msgspec

from simulations.engine.delivery import stream_settings as of_streams
from simulations.engine.delivery.discards import TOPIC
from simulations.engine.delivery.filters import criteria, filters_of
from simulations.engine.delivery.filters import refused as filters_refused
from simulations.engine.delivery.kafka_records import CONTENT, identifier
from simulations.engine.delivery.stream import Stream
from simulations.engine.delivery.stream_source import Reads, Scaling, Source
from simulations.engine.limits import INVALID, FieldError, plain, setting
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.units import S_PER_H, US_PER_MS, US_PER_S

_RETRIES = number("KAFKA-4", "retries_with_destination")
_TIMEOUT_S = number("ESM-1", "kafka_function_timeout_s")
_POLLER_BYTES = number("KAFKA-7", "poller_bytes_per_s")
_EVERY = number("KAFKA-7", "lag_check_s") * US_PER_S
_EVERYTHING = 1 << 62
READS = Reads(period=0, records=_EVERYTHING, size=_POLLER_BYTES, per_s=None, rule="KAFKA-7")
Window = (
    Annotated[
        int, setting("MaximumBatchingWindowInSeconds", "How long Lambda gathers records for a batch before it invokes; empty is "
                     "AWS's default of 500 ms.", unit="s", ge=0, le=300)
    ]
    | None
)  # fmt: skip


PartitionCount = Annotated[int, setting("Partitions", "How many partitions the topic has.", ge=1, le=1_000)]
LogRetention = Annotated[
    int, setting("log.retention.hours", "How long the topic keeps a record.", unit="h", ge=1, le=8_760)
]  # fmt: skip
InitialPollers = Annotated[
    int, setting("Pollers at first", "On-demand mode: with how many event pollers a mapping begins.", ge=1, le=1_000,
                 assumed="MODEL-40")
]  # fmt: skip
PollerScaling = Annotated[
    int, setting("Pollers follow after", "On-demand mode: how long after a look at the lag their number changes.", unit="s",
                 ge=0, le=number("KAFKA-7", "adapt_s"), assumed="MODEL-40")
]  # fmt: skip
ClusterType = (
    Annotated[
        Literal["provisioned", "serverless"],
        plain("ClusterType", "For the bill only: brokers by the hour, or MSK Serverless by partitions and data; empty leaves the "
              "cluster out of it."),
    ]
    | None
)  # fmt: skip
InstanceType = Annotated[
    Literal["kafka_t3_small", "kafka_m5_large", "kafka_m7g_large", "kafka_m5_24xlarge"],
    plain("InstanceType", "For the bill of a provisioned cluster: what each broker runs on."),
]
BrokerNodes = Annotated[
    int, setting("NumberOfBrokerNodes", "For the bill of a provisioned cluster: how many brokers it has.", ge=1, le=15)
]
VolumeSize = (
    Annotated[
        int, setting("VolumeSize", "For the bill of a provisioned cluster: the storage of each broker; empty leaves it out.",
                     unit="GiB", ge=1, le=16_384)
    ]
    | None
)  # fmt: skip
RETENTION_HOURS = number("KAFKA-2", "retention_hours")
POLLERS = number("MODEL-40", "pollers")
SCALING_S = number("MODEL-40", "delay_s")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The event source mapping, then the topic, then what AWS does not document."""

    batch_size: of_streams.BatchSize = of_streams.BATCH_SIZE
    maximum_batching_window_s: Window = None
    starting_position: of_streams.StartingPosition = "trim_horizon"
    starting_position_timestamp_s: of_streams.Timestamp = None
    minimum_pollers: Annotated[
        int, setting("MinimumPollers", "Provisioned mode: how many event pollers there are at least; empty with an empty maximum "
                     "is on-demand mode.", ge=1, le=200)
    ] | None = None  # fmt: skip
    maximum_pollers: Annotated[
        int, setting("MaximumPollers", "Provisioned mode: how many event pollers there are at the most, never more than "
                     "partitions.", ge=1, le=2_000)
    ] | None = None  # fmt: skip
    maximum_retry_attempts: of_streams.MaximumRetryAttempts = of_streams.ENDLESS
    maximum_record_age_s: of_streams.MaximumRecordAge = of_streams.ENDLESS
    bisect_batch_on_function_error: of_streams.Bisect = False
    function_response_types: of_streams.ResponseTypes = []
    filter_criteria: Annotated[list[Any], criteria("value", '{"value": {"status": ["paid"]}}')] = []
    on_failure: Annotated[
        Literal["sqs", "sns", "s3", "kafka"],
        plain("OnFailure", "The destination for what Lambda gave up on; kafka is another topic of the same cluster."),
    ] | None = None  # fmt: skip
    partition_count: PartitionCount = 1
    log_retention_hours: LogRetention = RETENTION_HOURS
    partition_keys: of_streams.Keys = None
    mapping_starts_s: of_streams.Starts = 0
    mapping_disabled_s: of_streams.Disabled = None
    retry_first_wait_s: of_streams.FirstWait = of_streams.FIRST_WAIT_S
    retry_longest_wait_s: of_streams.LongestWait = of_streams.LONGEST_WAIT_S
    retry_jitter_percent: of_streams.Jitter = of_streams.JITTER
    bisect_retries: of_streams.Halves = "inherit"
    initial_pollers: InitialPollers = POLLERS
    poller_scaling_s: PollerScaling = SCALING_S

    @property
    def provisioned(self) -> bool:
        """KAFKA-7: one of the two is enough to switch provisioned mode on."""
        return self.minimum_pollers is not None or self.maximum_pollers is not None


def start(source: Source) -> Callable[[Sim, Settings], None]:
    """The start of a trigger that reads from this source."""

    def wire(sim: Sim, settings: Settings) -> None:
        sim.failures.identify = identifier
        stream = Stream(sim, _mapping(settings, source))
        sim.feed(stream.accept, stream.place)

    return wire


def check(source: Source) -> Callable[[Any], Iterator[FieldError]]:
    """What AWS refuses when the mapping is created; then what means nothing."""

    def refused(choices: Any) -> Iterator[FieldError]:
        settings: Settings = choices.settings
        yield from late_timeout(choices.function.timeout_s)
        yield from of_streams.bad_age(settings.maximum_record_age_s)
        yield from of_streams.bad_timestamp(settings)
        yield from of_streams.bad_times(settings)
        yield from of_streams.unknown_shards(source, settings.partition_count, choices.traffic)
        yield from of_streams.bad_catchers(settings.on_failure, choices.failures.catchers.items())
        yield from filters_refused(settings.filter_criteria, CONTENT)
        yield from _bad_pollers(settings)
        if not settings.provisioned:
            yield from _needs_provisioned_mode(settings)

    return refused


def late_timeout(timeout_s: int) -> Iterator[FieldError]:
    """ESM-1: brokers give a function 14 minutes."""
    if timeout_s > _TIMEOUT_S:
        message = f"A function that this event source invokes may have a timeout of {_TIMEOUT_S} s at the most (ESM-1)."
        yield FieldError("function.timeout_s", INVALID, message)


def _bad_pollers(settings: Settings) -> Iterator[FieldError]:
    least, most = _pollers(settings)
    if least > most:
        message = "MaximumPollers must be greater than or equal to MinimumPollers."
        yield FieldError("settings.maximum_pollers", INVALID, message)


def _needs_provisioned_mode(settings: Settings) -> Iterator[FieldError]:
    """KAFKA-3, KAFKA-6: what an on-demand mapping does not take."""
    chosen = {
        "maximum_retry_attempts": settings.maximum_retry_attempts != of_streams.ENDLESS,
        "maximum_record_age_s": settings.maximum_record_age_s != of_streams.ENDLESS,
        "bisect_batch_on_function_error": settings.bisect_batch_on_function_error,
        "function_response_types": bool(settings.function_response_types),
    }
    for field, wanted in chosen.items():
        if wanted:
            message = (
                f"Unsupported '{_NAMES[field]}' parameter for given event source mapping type: "
                "Kafka takes it in provisioned mode only (KAFKA-3)."
            )
            yield FieldError(f"settings.{field}", INVALID, message)
    if settings.on_failure == TOPIC:
        message = "A Kafka topic as on-failure destination needs provisioned mode (KAFKA-6)."
        yield FieldError("settings.on_failure", INVALID, message)


_NAMES = {
    "maximum_retry_attempts": "maximumRetryAttempts",
    "maximum_record_age_s": "maximumRecordAgeInSeconds",
    "bisect_batch_on_function_error": "bisectBatchOnFunctionError",
    "function_response_types": "functionResponseTypes",
}


def _pollers(settings: Settings) -> tuple[int, int]:
    """The least and the most pollers of provisioned mode."""
    least = number("KAFKA-7", "minimum_pollers") if settings.minimum_pollers is None else settings.minimum_pollers
    most = number("KAFKA-7", "maximum_pollers") if settings.maximum_pollers is None else settings.maximum_pollers
    return least, most


def on_demand(settings: Any) -> Scaling:
    """As many pollers as the lag asks for, up to one for each partition; of a mapping, or the consumers of a pipe."""
    count, delay = settings.partition_count, settings.poller_scaling_s * US_PER_S
    first = min(settings.initial_pollers, count)
    return Scaling(first=first, least=1, most=count, lanes=1, every=_EVERY, delay=delay, per_s=None)


def _scaling(settings: Settings) -> Scaling:
    """KAFKA-7, MODEL-40: the pollers of either mode."""
    if not settings.provisioned:
        return on_demand(settings)
    count = settings.partition_count
    least, most = (min(pollers, count) for pollers in _pollers(settings))
    lanes = number("KAFKA-7", "invocations_per_poller")
    return Scaling(first=least, least=least, most=most, lanes=lanes, every=_EVERY, delay=0, per_s=_POLLER_BYTES)


def _mapping(settings: Settings, source: Source) -> of_streams.Settings:
    """What the settings stand for in the delivery model; KAFKA-4 puts an end to endless retries."""
    most = None if settings.maximum_retry_attempts == of_streams.ENDLESS else settings.maximum_retry_attempts
    if most is None and settings.on_failure is not None:
        most = _RETRIES
        source = msgspec.structs.replace(source, rules=msgspec.structs.replace(source.rules, retries="KAFKA-4"))
    return of_streams.Settings(
        source=source,
        reads=READS,
        shards=settings.partition_count,
        keys=settings.partition_keys,
        factor=1,
        batch_size=settings.batch_size,
        window=window_us(settings.maximum_batching_window_s),
        reports=bool(settings.function_response_types),
        retries=of_streams.retries(settings, most, bisect=settings.bisect_batch_on_function_error),
        age=None if settings.maximum_record_age_s == of_streams.ENDLESS else settings.maximum_record_age_s * US_PER_S,
        retention=settings.log_retention_hours * S_PER_H * US_PER_S,
        position=of_streams.position_s(settings) * US_PER_S,
        starts=settings.mapping_starts_s * US_PER_S,
        disabled=None if settings.mapping_disabled_s is None else settings.mapping_disabled_s * US_PER_S,
        on_failure=settings.on_failure,
        scaling=_scaling(settings),
        filters=filters_of(settings.filter_criteria, CONTENT),
    )


def window_us(window_s: int | None) -> int:
    """ESM-3: the batching window, 500 ms where nobody has chosen one."""
    return number("ESM-1", "kafka_window_ms") * US_PER_MS if window_s is None else window_s * US_PER_S


# the rules that a page of a Kafka trigger tells about, and the mapping's own metrics
TOLD = (
    "KAFKA-1", "KAFKA-2", "KAFKA-3", "KAFKA-4", "KAFKA-5", "KAFKA-6", "KAFKA-7", "KAFKA-8", "FILTER-1", "FILTER-2", "FILTER-6", "MODEL-40", "STREAM-10",
    "STREAM-11", "STREAM-12", "ESM-1", "ESM-2", "ESM-3", "ESM-4", "ESM-6",
)  # fmt: skip
METRICS = (
    "PolledEventCount", "FilteredOutEventCount", "InvokedEventCount", "FailedInvokeEventCount", "CommittedEventCount",
    "InvokeErrorCount", "OffsetLag", "MaxOffsetLag", "SumOffsetLag", "DroppedEventCount", "OnFailureDestinationDeliveredEventCount",
    "OnFailureDestinationDeliveryErrorCount", "DestinationDeliveryFailures",
)  # fmt: skip
