"""Lambda by quantities: requests, duration, INIT, ephemeral storage, provisioned concurrency, SnapStart, event pollers.

https://aws.amazon.com/lambda/pricing/, rules COST-1 to COST-5, COST-8, BILL-1 to BILL-5. Times in milliseconds, memory in MB.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from simulations.engine.billing.bill import Quantity, divided, exactly, plain, summed, times
from simulations.engine.billing.given import MS_PER_S, ONE, Month, ceiling, number, some
from simulations.engine.limits import INVALID, FieldError, setting
from simulations.engine.prices import book
from simulations.engine.rules import number as of_rule
from simulations.engine.units import MB_PER_GB, S_PER_H

DURATION = {"x86_64": "lambda.duration.x86", "arm64": "lambda.duration.arm"}
KEPT_READY = {"x86_64": "lambda.pc.capacity.x86", "arm64": "lambda.pc.capacity.arm"}
ON_READY = {"x86_64": "lambda.pc.duration.x86", "arm64": "lambda.pc.duration.arm"}
FREE_STORAGE_MB = of_rule("BILL-1", "free_mb")
_S_PER_MIN = 60

Architecture = Annotated[
    Literal["x86_64", "arm64"], msgspec.Meta(title="Architectures", description="The processor; the price differs.")
]


class Provisioned(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Environments that are kept ready, and for how long."""

    concurrent_executions: Annotated[
        int, setting("ProvisionedConcurrentExecutions", "How many environments are kept ready.", ge=1, le=1_000_000)
    ]
    hours: (
        Annotated[
            Decimal,
            number(
                "Enabled",
                "From enabling to disabling, rounded up to 5 minutes; empty is the whole month.",
                unit="h",
                most=744,
            ),
        ]
        | None
    ) = None
    spillover_requests: Annotated[
        Decimal, number("ProvisionedConcurrencySpilloverInvocations", "How many of the requests ran on demand instead.")
    ] = Decimal(0)


class SnapStart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cached snapshot; free on Java's managed runtimes."""

    hours: (
        Annotated[
            Decimal, number("Active", "How long the version is active; empty is the whole month.", unit="h", most=744)
        ]
        | None
    ) = None
    restores: Annotated[Decimal, number("Restores", "How many environments were restored from it.")] = Decimal(0)


class FunctionUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One function's month."""

    requests: Annotated[
        Decimal, number("Requests", "Invocations that ran code, retries among them; throttled ones are free.")
    ]
    avg_ms: Annotated[
        Decimal,
        number("Duration", "Average time of an invocation without INIT, rounded up to a millisecond.", unit="ms"),
    ] = Decimal(0)
    memory_mb: Annotated[int, setting("MemorySize", "The function's memory.", unit="MB", ge=128, le=10_240)] = of_rule(
        "FN-1", "memory_mb"
    )
    architecture: Architecture = "x86_64"
    ephemeral_storage_mb: Annotated[
        int, setting("EphemeralStorage", "The size of /tmp.", unit="MB", ge=512, le=10_240)
    ] = FREE_STORAGE_MB
    cold_rate: Annotated[
        Decimal, number("Cold starts", "Which part of the requests on demand had a cold start, from 0 to 1.", most=1)
    ] = Decimal(0)
    init_ms: Annotated[Decimal, number("Init duration", "Average INIT of a cold start.", unit="ms")] = Decimal(0)
    asynchronous_event_kb: Annotated[
        Decimal,
        number("Asynchronous event", "Size of each event, if Lambda queues them; 0 if it does not.", unit="KB", most=1_024),
    ] = Decimal(0)  # fmt: skip
    streamed_mb: Annotated[
        Decimal, number("Response stream", "Size of each streamed response; the first 6 MB are free.", unit="MB")
    ] = Decimal(0)
    provisioned: Provisioned | None = None
    snap_start: SnapStart | None = None

    def quantities(self, month: Month) -> Iterator[Quantity]:
        """What Lambda bills for it."""
        each = 1 + further_requests(self.asynchronous_event_kb)
        counted = "every invocation, whether it succeeded or not"
        if each > 1:
            counted += f"; {each} each, because of the event's size"
        yield from some("Lambda requests", "lambda.requests", times(self.requests, each), counted)
        ready = self.provisioned
        on_demand = self.requests if ready is None else ready.spillover_requests
        init_ms = times(on_demand, self.cold_rate, self.init_ms)
        billed_ms = ceiling(self.avg_ms)
        yield from duration(self.architecture, times(on_demand, billed_ms), self.memory_mb, spilled=ready is not None)
        yield from some(
            f"Lambda INIT ({self.architecture})", DURATION[self.architecture], gb_seconds(init_ms, self.memory_mb),
            f"{plain(init_ms)} ms of initialisation x {self.memory_mb} MB", free=ready is None,
        )  # fmt: skip
        if ready is not None:
            hours = month.hours if ready.hours is None else ready.hours
            yield from kept_ready(self.architecture, ready.concurrent_executions, times(hours, S_PER_H), self.memory_mb)
            on_ready_ms = times(self.requests - on_demand, billed_ms)
            yield from duration_on_ready(self.architecture, on_ready_ms, self.memory_mb)
        yield from storage(summed((times(self.requests, billed_ms), init_ms)), self.ephemeral_storage_mb)
        yield from self._snapshots(month)
        beyond_mb = max(Decimal(0), self.streamed_mb - of_rule("BILL-5", "free_mb"))
        streamed = divided(times(self.requests, beyond_mb), MB_PER_GB)
        yield from some("Lambda response streaming", "lambda.streaming", streamed, "beyond 6 MB of each response")

    def problems(self, path: str) -> Iterator[FieldError]:
        """What the fields say only together."""
        if self.provisioned is not None and self.provisioned.spillover_requests > self.requests:
            message = f"More requests spill over than there are: {plain(self.requests)}."
            yield FieldError(f"{path}.provisioned.spillover_requests", INVALID, message)

    def _snapshots(self, month: Month) -> Iterator[Quantity]:
        snapshot = self.snap_start
        if snapshot is None:
            return
        gb = divided(self.memory_mb, MB_PER_GB)
        hours = max(month.hours if snapshot.hours is None else snapshot.hours, Decimal(of_rule("BILL-4", "least_h")))
        yield from some("SnapStart cache", "lambda.snapstart.cache", times(gb, hours, S_PER_H), f"{plain(hours)} h")
        yield from some("SnapStart restores", "lambda.snapstart.restore", times(gb, snapshot.restores), "GB restored")


