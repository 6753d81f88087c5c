"""A scenario as a link, and back: flat keys and short texts, one parameter a field.

`parse_link` reads a whole address or only its query string, `render_link` writes the canonical one with every field.
Texts: null and an empty list of choices are empty, lists of choices are joined by commas, tables are compact JSON. What is
wrong with a value, the engine says; here it is only read. Errors name flat keys.
"""

import json
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import msgspec

from simulations.engine import TRIGGERS, FieldError, Scenario, ScenarioErrors, parse_scenario
from simulations.engine.fields import Field, scenario_fields
from simulations.engine.limits import UNKNOWN

_FIELDS_MOST = 500
_INTEGER_MOST = 2**63
_ADDRESS = re.compile(r"^[^=&?#]*\?")
_INTEGER = re.compile(r"-?[0-9]{1,20}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?", re.ASCII)


def read_texts(link: str, most_bytes: int | None = None) -> dict[str, str]:
    """The parameters of an address or a query string, each once. Raises `ScenarioErrors`."""
    query = _ADDRESS.sub("", link.strip(), count=1).split("#", 1)[0]
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=_FIELDS_MOST)
    except UnicodeDecodeError:
        raise _error("", "The link holds bytes that are not UTF-8.") from None
    except ValueError:
        raise _error("", f"The link has more than {_FIELDS_MOST} parameters.") from None
    return check_pairs(pairs, most_bytes)


def check_pairs(pairs: Iterable[tuple[str, str]], most_bytes: int | None = None) -> dict[str, str]:
    """Parameters as a dict, if each is there once, readable, and all are not too long. Raises `ScenarioErrors`."""
    texts: dict[str, str] = {}
    errors: list[FieldError] = []
    for key, text in pairs:
        if key in texts:
            errors.append(FieldError(key, UNKNOWN, f"{key[:100]} is given more than once."))
        elif "\0" in key + text:
            errors.append(FieldError(key.replace("\0", ""), UNKNOWN, "A NUL character cannot be part of a scenario."))
        texts.setdefault(key, text)
    if most_bytes is not None and len(render_query(texts)) > most_bytes:
        longest = max(texts, key=lambda key: len(texts[key]))
        errors.append(FieldError(longest, UNKNOWN, f"The link is longer than {most_bytes:,} bytes. A longer scenario runs "
                                 "in the terminal: manage.py simulate --scenario FILE."))  # fmt: skip
    if errors:
        raise ScenarioErrors(errors)
    return texts


def parse_link(link: str, most_bytes: int | None = None) -> dict[str, Any]:
    """The raw scenario of a link, for the engine's `parse_scenario`. Raises `ScenarioErrors`."""
    return to_raw(read_texts(link, most_bytes))


def read_link(link: str, most_bytes: int | None = None) -> Scenario:
    """The scenario of a link. Raises `ScenarioErrors` whose fields are flat keys."""
    return read_scenario(read_texts(link, most_bytes))


def read_scenario(texts: Mapping[str, str]) -> Scenario:
    """The scenario of a link's parameters. Raises `ScenarioErrors` whose fields are flat keys."""
    errors: list[FieldError] = []
    raw = _raw(texts, errors)
    try:
        scenario = parse_scenario(raw)
    except ScenarioErrors as found:
        trigger = texts.get("trigger", "")
        unread = {error.field for error in errors}
        errors += [error for error in flat_errors(found.errors, trigger) if error.field not in unread]
    if errors:
        raise ScenarioErrors(errors)
    return scenario


def to_raw(texts: Mapping[str, str]) -> dict[str, Any]:
    """Flat texts as the raw scenario. Raises `ScenarioErrors` for keys that do not exist and JSON that is none."""
    errors: list[FieldError] = []
    raw = _raw(texts, errors)
    if errors:
        raise ScenarioErrors(errors)
    return raw


def render_link(scenario: Scenario) -> str:
    """The canonical query string: every field of the scenario, in one order."""
    return render_query(render_texts(scenario))


