"""Amazon MQ: a queue of an ActiveMQ or RabbitMQ broker, read in batches, with no control over retries.

Implements LD:with-mq, LD:services-mq-params and LD:services-mq-errors: a batch that fails is handed out again as a whole. ActiveMQ
stops after six times and moves the messages to its dead-letter queue; RabbitMQ goes on until they work or have expired.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec

from simulations.engine import charges
from simulations.engine.delivery import broker, broker_settings, kafka
from simulations.engine.delivery import stream_settings as of_streams
from simulations.engine.delivery.filters import criteria, filters_of
from simulations.engine.delivery.filters import refused as filters_refused
from simulations.engine.limits import INVALID, FieldError, plain, setting
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trigger import Choices, Idle, Trigger
from simulations.engine.units import US_PER_S


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The broker's kind, the event source mapping, then the queue."""

    engine_type: Annotated[
        Literal["activemq", "rabbitmq"],
        plain(
            "EngineType", "Which broker it is: how many batches run at once, and how long a failed one is tried again."
        ),
    ] = "activemq"
    batch_size: of_streams.BatchSize = of_streams.BATCH_SIZE
    maximum_batching_window_s: kafka.Window = None
    filter_criteria: Annotated[list[Any], criteria("data", '{"data": {"status": ["paid"]}}')] = []
    time_to_live_s: broker_settings.TimeToLive = number("MODEL-60", "time_to_live_s")
    dead_letter_queue: broker_settings.DeadLetterQueue = "broker"
    host_instance_type: broker_settings.HostInstanceType = None
    deployment_mode: broker_settings.DeploymentMode = "single_instance"
    mapping_starts_s: of_streams.Starts = 0
    mapping_disabled_s: of_streams.Disabled = None
    requeue_wait_s: Annotated[
        int, setting("Wait after a failure", "RabbitMQ: how long it takes until a batch that failed is tried again. ActiveMQ has "
                     "its own wait of 1 s.", unit="s", ge=1, le=900, assumed="MODEL-61")
    ] = number("MODEL-61", "wait_s")  # fmt: skip
    throttle_first_wait_s: broker_settings.FirstWait = broker_settings.FIRST_WAIT_S
    throttle_longest_wait_s: broker_settings.LongestWait = broker_settings.LONGEST_WAIT_S


def _start(sim: Sim, settings: Settings) -> None:
    active = settings.engine_type == "activemq"
    disabled_s = settings.mapping_disabled_s
    queue = broker.Broker(
        sim,
        broker_settings.Settings(
            consumers=number("MQ-1", settings.engine_type),
            batch_size=settings.batch_size,
            window=kafka.window_us(settings.maximum_batching_window_s),
            redeliveries=number("MQ-3", "redeliveries") if active else None,
            wait=(number("MQ-3", "wait_s") if active else settings.requeue_wait_s) * US_PER_S,
            again="MQ-3" if active else "MODEL-61",
            first_hold=settings.throttle_first_wait_s * US_PER_S,
            longest_hold=settings.throttle_longest_wait_s * US_PER_S,
            lives=settings.time_to_live_s * US_PER_S,
            keeps=settings.dead_letter_queue is not None,
            starts=settings.mapping_starts_s * US_PER_S,
            disabled=None if disabled_s is None else disabled_s * US_PER_S,
            filters=filters_of(settings.filter_criteria, broker_settings.CONTENT),
        ),
    )
    sim.feed(queue.accept)


def _check(choices: Choices) -> Iterable[FieldError]:
    """What AWS refuses when the mapping is created; then what means nothing."""
    settings: Settings = choices.settings
    yield from kafka.late_timeout(choices.function.timeout_s)
    if settings.mapping_disabled_s is not None and settings.mapping_disabled_s < settings.mapping_starts_s:
        yield FieldError("settings.mapping_disabled_s", INVALID, "The mapping is disabled before it starts.")
    if settings.throttle_first_wait_s > settings.throttle_longest_wait_s:
        yield FieldError("settings.throttle_longest_wait_s", INVALID, "The longest wait is shorter than the first one.")
    yield from filters_refused(settings.filter_criteria, broker_settings.CONTENT)
    yield from broker_settings.without_price(
        settings.engine_type, settings.host_instance_type, settings.deployment_mode
    )
    for catcher in choices.failures.catchers:
        yield FieldError(f"failures.catchers.{catcher}", INVALID, _CATCHERS.get(catcher, _NO_CATCHER))


_CATCHERS = {"broker_dlq": "The broker itself moves the message: no permission is asked, so this cannot fail."}
_NO_CATCHER = (
    "An event source mapping for Amazon MQ has no destination (GEN-6); the broker has its own dead-letter queue."
)

AMAZON_MQ = Trigger(
    key="amazon_mq",
    label="Amazon MQ",
    noun="message",
    model="broker",
    settings=Settings,
    start=_start,
    check=_check,
    rules=(
        "MQ-1", "MQ-2", "MQ-3", "MQ-4", "MQ-5", "MODEL-60", "MODEL-61", "MODEL-62", "ESM-2", "FILTER-1", "FILTER-2", "FILTER-6",
    ),
    source="https://docs.aws.amazon.com/lambda/latest/dg/with-mq.html",
    summary="Lambda takes messages in batches from a broker's queue. A batch that fails is handed out again as a whole: six times "
    "by ActiveMQ, until it works or expires by RabbitMQ.",
    catchers={"dead_letter_queue": "broker_dlq"},
    mapping_metrics=(),
    charges=tuple(charges.amazon_mq("engine_type")),
    left_out=(charges.no_broker(),),
    idle=(
        Idle(settings=("requeue_wait_s",), of="engine_type", values=("rabbitmq",), because="ActiveMQ has a wait of its own"),
        charges.IDLE_MODE,
    ),
    not_priced=("Amazon MQ: the storage of its brokers.",),
)  # fmt: skip
