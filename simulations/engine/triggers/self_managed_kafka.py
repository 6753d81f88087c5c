"""Self-managed Apache Kafka: the same mapping as for Amazon MSK, for a cluster that AWS does not run.

Implements LD:with-kafka, LD:kafka-esm-parameters and the pages on Kafka (`delivery/kafka`). The cluster has no ARN, so neither
payloads nor failure records name one.
"""

from simulations.engine.delivery import kafka, kafka_records
from simulations.engine.trigger import KAFKA_POLLERS, Trigger

_SOURCE = kafka_records.source_of(
    kafka_records.Cluster(
        event_source="SelfManagedKafka",
        arn=None,
        bootstrap_servers="kafka-1.example.com:9092,kafka-2.example.com:9092",
        denied="PERM-24",
    )
)

SELF_MANAGED_KAFKA = Trigger(
    key="self_managed_kafka",
    label="Self-managed Apache Kafka",
    noun="record",
    model="stream",
    settings=kafka.Settings,
    start=kafka.start(_SOURCE),
    check=kafka.check(_SOURCE),
    rules=(*kafka.TOLD, "KAFKA-9"),
    source="https://docs.aws.amazon.com/lambda/latest/dg/with-kafka.html",
    summary="Lambda reads each partition of a topic in your own cluster in order. A batch that fails is retried, and blocks its "
    "partitions, until it works, is given up, or leaves the topic.",
    offsets=True,
    mapping_metrics=kafka.METRICS,
    charges=(KAFKA_POLLERS,),
    not_priced=("Your Kafka cluster, and the network between it and Lambda.",),
)