def render_query(texts: Mapping[str, str]) -> str:
    """A query string of texts that may be wrong."""
    # the characters that stay make a link readable; all of them are allowed in a query
    return urlencode(texts, quote_via=quote, safe=",:/")


def render_texts(scenario: Scenario) -> dict[str, str]:
    """Every field of the scenario by its flat key, without those that nobody set and that do nothing beside the others."""
    raw: dict[str, Any] = msgspec.to_builtins(scenario)
    fields = scenario_fields(scenario.trigger, scenario.rules)
    chosen = {field.key: _at(raw, field.path) for field in fields if field.of is None}
    return {
        field.key: text_of(field, _at(raw, field.path))
        for field in fields
        if (field.of is None or chosen[field.of] == field.variant)
        and (field.beside is None or chosen[field.beside[0]] in field.beside[1] or chosen[field.key] != field.default)
    }


def kept_texts(texts: Mapping[str, str]) -> dict[str, str]:
    """What of these texts applies to their trigger and variants: for a form whose trigger was just changed.

    A setting that is another trigger's default, and refused here, was not chosen by anyone: it is left out, and so is what does
    nothing beside the others.
    """
    trigger = texts.get("trigger", "")
    if trigger not in TRIGGERS:
        return dict(texts)
    fields = scenario_fields(trigger)
    kept = {
        key: text
        for key, text in texts.items()
        if (field := _field(fields, key, texts)) is not None
        and _acts(fields, field, texts)
        and _is_a_choice(field, text)
    }
    try:
        read_scenario(kept)
    except ScenarioErrors as refused:
        settings = {field.key for field in fields if field.section == "settings"}
        if settings & {error.field for error in refused.errors}:
            unchosen = {(key, text) for key, text in _defaults_of_settings() if key in settings}
            return {key: text for key, text in kept.items() if (key, text) not in unchosen}
    return kept


def _acts(fields: tuple[Field, ...], field: Field, texts: Mapping[str, str]) -> bool:
    """Whether a field does something beside these other texts."""
    if field.beside is None:
        return True
    chooser, values = field.beside
    return texts.get(chooser, str(_by_key(fields, chooser).default)) in values


@cache
def _defaults_of_settings() -> frozenset[tuple[str, str]]:
    """The keys of all triggers' settings with their defaults, as texts."""
    fields = (field for trigger in TRIGGERS for field in scenario_fields(trigger) if field.section == "settings")
    return frozenset((field.key, text_of(field, field.default)) for field in fields)


def flat_errors(errors: Iterable[FieldError], trigger: str) -> list[FieldError]:
    """The engine's errors with flat keys in place of paths; what lies inside a table stands in the message."""
    fields = scenario_fields(trigger) if trigger in TRIGGERS else ()
    return [_flat_error(error, fields) for error in errors]


def text_of(field: Field, value: Any) -> str:
    """A value as its parameter writes it."""
    if field.kind == "json":
        return "" if value is None else msgspec.json.encode(value).decode()
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case list() | tuple():
            return ",".join(value)
        case _:
            return str(value)


def _raw(texts: Mapping[str, str], errors: list[FieldError]) -> dict[str, Any]:
    trigger = texts.get("trigger")
    if trigger not in TRIGGERS:
        return {} if trigger is None else {"trigger": trigger}
    fields = scenario_fields(trigger)
    raw: dict[str, Any] = {}
    for key, text in texts.items():
        field = _field(fields, key, texts)
        if field is None:
            errors.append(_no_such_field(fields, key, texts))
            continue
        if field.of is not None:
            chooser = _by_key(fields, field.of)
            _put(raw, chooser.path, texts.get(chooser.key, chooser.default))
        try:
            _put(raw, field.path, _value(field, text))
        except ValueError as error:
            errors.append(FieldError(key, UNKNOWN, f"{error}."))
    return raw


def _field(fields: tuple[Field, ...], key: str, texts: Mapping[str, str]) -> Field | None:
    """The field that a key means beside these other texts."""
    for field in fields:
        if field.key != key:
            continue
        if field.of is None or texts.get(field.of, _by_key(fields, field.of).default) == field.variant:
            return field
    return None


