"""Streams and brokers by quantities: Kinesis, DynamoDB Streams, Amazon MSK, Amazon MQ.

https://aws.amazon.com/kinesis/data-streams/pricing/, /msk/pricing/, /amazon-mq/pricing/; rules COST-7, BILL-9, BILL-14.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from simulations.engine.billing.bill import Quantity, divided, plain, times
from simulations.engine.billing.given import KB_PER_GB, ONE, Month, ceiling, in_chunks, number, some
from simulations.engine.limits import setting
from simulations.engine.rules import number as of_rule

_NONE = Decimal(0)
INCLUDED_H, LONG_TERM_H = of_rule("BILL-14", "included_h"), of_rule("BILL-14", "long_term_h")

Hours = (
    Annotated[Decimal, number("Hours", "How long it is there; empty is the whole month.", unit="h", most=744)] | None
)
GbMonths = Annotated[Decimal, number("Storage", "Storage, on average.", unit="GB-month")]


class KinesisUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One data stream's month."""

    mode: Annotated[
        Literal["provisioned", "on_demand"], msgspec.Meta(title="StreamMode", description="How its capacity is billed.")
    ] = "provisioned"
    shards: Annotated[Decimal, number("Shards", "How many shards it has; provisioned mode only.", most=100_000)] = ONE
    hours: Hours = None
    records: Annotated[Decimal, number("Records", "How many records are put.")] = _NONE
    record_kb: Annotated[Decimal, number("Size", "Size of one record.", unit="KB", most=10_240)] = _NONE
    readers: Annotated[
        Decimal,
        number("Readers", "How many consumers read all of it without fan-out; billed on demand only.", most=100),
    ] = ONE
    fan_out_consumers: Annotated[
        Decimal, number("Fan-out consumers", "How many consumers with enhanced fan-out read all of it.", most=100)
    ] = _NONE
    retention_period_hours: Annotated[
        int, setting("RetentionPeriodHours", "How long it keeps a record; 24 hours are included.", unit="h", ge=24, le=8_760)
    ] = INCLUDED_H  # fmt: skip

    def quantities(self, month: Month) -> Iterator[Quantity]:
        hours = month.hours if self.hours is None else self.hours
        yield from self._on_demand(hours) if self.mode == "on_demand" else self._provisioned(hours)
        yield from self._kept(hours, month)

    def _kept(self, hours: Decimal, month: Month) -> Iterator[Quantity]:
        """BILL-14: what it costs to keep records for more than a day, and for more than a week."""
        name, kept = "Kinesis extended retention", self.retention_period_hours
        gb = divided(times(self.records, self.record_kb), KB_PER_GB)
        if self.mode == "on_demand":
            beyond = max(0, min(kept, LONG_TERM_H) - INCLUDED_H)
            yield from some(
                name, "kinesis.od.ext_retention", divided(times(gb, beyond), month.hours or 1), "up to 7 days"
            )
        elif kept > INCLUDED_H:
            yield from some(name, "kinesis.ext_retention_hour", times(self.shards, hours), "shards by the hour")
        beyond = max(0, kept - LONG_TERM_H)
        long_term = divided(times(gb, beyond), month.hours or 1)
        yield from some("Kinesis long-term retention", "kinesis.long_retention", long_term, "beyond 7 days")

    def _provisioned(self, hours: Decimal) -> Iterator[Quantity]:
        """Shards by the hour, records in pieces of 25 KB."""
        shard_hours = times(self.shards, hours)
        yield from some("Kinesis shard hours", "kinesis.shard_hour", shard_hours, "Lambda's reads are included")
        yield from in_chunks("Kinesis PUT payload units", "kinesis.put", self.records, self.record_kb, "records")
        consumers, read = self.fan_out_consumers, divided(times(self.records, self.record_kb), KB_PER_GB)
        yield from some("Kinesis enhanced fan-out hours", "kinesis.efo_hour", times(consumers, shard_hours))
        yield from some("Kinesis enhanced fan-out data", "kinesis.efo_gb", times(consumers, read))

    def _on_demand(self, hours: Decimal) -> Iterator[Quantity]:
        """The stream by the hour, data by the GB; each record counts by whole KB on its way in."""
        put = divided(times(self.records, max(ONE, ceiling(self.record_kb))), KB_PER_GB)
        read = divided(times(self.records, self.record_kb), KB_PER_GB)
        yield from some("Kinesis stream hours", "kinesis.od.stream_hour", hours)
        yield from some("Kinesis data in", "kinesis.od.in", put, "records, each rounded up to 1 KB")
        yield from some("Kinesis data out", "kinesis.od.out", times(read, self.readers), "Lambda is such a reader")
        fan_out = times(read, self.fan_out_consumers)
        yield from some("Kinesis enhanced fan-out data", "kinesis.od.efo_out", fan_out)


class DynamodbStreamUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Reads of a table's stream."""

    lambda_reads: Annotated[Decimal, number("Reads by Lambda", "GetRecords calls of a trigger; free.")] = _NONE
    other_reads: Annotated[Decimal, number("Other reads", "GetRecords calls of other consumers.")] = _NONE

    def quantities(self, _: Month) -> Iterator[Quantity]:
        name = "DynamoDB Streams reads by Lambda"
        yield from some(name, "dynamodb.stream_read.lambda", self.lambda_reads, "free for Lambda")
        yield from some("DynamoDB Streams reads", "dynamodb.stream_read", self.other_reads, "other consumers")


class MskUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One Amazon MSK cluster: brokers, or serverless."""

    broker: Annotated[
        Literal["t3small", "m5large", "m7glarge", "m524xlarge", "serverless"],
        msgspec.Meta(title="Broker", description="kafka.t3.small, kafka.m5.large and so on; or serverless."),
    ] = "m5large"
    brokers: Annotated[Decimal, number("Brokers", "How many brokers.", most=1_000)] = Decimal(3)
    hours: Hours = None
    storage_gb_month: GbMonths = _NONE
    partitions: Annotated[Decimal, number("Partitions", "Serverless only.", most=100_000)] = _NONE
    in_gb: Annotated[Decimal, number("Data in", "Serverless only.", unit="GB")] = _NONE
    out_gb: Annotated[
        Decimal, number("Data out", "Serverless only; what Lambda's pollers read counts.", unit="GB")
    ] = _NONE  # fmt: skip

    def quantities(self, month: Month) -> Iterator[Quantity]:
        """Brokers run by the hour whether Lambda reads or not."""
        hours = month.hours if self.hours is None else self.hours
        if self.broker != "serverless":
            counted = f"{plain(self.brokers)} brokers x {plain(hours)} h"
            yield from some("MSK broker hours", f"msk.{self.broker}", times(self.brokers, hours), counted)
            yield from some("MSK storage", "msk.storage", self.storage_gb_month)
            return
        yield from some("MSK Serverless cluster hours", "msk.serverless.cluster", hours)
        partitions = times(self.partitions, hours)
        yield from some("MSK Serverless partition hours", "msk.serverless.partition", partitions)
        yield from some("MSK Serverless data in", "msk.serverless.in", self.in_gb)
        yield from some("MSK Serverless data out", "msk.serverless.out", self.out_gb, "Lambda's reads count")
        yield from some("MSK Serverless storage", "msk.serverless.storage", self.storage_gb_month)


class MqUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One Amazon MQ broker."""

    broker: Annotated[
        Literal["t2micro", "m5large.single", "m5large.standby", "m5xlarge.single", "m5xlarge.cluster"],
        msgspec.Meta(title="Broker", description="Instance type and deployment; a standby pair or a cluster is one."),
    ] = "m5large.single"
    brokers: Annotated[Decimal, number("Brokers", "How many of them.", most=1_000)] = ONE
    hours: Hours = None

    def quantities(self, month: Month) -> Iterator[Quantity]:
        hours = month.hours if self.hours is None else self.hours
        yield from some("Amazon MQ broker hours", f"mq.{self.broker}", times(self.brokers, hours))
