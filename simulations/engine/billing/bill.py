"""From quantities to a bill: free tier, tiers, line items and their sum; the only place that multiplies by a price.

A quantity is of one month of one account in one Region. What is free is taken off once, in the order of the lines, before the
tiers; a tier's limit counts over all lines of its price. Money is US dollars as `Decimal`. Nothing is rounded but quantities
that no decimal can hold (`divided`); a figure leaves as a decimal string without exponent.
"""

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, Inexact, localcontext

import msgspec

from simulations.engine.prices import HOME_REGION, Price, book, price

EXACT = Context(prec=100, traps=[Inexact])  # a figure that would have to be rounded is a mistake of ours
PLACES = Decimal("1e-12")
_CENT = Decimal("0.01")

ROUNDING = (
    "Amounts are exact and the total is their sum. A quantity without end as a decimal (hours, GB) is rounded to 12 places; "
    "only `rounded_usd` is rounded to the cent."
)


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """So much of what has this price; `counted` says in words what the number is made of.

    `free` is False where a free tier does not apply although the price has one.
    """

    what: str
    price_key: str
    number: Decimal
    counted: str = ""
    free: bool = True


class LineItem(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the bill; `quantity`, `unit_price` and `amount` are decimal strings, `amount` in US dollars.

    `counted` says in words what the quantity is made of, `arithmetic` how the amount comes from it. The `price_*` fields name
    the price row: whose Region it is, of which date, how sure it is ("found", "derived", "memory"), AWS's page of such prices, and by way of what it was read.
    `price_fallback`: the Region that was asked for has no such price. `part` says why one thing has several lines: "free_tier"
    or "tier_2", "tier_3", ...
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
    price_page: str = ""
    price_fallback: bool = False
    service: str = ""
    part: str = ""


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """Lines and their sum; `notes` are sentences on what a reader must know to trust it."""

    region: str
    free_tier: bool
    line_items: list[LineItem]
    total_usd: str
    rounded_usd: str
    notes: list[str]


def plain(number: Decimal) -> str:
    """A decimal as people write it: no exponent, no zeros at the end."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def counted_in(unit: str, number: str) -> str:
    """A unit beside its number: one request, two requests, and GB in any case."""
    if number == "1" or unit.isupper():
        return unit
    return f"{unit.removesuffix('y')}ies" if unit.endswith("y") else f"{unit}s"


def divided(number: Decimal | int, by: Decimal | int) -> Decimal:
    """A quotient, exact where it ends within 12 decimal places, otherwise rounded to them."""
    with localcontext(Context(prec=100)):
        return (Decimal(number) / by).quantize(PLACES, ROUND_HALF_EVEN)


def exactly(number: Decimal | int, by: int) -> Decimal:
    """A quotient that ends, whole: `by` has no prime factors but 2 and 5."""
    with localcontext(EXACT):
        return Decimal(number) / by


def times(*factors: Decimal | int) -> Decimal:
    """A product, exactly."""
    with localcontext(EXACT):
        product = Decimal(1)
        for factor in factors:
            product *= factor
        return product


def summed(numbers: Iterable[Decimal]) -> Decimal:
    """A sum, exactly."""
    with localcontext(EXACT):
        return sum(numbers, Decimal(0))


def total(items: Iterable[LineItem]) -> str:
    """The sum of the lines, exactly."""
    return plain(summed(Decimal(item.amount) for item in items))


def make_bill(quantities: Iterable[Quantity], region: str = HOME_REGION, *, free_tier: bool = False) -> Bill:
    """The bill of these quantities. Raises `UnknownPriceError` for a price key or Region that is not known."""
    account = _Account(free_tier)
    items: list[LineItem] = []
    rows: dict[str, Price] = {}
    price("lambda.requests", region)  # an unknown Region is one even where nothing is billed
    for quantity in quantities:
        row = rows.setdefault(quantity.price_key, price(quantity.price_key, region))
        items += account.lines(quantity, row)
    whole = total(items)
    return Bill(
        region=region,
        free_tier=free_tier,
        line_items=items,
        total_usd=whole,
        rounded_usd=format(Decimal(whole).quantize(_CENT, ROUND_HALF_UP), "f"),
        notes=list(_notes(rows.values(), region, free_tier)),
    )


class _Account:
    """What the lines so far have used up: of the free quantities by pool, of the tiers by price."""

    def __init__(self, free_tier: bool) -> None:
        self._free_tier = free_tier
        self._free_left: dict[str, Decimal] = {}
        self._billed: dict[str, Decimal] = {}

    def lines(self, quantity: Quantity, row: Price) -> Iterator[LineItem]:
        """The lines of one quantity: what is free, then each tier that it reaches."""
        assert quantity.number >= 0, f"a quantity of {quantity.number} cannot be billed"
        with localcontext(EXACT):
            free = self._free(quantity, row)
            if free:
                yield _line(quantity, row, free, Decimal(0), "free_tier")
            rest = quantity.number - free
            begin = self._billed.get(row.key, Decimal(0))
            self._billed[row.key] = begin + rest
            if rest or not free:
                for number, unit_price, part in _tiered(row, begin, rest):
                    yield _line(quantity, row, number, unit_price, part)

    def _free(self, quantity: Quantity, row: Price) -> Decimal:
        """How much of it is free, which is then used up."""
        if not (self._free_tier and quantity.free and row.free is not None and row.free.always):
            return Decimal(0)
        pool = row.free.pool or row.key
        left = self._free_left.get(pool, row.free.quantity)
        taken = min(left, quantity.number)
        self._free_left[pool] = left - taken
        return taken


def _tiered(row: Price, begin: Decimal, number: Decimal) -> Iterator[tuple[Decimal, Decimal, str]]:
    """What lies in which tier when `begin` was billed before: (quantity, unit price, name of the part)."""
    end, below = begin + number, Decimal(0)
    for place, tier in enumerate(row.tiers, 1):
        limit = tier.up_to
        inside = (end if limit is None else min(end, limit)) - max(below, begin)
        reached = limit is None or end <= limit
        if inside > 0 or (reached and not number):
            yield max(inside, Decimal(0)), tier.price, f"tier_{place}" if place > 1 else ""
        if limit is None or reached:
            return
        below = limit


def _line(quantity: Quantity, row: Price, number: Decimal, unit_price: Decimal, part: str) -> LineItem:
    with localcontext(EXACT):
        amount = plain(number * unit_price)
    shown, priced = plain(number), plain(unit_price)
    units = counted_in(row.unit, shown)
    why = {"": "", "free_tier": " (free tier)"}.get(part, f" (price tier {part.removeprefix('tier_')})")
    return LineItem(
        what=quantity.what,
        quantity=shown,
        unit=row.unit,
        unit_price=priced,
        amount=amount,
        counted=quantity.counted,
        arithmetic=f"{shown} {units} x ${priced} = ${amount}{why}",
        price_key=row.key,
        region=row.region,
        price_as_of=row.as_of,
        price_status=row.status,
        price_page=row.page,
        price_source="; ".join(book().sources[source].what for source in row.sources),
        price_fallback=row.fallback,
        service=row.service,
        part=part,
    )


def _notes(rows: Iterable[Price], region: str, free_tier: bool) -> Iterator[str]:
    """What to know about the prices that were used."""
    used = [row for row in rows if row.tiers[-1].price]  # what costs nothing anywhere needs no word
    borrowed = sorted({row.key for row in used if row.fallback})
    if borrowed:
        yield f"There is no price in {region} for {', '.join(borrowed)}: the price of {HOME_REGION} is used."
    unsure = sorted({row.key for row in used if row.status == "memory"})
    if unsure:
        yield f"From memory, not from a page of AWS: {', '.join(unsure)}. Check before relying on it."
    first_year = sorted({row.key for row in used if row.free is not None and not row.free.always})
    if free_tier and first_year:
        yield f"Free only in the first 12 months of older accounts, so not taken off: {', '.join(first_year)}."
    if not free_tier:
        yield "The monthly free tier is not taken off."
