"""A plan as a CloudFormation template in YAML."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from simulations.as_code.places import Given, Of, with_leaves
from simulations.as_code.resources import Made, Plan

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.:]*[A-Za-z0-9]")
# what YAML would read as something else than a text
_NOT_PLAIN = frozenset(("true", "false", "yes", "no", "on", "off", "null"))


class _Tagged(str):
    """A text that stands as it is: a short form of one of CloudFormation's functions."""

    __slots__ = ()


def written(plan: Plan) -> str:
    types = {made.name: made.type for made in plan.resources}
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {made.name: _resource(made, types) for made in plan.resources},
        "Parameters": {given.name: {"Type": "String", "Description": given.says, "Default": given.example} for given in plan.givens()},
    }  # fmt: skip
    return "\n".join(_lines(template, "")) + "\n"


def _resource(made: Made, types: dict[str, str]) -> dict[str, Any]:
    properties = with_leaves(made.properties, lambda value: _resolved(value, types))
    return {"Type": made.type, **({"Properties": properties} if properties else {})}


def _resolved(value: Any, types: dict[str, str]) -> Any:
    match value:
        case Given():
            return _Tagged(f"!Ref {value.name}")
        case Of():
            # a topic's ARN is what a reference to it gives
            by_name = not value.arn or types[value.name] == "AWS::SNS::Topic"
            return _Tagged(f"!Ref {value.name}" if by_name else f"!GetAtt {value.name}.Arn")
        case _:
            return value


def _lines(value: dict[str, Any], indent: str) -> Iterator[str]:
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield f"{indent}{name}:"
            yield from _lines(inner, f"{indent}  ")
        elif isinstance(inner, list):
            yield f"{indent}{name}:"
            for item in inner:
                yield from _item(item, f"{indent}  ")
        else:
            yield f"{indent}{name}: {_scalar(inner)}"


def _item(item: Any, indent: str) -> Iterator[str]:
    """One of a list: a dash, and what belongs to it below."""
    if not isinstance(item, dict):
        yield f"{indent}- {_scalar(item)}"
        return
    first, *rest = _lines(item, f"{indent}  ")
    yield f"{indent}- {first.lstrip()}"
    yield from rest


def _scalar(value: Any) -> str:
    if isinstance(value, _Tagged):
        return value
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _NOT_PLAIN:
        return value
    return msgspec.json.encode(value).decode()
