"""The JSON Schema of what `manage.py price` reads, made from the structs that read it."""

from typing import Any

import msgspec

from simulations.engine.billing.usage import SERVICES, Unit
from simulations.engine.prices import HOME_REGION, book, regions


def use_schema() -> dict[str, Any]:
    """A month's use: each service is one object or a list of them; a number may be written as a string."""
    structs = list(SERVICES.values())
    found, parts = msgspec.json.schema_components([*structs, Unit], ref_template="#/$defs/{name}")
    services = {
        name: {"anyOf": [one, {"type": "array", "items": one}]} for name, one in zip(SERVICES, found, strict=False)
    }
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "region": {"enum": list(regions()), "default": HOME_REGION},
            "free_tier": {"type": "boolean", "default": False},
            "hours_per_month": {**_NUMBER, "default": book().conventions.hours_per_month},
            **services,
            "units": {"type": "array", "items": found[-1]},
        },
        "$defs": {name: _numbers(part) for name, part in parts.items()},
    }


_NUMBER = {"type": ["number", "string"], "minimum": 0}


def _numbers(part: Any) -> Any:
    """The same, with numbers where msgspec knows decimals as strings only."""
    if isinstance(part, list):
        return [_numbers(one) for one in part]
    if not isinstance(part, dict):
        return part
    if part.get("format") == "decimal":
        return {**{name: value for name, value in part.items() if name != "format"}, **_NUMBER}
    return {name: _numbers(value) for name, value in part.items()}
