"""A scenario's fields as a flat list: what form, link, documentation and generated tests are made from.

Each field has a path in the scenario (`settings.batch_size`) and a key in a link (`batch_size`). Settings, function and
failures keep their names; what belongs to one kind of duration or traffic carries that prefix (`traffic_count`).
"""

from functools import cache
from typing import Any, Literal

import msgspec
from msgspec import inspect

from simulations.engine.failures import FailurePlan
from simulations.engine.function import Function
from simulations.engine.packs import FIRST, defaults
from simulations.engine.reading import variants
from simulations.engine.scenario import HORIZON_MOST_S, SCENARIO_VERSION, SEED_MOST, Scenario
from simulations.engine.traffic import Traffic
from simulations.engine.triggers import TRIGGERS

FieldKind = Literal["integer", "number", "boolean", "choice", "choices", "text", "json"]
Section = Literal["settings", "function", "traffic", "failures", "run"]


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field.

    `variant`: the value of the choosing field (`of`, a key) for which this one applies; None: always. `beside`: another field
    and its values beside which alone this one does something; None: any. `minimum` and `maximum` are AWS's limits, included. `assumed`: the rule that says that AWS documents nothing here ("" if it does).
    """

    path: str
    key: str
    section: Section
    of: str | None = None
    variant: str | None = None
    beside: tuple[str, tuple[str, ...]] | None = None
    title: str
    help: str
    unit: str = ""
    kind: FieldKind
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    nullable: bool = False
    default: Any = None
    assumed: str = ""


_RUN_FIELDS = (
    Field(
        path="version", key="v", section="run", title="Version", help="The version of the link.", kind="integer",
        default=SCENARIO_VERSION,
    ),
    Field(
        path="rules", key="rules", section="run", title="Rule pack", help="The state of AWS's rules that the run follows.",
        kind="text", default=FIRST,
    ),
    Field(
        path="trigger", key="trigger", section="run", title="Trigger", help="The service that is wired to the function.",
        kind="choice", choices=tuple(TRIGGERS),
    ),
    Field(
        path="seed", key="seed", section="run", title="Seed", help="Decides all chance: the same seed gives the same run.",
        kind="integer", minimum=0, maximum=SEED_MOST, default=1,
    ),
    Field(
        path="horizon_s", key="horizon_s", section="run", title="Stop after", unit="s", kind="number", nullable=True,
        help="How much simulated time to look at; empty: until everything is settled.", minimum=0, maximum=HORIZON_MOST_S,
    ),
)  # fmt: skip


@cache
def scenario_fields(trigger: str, pack: str = FIRST) -> tuple[Field, ...]:
    """All fields of a trigger's scenario, with the defaults of a rule pack. Raises KeyError for an unknown trigger."""
    found = list(_RUN_FIELDS)
    owned, idle = TRIGGERS[trigger].owned, TRIGGERS[trigger].idle
    choosers = {one.of for one in owned}
    beside = {name: (one.of, one.values) for one in idle if one.of in choosers for name in one.settings}
    beside |= {name: (one.of, one.values) for one in owned for name in one.settings}
    own = _struct_fields(TRIGGERS[trigger].settings, "settings", "settings", "")
    changed = defaults(pack, trigger)
    for field in own:
        default = changed.get(field.key, field.default)
        found.append(msgspec.structs.replace(field, beside=beside.get(field.key), default=default))
    found += _struct_fields(Function, "function", "function", "")
    found += _choice_fields(Traffic, "traffic", "traffic", "Traffic", "When events arrive.", "single")
    found += _struct_fields(FailurePlan, "failures", "failures", "")
    return tuple(found)


def ignored(scenario: Scenario) -> list[tuple[Field, str]]:
    """The settings that somebody chose and that do nothing beside the others, as AWS ignores them, each with the reason."""
    known = scenario_fields(scenario.trigger, scenario.rules)
    fields = {field.path: field for field in known if field.section == "settings"}
    settings, found = scenario.settings, dict[str, tuple[Field, str]]()
    for idle in TRIGGERS[scenario.trigger].idle:
        if getattr(settings, idle.of) in idle.values:
            continue
        for name in idle.settings:
            field = fields[f"settings.{name}"]
            if msgspec.to_builtins(getattr(settings, name)) != field.default:
                found.setdefault(name, (field, idle.because))
    return list(found.values())


