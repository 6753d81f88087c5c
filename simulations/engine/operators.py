"""The comparison operators of event patterns: each is made into a test of one value.

Models EB:eb-create-pattern-operators after AWS's own matcher (github.com/aws/event-ruler). Text compares character by
character, and a number compares as it is written except in `numeric`.
"""

from collections.abc import Callable, Collection, Iterator
from ipaddress import ip_address, ip_network
from typing import Any

import msgspec

# what a pattern may be made from beside values, by AWS's names; after a colon what stands inside another one
OPERATORS = frozenset({
    "$or", "anything-but", "cidr", "equals-ignore-case", "exists", "numeric", "prefix", "suffix", "wildcard",
    "anything-but:equals-ignore-case", "anything-but:prefix", "anything-but:suffix", "anything-but:wildcard",
    "prefix:equals-ignore-case", "suffix:equals-ignore-case",
})  # fmt: skip

Test = Callable[[Any], bool]


class PatternError(ValueError):
    """A pattern that is none, and why."""


class Written(msgspec.Struct, frozen=True, gc=False):
    """A number, as it is written."""

    text: str


def allow(operator: str, operators: Collection[str]) -> None:
    """Raises `PatternError` for an operator that does not exist or is not to be had here."""
    if operator not in OPERATORS:
        raise PatternError(f"Unrecognized match type {operator[:100]}.")
    if operator not in operators:
        raise PatternError(f"The operator {operator.replace(':', ' with ')} cannot be used here.")


def same(wanted: Any) -> Test:
    """The very value: text as text, a number as it is written, true, false and null as they are."""
    kind = type(wanted)
    return lambda value: type(value) is kind and value == wanted


def made(operator: str, argument: Any, operators: Collection[str]) -> Test:
    """The test that an operator stands for, `exists` left out. Raises `PatternError`."""
    allow(operator, operators)
    return _MAKERS[operator](argument, operators)


def only_entry(value: dict[str, Any]) -> tuple[str, Any]:
    """The operator and its argument."""
    if len(value) != 1:
        raise PatternError("Only one key is allowed in a match expression.")
    return next(iter(value.items()))


def _text(argument: Any, operator: str) -> str:
    if type(argument) is not str:
        raise PatternError(f'"{operator}" must be text.')
    return argument


def _on_text(test: Callable[[str], bool]) -> Test:
    """A test that only text can pass."""
    return lambda value: type(value) is str and test(value)


def _equals_ignore_case(argument: Any, _: Collection[str]) -> Test:
    wanted = _text(argument, "equals-ignore-case").lower()
    return _on_text(lambda value: value.lower() == wanted)


def _prefix(argument: Any, operators: Collection[str]) -> Test:
    if isinstance(argument, dict):
        wanted = _ignoring_case(argument, "prefix", operators)
        return _on_text(lambda value: value.lower().startswith(wanted))
    start = _text(argument, "prefix")
    return _on_text(lambda value: value.startswith(start))


def _suffix(argument: Any, operators: Collection[str]) -> Test:
    if isinstance(argument, dict):
        wanted = _ignoring_case(argument, "suffix", operators)
        return _on_text(lambda value: value.lower().endswith(wanted))
    end = _text(argument, "suffix")
    return _on_text(lambda value: value.endswith(end))


def _ignoring_case(argument: dict[str, Any], operator: str, operators: Collection[str]) -> str:
    inner, wanted = only_entry(argument)
    allow(f"{operator}:{inner}", operators)
    return _text(wanted, inner).lower()


def _wildcard(argument: Any, _: Collection[str]) -> Test:
    parts = list(_parts(_text(argument, "wildcard")))
    return _on_text(lambda value: _fits(value, parts))


