"""What a run costs in Lambda: requests and GB-seconds, with the arithmetic, and what else the bill would hold.

https://aws.amazon.com/lambda/pricing/, rules COST-1, -2, -4 and -5. Money is US dollars as `Decimal`, every sum and product
exact; a figure leaves as a decimal string without exponent. The monthly free tier is not taken off.
"""

from collections.abc import Iterable
from decimal import Context, Decimal, Inexact, localcontext

import msgspec

from simulations.engine.prices import HOME_REGION, Price, book, price
from simulations.engine.scenario import Scenario
from simulations.engine.trace import Kind, Row
from simulations.engine.trigger import model_of
from simulations.engine.triggers import TRIGGERS
from simulations.engine.units import MB_PER_GB

_EXACT = Context(prec=100, traps=[Inexact])  # a figure that would have to be rounded is a mistake of ours
_REQUESTS = "lambda.requests"
_DURATION = {"x86_64": "lambda.duration.x86", "arm64": "lambda.duration.arm"}
_BYTES_PER_KB = 1_024
_MS_PER_S = 1_000


class LineItem(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the bill; `quantity`, `unit_price` and `amount` are decimal strings, `amount` in US dollars.

    `counted` says in words what the quantity is made of, `arithmetic` how the amount comes from it. The `price_*` fields name
    the price row: whose Region it is, of which date, how sure it is ("found", "derived", "memory") and where it was read.
    """

    what: str
    quantity: str
    unit: str
    unit_price: str
    amount: str
    counted: str
    arithmetic: str
    price_key: str
    region: str
    price_as_of: str
    price_status: str
    price_source: str


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """The bill: its lines, their sum as a decimal string in US dollars, and in sentences what it leaves out."""

    line_items: list[LineItem]
    total_usd: str
    not_priced: list[str]


def plain(number: Decimal) -> str:
    """A decimal as people write it: no exponent, no zeros at the end."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def line_item(what: str, quantity: Decimal, counted: str, row: Price) -> LineItem:
    """One line: this quantity at the price of the first tier."""
    with localcontext(_EXACT):
        amount = plain(quantity * row.first)
    number, unit_price = plain(quantity), plain(row.first)
    return LineItem(
        what=what,
        quantity=number,
        unit=row.unit,
        unit_price=unit_price,
        amount=amount,
        counted=counted,
        arithmetic=f"{number} {row.unit}{'' if quantity == 1 else 's'} x ${unit_price} = ${amount}",
        price_key=row.key,
        region=row.region,
        price_as_of=row.as_of,
        price_status=row.status,
        price_source="; ".join(book().sources[source].what for source in row.sources),
    )


def total(items: Iterable[LineItem]) -> str:
    """The sum of the lines, exactly."""
    with localcontext(_EXACT):
        return plain(sum((Decimal(item.amount) for item in items), Decimal(0)))


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """What one invocation costs in US dollars, as decimal strings: itself, and each billed millisecond of it."""

    request_usd: str
    billed_ms_usd: str


def rates(scenario: Scenario, region: str = HOME_REGION) -> Rates:
    """The price of one invocation; further requests of large events (COST-4) come on top."""
    function = scenario.function
    with localcontext(_EXACT):
        each = gb_seconds(1, function.memory_mb) * price(_DURATION[function.architecture], region).first
    return Rates(request_usd=plain(price(_REQUESTS, region).first), billed_ms_usd=plain(each))


class Usage:
    """What Lambda bills, folded from rows: requests, further requests for large events, billed milliseconds."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._asynchronous = model_of(TRIGGERS[scenario.trigger], scenario.settings) == "asynchronous"
        self._further: dict[str, int] = {}  # of large events without a fate: requests beyond the first, each time
        self.requests = 0
        self.further_requests = 0
        self.billed_ms = 0

    def add(self, rows: Iterable[Row]) -> None:
        """Fold the next rows."""
        for row in rows:
            kind = row[0]
            if kind == Kind.ATTEMPT:
                if row[4] is not None:  # COST-5: a throttled attempt is free
                    self.requests += 1
                    self.billed_ms += row[12]
                    if self._further:
                        self.further_requests += self._further.get(row[16][0], 0)
            elif self._asynchronous:
                if kind == Kind.ARRIVED:
                    further = further_requests(row[4])
                    if further:
                        self._further[row[3]] = further
                elif kind == Kind.SETTLED and self._further:
                    self._further.pop(row[3], None)

    def cost(self, region: str = HOME_REGION) -> Cost:
        """The bill so far."""
        items = [self._request_line(region), *self._further_line(region), self._duration_line(region)]
        return Cost(line_items=items, total_usd=total(items), not_priced=not_priced(self._scenario))

    def total_usd(self, region: str = HOME_REGION) -> str:
        """The sum of the bill so far, without its lines."""
        function = self._scenario.function
        with localcontext(_EXACT):
            requests = (self.requests + self.further_requests) * price(_REQUESTS, region).first
            duration = gb_seconds(self.billed_ms, function.memory_mb)
            return plain(requests + duration * price(_DURATION[function.architecture], region).first)

    def _request_line(self, region: str) -> LineItem:
        counted = "every invocation, whether it succeeded or not; throttled attempts are free"
        return line_item("Lambda requests", Decimal(self.requests), counted, price(_REQUESTS, region))

    def _further_line(self, region: str) -> list[LineItem]:
        """COST-4, for each invocation with a large event."""
        if not self.further_requests:
            return []
        rule = book().billing.asynchronous_request
        counted = (
            f"one more request for each {rule.next_kb} KB of an asynchronous event beyond its first {rule.first_kb} KB, "
            f"at each invocation with it"
        )
        row = price(_REQUESTS, region)
        return [line_item("Lambda requests for large events", Decimal(self.further_requests), counted, row)]

    def _duration_line(self, region: str) -> LineItem:
        function = self._scenario.function
        quantity = gb_seconds(self.billed_ms, function.memory_mb)
        counted = (
            f"{self.billed_ms} ms billed x {function.memory_mb} MB / {MB_PER_GB} MB per GB / {_MS_PER_S} ms per s = "
            f"{plain(quantity)} GB-seconds, INIT included"
        )
        row = price(_DURATION[function.architecture], region)
        return line_item(f"Lambda duration ({function.architecture})", quantity, counted, row)


def gb_seconds(billed_ms: int, memory_mb: int) -> Decimal:
    """Billed milliseconds times memory in GB-seconds, exactly."""
    with localcontext(_EXACT):
        return Decimal(billed_ms * memory_mb) / (MB_PER_GB * _MS_PER_S)


def further_requests(size_bytes: int) -> int:
    """COST-4: how many requests an asynchronous event of this size is, beyond the first."""
    rule = book().billing.asynchronous_request
    return -(-max(0, size_bytes - rule.first_kb * _BYTES_PER_KB) // (rule.next_kb * _BYTES_PER_KB))


_CATCHERS = {
    "dead_letter_config": "The dead-letter queue: one write for each event it received, and its storage.",
    "on_failure": "The on-failure destination: one write for each record it received.",
    "on_success": "The on-success destination: one write for each record it received.",
    "catch": "Whatever the state that Catch goes on to calls.",
}
_PROVISIONED = (
    "Provisioned concurrency: the environments kept ready, and the lower price of the time that runs in them."
)
_ALWAYS = (
    "CloudWatch Logs: what the function logs, by the GB.",
    "Ephemeral storage (/tmp) above the 512 MB that are free.",
    "Data transfer, and everything that the function itself calls.",
    "The monthly free tier is not taken off, and cheaper tiers for a large month are not applied.",
)


def not_priced(scenario: Scenario) -> list[str]:
    """What this bill leaves out, in sentences."""
    caught = (text for name, text in _CATCHERS.items() if getattr(scenario.settings, name, None) is not None)
    ready = [_PROVISIONED] if scenario.function.provisioned_concurrent_executions else []
    return [*TRIGGERS[scenario.trigger].not_priced, *caught, *ready, *_ALWAYS]