def _struct_fields(
    struct: type[msgspec.Struct],
    path: str,
    section: Section,
    prefix: str,
    of: str | None = None,
    variant: str | None = None,
) -> list[Field]:
    """The fields of a settings struct."""
    found: list[Field] = []
    for field in msgspec.structs.fields(struct):
        where, key = f"{path}.{field.name}", prefix + field.name
        default = field.default if field.default is not msgspec.NODEFAULT else _made(field)
        if variants(field.type):
            meta = _metadata(field.type)
            kind = str(type(default).__struct_config__.tag)
            found += _choice_fields(field.type, where, section, meta.title or field.name, meta.description or "", kind)
        else:
            found.append(_leaf(field.type, where, key, section, default, of, variant))
    return found


def _made(field: msgspec.structs.FieldInfo) -> Any:
    """The default of a field that makes a new one each time; None where there is none."""
    return field.default_factory() if field.default_factory is not msgspec.NODEFAULT else None


def _choice_fields(declared: Any, path: str, section: Section, title: str, sentence: str, default: str) -> list[Field]:
    """The field that chooses a kind, then the fields of each kind."""
    kinds = variants(declared)
    key = path.rsplit(".", 1)[-1]
    found = [
        Field(
            path=f"{path}.kind", key=key, section=section, title=title, help=sentence,
            kind="choice", choices=tuple(kinds), default=default,
        )
    ]  # fmt: skip
    for tag, struct in kinds.items():
        found += _struct_fields(struct, path, section, f"{key}_", key, tag)
    return found


def _leaf(
    declared: Any, path: str, key: str, section: Section, default: Any, of: str | None, variant: str | None
) -> Field:
    """One field that holds a value."""
    meta = _metadata(declared)
    info, nullable = _without_none(inspect.type_info(declared))
    kind, choices = _kind(info)
    extra = meta.extra or {}
    limits = info if isinstance(info, inspect.IntType | inspect.FloatType) else None
    return Field(
        path=path, key=key, section=section, of=of, variant=variant, title=meta.title or key, help=meta.description or "",
        unit=extra.get("unit", ""), kind=kind, choices=choices, minimum=limits.ge if limits else None,
        maximum=limits.le if limits else None, nullable=nullable, default=msgspec.to_builtins(default),
        assumed=extra.get("assumed", ""),
    )  # fmt: skip


def _kind(info: inspect.Type) -> tuple[FieldKind, tuple[str, ...]]:
    """What a type is for a form, and the values to choose from."""
    match info:
        case inspect.BoolType():
            return "boolean", ()
        case inspect.IntType():
            return "integer", ()
        case inspect.FloatType():
            return "number", ()
        case inspect.LiteralType():
            return "choice", tuple(str(value) for value in info.values)
        case inspect.ListType(item_type=inspect.LiteralType() as item):
            return "choices", tuple(str(value) for value in item.values)
        case inspect.StrType():
            return "text", ()
        case _:
            return "json", ()


def _without_none(info: inspect.Type) -> tuple[inspect.Type, bool]:
    """The type proper, and whether None may stand instead."""
    if isinstance(info, inspect.Metadata):
        return _without_none(info.type)
    if isinstance(info, inspect.UnionType):
        rest = [part for part in info.types if not isinstance(part, inspect.NoneType)]
        return _without_none(rest[0])[0], len(rest) < len(info.types)
    return info, False


def _metadata(declared: Any) -> msgspec.Meta:
    """The annotation of a field, wherever in its type it stands."""
    for part in (declared, *getattr(declared, "__args__", ())):
        for meta in getattr(part, "__metadata__", ()):
            if isinstance(meta, msgspec.Meta):
                return meta
    return msgspec.Meta()
