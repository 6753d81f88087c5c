"""From the counts of a run to the quantities of its bill, for the run itself or for a month of such traffic.

Lambda's own lines stand here; how much a line of another service counts says `counting`. Units: as the names say.
"""

from collections.abc import Iterator
from decimal import Decimal

from simulations.engine.billing import Quantity, plain
from simulations.engine.billing.bill import divided, summed, times
from simulations.engine.billing.functions import DURATION, duration_on_ready, gb_seconds, kept_ready, storage
from simulations.engine.billing.given import MS_PER_S
from simulations.engine.counting import BYTES_PER_GB, Month, Span, View, how_much
from simulations.engine.function import Function
from simulations.engine.prices import book
from simulations.engine.scenario import Scenario
from simulations.engine.trigger import Charge
from simulations.engine.triggers import TRIGGERS
from simulations.engine.units import MB_PER_GB
from simulations.engine.usage import Used, Work, applies

REQUESTS = "lambda.requests"


class Meter:
    """The quantities of a run, or, with `month`, of a month of such traffic."""

    def __init__(self, scenario: Scenario, used: Used, view: View, month: Month | None = None) -> None:
        self._scenario = scenario
        self._function: Function = scenario.function
        self._trigger = TRIGGERS[scenario.trigger]
        self._used = used
        self._view = view
        self._span = Span(used, month)

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
        yield self._quantity("Lambda requests", REQUESTS, self._span.scaled(work.requests), counted)
        on_demand_ms, memory_mb = self._span.scaled(work.on_demand_ms), function.memory_mb
        used = gb_seconds(on_demand_ms, memory_mb)
        counted = (
            f"{plain(on_demand_ms)} ms billed x {memory_mb} MB / {MB_PER_GB} MB per GB / {MS_PER_S} ms per s = "
            f"{plain(used)} GB-seconds, INIT included"
        )
        architecture = function.architecture
        yield self._quantity(f"Lambda duration ({architecture})", DURATION[architecture], used, counted, free=not ready)
        ready_ms = self._span.scaled(work.ready_ms)
        yield from duration_on_ready(architecture, ready_ms, memory_mb)
        yield from storage(summed((on_demand_ms, ready_ms)), function.ephemeral_storage_mb)

    def repeats(self) -> Iterator[Quantity]:
        """What a retry makes the service in front of Lambda bill once more."""
        extra = {"receives": self._used.repeated_receives, "attempts": self._used.repeated_attempts}
        for charge in self._trigger.charges:
            if extra.get(charge.of):
                yield self._quantity(charge.what, charge.price_key, self._span.scaled(extra[charge.of]), charge.counted)

    def written(self) -> Iterator[Quantity]:
        """What catchers received."""
        yield from self._writes()

    def _quantity(self, what: str, key: str, number: Decimal, counted: str, *, free: bool = True) -> Quantity:
        instead = self._trigger.prices.get(key)
        return Quantity(what=what, price_key=instead or key, number=number, counted=counted, free=free)

    def _further(self) -> Iterator[Quantity]:
        """COST-4, for each invocation with a large event."""
        if self._used.further_requests:
            rule = book().billing.asynchronous_request
            counted = (
                f"one more request for each {rule.next_kb} KB of an asynchronous event beyond its first {rule.first_kb} KB, "
                f"at each invocation with it"
            )
            further = self._span.scaled(self._used.further_requests)
            yield self._quantity("Lambda requests for large events", REQUESTS, further, counted)

    def _kept_ready(self) -> Iterator[Quantity]:
        """BILL-2: enabled when the run or the month begins, until its end."""
        environments = self._function.provisioned_concurrent_executions
        if environments is not None:
            seconds = max(self._span.seconds, Decimal(1))
            yield from kept_ready(self._function.architecture, environments, seconds, self._function.memory_mb)

    def _logs(self) -> Iterator[Quantity]:
        each = self._view.log_bytes
        if each:
            gb = divided(times(self._span.scaled(self._used.work.requests), each), BYTES_PER_GB)
            yield self._quantity("CloudWatch Logs ingestion", "logs.lambda", gb, f"{each} bytes for each invocation")

    def _charged(self, charge: Charge) -> Iterator[Quantity]:
        """One line of the service in front of Lambda."""
        settings = self._scenario.settings
        if not applies(charge, settings):
            return
        number = how_much(charge, settings, self._used, self._view, self._span)
        if number or charge.of in ("arrived", "receives", "empty_receives"):
            yield self._quantity(charge.what, charge.price_key, number, charge.counted)

    def _writes(self) -> Iterator[Quantity]:
        """BILL-11."""
        for key, count in self._used.writes.items():
            what = f"Dead-letter queue or destination ({key.split('.', maxsplit=1)[0]})"
            yield self._quantity(
                what, key, self._span.scaled(count), "one write for each document, in pieces of its price"
            )
