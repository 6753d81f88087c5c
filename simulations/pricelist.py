"""docs/prices.md: what `manage.py price` reads, field by field, and every price with its date; made from the engine."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import inspect

from simulations.engine.billing import plain
from simulations.engine.billing.bill import ROUNDING
from simulations.engine.billing.usage import OUT_OF_SCOPE, SERVICES
from simulations.engine.prices import HOME_REGION, Price, book, price

_EXAMPLE = """\
```sh
echo '{"region": "eu-west-1", "free_tier": true,
       "lambda": [{"requests": 3000000, "avg_ms": 120, "memory_mb": 1536}],
       "sqs": {"idle_pollers": 5},
       "units": [["archived events", "s3.put", 12000]]}' | python manage.py price --input -
```"""


def page() -> str:
    """The whole page without its first line."""
    parts = (_head(), *(_service(name, struct) for name, struct in SERVICES.items()), _prices())
    return "\n\n".join(parts)


def _head() -> str:
    hours = book().conventions.hours_per_month
    return "\n\n".join(
        (
            "# Prices",
            (
                "`python manage.py price --input FILE.json` says what given quantities of one month cost, without a simulation; `-` "
                "is standard input, `--schema` prints the JSON Schemas. The answer is JSON: `line_items` (each with `quantity`, "
                "`unit_price`, `amount` and its price row with date, status and source), `total_usd`, `rounded_usd`, `notes`, "
                "`out_of_scope`. Exit code 2 and `errors` (`field`, `code`, `message`) where something is wrong."
            ),
            _EXAMPLE,
            _table(
                ("key", "meaning"),
                [
                    (
                        "`region`",
                        f"an AWS Region; `{HOME_REGION}` if left out. A price that it lacks is that of {HOME_REGION}",
                    ),
                    (
                        "`free_tier`",
                        "whether to take off what is free for ever; once for all lines, before the tiers. Off if left out",
                    ),
                    ("`hours_per_month`", f"{hours} if left out"),
                    ("`units`", "`[line, price key, quantity]`, for any price below"),
                    ("a service", "one object or a list of them, as below"),
                ],
            ),
            f"Numbers may be written as strings. {ROUNDING} What one line leaves free or in a tier, the next lines find used.",
            "Left out: " + " ".join(OUT_OF_SCOPE),
        )
    )


def _service(name: str, struct: type[msgspec.Struct]) -> str:
    return f"## `{name}`\n\n{_plain_doc(struct)}\n\n{_fields(struct)}" + "".join(
        f"\n\n`{field.name}`: {_plain_doc(inner)}\n\n{_fields(inner)}" for field, inner in _inner(struct)
    )


def _plain_doc(struct: type[msgspec.Struct]) -> str:
    return (struct.__doc__ or "").strip()


def _inner(struct: type[msgspec.Struct]) -> Iterator[tuple[inspect.Field, type[msgspec.Struct]]]:
    """The structs inside, by the field that holds them."""
    for field in _described(struct):
        parts = field.type.types if isinstance(field.type, inspect.UnionType) else (field.type,)
        for part in parts:
            if isinstance(part, inspect.StructType):
                yield field, part.cls


def _described(struct: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    return info.fields


def _fields(struct: type[msgspec.Struct]) -> str:
    rows = []
    for field in _described(struct):
        about, choices = _meta(field.type), _choices(field.type)
        default = "needed" if field.required else _default(field.default)
        unit = (about.extra or {}).get("unit", "") if about else ""
        text = (about.extra_json_schema or {}).get("description", "") if about else "see below"
        rows.append((f"`{field.name}`", unit, default, text + (f" One of {choices}." if choices else "")))
    return _table(("field", "unit", "if left out", "meaning"), rows)


def _default(value: Any) -> str:
    if value is None:
        return "empty"
    return f"`{plain(value) if isinstance(value, Decimal) else value}`"


def _meta(info: inspect.Type) -> inspect.Metadata | None:
    if isinstance(info, inspect.UnionType):
        return next((found for part in info.types if (found := _meta(part))), None)
    return info if isinstance(info, inspect.Metadata) else None


def _choices(info: inspect.Type) -> str:
    about = _meta(info)
    inner = about.type if about else info
    return ", ".join(f"`{value}`" for value in inner.values) if isinstance(inner, inspect.LiteralType) else ""


def _prices() -> str:
    rows = []
    for key, item in book().items.items():
        home = HOME_REGION if HOME_REGION in item.regions else next(iter(item.regions))
        row = price(key, home)
        tiers = "; then ".join(f"{plain(tier.price)}{_until(tier.up_to)}" for tier in row.tiers)
        rows.append(
            (
                f"`{key}`",
                item.item,
                row.unit,
                tiers,
                _free(row),
                f"{row.as_of or 'undated'}, {row.status}",
                str(len(item.regions)),
            )
        )
    head = ("key", "what", "unit", f"US dollars in {HOME_REGION}", "free each month", "as of", "Regions")
    return "\n\n".join(
        (
            "## Price keys",
            (
                "Status `found` was read in a source, `derived` was worked out from one, `memory` is to be checked before anybody "
                "relies on it. The answer of the command names the sources of each line; they stand in "
                "`simulations/engine/prices.json`."
            ),
            _table(head, rows),
        )
    )


def _free(row: Price) -> str:
    if row.free is None:
        return ""
    return f"{plain(row.free.quantity)}{'' if row.free.always else ' (first year only)'}"


def _until(limit: Decimal | None) -> str:
    return "" if limit is None else f" up to {limit:,f}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
