"""How much there is of what a line of a service's bill counts, in a run or in a month of such traffic.

What events need grows with their number; what runs by the hour (shards, load balancers, pollers of a queue) grows with the
hours (BILL-13). Units: as the names say.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from simulations.engine.billing.bill import divided, times
from simulations.engine.billing.given import KB_PER_GB, S_PER_H, ceiling, chunks
from simulations.engine.billing.streams import INCLUDED_H, LONG_TERM_H
from simulations.engine.prices import HOME_REGION, book
from simulations.engine.rules import number
from simulations.engine.trigger import Charge
from simulations.engine.units import US_PER_S
from simulations.engine.usage import Used

BYTES_PER_GB = KB_PER_GB * 1_024


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


class Span:
    """The run, or with `month` a month of such traffic: its length, and how a count of the run becomes one of it."""

    def __init__(self, used: Used, month: Month | None) -> None:
        self.month = month
        self.seconds = divided(used.until_us, US_PER_S) if month is None else times(month.hours, S_PER_H)
        self.hours = divided(used.until_us, US_PER_S * S_PER_H) if month is None else month.hours
        self._arrived = max(1, used.arrived)

    def scaled(self, number: int) -> Decimal:
        """So much in the run, or in the month."""
        if self.month is None or not number:
            return Decimal(number)
        return divided(times(number, self.month.events), self._arrived)


def how_much(charge: Charge, settings: Any, used: Used, view: View, span: Span) -> Decimal:
    """The quantity of a line whose settings are so."""
    found = _Counted(settings, used, view, span, charge)
    count = _COUNTS.get(charge.of)
    return span.scaled(getattr(used, charge.of)) if count is None else count(found)


class _Counted(msgspec.Struct, frozen=True):
    """What the functions below look at."""

    settings: Any
    used: Used
    view: View
    span: Span
    charge: Charge

    @property
    def each(self) -> Decimal:
        """How many there are of what a line counts by the hour."""
        return times(*(getattr(self.settings, name) for name in self.charge.each))


def _passed(of: _Counted) -> Decimal:
    """What no filter held back, each in pieces of the price's chunk, on average."""
    used = of.used
    size_kb = divided(used.arrived_bytes, max(1, used.arrived) * 1_024)
    return times(of.span.scaled(used.arrived - used.filtered), chunks(of.charge.price_key, size_kb))


def _hours(of: _Counted) -> Decimal:
    """Hours times how many there are, in one division, so that no rounding is multiplied."""
    return divided(times(of.span.seconds, of.each), S_PER_H)


def _started_hours(of: _Counted) -> Decimal:
    return max(Decimal(1), ceiling(of.span.hours)) if of.used.arrived else Decimal(0)


def _empty_receives(of: _Counted) -> Decimal:
    """Counted in the run; of a month what idle pollers make, less the receives that bring something (BILL-13)."""
    if of.span.month is None:
        return Decimal(of.used.counts.get("empty_receives", 0))
    polls = divided(times(of.view.idle_pollers, of.span.seconds), number("SQS-10", "long_poll_s"))
    return max(Decimal(0), polls - of.span.scaled(of.used.receive_units))


def _reads(of: _Counted) -> Decimal:
    """Reads of a stream go on with the clock."""
    reads = of.used.counts.get("reads", 0)
    if of.span.month is None:
        return Decimal(reads)
    return divided(times(reads, of.span.hours, S_PER_H, US_PER_S), max(1, of.used.until_us))


def _poller_hours(of: _Counted, units: Callable[[int | None], Decimal]) -> Decimal:
    """BILL-3: the event poller units that are provisioned at least, for a minute at least; none without provisioned mode."""
    least, most = (getattr(of.settings, name) for name in ("minimum_pollers", "maximum_pollers"))
    if (least is None and most is None) or not of.used.until_us:
        return Decimal(0)
    seconds = max(of.span.seconds, Decimal(number("BILL-3", "minimum_s")))
    return divided(times(units(least), seconds), S_PER_H)


def _sqs_units(least: int | None) -> Decimal:
    return Decimal(least or number("BILL-3", "sqs_least"))


def _kafka_units(least: int | None) -> Decimal:
    return max(Decimal(1), divided(least or 1, number("BILL-3", "kafka_pollers")))


def _capacity_units(of: _Counted) -> Decimal:
    """BILL-8: unit hours of new connections, one for each request, or of the data with a Lambda target."""
    unit = book().billing.alb
    connections = divided(of.span.scaled(of.used.arrived), unit.new_connections_per_s * S_PER_H)
    gb = divided(of.span.scaled(of.used.arrived_bytes), BYTES_PER_GB)
    return max(connections, divided(gb, unit.gb_per_hour_lambda))


def _kept(of: _Counted, begin_h: int, end_h: int | None = None) -> Decimal:
    """BILL-14: the data, for those hours of its retention that lie in this stretch of its age, as a part of a month."""
    kept_h: int = of.settings.retention_period_hours
    hours = max(0, (kept_h if end_h is None else min(kept_h, end_h)) - begin_h)
    return divided(
        times(of.span.scaled(of.used.arrived_bytes), hours), times(BYTES_PER_GB, of.view.hours_per_month or 1)
    )


_COUNTS: dict[str, Callable[[_Counted], Decimal]] = {
    "arrived": lambda of: of.span.scaled(of.used.units),
    "admitted": lambda of: of.span.scaled(of.used.units - of.used.turned_away - of.used.at_the_door),
    "receives": lambda of: of.span.scaled(of.used.receive_units),
    "empty_receives": _empty_receives,
    "deletes": lambda of: of.span.scaled(of.used.counts.get("deletes", 0)),
    "reads": _reads,
    "passed": _passed,
    "gigabytes": lambda of: divided(of.span.scaled(of.used.arrived_bytes), BYTES_PER_GB),
    "gigabytes_in": lambda of: divided(of.span.scaled(of.used.arrived_kb), KB_PER_GB),
    "hours": _hours,
    "started_hours": _started_hours,
    "sqs_poller_hours": lambda of: _poller_hours(of, _sqs_units),
    "kafka_poller_hours": lambda of: _poller_hours(of, _kafka_units),
    "capacity_units": _capacity_units,
    "extended_hours": lambda of: _hours(of) if of.settings.retention_period_hours > INCLUDED_H else Decimal(0),
    "extended_gb_months": lambda of: _kept(of, INCLUDED_H, LONG_TERM_H),
    "long_gb_months": lambda of: _kept(of, LONG_TERM_H),
}
