"""Self-managed Apache Kafka: the same mapping as for Amazon MSK, for a cluster that AWS does not run.

Implements LD:with-kafka, LD:kafka-esm-parameters and the pages on Kafka (`delivery/kafka`). The cluster has no ARN, so neither
payloads nor failure records name one.
"""

from simulations.engine.delivery import kafka
from simulations.engine.delivery.kafka_records import SELF_MANAGED as SOURCE
from simulations.engine.trigger import KAFKA_ON_DEMAND, KAFKA_POLLERS, Trigger

SELF_MANAGED_KAFKA = Trigger(
    key="self_managed_kafka",
    label="Self-managed Apache Kafka",
    noun="record",
    model="stream",
    settings=kafka.Settings,
    start=kafka.start(SOURCE),
    check=kafka.check(SOURCE),
    rules=(*kafka.TOLD, "KAFKA-9"),
    source="https://docs.aws.amazon.com/lambda/latest/dg/with-kafka.html",
    summary="Lambda reads each partition of a topic in your own cluster in order. A batch that fails is retried, and blocks its "
    "partitions, until it works, is given up, or leaves the topic.",
    offsets=True,
    mapping_metrics=kafka.METRICS,
    charges=(KAFKA_POLLERS,),
    idle=KAFKA_ON_DEMAND,
    not_priced=("Your Kafka cluster, and the network between it and Lambda.",),
)