def _parts(pattern: str) -> Iterator[str]:
    """What stands between the stars; a backslash makes a star or a backslash an ordinary character."""
    part, place, stars = "", 0, 0
    while place < len(pattern):
        sign = pattern[place]
        if sign == "*":
            if pattern[place + 1 : place + 2] == "*":
                raise PatternError("Consecutive wildcard characters are not allowed.")
            yield part
            part, stars = "", stars + 1
        elif sign == "\\":
            place += 1
            if pattern[place : place + 1] not in ("*", "\\"):
                raise PatternError("A backslash may stand before a star or a backslash only.")
            part += pattern[place]
        else:
            part += sign
        place += 1
    yield part


def _fits(value: str, parts: list[str]) -> bool:
    """Whether a text consists of these parts with anything between them."""
    if len(parts) == 1:
        return value == parts[0]
    end = len(value) - len(parts[-1])
    place = len(parts[0])
    if place > end or not value.startswith(parts[0]) or not value.endswith(parts[-1]):
        return False
    for part in parts[1:-1]:
        place = value.find(part, place, end)
        if place < 0:
            return False
        place += len(part)
    return True


def _cidr(argument: Any, _: Collection[str]) -> Test:
    try:
        network = ip_network(_text(argument, "cidr"), strict=False)
    except ValueError:
        raise PatternError('"cidr" must be a block of IP addresses.') from None

    def inside(value: str) -> bool:
        try:
            return ip_address(value) in network
        except ValueError:
            return False

    return _on_text(inside)


_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": lambda value, limit: value == limit,
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
}


def _numeric(argument: Any, _: Collection[str]) -> Test:
    """One comparison, or a lower limit and then an upper one."""
    if not isinstance(argument, list) or len(argument) not in (2, 4):
        raise PatternError('"numeric" must be an array such as ["=", 5] or [">", 0, "<=", 5].')
    signs, limits = argument[::2], [_number(limit) for limit in argument[1::2]]
    if any(type(sign) is not str or sign not in _COMPARE for sign in signs):
        raise PatternError('"numeric" knows =, >, >=, < and <=.')
    if len(signs) == 2 and (signs[0] not in (">", ">=") or signs[1] not in ("<", "<=")):
        raise PatternError('"numeric" with two limits has the lower one first: [">", 0, "<=", 5].')
    if len(limits) == 2 and limits[0] >= limits[1]:
        raise PatternError('"numeric": the lower limit must be less than the upper one.')
    tests = [(_COMPARE[sign], limit) for sign, limit in zip(signs, limits, strict=True)]
    return lambda value: isinstance(value, Written) and all(test(float(value.text), limit) for test, limit in tests)


def _number(value: Any) -> float:
    if not isinstance(value, Written):
        raise PatternError('"numeric" compares with numbers.')
    return float(value.text)


def _anything_but(argument: Any, operators: Collection[str]) -> Test:
    """Every value except these: text, numbers, or text that an operator describes."""
    if isinstance(argument, dict):
        inner, wanted = only_entry(argument)
        allow(f"anything-but:{inner}", operators)
        # a list of texts means none of them; what stands inside is checked as the operator itself would be
        none = [_MAKERS[inner](_text(one, inner), operators) for one in _listed(wanted)]
        return lambda value: not any(test(value) for test in none)
    values = _listed(argument)
    if {type(one) for one in values} not in ({str}, {Written}):
        raise PatternError('"anything-but" takes text or numbers, and not both.')
    refused = frozenset(values)
    kind = type(values[0])
    return lambda value: type(value) is not kind or value not in refused


def _listed(argument: Any) -> list[Any]:
    """The values of anything-but: one, or a list of some."""
    values = argument if isinstance(argument, list) else [argument]
    if not values:
        raise PatternError('"anything-but": empty arrays are not allowed.')
    return values


_MAKERS: dict[str, Callable[[Any, Collection[str]], Test]] = {
    "anything-but": _anything_but,
    "cidr": _cidr,
    "equals-ignore-case": _equals_ignore_case,
    "numeric": _numeric,
    "prefix": _prefix,
    "suffix": _suffix,
    "wildcard": _wildcard,
}
