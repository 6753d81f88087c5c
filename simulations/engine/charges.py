"""What a source costs while somebody reads from it: lines of the bill that several triggers or sources have (COST-6, BILL-15)."""

from collections.abc import Iterator
from typing import Any

from simulations.engine.delivery.broker_settings import PRICED
from simulations.engine.trigger import Charge, Idle, LeftOut

_MSK_BROKERS = {
    "kafka_t3_small": "msk.t3small", "kafka_m5_large": "msk.m5large", "kafka_m7g_large": "msk.m7glarge",
    "kafka_m5_24xlarge": "msk.m524xlarge",
}  # fmt: skip
# settings for the bill that do nothing on it
IDLE_MODE = Idle(
    settings=("deployment_mode",), of="host_instance_type", values=tuple(dict.fromkeys(instance for _, instance, _ in PRICED)),
    because="without a HostInstanceType the broker is not on the bill",
)  # fmt: skip
IDLE_BROKERS = Idle(
    settings=("instance_type", "number_of_broker_nodes", "volume_size_gib"), of="cluster_type", values=("provisioned",),
    because="only a provisioned cluster is billed by its brokers",
)  # fmt: skip


def polled_sqs(key: str, **only: Any) -> Iterator[Charge]:
    """The requests of a pipe to a queue, and of those who send to it."""
    each, some = (
        "each message is sent by itself, in pieces of 64 KB",
        "receives of up to ten messages that brought some",
    )
    none, done = "long polls of the pipe that brought nothing", "deletes of up to ten messages that were done"
    yield Charge(what="SQS sends", price_key=key, of="arrived", counted=each, only=only)
    yield Charge(what="SQS receives", price_key=key, of="receives", counted=some, only=only)
    yield Charge(what="SQS empty receives", price_key=key, of="empty_receives", counted=none, only=only)
    yield Charge(what="SQS deletes", price_key=key, of="deletes", counted=done, only=only)


def amazon_mq(chooser: str) -> Iterator[Charge]:
    """A broker by the hour; `chooser` is the setting that says of which kind it is."""
    for (engine, instance, mode), key in PRICED.items():
        only = {chooser: engine, "host_instance_type": instance, "deployment_mode": mode}
        counted = "the broker, pair or cluster, as long as the run"
        yield Charge(what="Amazon MQ broker hours", price_key=key, of="hours", counted=counted, only=only)


def no_broker(**only: Any) -> LeftOut:
    """A broker that the settings do not tell of."""
    return LeftOut(
        sentence="Amazon MQ: its brokers, by the hour; choose a HostInstanceType to price them.",
        only=only | {"host_instance_type": None},
        beside=("mq.m5large.single", "mq.m5large.standby"),
    )


def msk(**only: Any) -> Iterator[Charge]:
    """A cluster by the hour, of either type, for a trigger whose other settings are so."""
    serverless, provisioned = only | {"cluster_type": "serverless"}, only | {"cluster_type": "provisioned"}
    for instance, key in _MSK_BROKERS.items():
        yield Charge(
            what="MSK broker hours", price_key=key, of="hours", counted="brokers times the length of the run",
            each=("number_of_broker_nodes",), only=provisioned | {"instance_type": instance},
        )  # fmt: skip
    yield Charge(
        what="MSK storage", price_key="msk.storage", of="volume_gb_months",
        counted="the volumes of all brokers, as a part of a month", each=("number_of_broker_nodes", "volume_size_gib"), only=provisioned,
    )  # fmt: skip
    yield Charge(
        what="MSK Serverless cluster hours", price_key="msk.serverless.cluster", of="hours",
        counted="the cluster, as long as the run", only=serverless,
    )  # fmt: skip
    yield Charge(
        what="MSK Serverless partition hours", price_key="msk.serverless.partition", of="hours",
        counted="partitions times the length of the run", each=("partition_count",), only=serverless,
    )  # fmt: skip
    yield Charge(
        what="MSK Serverless data in", price_key="msk.serverless.in", of="gigabytes", counted="what is written to the topic",
        only=serverless,
    )  # fmt: skip
    yield Charge(
        what="MSK Serverless data out", price_key="msk.serverless.out", of="gigabytes",
        counted="what is read, each record once: a retry has the batch already", only=serverless,
    )  # fmt: skip
    yield Charge(
        what="MSK Serverless storage", price_key="msk.serverless.storage", of="retained_gb_months",
        counted="the run's data for the hours that the topic keeps it", only=serverless,
    )  # fmt: skip


def no_cluster(**only: Any) -> tuple[LeftOut, LeftOut]:
    """A cluster, or its storage, that the settings do not tell of."""
    return (
        LeftOut(
            sentence="Amazon MSK: its cluster, by the hour; choose a ClusterType to price it.",
            only=only | {"cluster_type": None},
            beside=("msk.m5large", "msk.serverless.cluster"),
        ),
        LeftOut(
            sentence="Amazon MSK: the storage of its brokers; give a VolumeSize to price it.",
            only=only | {"cluster_type": "provisioned", "volume_size_gib": None},
        ),
    )
