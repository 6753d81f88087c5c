"""A month's use of services as plain data, and its bill: what `manage.py price` reads and answers.

`read_use` finds every error in what was given, by field; a service is one object or a list of them.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Literal

import msgspec

from simulations.engine.billing.bill import ROUNDING, LineItem, Quantity, make_bill
from simulations.engine.billing.front_doors import (
    HttpApiUse,
    LoadBalancerUse,
    LogsUse,
    RestApiUse,
    StorageUse,
    WebsocketApiUse,
    WorkflowUse,
)
from simulations.engine.billing.functions import EventPollers, FunctionUse
from simulations.engine.billing.given import MOST, Month
from simulations.engine.billing.messaging import BusUse, PipeUse, QueueUse, ScheduleUse, TopicUse
from simulations.engine.billing.streams import DynamodbStreamUse, KinesisUse, MqUse, MskUse
from simulations.engine.limits import INVALID, UNKNOWN, VALIDATION, FieldError
from simulations.engine.prices import HOME_REGION, UnknownPriceError, book, price
from simulations.engine.reading import leaf, read, shown, unknown

SERVICES: dict[str, type[Any]] = {
    "lambda": FunctionUse,
    "event_pollers": EventPollers,
    "sqs": QueueUse,
    "sns": TopicUse,
    "eventbridge": BusUse,
    "scheduler": ScheduleUse,
    "pipes": PipeUse,
    "kinesis": KinesisUse,
    "dynamodb_streams": DynamodbStreamUse,
    "msk": MskUse,
    "amazon_mq": MqUse,
    "rest_api": RestApiUse,
    "http_api": HttpApiUse,
    "websocket_api": WebsocketApiUse,
    "load_balancer": LoadBalancerUse,
    "step_functions": WorkflowUse,
    "s3": StorageUse,
    "logs": LogsUse,
}
_WHOLE = ("region", "free_tier", "hours_per_month", "units")
_LONGEST_MONTH_H = 744
_PLACES = 12

OUT_OF_SCOPE = (
    "Data transfer, also to the internet.",
    "AWS KMS, NAT gateways, VPC endpoints, X-Ray, Savings Plans, support and taxes.",
    "What the function itself calls.",
)


class Unit(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A quantity of a price: the line's name, the price key, how many."""

    line: str
    price_key: str
    quantity: Decimal


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """A month: where, how long, with the free tier or not, and what was used of each service in the order of lines."""

    region: str
    free_tier: bool
    hours_per_month: Decimal
    services: tuple[Any, ...]
    units: tuple[Unit, ...]

    def quantities(self) -> Iterator[Quantity]:
        """Everything that has a price."""
        month = Month(self.hours_per_month)
        for used in self.services:
            yield from used.quantities(month)
        for unit in self.units:
            yield Quantity(what=unit.line, price_key=unit.price_key, number=unit.quantity, counted="as given")


class PriceAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Lines, their sum (exact, and rounded to the cent), and what a reader must know."""

    region: str
    free_tier: bool
    hours_per_month: str
    currency: Literal["USD"] = "USD"
    prices_as_of: str
    line_items: list[LineItem]
    total_usd: str
    rounded_usd: str
    notes: list[str]
    rounding: str
    out_of_scope: list[str]


class UseErrors(ValueError):
    """A use that is none; `errors` says why, by field."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in errors))
        self.errors = errors


def price_use(raw: Any) -> PriceAnswer:
    """The bill of plain data. Raises `UseErrors`."""
    use = read_use(raw)
    bill = make_bill(use.quantities(), use.region, free_tier=use.free_tier)
    return PriceAnswer(
        region=use.region,
        free_tier=use.free_tier,
        hours_per_month=f"{use.hours_per_month:f}",
        prices_as_of=book().as_of,
        line_items=bill.line_items,
        total_usd=bill.total_usd,
        rounded_usd=bill.rounded_usd,
        notes=bill.notes,
        rounding=ROUNDING,
        out_of_scope=list(OUT_OF_SCOPE),
    )


