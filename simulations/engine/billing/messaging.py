"""Queues, topics and buses by quantities: SQS, SNS, EventBridge with Scheduler and Pipes.

https://aws.amazon.com/sqs/pricing/, /sns/pricing/, /eventbridge/pricing/; rules COST-6, BILL-6, BILL-13. Payloads in KB.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from simulations.engine.billing.bill import Quantity, divided, plain, times
from simulations.engine.billing.given import Month, in_chunks, number, some
from simulations.engine.rules import number as of_rule
from simulations.engine.units import S_PER_H

_NONE = Decimal(0)
_CALL_KB = of_rule("SQS-15", "maximum_message_bytes") // 1_024

Calls = Annotated[Decimal, number("API calls", "How many in the month; a batch action with up to 10 messages is one.")]


class QueueUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One queue's month: API actions, as SQS counts them."""

    type: Annotated[
        Literal["standard", "fifo"], msgspec.Meta(title="Type", description="Standard or FIFO; the price differs.")
    ] = "standard"
    sends: Calls = _NONE
    receives: Annotated[Decimal, number("Receives", "ReceiveMessage calls that brought something.")] = _NONE
    empty_receives: Annotated[Decimal, number("Empty receives", "ReceiveMessage calls that brought nothing.")] = _NONE
    deletes: Calls = _NONE
    dlq_writes: Annotated[
        Decimal, number("Dead-letter writes", "Messages that another service sends to a dead-letter queue.")
    ] = _NONE
    other_requests: Calls = _NONE
    send_kb: Annotated[
        Decimal, number("Send size", "Payload of one send, its messages together.", unit="KB", most=_CALL_KB)
    ] = _NONE
    receive_kb: Annotated[
        Decimal, number("Receive size", "Payload of one receive, its messages together.", unit="KB", most=_CALL_KB)
    ] = _NONE
    idle_pollers: Annotated[
        Decimal, number("Idle pollers", "Lambda's pollers of an idle queue: 5 by default, as few as 2.", most=10_000)
    ] = _NONE
    idle_hours: (
        Annotated[Decimal, number("Idle hours", "How long they poll; empty is the whole month.", unit="h", most=744)]
        | None
    ) = None
    long_poll_s: Annotated[
        int, msgspec.Meta(title="Long poll", description="How long an empty receive waits, in seconds.", ge=1, le=20)
    ] = of_rule("SQS-10", "long_poll_s")

    def quantities(self, month: Month) -> Iterator[Quantity]:
        """Every request, in pieces of 64 KB."""
        key = f"sqs.{self.type}"
        hours = month.hours if self.idle_hours is None else self.idle_hours
        idle = divided(times(self.idle_pollers, hours, S_PER_H), self.long_poll_s)
        yield from in_chunks("SQS sends", key, self.sends, self.send_kb, "SendMessage calls")
        yield from in_chunks("SQS receives", key, self.receives, self.receive_kb, "ReceiveMessage calls with messages")
        yield from some("SQS empty receives", key, self.empty_receives, "ReceiveMessage calls without a message")
        waits = (
            f"{plain(self.idle_pollers)} pollers that wait {self.long_poll_s} s for each receive, for {plain(hours)} h"
        )
        yield from some("SQS empty receives of idle pollers", key, idle, waits)
        yield from some("SQS deletes", key, self.deletes, "DeleteMessage calls")
        yield from in_chunks("SQS dead-letter writes", key, self.dlq_writes, self.send_kb, "messages sent by a service")
        yield from some("SQS other requests", key, self.other_requests, "other API calls")


class TopicUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Standard SNS topics."""

    publishes: Annotated[Decimal, number("Publishes", "Publish requests.")] = _NONE
    publish_kb: Annotated[Decimal, number("Size", "Payload of one publish.", unit="KB", most=_CALL_KB)] = _NONE
    lambda_deliveries: Annotated[Decimal, number("Deliveries to Lambda", "Free; Lambda bills its own part.")] = _NONE
    http_deliveries: Annotated[Decimal, number("Deliveries to HTTP/S", "To addresses outside AWS.")] = _NONE

    def quantities(self, _: Month) -> Iterator[Quantity]:
        """Publishes in pieces of 64 KB, and deliveries."""
        yield from in_chunks("SNS publishes", "sns.publish", self.publishes, self.publish_kb, "publish requests")
        yield from some("SNS deliveries to Lambda", "sns.to_lambda", self.lambda_deliveries, "free")
        yield from some("SNS deliveries to HTTP/S", "sns.http", self.http_deliveries)


class BusUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """EventBridge's event buses."""

    custom_events: Annotated[Decimal, number("Custom events", "Events that your own code puts on a bus.")] = _NONE
    partner_events: Annotated[Decimal, number("Partner events", "Events of partners.")] = _NONE
    opt_in_events: Annotated[
        Decimal, number("Opt-in events", "Data events of AWS services that are switched on, as those of S3.")
    ] = _NONE
    management_events: Annotated[Decimal, number("Management events", "Events of AWS services; free.")] = _NONE
    event_kb: Annotated[Decimal, number("Size", "Payload of one event.", unit="KB", most=1_024)] = _NONE

    def quantities(self, _: Month) -> Iterator[Quantity]:
        """Events in pieces of 64 KB."""
        size = self.event_kb
        yield from in_chunks("EventBridge custom events", "eventbridge.custom", self.custom_events, size, "events put")
        yield from in_chunks("EventBridge partner events", "eventbridge.partner", self.partner_events, size, "events")
        yield from in_chunks("EventBridge opt-in events", "eventbridge.optin", self.opt_in_events, size, "events")
        yield from some("EventBridge management events", "eventbridge.management", self.management_events, "free")


class ScheduleUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """EventBridge Scheduler."""

    invocations: Annotated[Decimal, number("Invocations", "How often a schedule invoked its target.")] = _NONE

    def quantities(self, _: Month) -> Iterator[Quantity]:
        yield from some("EventBridge Scheduler invocations", "eventbridge.scheduler", self.invocations)


class PipeUse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """EventBridge Pipes."""

    requests: Annotated[Decimal, number("Requests", "Requests after filtering.")] = _NONE
    request_kb: Annotated[Decimal, number("Size", "Payload of one request.", unit="KB", most=6_144)] = _NONE

    def quantities(self, _: Month) -> Iterator[Quantity]:
        name = "requests after filtering"
        yield from in_chunks("EventBridge Pipes", "eventbridge.pipes", self.requests, self.request_kb, name)
