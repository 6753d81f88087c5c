"""What the failures of a run cost: failed invocations, retries, throttles, a poison event, and what catchers received.

The parts overlap (a retry may fail too), so they are no sum. Each is priced by itself, without free tier. `PoisonLoop` says
what one event that always fails would cost until something ends it.
"""

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from simulations.engine.billing import Quantity, make_bill, plain
from simulations.engine.billing.bill import divided, times
from simulations.engine.counting import View
from simulations.engine.delivery.pipe_sources import BROKERS, TOPICS
from simulations.engine.metering import Meter
from simulations.engine.poison import Loop, poison_loop
from simulations.engine.scenario import Scenario
from simulations.engine.triggers import TRIGGERS
from simulations.engine.units import words
from simulations.engine.usage import Used, Work, applies

_DIGITS = 2
_THOUSAND = 1_000


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of failure: how often, what it cost in US dollars, and the same in a sentence."""

    count: int
    usd: str
    sentence: str


class PoisonLoop(msgspec.Struct, frozen=True, kw_only=True):
    """One event that always fails: how often it is tried in how long, what that costs, what ends it, and a sentence."""

    tries: int
    over_us: int
    usd: str
    ended_by: str
    sentence: str


class FailureCost(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a bill that failures made, and the loop of a poison event (None where there is no such loop)."""

    failed: Part
    retries: Part
    throttles: Part
    poison: Part
    catchers: Part
    loop: PoisonLoop | None
    sentence: str


def failure_cost(scenario: Scenario, used: Used, view: View, total_usd: str) -> FailureCost:
    """What failed, by its cause; `total_usd` is the whole bill."""
    meter = Meter(scenario, used, view)
    failed = _usd(meter.work(used.failed), view)
    again = _usd([*meter.work(used.again), *meter.repeats()], view)
    poison = _usd(meter.work(used.poison), view)
    caught = _usd(meter.written(), view)
    writes = sum(used.writes.values()) + used.queue_dlq
    loop = _loop(scenario, used, view)
    return FailureCost(
        failed=_part(used.failed.requests, failed, "invocation", "that failed, billed like those that work"),
        retries=_part(used.again.requests, again, "invocation", "with an event that had been tried before"),
        throttles=Part(
            count=used.throttled,
            usd="0",
            sentence=f"{_counted(used.throttled, 'throttled or refused attempt')}: free in Lambda.",
        ),
        poison=_part(used.poison.requests, poison, "invocation", "with a poison event"),
        catchers=_part(writes, caught, "document", "in a dead-letter queue or destination"),
        loop=loop,
        sentence=_in_a_sentence(used, failed, total_usd),
    )


def wasted(meter: Meter, failed: Work, view: View) -> Decimal:
    """What failed invocations cost, in the run or the month of this meter."""
    return _usd(meter.work(failed), view)


def _usd(quantities: Iterable[Quantity], view: View) -> Decimal:
    return Decimal(make_bill(quantities, view.region).total_usd)


def _part(count: int, usd: Decimal, noun: str, which: str) -> Part:
    return Part(count=count, usd=plain(usd), sentence=f"{_counted(count, noun)} {which}: {short(usd)}.")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def short(usd: Decimal) -> str:
    """An amount with two significant digits, whole cents from a dollar on, ten cents as $0.10: what a sentence needs."""
    if not usd:
        return "$0"
    if usd >= 1:
        return f"${usd:,.2f}"
    text = plain(usd.quantize(Decimal(1).scaleb(usd.adjusted() - _DIGITS + 1)))
    return f"${text}0" if len(text) == len("0.1") else f"${text}"


def _in_a_sentence(used: Used, failed: Decimal, total_usd: str) -> str:
    if not used.failed.requests:
        return "No invocation failed, so failures cost nothing."
    total = Decimal(total_usd)
    share = divided(times(failed, 100), total) if total else Decimal(0)
    shown = f"{share:.0f} %" if share >= 1 else "less than 1 %"
    shown = "more than 99 %" if shown == "100 %" and share < 100 else shown
    return f"{_counted(used.failed.requests, 'invocation')} failed and cost {short(failed)}, {shown} of the bill."


def _loop(scenario: Scenario, used: Used, view: View) -> PoisonLoop | None:
    """The loop, with the time of a failed invocation as this run has it, or of any, or what is planned."""
    sample = next((work for work in (used.poison, used.failed, used.work) if work.requests), None)
    each_ms = 1 if sample is None else -(-(sample.on_demand_ms + sample.ready_ms) // sample.requests)
    loop, endless = poison_loop(scenario, each_ms), poison_loop(scenario, each_ms, limited=False)
    if loop is None or endless is None:
        return None
    usd = _of_loop(scenario, used, view, loop, each_ms)
    else_usd = _of_loop(scenario, used, view, endless, each_ms)
    return PoisonLoop(
        tries=loop.tries,
        over_us=loop.over_us,
        usd=plain(usd),
        ended_by=loop.ended_by,
        sentence=_told(scenario, loop, usd, endless, else_usd),
    )


def _of_loop(scenario: Scenario, used: Used, view: View, loop: Loop, each_ms: int) -> Decimal:
    """Its invocations, and its receives where there is a queue."""
    quantities = [*Meter(scenario, used, view).work(Work(requests=loop.tries, on_demand_ms=loop.tries * each_ms))]
    charges = (charge for charge in TRIGGERS[scenario.trigger].charges if applies(charge, scenario.settings))
    charge = next((charge for charge in charges if charge.of == "receives"), None)
    if charge is not None:
        quantities.append(Quantity(what=charge.what, price_key=charge.price_key, number=Decimal(loop.receives)))
    return _usd(quantities, view)


def _told(scenario: Scenario, loop: Loop, usd: Decimal, endless: Loop, else_usd: Decimal) -> str:
    """The sentence that people remember."""
    trigger = TRIGGERS[scenario.trigger]
    tried = f"One {trigger.noun} that always fails is tried {_often(loop)}"
    source = getattr(scenario.settings, "source", None)
    consumer, partition = trigger.model == "broker" or source in BROKERS, trigger.offsets or source in TOPICS
    blocked = "consumer" if consumer else "partition" if partition else "shard"
    if loop.tries < endless.tries:
        held = f" and would block its {blocked}" if endless.blocked else ""
        return (
            f"{tried}, until {loop.ended_by} ends it: {short(usd)}. Without that it would be {_often(endless)}{held}: "
            f"{short(else_usd)}."
        )
    if loop.blocked:
        goes_on = f" It goes on like that for {words(loop.kept_us)}." if loop.kept_us is not None else ""
        return f"{tried} and blocks its {blocked} meanwhile: {short(usd)} for the tries, and nothing behind it is done.{goes_on}"
    return f"{tried}, until the queue forgets it: {short(usd)}, a thousand of them {short(usd * _THOUSAND)}."


def _often(loop: Loop) -> str:
    return f"{'about ' if loop.blocked else ''}{_counted(loop.tries, 'time')} in {words(loop.over_us)}"