def read_use(raw: Any) -> Use:
    """The use that plain data stands for. Raises `UseErrors`."""
    if not isinstance(raw, dict):
        raise UseErrors([FieldError("", UNKNOWN, "What is to be priced is an object.")])
    errors = [unknown(str(name), str(name), (*_WHOLE, *SERVICES)) for name in raw if name not in {*_WHOLE, *SERVICES}]
    region = leaf(str, raw.get("region", HOME_REGION), "region", errors)
    free_tier = leaf(bool, raw.get("free_tier", False), "free_tier", errors)
    hours = leaf(Decimal, raw.get("hours_per_month", book().conventions.hours_per_month), "hours_per_month", errors)
    if hours is not None:
        errors += _wrong(hours, "hours_per_month", Decimal(_LONGEST_MONTH_H))
    services = tuple(_services(raw, errors))
    units = tuple(_units(raw.get("units", []), errors))
    if isinstance(region, str):
        errors += _unknown_prices(region, units)
    if errors:
        raise UseErrors(errors)
    return Use(region=region, free_tier=free_tier, hours_per_month=hours, services=services, units=units)


def _services(raw: dict[str, Any], errors: list[FieldError]) -> Iterator[Any]:
    for name, struct in SERVICES.items():
        given = raw.get(name, [])
        several = isinstance(given, list)
        for place, one in enumerate(given if several else [given]):
            path = f"{name}[{place}]" if several else name
            missing = _missing(struct, one, path)
            errors += missing
            used = None if missing else read(struct, one, path, errors)
            if used is not None:
                errors += _wrong_in(used, path)
                errors += used.problems(path) if isinstance(used, FunctionUse) else ()
                yield used


def _missing(struct: type[Any], one: Any, path: str) -> list[FieldError]:
    needed = [field.name for field in msgspec.structs.fields(struct) if field.required]
    if not isinstance(one, dict):
        return []
    return [
        FieldError(f"{path}.{name}", UNKNOWN, f'Missing required parameter in input: "{name}"')
        for name in needed
        if name not in one
    ]


def _units(given: Any, errors: list[FieldError]) -> Iterator[Unit]:
    if not isinstance(given, list):
        errors.append(FieldError("units", UNKNOWN, f"units is a list, not {shown(given)}."))
        return
    for place, one in enumerate(given):
        unit = leaf(Unit, one, f"units[{place}]", errors)
        if unit is not None:
            errors += _wrong(unit.quantity, f"units[{place}][2]", MOST)
            yield unit


def _unknown_prices(region: str, units: tuple[Unit, ...]) -> Iterator[FieldError]:
    """A Region or a price key that is not known, with the nearest that are."""
    for field, key in [
        ("region", "lambda.requests"),
        *((f"units[{n}][1]", unit.price_key) for n, unit in enumerate(units)),
    ]:
        try:
            price(key, region)
        except UnknownPriceError as error:
            if (error.kind == "region") == (field == "region"):
                yield FieldError(field, INVALID, f"{str(error)[0].upper()}{str(error)[1:]}.")


def _wrong_in(used: Any, path: str) -> Iterator[FieldError]:
    """Decimals that are none to calculate with, in a struct and those inside it."""
    info = msgspec.inspect.type_info(type(used))
    assert isinstance(info, msgspec.inspect.StructType)
    for field in info.fields:
        value = getattr(used, field.name)
        if isinstance(value, Decimal):
            yield from _wrong(value, f"{path}.{field.name}", _limit(field.type))
        elif isinstance(value, msgspec.Struct):
            yield from _wrong_in(value, f"{path}.{field.name}")


def _limit(info: msgspec.inspect.Type) -> Decimal:
    """The largest that a field takes."""
    if isinstance(info, msgspec.inspect.UnionType):
        return min(_limit(part) for part in info.types)
    if isinstance(info, msgspec.inspect.Metadata) and info.extra:
        return Decimal(info.extra["most"])
    return MOST


def _wrong(value: Decimal, path: str, most: Decimal) -> Iterator[FieldError]:
    if not value.is_finite():
        yield FieldError(path, VALIDATION, f"{value} is not a number to calculate with.")
    elif not 0 <= value <= most:
        yield FieldError(path, VALIDATION, f"Give a number from 0 to {most:f}, not {shown(str(value))}.")
    elif int(value.as_tuple().exponent) < -_PLACES:
        yield FieldError(path, VALIDATION, f"{shown(str(value))} has more than {_PLACES} decimal places.")
