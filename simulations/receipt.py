"""A cost as the page shows it: the choices of whoever looks, the lines of a receipt, and the same as CSV.

`read_view` reads Region, free tier, rate and the rest from texts (of an address or a form) and says at which field one is wrong.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from simulations.engine import TRIGGERS, FieldError, Scenario
from simulations.engine.billing import LineItem
from simulations.engine.billing.bill import counted_in
from simulations.engine.cost import Cost, MonthCost
from simulations.engine.counting import View
from simulations.engine.limits import INVALID, VALIDATION
from simulations.engine.prices import Source, UnknownPriceError, book, price, regions
from simulations.engine.usage import applies

_MOST_RATE, _MOST_EVENTS = Decimal(1_000_000), Decimal(10**12)
_LONGEST_MONTH_H = Decimal(744)
_MOST_POLLERS, _MOST_LOG_BYTES = Decimal(2_000), Decimal(1_000_000_000)
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+")
_CENT_DIGITS = 2
SERVICES = {
    "lambda": "Lambda", "sqs": "SQS", "sns": "SNS", "eventbridge": "EventBridge", "apigw": "API Gateway",
    "alb": "Load balancer", "s3": "S3", "kinesis": "Kinesis", "dynamodb": "DynamoDB", "msk": "Amazon MSK", "mq": "Amazon MQ",
    "logs": "CloudWatch Logs", "stepfunctions": "Step Functions", "dlq": "Dead-letter queue",
}  # fmt: skip
STATUSES = {"found": "read in a source", "derived": "worked out from one", "memory": "from memory: check it"}
_PARTS = {"": "", "free_tier": "free tier"}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the receipt; amounts have all digits, at least two after the point."""

    what: str
    part: str
    arithmetic: str
    amount: str
    counted: str
    price: str
    page: str
    sources: list[Source]


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """Lines and their sum."""

    rows: list[Row]
    total: str


def dollars(amount: str) -> str:
    """A decimal string as money: every digit, at least two after the point."""
    whole, _, digits = amount.partition(".")
    return f"${int(whole):,}.{digits.ljust(_CENT_DIGITS, '0')}"


def receipt(items: Iterable[LineItem], total_usd: str) -> Receipt:
    return Receipt(rows=[_row(item) for item in items], total=dollars(total_usd))


def _row(item: LineItem) -> Row:
    part = _PARTS.get(item.part, f"price tier {item.part.removeprefix('tier_')}")
    dated = f" of {item.price_as_of}" if item.price_as_of else ""
    instead = ", which stands in for the Region without one" if item.price_fallback else ""
    units = counted_in(item.unit, item.quantity)
    return Row(
        what=item.what,
        part=part,
        arithmetic=f"{_grouped(item.quantity)} {units} x ${item.unit_price}",
        amount=dollars(item.amount),
        counted=item.counted,
        price=f"{item.price_key}: the price in {item.region}{dated}{instead}, {STATUSES[item.price_status]}",
        page=item.price_page,
        sources=[book().sources[source] for source in price(item.price_key, item.region).sources],
    )


def _grouped(number: str) -> str:
    whole, point, digits = number.partition(".")
    return f"{int(whole):,}{point}{digits}"


def read_view(texts: Mapping[str, str]) -> tuple[View, list[FieldError]]:
    """The view that texts choose; a wrong one keeps its default and is an error at its field."""
    errors: list[FieldError] = []
    chosen: dict[str, Any] = {"free_tier": texts.get("free_tier", "") in ("on", "true", "1")}
    if text := texts.get("region", ""):
        try:
            price("lambda.requests", text)
            chosen["region"] = text
        except UnknownPriceError as error:
            errors.append(FieldError("region", INVALID, f"{str(error)[0].upper()}{str(error)[1:]}."))
    numbers = {
        "rate_per_s": (_MOST_RATE, False), "events_per_month": (_MOST_EVENTS, True), "hours_per_month": (_LONGEST_MONTH_H, False),
        "idle_pollers": (_MOST_POLLERS, True), "log_bytes": (_MOST_LOG_BYTES, True),
    }  # fmt: skip
    for name, (most, whole) in numbers.items():
        if text := texts.get(name, "").strip():
            number = _number(text, most, whole=whole)
            if number is None:
                kind = "a whole number" if whole else "a number"
                errors.append(FieldError(name, VALIDATION, f"Give {kind} from 0 to {most:,f}."))
            else:
                chosen[name] = int(number) if whole else number
    if "rate_per_s" in chosen and "events_per_month" in chosen:
        del chosen["events_per_month"]
        errors.append(FieldError("events_per_month", INVALID, "Give a rate or the events of a month, one of the two."))
    return View(**chosen), errors


