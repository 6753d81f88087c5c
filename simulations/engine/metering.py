"""From the counts of a run to the quantities of its bill, for the run itself or for a month of such traffic.

What events need grows with their number; what runs by the hour (shards, load balancers, kept environments, pollers of a queue)
grows with the hours (BILL-13). Units: as the names say.
"""

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from simulations.engine.billing import Quantity, plain
from simulations.engine.billing.bill import divided, summed, times
from simulations.engine.billing.functions import DURATION, duration_on_ready, gb_seconds, kept_ready, storage
from simulations.engine.billing.given import KB_PER_GB, MS_PER_S, S_PER_H, ceiling, chunks
from simulations.engine.function import Function
from simulations.engine.prices import HOME_REGION, book
from simulations.engine.rules import number
from simulations.engine.scenario import Scenario
from simulations.engine.trigger import Charge
from simulations.engine.triggers import TRIGGERS
from simulations.engine.units import MB_PER_GB, US_PER_S
from simulations.engine.usage import Used, Work, applies

_BYTES_PER_GB = KB_PER_GB * 1_024
REQUESTS = "lambda.requests"


class View(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody looks at a cost: none of it changes the run.

    `rate_per_s` None is the rate of the scenario's own traffic. `idle_pollers` poll a queue all month, `log_bytes` is what
    each invocation writes to CloudWatch Logs (0: not priced).
    """

    region: str = HOME_REGION
    free_tier: bool = False
    hours_per_month: Decimal = Decimal(book().conventions.hours_per_month)
    rate_per_s: Decimal | None = None
    idle_pollers: int = number("SQS-11", "start")
    log_bytes: int = 0


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """A month of such traffic: how long it is and how many events come in it."""

    hours: Decimal
    events: Decimal


class Meter:
    """The quantities of a run, or, with `month`, of a month of such traffic."""

    def __init__(self, scenario: Scenario, used: Used, view: View, month: Month | None = None) -> None:
        self._scenario = scenario
        self._function: Function = scenario.function
        self._trigger = TRIGGERS[scenario.trigger]
        self._used = used
        self._view = view
        self._month = month
        self._seconds = divided(used.until_us, US_PER_S) if month is None else times(month.hours, S_PER_H)
        self._hours = divided(used.until_us, US_PER_S * S_PER_H) if month is None else month.hours

    def quantities(self) -> Iterator[Quantity]:
        """Lambda, the service in front of it, and what caught events."""
        yield from self.work(self._used.work)
        yield from self._further()
        yield from self._kept_ready()
        yield from self._logs()
        for charge in self._trigger.charges:
            yield from self._charged(charge)
        yield from self._writes()

    def work(self, work: Work) -> Iterator[Quantity]:
        """What Lambda bills for these invocations."""
        function, ready = self._function, self._function.provisioned_concurrent_executions is not None
        counted = "every invocation, whether it succeeded or not; throttled attempts are free"
        yield self._quantity("Lambda requests", REQUESTS, self._scaled(work.requests), counted)
        on_demand_ms, memory_mb = self._scaled(work.on_demand_ms), function.memory_mb
        used = gb_seconds(on_demand_ms, memory_mb)
        counted = (
            f"{plain(on_demand_ms)} ms billed x {memory_mb} MB / {MB_PER_GB} MB per GB / {MS_PER_S} ms per s = "
            f"{plain(used)} GB-seconds, INIT included"
        )
        architecture = function.architecture
        yield self._quantity(f"Lambda duration ({architecture})", DURATION[architecture], used, counted, free=not ready)
        ready_ms = self._scaled(work.ready_ms)
        yield from duration_on_ready(architecture, ready_ms, memory_mb)
        yield from storage(summed((on_demand_ms, ready_ms)), function.ephemeral_storage_mb)

    def repeats(self) -> Iterator[Quantity]:
        """What a retry makes the service in front of Lambda bill once more."""
        extra = {"receives": self._used.repeated_receives, "attempts": self._used.repeated_attempts}
        for charge in self._trigger.charges:
            if extra.get(charge.of):
                yield self._quantity(charge.what, charge.price_key, self._scaled(extra[charge.of]), charge.counted)

    def written(self) -> Iterator[Quantity]:
        """What catchers received."""
        yield from self._writes()

    def _quantity(self, what: str, key: str, number: Decimal, counted: str, *, free: bool = True) -> Quantity:
        instead = self._trigger.prices.get(key)
        return Quantity(what=what, price_key=instead or key, number=number, counted=counted, free=free)

    def _scaled(self, number: int) -> Decimal:
        """So much in the run, or in the month."""
        if self._month is None or not number:
            return Decimal(number)
        return divided(times(number, self._month.events), max(1, self._used.arrived))

    def _further(self) -> Iterator[Quantity]:
        """COST-4, for each invocation with a large event."""
        if self._used.further_requests:
            rule = book().billing.asynchronous_request
            counted = (
                f"one more request for each {rule.next_kb} KB of an asynchronous event beyond its first {rule.first_kb} KB, "
                f"at each invocation with it"
            )
            further = self._scaled(self._used.further_requests)
            yield self._quantity("Lambda requests for large events", REQUESTS, further, counted)

    def _kept_ready(self) -> Iterator[Quantity]:
        """BILL-2: enabled when the run or the month begins, until its end."""
        environments = self._function.provisioned_concurrent_executions
        if environments is not None:
            seconds = max(self._seconds, Decimal(1))
            yield from kept_ready(self._function.architecture, environments, seconds, self._function.memory_mb)

    def _logs(self) -> Iterator[Quantity]:
        each = self._view.log_bytes
        if each:
            gb = divided(times(self._scaled(self._used.work.requests), each), _BYTES_PER_GB)
            yield self._quantity("CloudWatch Logs ingestion", "logs.lambda", gb, f"{each} bytes for each invocation")

    def _charged(self, charge: Charge) -> Iterator[Quantity]:
        """One line of the service in front of Lambda."""
        settings = self._scenario.settings
        if not applies(charge, settings):
            return
        each = getattr(settings, charge.each) if charge.each else 1
        number = self._counted(charge, each)
        if number or charge.of in ("arrived", "receives", "empty_receives"):
            yield self._quantity(charge.what, charge.price_key, number, charge.counted)

    def _counted(self, charge: Charge, each: int) -> Decimal:
        """How much there is of what a line counts; hours times `each`, in one division, so that no rounding is multiplied."""
        used = self._used
        match charge.of:
            case "arrived":
                return self._scaled(used.units)
            case "admitted":
                return self._scaled(used.units - used.turned_away - used.at_the_door)
            case "receives":
                return self._scaled(used.receive_units)
            case "empty_receives":
                return self._empty_receives()
            case "deletes" | "reads":
                return self._reads() if charge.of == "reads" else self._scaled(used.counts.get("deletes", 0))
            case "passed":
                size_kb = divided(used.arrived_bytes, max(1, used.arrived) * 1_024)
                return times(self._scaled(used.arrived - used.filtered), chunks(charge.price_key, size_kb))
            case "gigabytes":
                return divided(self._scaled(used.arrived_bytes), _BYTES_PER_GB)
            case "hours":
                return divided(times(self._seconds, each), S_PER_H)
            case "sqs_poller_hours" | "kafka_poller_hours":
                return self._poller_hours(kafka=charge.of == "kafka_poller_hours")
            case "started_hours":
                return max(Decimal(1), ceiling(self._hours)) if used.arrived else Decimal(0)
            case "capacity_units":
                return self._capacity_units()
            case _:
                return self._scaled(getattr(used, charge.of))

    def _reads(self) -> Decimal:
        """Reads of a stream go on with the clock."""
        reads = self._used.counts.get("reads", 0)
        if self._month is None:
            return Decimal(reads)
        return divided(times(reads, self._hours, S_PER_H, US_PER_S), max(1, self._used.until_us))

    def _empty_receives(self) -> Decimal:
        """Counted in the run; of a month what idle pollers make, less the receives that bring something (BILL-13)."""
        if self._month is None:
            return Decimal(self._used.counts.get("empty_receives", 0))
        polls = divided(times(self._view.idle_pollers, self._seconds), number("SQS-10", "long_poll_s"))
        return max(Decimal(0), polls - self._scaled(self._used.receive_units))

    def _poller_hours(self, *, kafka: bool) -> Decimal:
        """BILL-3: the event poller units that are provisioned at least, for a minute at least; none without provisioned mode."""
        least, most = (getattr(self._scenario.settings, name) for name in ("minimum_pollers", "maximum_pollers"))
        if (least is None and most is None) or not self._used.until_us:
            return Decimal(0)
        units = (
            max(Decimal(1), divided(least or 1, number("BILL-3", "kafka_pollers")))
            if kafka
            else Decimal(least or number("BILL-3", "sqs_least"))
        )
        return divided(times(units, max(self._seconds, Decimal(number("BILL-3", "minimum_s")))), S_PER_H)

    def _capacity_units(self) -> Decimal:
        """BILL-8: unit hours of new connections, one for each request, or of the data with a Lambda target."""
        unit = book().billing.alb
        connections = divided(self._scaled(self._used.arrived), unit.new_connections_per_s * S_PER_H)
        gb = divided(self._scaled(self._used.arrived_bytes), _BYTES_PER_GB)
        return max(connections, divided(gb, unit.gb_per_hour_lambda))

    def _writes(self) -> Iterator[Quantity]:
        """BILL-11."""
        for key, count in self._used.writes.items():
            what = f"Dead-letter queue or destination ({key.split('.', maxsplit=1)[0]})"
            yield self._quantity(what, key, self._scaled(count), "one write for each document, in pieces of its price")
