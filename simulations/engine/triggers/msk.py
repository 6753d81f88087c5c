"""Amazon MSK: Lambda reads the partitions of a topic in order, with as many pollers as the lag asks for.

Implements LD:with-msk, LD:msk-esm-parameters and the pages on Kafka (`delivery/kafka`): on-demand or provisioned mode, and
retries without end unless provisioned mode limits them or a destination is set. What the cluster is made of changes its bill.
"""

from simulations.engine import charges
from simulations.engine.delivery import kafka
from simulations.engine.delivery.kafka_records import MSK as SOURCE
from simulations.engine.trigger import KAFKA_ON_DEMAND, KAFKA_POLLERS, Trigger


class Settings(kafka.Settings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Kafka's, then the cluster, which is there whether Lambda reads or not."""

    cluster_type: kafka.ClusterType = None
    instance_type: kafka.InstanceType = "kafka_m5_large"
    number_of_broker_nodes: kafka.BrokerNodes = 3
    volume_size_gib: kafka.VolumeSize = None


MSK = Trigger(
    key="msk",
    label="Amazon MSK (Kafka)",
    noun="record",
    model="stream",
    settings=Settings,
    start=kafka.start(SOURCE),
    check=kafka.check(SOURCE),
    rules=kafka.TOLD,
    source="https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html",
    summary="Lambda reads each partition in order. A batch that fails is retried, and blocks its partitions, until it works, "
    "is given up, or leaves the topic.",
    offsets=True,
    mapping_metrics=kafka.METRICS,
    charges=(KAFKA_POLLERS, *charges.msk()),
    left_out=charges.no_cluster(),
    idle=(*KAFKA_ON_DEMAND, charges.IDLE_BROKERS),
    not_priced=("Amazon MSK: data between Availability Zones.",),
)
