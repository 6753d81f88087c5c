"""What consumers of a broker's queue have in common, of a mapping or of a pipe: their fields, and what the model gets.

Models LD:services-mq-params and EB:eb-pipes-mq, rules MQ-1 to -4, PIPE-12 and PIPE-13. Units: as the names say.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from simulations.engine.delivery.filters import Content, Filters, text_of
from simulations.engine.delivery.piping import Piping
from simulations.engine.limits import INVALID, FieldError, plain, setting
from simulations.engine.rules import number

TimeToLive = Annotated[
    int, setting("Time to live", "How long after it was sent a message expires. Both brokers keep messages for ever unless "
                 "sender or policy say something.", unit="s", ge=1, le=1_209_600, assumed="MODEL-60")
]  # fmt: skip
DeadLetterQueue = (
    Annotated[
        Literal["broker"],
        plain("Dead-letter queue", "Whether the broker keeps what it takes away: ActiveMQ.DLQ, which is there by default, or a "
              "dead letter exchange of RabbitMQ, which must be set up."),
    ]
    | None
)  # fmt: skip
FirstWait = Annotated[
    int, setting("First wait after a throttle", "How long a consumer keeps a throttled or refused batch before it tries again.",
                 unit="s", ge=1, le=900, assumed="MODEL-62")
]  # fmt: skip
LongestWait = Annotated[
    int, setting("Longest wait after a throttle", "The wait doubles with each throttle up to this.",
                 unit="s", ge=1, le=900, assumed="MODEL-62")
]  # fmt: skip
HostInstanceType = (
    Annotated[
        Literal["mq_t2_micro", "mq_m5_large", "mq_m5_xlarge"],
        plain("HostInstanceType", "For the bill only: what the broker runs on; empty leaves it out of the bill."),
    ]
    | None
)
DeploymentMode = Annotated[
    Literal["single_instance", "active_standby_multi_az", "cluster_multi_az"],
    plain("DeploymentMode", "For the bill only: one broker, a pair of them (ActiveMQ), or a cluster of three (RabbitMQ)."),
]  # fmt: skip

FIRST_WAIT_S = number("MODEL-62", "first_wait_s")
LONGEST_WAIT_S = number("MODEL-62", "longest_wait_s")
CONTENT = Content(
    key="data", noun="message", data=lambda event: text_of(event, "message"), mismatch="ignored", rule="FILTER-6"
)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What queue and mapping are configured with.

    `redeliveries` None is endless, each comes after `wait`, by the rule `again`; `waits` is the rule of that time, where it is
    another; `first_hold` and `longest_hold` are the waits after a throttle. `keeps`: whether the broker has a dead-letter queue. `lives` is how long after it was sent a message expires.
    `batch` is the rule of a batch that is taken, `done` of one that worked, `pipe` what polls in a mapping's stead.
    """

    consumers: int
    batch_size: int
    window: int
    redeliveries: int | None
    wait: int
    again: str
    waits: str = ""
    first_hold: int
    longest_hold: int
    batch: str = "MQ-1"
    done: str = "MQ-2"
    lives: int
    keeps: bool
    starts: int
    disabled: int | None
    filters: Filters | None = None
    pipe: Piping | None = None


# engine, instance and mode of each broker that has a price
PRICED = {
    ("activemq", "mq_t2_micro", "single_instance"): "mq.t2micro",
    ("activemq", "mq_m5_large", "single_instance"): "mq.m5large.single",
    ("activemq", "mq_m5_large", "active_standby_multi_az"): "mq.m5large.standby",
    ("rabbitmq", "mq_m5_large", "single_instance"): "mq.m5large.single",
    ("rabbitmq", "mq_m5_xlarge", "single_instance"): "mq.m5xlarge.single",
    ("rabbitmq", "mq_m5_xlarge", "cluster_multi_az"): "mq.m5xlarge.cluster",
}


def without_price(engine: str, instance: str | None, mode: str) -> Iterator[FieldError]:
    """A broker that we know no price of would be missing in the sum."""
    if instance is None or (engine, instance, mode) in PRICED:
        return
    known = ", ".join(f"{size} as {kind}" for priced, size, kind in PRICED if priced == engine)
    message = f"There is no price here for {instance} as {mode} with {engine}; there is one for {known}."
    yield FieldError("settings.host_instance_type", INVALID, message)