def _by_key(fields: tuple[Field, ...], key: str) -> Field:
    return next(field for field in fields if field.key == key)


def _no_such_field(fields: tuple[Field, ...], key: str, texts: Mapping[str, str]) -> FieldError:
    of = [field for field in fields if field.key == key and field.of is not None]
    if of:
        chooser = str(of[0].of)
        where = " or ".join(f"{chooser}={field.variant}" for field in of)
        chosen = texts.get(chooser, str(_by_key(fields, chooser).default))
        return FieldError(key, UNKNOWN, f"{key} belongs to {where}, not to {chooser}={chosen[:100]}.")
    known = list(dict.fromkeys(field.key for field in fields))
    alike = [name for name in known if f"_{key}_" in f"_{name}_"] or get_close_matches(key, known)
    meant = f" Is {' or '.join(alike)} meant?" if alike else ""
    return FieldError(key, UNKNOWN, f"There is no field {key[:100]!r} for the trigger {texts['trigger']}.{meant}")


def _is_a_choice(field: Field, text: str) -> bool:
    """Not a choice that this trigger does not offer; any other value is kept, so that its error is seen."""
    match field.kind:
        case "choice":
            return text in field.choices or (field.nullable and not text)
        case "choices":
            return not text or set(text.split(",")) <= set(field.choices)
        case _:
            return True


def _value(field: Field, text: str) -> Any:
    """The value that a text stands for. Raises ValueError where it stands for none."""
    if not text and field.nullable:
        return None
    match field.kind:
        case "choices":
            return text.split(",") if text else []
        case "integer":
            return _integer(text)
        case "number":
            return _number(text)
        case "boolean":
            if text not in ("true", "false"):
                raise ValueError(f"This is true or false, not {_shown(text)}")
            return text == "true"
        case "json":
            return read_json(text)
        case _:
            return text


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError(f"This is a whole number, not {_shown(text)}")
    value = int(text)
    if abs(value) >= _INTEGER_MOST:
        raise ValueError(f"{text} is too large a number")
    return value


def _number(text: str) -> int | float:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"This is a number, not {_shown(text)}")
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{text} is too large a number")
    return int(text) if _INTEGER.fullmatch(text) and abs(value) < 2**53 else value


def read_json(text: str | bytes) -> Any:
    """What a JSON text says, whose objects name no field twice: of such two one would be lost in silence. Raises ValueError."""
    try:
        found = msgspec.json.decode(text)
        json.loads(text, parse_int=str, parse_float=str, object_pairs_hook=_once)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise ValueError(f"This is not JSON: {error}") from None
    return found


def _once(fields: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for name, _ in fields:
        if name in seen:
            raise ValueError(
                f'The field "{name[:100]}" stands twice in one object; write it once, with all that belongs to it'
            )
        seen.add(name)


def _shown(text: str) -> str:
    return repr(text[:100]) if text else "an empty text"


def _put(raw: dict[str, Any], path: str, value: Any) -> None:
    *parents, name = path.split(".")
    for parent in parents:
        raw = raw.setdefault(parent, {})
    raw[name] = value


def _at(raw: Any, path: str) -> Any:
    """The value at a path; None where a variant does not have it."""
    for name in path.split("."):
        raw = raw.get(name) if isinstance(raw, dict) else None
    return raw


def _flat_error(error: FieldError, fields: tuple[Field, ...]) -> FieldError:
    best: Field | None = None
    for field in fields:
        place = field.path.removesuffix(".kind")
        starts = error.field == field.path or re.match(re.escape(place) + r"(?=$|[.\[])", error.field)
        if starts and (best is None or len(place) > len(best.path.removesuffix(".kind"))):
            best = field
    if best is None:
        return error
    inside = error.field.removeprefix(best.path) if error.field.startswith(best.path) else ""
    message = f"{inside.removeprefix('.')}: {error.message}" if inside else error.message
    return FieldError(best.key, error.code, message)


def _error(field: str, message: str) -> ScenarioErrors:
    return ScenarioErrors([FieldError(field, UNKNOWN, message)])
