"""What quantities are given in: how their fields are described, and how a month's numbers become billable ones.

Numbers are decimals from 0 on, as JSON numbers or strings. Units stand last in a field's name; KB, MB and GB go by 1,024.
"""

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

import msgspec

from simulations.engine.billing.bill import Quantity, divided, times
from simulations.engine.prices import book, price
from simulations.engine.units import MB_PER_GB

MOST = Decimal(10) ** 15  # ours: more than anybody has of anything, and exact in every product
MS_PER_S = 1_000
KB_PER_GB = MB_PER_GB * MB_PER_GB
ONE = Decimal(1)


class Month(msgspec.Struct, frozen=True):
    """How long the month is."""

    hours: Decimal


def number(title: str, sentence: str, *, unit: str = "", most: Decimal | int = MOST) -> msgspec.Meta:
    """The annotation of a decimal from 0 to `most`."""
    return msgspec.Meta(title=title, description=sentence, extra={"unit": unit, "most": Decimal(most)})


def ceiling(value: Decimal) -> Decimal:
    """The next whole number."""
    return value.to_integral_value(ROUND_CEILING)


def chunks(price_key: str, size_kb: Decimal) -> Decimal:
    """How many billed units a payload of this size is, by the price's own chunk; an empty one is one."""
    chunk_kb = price(price_key, _any_region(price_key)).chunk_kb
    return ONE if chunk_kb is None else max(ONE, ceiling(divided(size_kb, chunk_kb)))


def _any_region(price_key: str) -> str:
    return next(iter(book().items[price_key].regions))


def some(what: str, price_key: str, number: Decimal, counted: str = "", *, free: bool = True) -> Iterator[Quantity]:
    """The quantity, if there is any."""
    if number:
        yield Quantity(what=what, price_key=price_key, number=number, counted=counted, free=free)


def in_chunks(what: str, price_key: str, calls: Decimal, size_kb: Decimal, name: str) -> Iterator[Quantity]:
    """Calls with a payload each: one that is larger than a chunk counts several times."""
    each = chunks(price_key, size_kb)
    counted = f"{name}, {each:f} each because of their size" if each > 1 else name
    yield from some(what, price_key, times(calls, each), counted)
