"""A scenario: everything that decides a run, as one small frozen value.

`parse_scenario` turns plain data into a `Scenario` or says, field by field, what is wrong, in AWS's words where AWS has some.
"""

from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin

import msgspec
from msgspec import inspect

from simulations.engine.failures import FailurePlan
from simulations.engine.function import Function
from simulations.engine.limits import INVALID, UNKNOWN, VALIDATION, FieldError
from simulations.engine.traffic import Single, Traffic
from simulations.engine.trigger import Choices
from simulations.engine.triggers import TRIGGERS

SCENARIO_VERSION = 1
RULE_PACK = "2026-11"
HORIZON_MOST_S = 10 * 366 * 86_400  # ours: longer than anything AWS keeps
SEED_MOST = 2**53 - 1  # so that JavaScript reads it exactly


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """What a run is made from. `horizon_s` None: until everything is settled or the trigger's own limits end it."""

    version: int = SCENARIO_VERSION
    rules: str = RULE_PACK
    trigger: str
    seed: int = 1
    horizon_s: float | None = None
    settings: Any
    function: Function = Function()
    traffic: Traffic = Single()
    failures: FailurePlan = FailurePlan()


class ScenarioErrors(ValueError):
    """A scenario that is none; `errors` says why, by field."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in errors))
        self.errors = errors


def parse_scenario(raw: Any) -> Scenario:
    """The scenario that plain data stands for; missing fields take their defaults. Raises `ScenarioErrors`."""
    errors: list[FieldError] = []
    if not isinstance(raw, dict):
        raise ScenarioErrors([FieldError("", UNKNOWN, "A scenario is an object.")])
    trigger = TRIGGERS.get(raw.get("trigger", "")) if isinstance(raw.get("trigger", ""), str) else None
    if trigger is None:
        raise ScenarioErrors([_unknown_trigger(raw)])
    known = Scenario.__struct_fields__
    errors.extend(_unknown(str(name), str(name), known) for name in raw if name not in known)
    _check_versions(raw, errors)
    seed = _leaf(int, raw.get("seed", 1), "seed", errors, ge=0, le=SEED_MOST)
    horizon = raw.get("horizon_s")
    if horizon is not None:
        horizon = _leaf(float, horizon, "horizon_s", errors, ge=0, le=HORIZON_MOST_S)
    settings = _read(trigger.settings, raw.get("settings", {}), "settings", errors)
    function = _read(Function, raw.get("function", {}), "function", errors)
    traffic = _read_union(Traffic, raw.get("traffic", {"kind": "single"}), "traffic", errors)
    failures = _read(FailurePlan, raw.get("failures", {}), "failures", errors)
    if not errors:
        choices = Choices(settings=settings, function=function, traffic=traffic, failures=failures)
        errors.extend(_check_choices(choices))
        errors.extend(trigger.check(choices))
    if errors:
        raise ScenarioErrors(errors)
    return Scenario(
        trigger=trigger.key,
        seed=seed,
        horizon_s=horizon,
        settings=settings,
        function=function,
        traffic=traffic,
        failures=failures,
    )


def _unknown_trigger(raw: dict[str, Any]) -> FieldError:
    known = ", ".join(TRIGGERS)
    if "trigger" not in raw:
        return FieldError("trigger", UNKNOWN, f"Say which trigger: one of {known}.")
    return FieldError("trigger", UNKNOWN, f"There is no trigger {_shown(raw['trigger'])}; known are {known}.")


def _check_versions(raw: dict[str, Any], errors: list[FieldError]) -> None:
    """Only a version that is known means something; another one is never read as if it were."""
    if raw.get("version", SCENARIO_VERSION) != SCENARIO_VERSION or isinstance(raw.get("version"), bool):
        errors.append(
            FieldError(
                "version", UNKNOWN, f"Version {_shown(raw['version'])} is not known; the newest is {SCENARIO_VERSION}."
            )
        )
    if raw.get("rules", RULE_PACK) != RULE_PACK:
        errors.append(
            FieldError("rules", UNKNOWN, f"There is no rule pack {_shown(raw['rules'])}; known is {RULE_PACK}.")
        )


def _check_choices(choices: Choices) -> list[FieldError]:
    """What holds for every trigger."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for number, planned in enumerate(getattr(choices.traffic, "events", ())):
        if planned.id is not None and planned.id in seen:
            errors.append(FieldError(f"traffic.events[{number}].id", INVALID, f"Two events are called {planned.id!r}."))
        seen.add(planned.id or "")
    for number, step in enumerate(choices.failures.script):
        if step.do == "timeout" and step.after_ms is not None:
            field = f"failures.script[{number}].after_ms"
            errors.append(FieldError(field, INVALID, "A timeout comes at the function's timeout; leave after_ms out."))
    for number, plan in enumerate(choices.failures.invocations):
        if (plan.match.n is None) == (not plan.match.events):
            field = f"failures.invocations[{number}].match"
            errors.append(FieldError(field, INVALID, "Match an invocation by n or by events, one of the two."))
    errors.extend(_check_provisioned(choices.function))
    return errors


