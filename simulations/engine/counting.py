"""How much there is of what a line of a service's bill counts, in a run or in a month of such traffic.

What events need grows with their number; what runs by the hour (shards, load balancers, pollers of a queue) grows with the
hours (BILL-13). Units: as the names say.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from simulations.engine.billing.bill import divided, times
from simulations.engine.billing.given import KB_PER_GB, MS_PER_S, ceiling, chunks
from simulations.engine.billing.streams import INCLUDED_H, LONG_TERM_H
from simulations.engine.prices import HOME_REGION, book, price
from simulations.engine.rules import number
from simulations.engine.trigger import Charge
from simulations.engine.units import MB_PER_GB, S_PER_H, US_PER_S
from simulations.engine.usage import Used

BYTES_PER_GB = KB_PER_GB * 1_024


class View(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody looks at a cost: none of it changes the run.

    `events_per_month` goes before `rate_per_s`; where both are None, the rate is that of the scenario's own traffic. `idle_pollers` poll a queue all month, `log_bytes` is what
    each invocation writes to CloudWatch Logs (0: not priced).
    """

    region: str = HOME_REGION
    free_tier: bool = False
    hours_per_month: Decimal = Decimal(book().conventions.hours_per_month)
    rate_per_s: Decimal | None = None
    events_per_month: int | None = None
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


def idle_pollers(settings: Any, view: View) -> int:
    """How many pollers wait at an idle queue: those of provisioned mode are always there."""
    least = getattr(settings, "minimum_pollers", None)
    provisioned = least is not None or getattr(settings, "maximum_pollers", None) is not None
    return max(view.idle_pollers, (least or number("BILL-3", "sqs_least")) if provisioned else 0)


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
        return times(*(getattr(self.settings, name) or 0 for name in self.charge.each))


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
    polls = divided(times(idle_pollers(of.settings, of.view), of.span.seconds), number("SQS-10", "long_poll_s"))
    return max(Decimal(0), polls - of.span.scaled(of.used.receive_units))


def _reads(of: _Counted) -> Decimal:
    """Reads of a stream go on with the clock."""
    reads = of.used.counts.get("reads", 0)
    if of.span.month is None:
        return Decimal(reads)
    return divided(times(reads, of.span.hours, S_PER_H, US_PER_S), max(1, of.used.until_us))


def _sqs_poller_hours(of: _Counted) -> Decimal:
    """BILL-3: pollers as scaling had them, a unit each, for a minute at least; all month as many as on average in the run."""
    least = _least_pollers(of, number("BILL-3", "sqs_least"))
    return Decimal(0) if least is None else _unit_hours(of, Decimal(least), Decimal(of.used.poller_us))


def _kafka_poller_hours(of: _Counted) -> Decimal:
    """BILL-3: units of ten pollers, one at least, while they poll; the pollers that scaling adds to them are counted by the run."""
    least = _least_pollers(of, 1)
    if least is None:
        return Decimal(0)
    units = max(Decimal(1), divided(least, number("BILL-3", "kafka_pollers")))
    added_us = of.used.counts.get("added_event_poller_seconds", 0) * US_PER_S
    return _unit_hours(
        of, units, times(units, of.used.poller_us) + divided(added_us, number("BILL-3", "kafka_pollers"))
    )


def _least_pollers(of: _Counted, default: int) -> int | None:
    """How many pollers are provisioned at least; None without provisioned mode, or before anything has happened."""
    least: int | None = of.settings.minimum_pollers
    most: int | None = of.settings.maximum_pollers
    if (least is None and most is None) or not of.used.until_us:
        return None
    return default if least is None else least


def _unit_hours(of: _Counted, least: Decimal, unit_us: Decimal) -> Decimal:
    """Units that are there at least, or as many as were there."""
    until_us = of.used.until_us
    if of.span.month is not None:
        return divided(times(max(times(least, until_us), unit_us), of.span.hours), until_us)
    shortest_us = times(least, number("BILL-3", "minimum_s"), US_PER_S)
    return divided(max(unit_us, shortest_us), US_PER_S * S_PER_H)


def _capacity_units(of: _Counted) -> Decimal:
    """BILL-8: unit hours of the largest load: new connections, one for each request, open as long as it runs, or the data."""
    unit = book().billing.alb
    connections = divided(of.span.scaled(of.used.arrived), unit.new_connections_per_s * S_PER_H)
    work = of.used.work
    open_ms = of.span.scaled(work.on_demand_ms + work.ready_ms)
    active = divided(open_ms, unit.active_connections_per_minute * MS_PER_S * S_PER_H)
    gb = divided(of.span.scaled(of.used.arrived_bytes), BYTES_PER_GB)
    return max(connections, active, divided(gb, unit.gb_per_hour_lambda))


def _connection_minutes(of: _Counted) -> Decimal:
    """BILL-7: each connection stays so long, and brings so many of the messages."""
    stays = of.settings.connection_minutes or 0
    return divided(times(of.span.scaled(of.used.arrived), stays), of.settings.messages_per_connection)


def _express_gb_hours(of: _Counted) -> Decimal:
    """BILL-10: the smallest step of memory, which holds a definition and a payload of up to 256 KB."""
    step_mb = price(of.charge.price_key).step_mb or 1
    return divided(times(of.span.scaled(of.used.executing_ms), step_mb), MS_PER_S * S_PER_H * MB_PER_GB)


def _volume_gb_months(of: _Counted) -> Decimal:
    """Volumes, as long as they are there, as a part of a month."""
    return divided(times(of.span.hours, of.each), of.view.hours_per_month or 1)


def _kept(of: _Counted, kept_h: int, begin_h: int = 0, end_h: int | None = None) -> Decimal:
    """BILL-14: the data, for those hours of its retention that lie in this stretch of its age, as a part of a month."""
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
    "sqs_poller_hours": _sqs_poller_hours,
    "kafka_poller_hours": _kafka_poller_hours,
    "capacity_units": _capacity_units,
    "extended_hours": lambda of: _hours(of) if of.settings.retention_period_hours > INCLUDED_H else Decimal(0),
    "extended_gb_months": lambda of: _kept(of, of.settings.retention_period_hours, INCLUDED_H, LONG_TERM_H),
    "long_gb_months": lambda of: _kept(of, of.settings.retention_period_hours, LONG_TERM_H),
    "retained_gb_months": lambda of: _kept(of, of.settings.log_retention_hours),
    "volume_gb_months": _volume_gb_months,
    "connection_minutes": _connection_minutes,
    "executions": lambda of: of.span.scaled(of.used.arrived),
    "express_gb_hours": _express_gb_hours,
}
