"""Plain data read field by field into settings structs, so that every error is found and says where it is.

Errors are in AWS's words where AWS has some; `path` is where the value stands in what was given (`settings.batch_size`).
"""

from functools import cache
from typing import Any, get_args, get_origin

import msgspec
from msgspec import inspect

from simulations.engine.limits import UNKNOWN, VALIDATION, FieldError


def read(struct: Any, raw: Any, path: str, errors: list[FieldError]) -> Any:
    """An instance of a settings struct: all at once where it fits, else each field on its own so that every error is found."""
    if not isinstance(raw, dict):
        errors.append(FieldError(path, UNKNOWN, f"{path} is an object, not {shown(raw)}."))
        return None
    if not holds_nul(raw):
        try:
            return msgspec.convert(raw, type=struct)
        except msgspec.ValidationError:
            pass  # said field by field
    before = len(errors)
    config, types = struct.__struct_config__, _types(struct)
    for name, value in raw.items():
        if name == config.tag_field:
            continue
        if name not in types:
            errors.append(unknown(f"{path}.{name}", str(name), tuple(types)))
            continue
        _read_field(types[name], value, f"{path}.{name}", errors)
    assert len(errors) > before, "what does not fit as a whole has a field that does not"
    return None


def _types(struct: Any) -> dict[str, Any]:
    """The types of a struct's fields, by the names they have in JSON."""
    return {field.encode_name: field.type for field in msgspec.structs.fields(struct)}


def _read_field(declared: Any, value: Any, path: str, errors: list[FieldError]) -> Any:
    """One field: a union of settings structs by its kind, anything else as its type says."""
    if variants(declared):
        return read_union(declared, value, path, errors)
    return leaf(declared, value, path, errors)


def read_union(declared: Any, raw: Any, path: str, errors: list[FieldError]) -> Any:
    """One of several structs, told apart by their `kind`."""
    kinds = variants(declared)
    if not isinstance(raw, dict):
        errors.append(FieldError(path, UNKNOWN, f"{path} is an object, not {shown(raw)}."))
        return None
    kind = raw.get("kind")
    if not isinstance(kind, str) or kind not in kinds:
        errors.append(FieldError(f"{path}.kind", VALIDATION, _enum_message(kind, f"{path}.kind", tuple(kinds))))
        return None
    return read(kinds[kind], raw, path, errors)


@cache
def variants(declared: Any) -> dict[str, type[msgspec.Struct]]:
    """The structs of a tagged union by tag; empty for any other type."""
    parts = get_args(declared) if get_origin(declared) is not None else (declared,)
    found: dict[str, type[msgspec.Struct]] = {}
    for part in parts:
        if isinstance(part, type) and issubclass(part, msgspec.Struct) and part.__struct_config__.tag is not None:
            found[str(part.__struct_config__.tag)] = part
        elif get_origin(part) is not None and part is not declared:
            found.update(variants(part))
    return found


def leaf(declared: Any, value: Any, path: str, errors: list[FieldError]) -> Any:
    """A value that is no struct of ours; says what AWS would say where it is refused."""
    if holds_nul(value):
        errors.append(FieldError(path, UNKNOWN, "A NUL character cannot be part of a scenario."))
        return None
    try:
        return msgspec.convert(value, type=declared)
    except msgspec.ValidationError as error:
        text = str(error)
        inner = text.rsplit(" - at `$", 1)[1].rstrip("`") if " - at `$" in text else ""
        errors.append(FieldError(path + inner, VALIDATION, _message(declared, value, path, text)))
        return None


def holds_nul(value: Any) -> bool:
    """Whether plain data has a NUL character in it, which no link, no database and no terminal takes."""
    found = [value]
    for one in found:  # grows as it is gone through: data may be nested deeper than calls may
        if isinstance(one, str):
            if "\0" in one:
                return True
        elif isinstance(one, dict):
            found += [*one, *one.values()]
        elif isinstance(one, list):
            found += one
    return False


def _message(declared: Any, value: Any, path: str, text: str) -> str:
    """AWS's sentence for a value outside the API's limits, ours for the rest."""
    kind = _plain_type(inspect.type_info(declared))
    if isinstance(kind, inspect.LiteralType):
        return _enum_message(value, path, tuple(str(choice) for choice in kind.values))
    if (
        isinstance(kind, inspect.IntType | inspect.FloatType)
        and isinstance(value, int | float)
        and not isinstance(value, bool)
    ):
        for limit, word, ours in ((kind.ge, "greater", "more"), (kind.le, "less", "less")):
            if limit is not None and (value < limit if word == "greater" else value > limit):
                most = f"{limit:g}" if limit < 1e6 else f"{limit}"
                if _is_ours(path):
                    return f"Give {most} or {ours}, not {shown(value)}."
                return _constraint(value, path, f"Member must have value {word} than or equal to {most}")
    return f"{shown(value)} does not fit: {text.split(' - at', maxsplit=1)[0].replace('`', '')}."


def _plain_type(info: inspect.Type) -> inspect.Type:
    """A type without its description, and without None."""
    if isinstance(info, inspect.Metadata):
        return _plain_type(info.type)
    if isinstance(info, inspect.UnionType):
        rest = [part for part in info.types if not isinstance(part, inspect.NoneType)]
        return _plain_type(rest[0]) if len(rest) == 1 else info
    return info


def _constraint(value: Any, path: str, constraint: str) -> str:
    return f"1 validation error detected: Value {shown(value)} at '{path.rsplit('.', 1)[-1]}' failed to satisfy constraint: {constraint}"


def _is_ours(path: str) -> bool:
    """Whether AWS has no such field, and so no words for it."""
    return path.startswith(("traffic", "failures", "seed", "horizon_s", "function.duration", "function.init_"))


def _enum_message(value: Any, path: str, choices: tuple[str, ...]) -> str:
    if _is_ours(path):
        return f"Give one of {', '.join(choices)}, not {shown(value)}."
    return _constraint(value, path, f"Member must satisfy enum value set: [{', '.join(choices)}]")


def unknown(path: str, name: str, known: tuple[str, ...]) -> FieldError:
    return FieldError(path, UNKNOWN, f'Unknown parameter in input: "{name[:100]}", must be one of: {", ".join(known)}')


def shown(value: Any) -> str:
    """A value as an error message shows it, cut to a readable length."""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return f"'{text[:100]}'"