def _check_provisioned(function: Function) -> Iterator[FieldError]:
    """CONC-5: what AWS refuses when environments are to be kept ready."""
    field, wanted = "function.provisioned_concurrent_executions", function.provisioned_concurrent_executions
    reserved = function.reserved_concurrent_executions
    if wanted is None:
        return
    if reserved is not None and wanted > reserved:
        message = (
            "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function"
        )
        yield FieldError(field, INVALID, message)
    elif wanted > function.account_concurrent_executions:
        yield FieldError(field, INVALID, "The account has not so many concurrent executions.")
    if function.init_failure is not None:
        message = "Provisioned concurrency cannot be allocated to a function whose initialisation fails."
        yield FieldError(field, INVALID, message)


def _read(struct: type[Any], raw: Any, path: str, errors: list[FieldError]) -> Any:
    """An instance of a settings struct, each field on its own so that every error is found."""
    if not isinstance(raw, dict):
        errors.append(FieldError(path, UNKNOWN, f"{path} is an object, not {_shown(raw)}."))
        return None
    before = len(errors)
    config = struct.__struct_config__
    names = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    values: dict[str, Any] = {}
    for name, value in raw.items():
        if name == config.tag_field:
            continue
        if name not in names:
            errors.append(_unknown(f"{path}.{name}", str(name), tuple(names)))
            continue
        values[name] = _read_field(names[name].type, value, f"{path}.{name}", errors)
    return struct(**values) if len(errors) == before else None


def _read_field(declared: Any, value: Any, path: str, errors: list[FieldError]) -> Any:
    """One field: a union of settings structs by its kind, anything else as its type says."""
    if variants(declared):
        return _read_union(declared, value, path, errors)
    return _leaf(declared, value, path, errors)


def _read_union(declared: Any, raw: Any, path: str, errors: list[FieldError]) -> Any:
    """One of several structs, told apart by their `kind`."""
    kinds = variants(declared)
    if not isinstance(raw, dict):
        errors.append(FieldError(path, UNKNOWN, f"{path} is an object, not {_shown(raw)}."))
        return None
    kind = raw.get("kind")
    if not isinstance(kind, str) or kind not in kinds:
        errors.append(FieldError(f"{path}.kind", VALIDATION, _enum_message(kind, f"{path}.kind", tuple(kinds))))
        return None
    return _read(kinds[kind], raw, path, errors)


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


def _leaf(
    declared: Any, value: Any, path: str, errors: list[FieldError], ge: float | None = None, le: float | None = None
) -> Any:
    """A value that is no struct of ours; says what AWS would say where it is refused."""
    declared = declared if ge is None else _bounded(declared, ge, le)
    try:
        return msgspec.convert(value, type=declared)
    except msgspec.ValidationError as error:
        text = str(error)
        inner = text.rsplit(" - at `$", 1)[1].rstrip("`") if " - at `$" in text else ""
        errors.append(FieldError(path + inner, VALIDATION, _message(declared, value, path, text)))
        return None


def _bounded(declared: Any, ge: float | None, le: float | None) -> Any:

    return Annotated[declared, msgspec.Meta(ge=ge, le=le)]


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
        for limit, word in ((kind.ge, "greater"), (kind.le, "less")):
            if limit is not None and (value < limit if word == "greater" else value > limit):
                return _constraint(value, path, f"Member must have value {word} than or equal to {limit:g}" if limit < 1e6 else
                                   f"Member must have value {word} than or equal to {limit}")  # fmt: skip
    return f"{_shown(value)} does not fit: {text.split(' - at', maxsplit=1)[0].replace('`', '')}."


def _plain_type(info: inspect.Type) -> inspect.Type:
    """A type without its description, and without None."""
    if isinstance(info, inspect.Metadata):
        return _plain_type(info.type)
    if isinstance(info, inspect.UnionType):
        rest = [part for part in info.types if not isinstance(part, inspect.NoneType)]
        return _plain_type(rest[0]) if len(rest) == 1 else info
    return info


def _constraint(value: Any, path: str, constraint: str) -> str:
    return f"1 validation error detected: Value {_shown(value)} at '{path.rsplit('.', 1)[-1]}' failed to satisfy constraint: {constraint}"


def _enum_message(value: Any, path: str, choices: tuple[str, ...]) -> str:
    return _constraint(value, path, f"Member must satisfy enum value set: [{', '.join(choices)}]")


def _unknown(path: str, name: str, known: tuple[str, ...]) -> FieldError:
    return FieldError(path, UNKNOWN, f'Unknown parameter in input: "{name[:100]}", must be one of: {", ".join(known)}')


def _shown(value: Any) -> str:
    """A value as an error message shows it, cut to a readable length."""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return f"'{text[:100]}'"


def horizon_us(scenario: Scenario) -> int | None:
    """The end of the run in microseconds."""
    return None if scenario.horizon_s is None else round(scenario.horizon_s * 1_000_000)
