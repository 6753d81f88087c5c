"""EventBridge's event patterns: what they may say, and whether some JSON matches one.

Models EB:eb-event-patterns after AWS's own matcher (github.com/aws/event-ruler): a pattern is turned into alternatives of "this
field has one of these values", and JSON into its innermost fields. A field inside an array stands for one element of it, so
two fields of one pattern must be found in the same element.
"""

import json
from collections.abc import Callable, Collection, Iterable
from typing import Any

import msgspec

from simulations.engine.operators import OPERATORS, PatternError, Test, Written, allow, made, only_entry, same

_MOST_ALTERNATIVES = 1_000  # ours, so that nested $or cannot fill the memory; AWS says no number for filters

# the elements of arrays that a value stands in, (number of the array, place), the outermost first
Place = tuple[tuple[int, int], ...]
# the innermost fields of some JSON: by path, each value with its place
Fields = dict[str, list[tuple[Any, Place]]]


class Leaf(msgspec.Struct, frozen=True):
    """What a field must be: one of the tests holds, or, if `absent`, it is not there at all."""

    tests: tuple[Test, ...]
    absent: bool


Alternative = dict[str, Leaf]  # by path; all must hold


def read_json(text: str, joined: Callable[[list[tuple[str, Any]]], dict[str, Any]] = dict) -> tuple[bool, Any]:
    """Whether a text is JSON, and then what it says, numbers as they are written. `joined` makes an object of its fields."""
    try:
        return True, json.loads(
            text, parse_int=Written, parse_float=Written, parse_constant=_refuse_constant, object_pairs_hook=joined
        )
    except (ValueError, RecursionError):
        return False, None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def written(raw: Any) -> str:
    """A pattern as text: AWS's API takes it as text already."""
    return raw if isinstance(raw, str) else msgspec.json.encode(raw).decode()


def compile_pattern(raw: Any, operators: Collection[str] = OPERATORS) -> list[Alternative]:
    """The alternatives of a pattern, given as JSON data or, as in AWS's API, its text; one must hold. Raises `PatternError`."""
    known, read = read_json(written(raw), _joined)
    if not known or not isinstance(read, dict):
        raise PatternError("A pattern is a JSON object.")
    return _object(read, "", [{}], operators)


def _joined(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """The fields of an object of a pattern. One that is named twice holds what both say, as an example of AWS has it (FILTER-1)."""
    found: dict[str, Any] = {}
    for name, value in fields:
        before = found.get(name)
        both = isinstance(before, dict) and isinstance(value, dict)
        found[name] = value if before is None or not both else _joined([*before.items(), *value.items()])
    return found


def _object(raw: dict[str, Any], path: str, before: list[Alternative], operators: Collection[str]) -> list[Alternative]:
    """What an object of a pattern adds to the alternatives so far."""
    if not raw:
        raise PatternError("Empty objects are not allowed.")
    for name, value in raw.items():
        if name == "$or":
            before = _either(value, path, before, operators)
        elif isinstance(value, dict):
            before = _object(value, f"{path}{name}.", before, operators)
        elif isinstance(value, list):
            leaf = _leaf(value, name, operators)
            for alternative in before:
                alternative[path + name] = leaf
        else:
            raise PatternError(f'"{name}" must be an object or an array.')
    return before


def _either(raw: Any, path: str, before: list[Alternative], operators: Collection[str]) -> list[Alternative]:
    """`$or`: an array of at least two objects."""
    allow("$or", operators)
    if not isinstance(raw, list) or len(raw) < 2 or not all(isinstance(one, dict) for one in raw):
        raise PatternError('"$or" must be an array of at least two objects.')
    after: list[Alternative] = []
    for one in raw:
        reserved = sorted(name for name in one if name in OPERATORS and name != "$or")
        if reserved:
            raise PatternError(f'"{reserved[0]}" cannot be the name of a field inside "$or".')
        after += _object(one, path, [dict(alternative) for alternative in before], operators)
        if len(after) > _MOST_ALTERNATIVES:
            raise PatternError(f"The pattern has more than {_MOST_ALTERNATIVES} combinations.")
    return after


def _leaf(values: list[Any], name: str, operators: Collection[str]) -> Leaf:
    """The values of a field."""
    if not values:
        raise PatternError(f'"{name}": empty arrays are not allowed.')
    tests: list[Test] = []
    absent = False
    for value in values:
        if isinstance(value, list):
            raise PatternError(f'"{name}": a value must be text, a number, true, false, null or an operator.')
        if not isinstance(value, dict):
            tests.append(same(value))
            continue
        operator, argument = only_entry(value)
        if operator != "exists":
            tests.append(made(operator, argument, operators))
        elif _exists(argument, operators):
            tests.append(_anything)
        else:
            absent = True
    return Leaf(tuple(tests), absent)


def _exists(argument: Any, operators: Collection[str]) -> bool:
    allow("exists", operators)
    if not isinstance(argument, bool):
        raise PatternError('"exists" must be true or false.')
    return argument


def _anything(_: Any) -> bool:
    return True


def fields_of(read: Any) -> Fields:
    """The innermost fields of what `read_json` read; empty arrays and objects have none."""
    found: Fields = {}
    arrays = 0
    ahead: list[tuple[str, Any, Place]] = [("", read, ())]
    while ahead:
        path, value, place = ahead.pop()
        if isinstance(value, dict):
            ahead += [(f"{path}.{name}" if path else name, inner, place) for name, inner in value.items()]
        elif isinstance(value, list):
            ahead += [(path, inner, (*place, (arrays, number))) for number, inner in enumerate(value)]
            arrays += 1
        else:
            found.setdefault(path, []).append((value, place))
    return found


def matches(alternative: Alternative, fields: Fields) -> bool:
    """Whether every field of an alternative is found, those inside one array in the same element."""
    places: list[set[Place]] = []
    for path, leaf in alternative.items():
        values = fields.get(path)
        if values is None:
            if not leaf.absent:
                return False
            continue
        passing = {place for value, place in values if any(test(value) for test in leaf.tests)}
        if not passing:
            return False
        places.append(passing)
    return _together(places)


def _together(places: Iterable[set[Place]]) -> bool:
    """Whether one place of each set can be chosen so that no array would need to be at two elements at once."""
    by_array: dict[int, list[dict[tuple[int, int], set[Place]]]] = {}
    for some in places:
        if () in some:
            continue
        by_element: dict[tuple[int, int], set[Place]] = {}
        for place in some:
            by_element.setdefault(place[0], set()).add(place[1:])
        by_array.setdefault(min(by_element)[0], []).append(by_element)
    return all(
        any(_together([one[element] for one in group]) for element in group[0] if all(element in one for one in group))
        for group in by_array.values()
    )