class EventPollers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Event pollers in provisioned mode of one mapping, or of a group of mappings that share them."""

    source: Annotated[
        Literal["sqs", "kafka"],
        msgspec.Meta(title="Source", description="What they poll: an SQS queue, or Amazon MSK or other Kafka."),
    ]
    pollers: Annotated[Decimal, number("Pollers", "How many run on average; the minimum for SQS is 2.")] = ONE
    hours: Annotated[
        Decimal, number("Hours", "How long; empty is the whole month.", unit="h", most=744)
    ] | None = None  # fmt: skip
    pollers_per_unit: Annotated[
        int, setting("Pollers a unit", "How many share an event poller unit; empty is 1 for SQS and 10 for Kafka.", ge=1, le=10)
    ] | None = None  # fmt: skip
    epu_hours: Annotated[
        Decimal, number("EPU-hours", "The hours of event poller units, where they are known already.")
    ] | None = None  # fmt: skip

    def quantities(self, month: Month) -> Iterator[Quantity]:
        """The hours of event poller units."""
        hours = month.hours if self.hours is None else self.hours
        least = of_rule("BILL-3", "sqs_least") if self.source == "sqs" else 1
        share = self.pollers_per_unit or (1 if self.source == "sqs" else of_rule("BILL-3", "kafka_pollers"))
        units = divided(max(self.pollers, Decimal(least)), share)
        units = units if self.source == "sqs" else max(ONE, units)
        used = times(units, hours) if self.epu_hours is None else self.epu_hours
        yield from some("Event pollers, provisioned mode", f"lambda.epu.{self.source}", used, f"{plain(units)} units")


def further_requests(size_kb: Decimal) -> int:
    """COST-4: how many requests an asynchronous event of this size is, beyond the first."""
    rule = book().billing.asynchronous_request
    return int(ceiling(divided(max(Decimal(0), size_kb - rule.first_kb), rule.next_kb)))


def gb_seconds(ms: Decimal | int, mb: int) -> Decimal:
    """Milliseconds times megabytes as GB-seconds, exactly."""
    return exactly(times(ms, mb), MB_PER_GB * MS_PER_S)


def duration(architecture: str, ms: Decimal | int, memory_mb: int, *, spilled: bool = False) -> Iterator[Quantity]:
    """Time on demand; no free tier for what spills over from provisioned concurrency (BILL-2)."""
    quantity = gb_seconds(ms, memory_mb)
    counted = (
        f"{plain(Decimal(ms))} ms billed x {memory_mb} MB / {MB_PER_GB} MB per GB / {MS_PER_S} ms per s = "
        f"{plain(quantity)} GB-seconds"
    )
    name = f"Lambda duration ({architecture})"
    yield from some(name, DURATION[architecture], quantity, counted, free=not spilled)


def duration_on_ready(architecture: str, ms: Decimal | int, memory_mb: int) -> Iterator[Quantity]:
    """Time in provisioned environments, at its lower price."""
    counted = f"{plain(Decimal(ms))} ms in environments that were kept ready x {memory_mb} MB"
    name = f"Lambda duration on provisioned concurrency ({architecture})"
    yield from some(name, ON_READY[architecture], gb_seconds(ms, memory_mb), counted)


def kept_ready(architecture: str, environments: int, seconds: Decimal, memory_mb: int) -> Iterator[Quantity]:
    """BILL-2: environments kept ready, each started 5 minutes counting in full."""
    step_s = book().conventions.provisioned_step_minutes * _S_PER_MIN
    billed_s = times(ceiling(divided(seconds, step_s)), step_s)
    counted = f"{environments} environments x {memory_mb} MB x {plain(billed_s)} s, rounded up to {step_s} s"
    quantity = exactly(times(environments, billed_s, memory_mb), MB_PER_GB)
    yield from some(f"Provisioned concurrency ({architecture})", KEPT_READY[architecture], quantity, counted)


def storage(ms: Decimal | int, storage_mb: int) -> Iterator[Quantity]:
    """BILL-1: /tmp above what is free, for as long as duration is billed, whatever the memory."""
    beyond_mb = max(0, storage_mb - FREE_STORAGE_MB)
    counted = f"{plain(Decimal(ms))} ms billed x {beyond_mb} MB of /tmp above the free {FREE_STORAGE_MB} MB"
    yield from some("Lambda ephemeral storage", "lambda.ephemeral", gb_seconds(ms, beyond_mb), counted)
