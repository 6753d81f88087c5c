"""Amazon MSK: Lambda reads the partitions of a topic in order, with as many pollers as the lag asks for.

Implements LD:with-msk, LD:msk-esm-parameters and the pages on Kafka (`delivery/kafka`): on-demand or provisioned mode, and
retries without end unless provisioned mode limits them or a destination is set. What the cluster is made of changes its bill.
"""

from typing import Annotated, Literal

from simulations.engine.delivery import kafka, kafka_records
from simulations.engine.limits import plain, setting
from simulations.engine.trigger import KAFKA_POLLERS, Charge, LeftOut, Trigger

_SOURCE = kafka_records.source_of(
    kafka_records.Cluster(
        event_source="aws:kafka",
        arn="arn:aws:kafka:us-east-1:123456789012:cluster/my-cluster/751d2973-a626-431c-9d4e-d7975eb44dd7-2",
        bootstrap_servers="b-1.mycluster.abc123.c2.kafka.us-east-1.amazonaws.com:9098",
        denied="PERM-23",
    )
)


class Settings(kafka.Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Kafka's, then the cluster, which is there whether Lambda reads or not."""

    cluster_type: Annotated[
        Literal["provisioned", "serverless"],
        plain("ClusterType", "For the bill only: brokers by the hour, or MSK Serverless by partitions and data; empty leaves the "
              "cluster out of it."),
    ] | None = None  # fmt: skip
    instance_type: Annotated[
        Literal["kafka_t3_small", "kafka_m5_large", "kafka_m7g_large", "kafka_m5_24xlarge"],
        plain("InstanceType", "For the bill of a provisioned cluster: what each broker runs on."),
    ] = "kafka_m5_large"
    number_of_broker_nodes: Annotated[
        int, setting("NumberOfBrokerNodes", "For the bill of a provisioned cluster: how many brokers it has.", ge=1, le=15)
    ] = 3  # fmt: skip
    volume_size_gib: Annotated[
        int, setting("VolumeSize", "For the bill of a provisioned cluster: the storage of each broker; empty leaves it out.",
                     unit="GiB", ge=1, le=16_384)
    ] | None = None  # fmt: skip


_SERVERLESS, _PROVISIONED = {"cluster_type": "serverless"}, {"cluster_type": "provisioned"}
_BROKERS = {
    "kafka_t3_small": "msk.t3small", "kafka_m5_large": "msk.m5large", "kafka_m7g_large": "msk.m7glarge",
    "kafka_m5_24xlarge": "msk.m524xlarge",
}  # fmt: skip

MSK = Trigger(
    key="msk",
    label="Amazon MSK (Kafka)",
    noun="record",
    model="stream",
    settings=Settings,
    start=kafka.start(_SOURCE),
    check=kafka.check(_SOURCE),
    rules=kafka.TOLD,
    source="https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html",
    summary="Lambda reads each partition in order. A batch that fails is retried, and blocks its partitions, until it works, "
    "is given up, or leaves the topic.",
    offsets=True,
    mapping_metrics=kafka.METRICS,
    charges=(
        KAFKA_POLLERS,
        *(
            Charge(what="MSK broker hours", price_key=key, of="hours", counted="brokers times the length of the run",
                   each=("number_of_broker_nodes",), only=_PROVISIONED | {"instance_type": instance})
            for instance, key in _BROKERS.items()
        ),
        Charge(what="MSK storage", price_key="msk.storage", of="volume_gb_months", counted="the volumes of all brokers, as a part of a month", each=("number_of_broker_nodes", "volume_size_gib"), only=_PROVISIONED),
        Charge(what="MSK Serverless cluster hours", price_key="msk.serverless.cluster", of="hours", counted="the cluster, as long as the run", only=_SERVERLESS),
        Charge(what="MSK Serverless partition hours", price_key="msk.serverless.partition", of="hours", counted="partitions times the length of the run", each=("partition_count",), only=_SERVERLESS),
        Charge(what="MSK Serverless data in", price_key="msk.serverless.in", of="gigabytes", counted="what is written to the topic", only=_SERVERLESS),
        Charge(what="MSK Serverless data out", price_key="msk.serverless.out", of="gigabytes", counted="what Lambda reads, each record once: a retry has the batch already", only=_SERVERLESS),
        Charge(what="MSK Serverless storage", price_key="msk.serverless.storage", of="retained_gb_months", counted="the run's data for the hours that the topic keeps it", only=_SERVERLESS),
    ),
    left_out=(
        LeftOut(sentence="Amazon MSK: its cluster, by the hour; choose a ClusterType to price it.", only={"cluster_type": None}, beside=("msk.m5large", "msk.serverless.cluster")),
        LeftOut(sentence="Amazon MSK: the storage of its brokers; give a VolumeSize to price it.", only=_PROVISIONED | {"volume_size_gib": None}),
    ),
    not_priced=("Amazon MSK: data between Availability Zones.",),
)  # fmt: skip
