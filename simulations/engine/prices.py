"""What AWS charges: dated price rows with their source, per Region, and the arithmetic of tiers.

https://aws.amazon.com/pricing/ ; the rows stand in `prices.json` beside this file. All money is US dollars as `Decimal`;
a price is for one of its `unit`. Where a Region has no row of its own, the row of us-east-1 stands in and says so.
"""

from collections.abc import Iterable
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from typing import Literal

import msgspec

HOME_REGION = "us-east-1"

Status = Literal["found", "derived", "memory"]

_NEAREST = 3
_LIKENESS = 0.4  # how alike two names must be to be suggested; below difflib's 0.6 because keys are short


class Tier(msgspec.Struct, frozen=True, array_like=True):
    """One step of a price: up to this quantity of the month (None: without end) each unit costs `price`."""

    up_to: Decimal | None
    price: Decimal


class Free(msgspec.Struct, frozen=True, kw_only=True):
    """What is free each month: `always`, or only for a new account's first year.

    `shared_by` says among what; prices of one `pool` share one such quantity.
    """

    quantity: Decimal
    always: bool
    pool: str = ""
    shared_by: str = ""
    note: str = ""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a price was read, and of which date that was."""

    what: str
    url: str = ""
    as_of: str = ""


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """One price in one Region.

    `region` is the Region the row is of, `fallback` that it stands in for another one. `chunk_kb` is the size that counts
    as one unit, of one `chunk_of` (a request, an event); duration and memory go up in `step_ms` and `step_mb`. `status` tells a price that was found from one that was worked
    out or remembered; `page` is AWS's own page of such prices, `sources` what this one was read by way of; `upper_tiers` what is uncertain about the tiers after the first.
    """

    key: str
    service: str
    item: str
    region: str
    unit: str
    tiers: tuple[Tier, ...]
    free: Free | None
    status: Status
    as_of: str
    page: str
    sources: tuple[str, ...]
    note: str
    fallback: bool
    architecture: str
    chunk_kb: int | None
    chunk_of: str
    step_ms: int | None
    step_mb: int | None
    scope: Literal["", "optional", "out"]
    upper_tiers: Literal["", "assumed", "not_found"]

    @property
    def first(self) -> Decimal:
        """The price of one unit in the first tier."""
        return self.tiers[0].price


class Conventions(msgspec.Struct, frozen=True, kw_only=True):
    """How quantities become billable ones."""

    hours_per_month: int
    days_per_month: Decimal
    mb_per_gb: int
    billing_step_ms: int
    provisioned_step_minutes: int
    note: str


class SqsPolling(msgspec.Struct, frozen=True, kw_only=True):
    """What an idle queue's pollers do: the numbers behind its monthly requests. The rules hold the same ones (a test)."""

    pollers: int
    fewest_pollers: int
    long_poll_s: int
    receive_maximum: int
    sources: tuple[str, ...]
    note: str


class Initialization(msgspec.Struct, frozen=True):
    billed_since: str
    sources: tuple[str, ...]


class AsynchronousRequest(msgspec.Struct, frozen=True):
    """An event of the first size is one request; each further piece is one more."""

    first_kb: int
    next_kb: int
    most_kb: int
    sources: tuple[str, ...]


class LoadBalancerUnit(msgspec.Struct, frozen=True):
    """What one capacity unit of a load balancer holds; the largest of the four loads is billed."""

    new_connections_per_s: int
    active_connections_per_minute: int
    gb_per_hour: Decimal
    gb_per_hour_lambda: Decimal
    rules_per_s: int
    free_rules: int
    sources: tuple[str, ...]


class Billing(msgspec.Struct, frozen=True):
    initialization: Initialization
    asynchronous_request: AsynchronousRequest
    alb: LoadBalancerUnit


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An item's price in one Region, as the file has it: either `price` or `tiers`."""

    status: Status
    sources: tuple[str, ...]
    price: Decimal | None = None
    tiers: tuple[Tier, ...] = ()
    as_of: str = ""
    note: str = ""
    upper_tiers: Literal["", "assumed", "not_found"] = ""


class _Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    service: str
    item: str
    unit: str
    regions: dict[str, _Row]
    architecture: str = ""
    scope: Literal["", "optional", "out"] = ""
    chunk_kb: int | None = None
    chunk_of: str = ""
    step_ms: int | None = None
    step_mb: int | None = None
    free: Free | None = None


class Book(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. `pages`: where AWS says its prices, by service, or by key where one item is another service's."""

    as_of: str
    currency: str
    conventions: Conventions
    sqs_polling: SqsPolling
    billing: Billing
    pages: dict[str, str]
    sources: dict[str, Source]
    items: dict[str, _Item]


class UnknownPriceError(ValueError):
    """No such price: `kind` is "key" or "region", `name` what was asked for, `nearest` what may have been meant."""

    def __init__(self, kind: Literal["key", "region"], name: str, known: Iterable[str]) -> None:
        self.kind = kind
        self.name = name
        names = sorted(known)
        self.nearest = get_close_matches(name, names, n=_NEAREST, cutoff=_LIKENESS) or names[:_NEAREST]
        super().__init__(f"no price with the {kind} {name!r}; nearest: {', '.join(self.nearest)}")


@lru_cache(maxsize=1)
def book() -> Book:
    """All prices, read once."""
    return msgspec.json.decode(files(__package__).joinpath("prices.json").read_bytes(), type=Book)


@lru_cache(maxsize=1)
def regions() -> tuple[str, ...]:
    """Every Region that has a price of its own for something, by name."""
    return tuple(sorted({region for item in book().items.values() for region in item.regions}))


def price(key: str, region: str = HOME_REGION) -> Price:
    """The price in a Region, or that of us-east-1 with `fallback` set where the Region has none."""
    items = book().items
    if key not in items:
        raise UnknownPriceError("key", key, items)
    if region not in regions():
        raise UnknownPriceError("region", region, regions())
    known = items[key].regions
    if region in known:
        return _price(key, region, fallback=False)
    if HOME_REGION in known:
        return _price(key, HOME_REGION, fallback=True)
    raise UnknownPriceError("region", region, known)


def amount(price: Price, quantity: Decimal | int) -> Decimal:
    """What this quantity of one month costs, tier after tier, in dollars; the free tier is not taken off."""
    assert quantity >= 0, f"a quantity of {quantity} cannot be billed"
    total, below, wanted = Decimal(0), Decimal(0), Decimal(quantity)
    for tier in price.tiers:
        upper = wanted if tier.up_to is None else min(wanted, tier.up_to)
        total += (upper - below) * tier.price
        below = upper
    return total


def _price(key: str, region: str, *, fallback: bool) -> Price:
    item, pages = book().items[key], book().pages
    row = item.regions[region]
    return Price(
        key=key,
        service=item.service,
        item=item.item,
        region=region,
        unit=item.unit,
        tiers=row.tiers if row.price is None else (Tier(None, row.price),),
        free=item.free,
        status=row.status,
        as_of=row.as_of,
        page=pages.get(key) or pages[item.service],
        sources=row.sources,
        note=row.note,
        fallback=fallback,
        architecture=item.architecture,
        chunk_kb=item.chunk_kb,
        chunk_of=item.chunk_of,
        step_ms=item.step_ms,
        step_mb=item.step_mb,
        scope=item.scope,
        upper_tiers=row.upper_tiers,
    )