def _number(text: str, most: Decimal, *, whole: bool) -> Decimal | None:
    """The number that a text is, if it is one to calculate with."""
    try:
        number = Decimal(text.replace(",", "") if whole and _GROUPED.fullmatch(text) else text)
    except InvalidOperation:
        return None
    if not number.is_finite() or not 0 <= number <= most:
        return None
    places = -int(number.as_tuple().exponent)
    return None if places > (0 if whole else 12) else number


def context(
    scenario: Scenario, cost: Cost, view: View, texts: Mapping[str, str], errors: list[FieldError]
) -> dict[str, Any]:
    """What the template of the receipt needs; `texts` are the choices as they were written."""
    trigger = TRIGGERS[scenario.trigger]
    month, failures = cost.month, cost.failures
    parts = [failures.failed, failures.retries, failures.throttles, failures.poison, failures.catchers]
    return {
        "cost": cost,
        "run": receipt(cost.line_items, cost.total_usd),
        "month": receipt(month.line_items, month.total_usd),
        "services": [(SERVICES.get(name, name), dollars(amount)) for name, amount in month.by_service.items()],
        "each": _each(cost, trigger.noun),
        "failed_parts": [part.sentence for part in parts if part.count],
        "notes": list(dict.fromkeys((*cost.notes, *month.assumptions))),
        "controls": _controls(scenario, month, view, texts, errors),
        "view_query": {name: text for name, text in texts.items() if name in CHOICES and text},
    }


CHOICES = ("region", "free_tier", "events_per_month", "rate_per_s", "hours_per_month", "idle_pollers", "log_bytes")


def _each(cost: Cost, noun: str) -> list[tuple[str, str]]:
    """The bill by event, as lines of two."""
    each = cost.per_event
    found = [
        (f"Each {noun} that arrived", each.per_arrived_usd),
        (f"Each {noun} delivered, all costs shared", each.per_delivered_usd),
        (f"Wasted on failed invocations, for each {noun} delivered", each.wasted_per_delivered_usd),
    ]
    lines = [(name, dollars(amount)) for name, amount in found if amount is not None]
    return [
        *lines,
        ("Wasted on failed invocations in this run", f"{dollars(each.wasted_usd)}, {each.wasted_percent} %"),
    ]


def _controls(
    scenario: Scenario, month: MonthCost, view: View, texts: Mapping[str, str], errors: list[FieldError]
) -> dict[str, Any]:
    said = {error.field: error.message for error in errors}
    placeholders = {"rate_per_s": month.rate_per_s, "events_per_month": str(round(Decimal(month.events)))}
    inputs = [
        ("events_per_month", f"{TRIGGERS[scenario.trigger].noun.capitalize()}s a month", "", ""),
        ("rate_per_s", "or a rate", "events per second", ""),
        ("hours_per_month", "Month", "hours", month.hours),
    ]
    charges = (charge for charge in TRIGGERS[scenario.trigger].charges if applies(charge, scenario.settings))
    if any(charge.of == "empty_receives" for charge in charges):
        inputs.append(("idle_pollers", "Pollers of the idle queue", "pollers", str(view.idle_pollers)))
    inputs.append(("log_bytes", "Logs of an invocation", "bytes", str(view.log_bytes)))
    return {
        "regions": [(name, name == view.region) for name in regions()],
        "region_error": said.get("region", ""),
        "free_tier": view.free_tier,
        "inputs": [
            {
                "name": name,
                "title": title,
                "unit": unit,
                "value": texts.get(name, "") or value,
                "placeholder": placeholders.get(name, value),
                "error": said.get(name, ""),
            }
            for name, title, unit, value in inputs
        ],
    }


def as_csv(cost: Cost) -> str:
    """Both bills as one table, a line a row."""
    text = io.StringIO()
    writer = csv.writer(text)
    names = [field.name for field in msgspec.structs.fields(LineItem)]
    writer.writerow(["bill", *names])
    for bill, items in (("run", cost.line_items), ("month", cost.month.line_items)):
        writer.writerows([bill, *(getattr(item, name) for name in names)] for item in items)
    writer.writerow(["run", "total", *[""] * 3, cost.total_usd])
    writer.writerow(["month", "total", *[""] * 3, cost.month.total_usd])
    return text.getvalue()
