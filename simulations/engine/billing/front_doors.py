"""Front doors, workflows, storage and logs by quantities: API Gateway, load balancers, Step Functions, S3, CloudWatch Logs.

https://aws.amazon.com/api-gateway/pricing/, /elasticloadbalancing/pricing/, /step-functions/pricing/, /s3/pricing/; rules
BILL-7, BILL-8, BILL-10. Sizes in KB and GB as the names say.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from simulations.engine.billing.bill import Quantity, divided, plain, times
from simulations.engine.billing.given import MS_PER_S, ONE, Month, ceiling, in_chunks, number, some
from simulations.engine.limits import setting
from simulations.engine.prices import book, price
from simulations.engine.units import MB_PER_GB, S_PER_H

_NONE = Decimal(0)


class RestApiUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """REST APIs."""

    requests: Annotated[Decimal, number("Requests", "Requests received, those included that the function failed.")]

    def quantities(self, _: Month) -> Iterator[Quantity]:
        yield from some("REST API requests", "apigw.rest", self.requests)


class HttpApiUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """HTTP APIs."""

    requests: Annotated[Decimal, number("Requests", "Requests received.")]
    request_kb: Annotated[Decimal, number("Size", "Request and response together.", unit="KB", most=20_480)] = _NONE

    def quantities(self, _: Month) -> Iterator[Quantity]:
        yield from in_chunks(
            "HTTP API requests", "apigw.http", self.requests, self.request_kb, "requests of up to 512 KB"
        )


class WebsocketApiUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """WebSocket APIs."""

    messages: Annotated[Decimal, number("Messages", "Messages sent and received.")]
    message_kb: Annotated[Decimal, number("Size", "Size of one message.", unit="KB", most=128)] = _NONE
    connection_minutes: Annotated[Decimal, number("Connection minutes", "Connections times minutes.")] = _NONE

    def quantities(self, _: Month) -> Iterator[Quantity]:
        name = "WebSocket API messages"
        yield from in_chunks(name, "apigw.ws.message", self.messages, self.message_kb, "messages of up to 32 KB")
        yield from some("WebSocket API connection minutes", "apigw.ws.minute", self.connection_minutes)


class LoadBalancerUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One Application Load Balancer; its loads are averages over the hours, so peaks are understated."""

    hours: (
        Annotated[Decimal, number("Hours", "How long it is there; empty is the whole month.", unit="h", most=744)]
        | None
    ) = None
    target: Annotated[
        Literal["lambda", "other"], msgspec.Meta(title="Target", description="With Lambda a unit holds less data.")
    ] = "lambda"
    new_connections_per_s: Annotated[Decimal, number("New connections", "On average.", unit="per second")] = _NONE
    active_connections: Annotated[Decimal, number("Active connections", "In a minute, on average.")] = _NONE
    gb_per_hour: Annotated[Decimal, number("Data", "Requests and responses.", unit="GB per hour")] = _NONE
    requests_per_s: Annotated[Decimal, number("Requests", "For its rules, on average.", unit="per second")] = _NONE
    rules: Annotated[Decimal, number("Rules", "How many each request is tried against; the first 10 are free.")] = _NONE
    lcu_hours: Annotated[
        Decimal, number("LCU-hours", "The hours of capacity units, where they are known already.")
    ] | None = None  # fmt: skip

    def quantities(self, month: Month) -> Iterator[Quantity]:
        """Hours that have begun, and the largest load in capacity units."""
        hours = month.hours if self.hours is None else self.hours
        yield from some("Load balancer hours", "alb.hour", ceiling(hours), "each hour that has begun")
        units, load = self._units()
        used = times(units, hours) if self.lcu_hours is None else self.lcu_hours
        counted = f"the largest load is {load}: {plain(units)} units" if self.lcu_hours is None else ""
        yield from some("Load balancer capacity units", "alb.lcu", used, counted)

    def _units(self) -> tuple[Decimal, str]:
        unit = book().billing.alb
        gb = unit.gb_per_hour_lambda if self.target == "lambda" else unit.gb_per_hour
        evaluations = times(self.requests_per_s, max(_NONE, self.rules - unit.free_rules))
        return max(
            (divided(self.new_connections_per_s, unit.new_connections_per_s), "new connections"),
            (divided(self.active_connections, unit.active_connections_per_minute), "active connections"),
            (divided(self.gb_per_hour, gb), "data"),
            (divided(evaluations, unit.rules_per_s), "rule evaluations"),
            key=lambda found: found[0],
        )


class WorkflowUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Step Functions: standard workflows by transitions, Express workflows by requests, memory and time."""

    type: Annotated[
        Literal["standard", "express"], msgspec.Meta(title="Type", description="How the state machine is billed.")
    ] = "standard"
    executions: Annotated[Decimal, number("Executions", "How many run.")]
    transitions: Annotated[
        Decimal, number("Transitions", "Steps that one execution runs, without retries; standard only.", most=25_000)
    ] = ONE
    retries: Annotated[Decimal, number("Retries", "Retried steps of all executions; standard only.")] = _NONE
    avg_ms: Annotated[Decimal, number("Duration", "Average time of an execution; Express only.", unit="ms")] = _NONE
    memory_mb: Annotated[
        int, setting("Memory", "Memory of an execution; Express only.", unit="MB", ge=1, le=10_240)
    ] = 64

    def quantities(self, _: Month) -> Iterator[Quantity]:
        if self.type == "standard":
            counted = f"{plain(self.executions)} executions x {plain(self.transitions)} steps"
            moved = times(self.executions, self.transitions)
            yield from some("Step Functions transitions", "sfn.standard", moved, counted)
            yield from some("Step Functions retries", "sfn.standard", self.retries, "each one more transition")
            return
        row = price("sfn.express.duration")
        step_ms, step_mb = row.step_ms or 1, row.step_mb or 1
        ms = max(ONE, ceiling(divided(self.avg_ms, step_ms))) * step_ms
        mb = ceiling(divided(self.memory_mb, step_mb)) * step_mb
        gb_hours = divided(times(self.executions, ms, mb), MS_PER_S * S_PER_H * MB_PER_GB)
        yield from some("Step Functions Express requests", "sfn.express.requests", self.executions)
        counted = f"{plain(ms)} ms x {plain(mb)} MB each, in steps of {step_ms} ms and {step_mb} MB"
        yield from some("Step Functions Express duration", "sfn.express.duration", gb_hours, counted)


class StorageUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """S3 Standard, requests only."""

    puts: Annotated[Decimal, number("PUT", "PUT, COPY, POST and LIST requests.")] = _NONE
    gets: Annotated[Decimal, number("GET", "GET and all other requests.")] = _NONE
    notifications: Annotated[Decimal, number("Notifications", "To Lambda, SQS or SNS; free.")] = _NONE

    def quantities(self, _: Month) -> Iterator[Quantity]:
        yield from some("S3 PUT requests", "s3.put", self.puts)
        yield from some("S3 GET requests", "s3.get", self.gets)
        yield from some("S3 notifications", "s3.notify", self.notifications, "free")


class LogsUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Lambda's logs in CloudWatch Logs, Standard class."""

    gb: Annotated[Decimal, number("Ingested", "What functions log.", unit="GB")] = _NONE
    stored_gb_month: Annotated[Decimal, number("Stored", "Compressed, on average.", unit="GB-month")] = _NONE

    def quantities(self, _: Month) -> Iterator[Quantity]:
        yield from some("CloudWatch Logs ingestion", "logs.lambda", self.gb)
        yield from some("CloudWatch Logs storage", "logs.storage", self.stored_gb_month)
