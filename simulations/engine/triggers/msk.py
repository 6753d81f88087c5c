"""Amazon MSK: Lambda reads the partitions of a topic in order, with as many pollers as the lag asks for.

Implements LD:with-msk, LD:msk-esm-parameters and the pages on Kafka (`delivery/kafka`): on-demand or provisioned mode, and
retries without end unless provisioned mode limits them or a destination is set.
"""

from simulations.engine.delivery import kafka, kafka_records
from simulations.engine.trigger import Charge, Trigger

_SOURCE = kafka_records.source_of(
    kafka_records.Cluster(
        event_source="aws:kafka",
        arn="arn:aws:kafka:us-east-1:123456789012:cluster/my-cluster/751d2973-a626-431c-9d4e-d7975eb44dd7-2",
        bootstrap_servers="b-1.mycluster.abc123.c2.kafka.us-east-1.amazonaws.com:9098",
        denied="PERM-23",
    )
)

MSK = Trigger(
    key="msk",
    label="Amazon MSK (Kafka)",
    noun="record",
    model="stream",
    settings=kafka.Settings,
    start=kafka.start(_SOURCE),
    check=kafka.check(_SOURCE),
    rules=kafka.TOLD,
    source="https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html",
    summary="Lambda reads each partition in order. A batch that fails is retried, and blocks its partitions, until it works, "
    "is given up, or leaves the topic.",
    offsets=True,
    mapping_metrics=kafka.METRICS,
    charges=(
        Charge(
            what="Event pollers, provisioned mode",
            price_key="lambda.epu.kafka",
            of="kafka_poller_hours",
            counted="ten pollers a unit, the fewest that are provisioned; what scaling adds comes on top",
        ),
    ),
    beside=("msk.m5large", "msk.serverless.cluster"),
    not_priced=("Amazon MSK: its brokers by the hour, their storage, and data between Availability Zones.",),
)
