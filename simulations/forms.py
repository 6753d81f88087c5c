"""The settings form as plain values: templates draw it, they compute nothing.

`build_form(trigger, raw, errors)` -> FormView, from `engine.fields.scenario_fields`; no AWS number stands here.
The form is one GET form on `/` whose inputs are the whole link; each name is a flat link key.

FormView
    trigger    key of the chosen trigger ("sqs")
    triggers   [Choice] for the trigger picker (an input named "trigger"); Choice(value, label, selected, help, group)
    hidden     [(name, value)] inputs of type hidden: v, rules
    newer      Newer(says, rules, link): what newer rule packs say otherwise about this scenario, and its address with the
               newest; None: nothing
    sections   [Section(key, title, inputs)], key: failures | settings | function | traffic | run
    errors     [Problem(field, id, title, message, code)]: the summary on top; id is the input to jump to, "" where the error
               belongs to no input (an unknown key); field is the flat key

Input
    name       flat key ("batch_size"); id: "id_batch_size", or "id_traffic_count-burst" for an input of one variant
    title      AWS's own name ("BatchSize"); help: one sentence; unit: "s", "ms", "" ...
    kind       number | select | text | json  (json: textarea holding one JSON value; booleans and lists of choices are
               selects, because an unticked box would vanish from the link)
    value      the text to show, as the person typed it if it was wrong; "" is "not set" where nullable
    minimum maximum step   texts for the attributes of a number ("" = leave the attribute out; step "1" or "any")
    choices    [Choice] of a select
    nullable   may be left empty (placeholder: "not set")
    assumed    id of the rule behind the badge ASSUMED ("": none), which leads to it; because: what that rule says
    error      sentence to show at the field ("" = none); set aria-invalid and aria-describedby
    chooses    True: this select picks a variant (traffic, duration, source): when it changes, show and enable the inputs whose
               variant_of is its name and one of whose variants is its value, hide and disable the others (a disabled input is
               not part of the link). Several inputs may share one name; never is more than one of them enabled.
    variant_of name of that select, "" for an input that always applies
    variant    its values for which this input applies, with spaces between them
    active     False: draw it hidden and disabled

Without JavaScript a changed trigger or variant is applied by a submit button `<button name="update" value="1">`:
`/?...&update=1` keeps every field that still applies and redirects to the canonical link. With JavaScript,
`/trigger-form/?...` (the same parameters) answers the partial `_form.html` with context {"form": FormView, "link": "/?..."}.
"""

import re
from collections.abc import Iterable, Mapping

import msgspec

from simulations import links
from simulations.engine import RULES, TRIGGERS, FieldError, packs
from simulations.engine.fields import Field, scenario_fields

_SECTIONS = {
    "failures": "What fails",
    "settings": "Settings: {label}",
    "function": "Function",
    "traffic": "Traffic",
    "run": "Run",
}
_HIDDEN = ("v", "rules")
_WORDS = {"true": "yes", "false": "no", "": "not set"}
_NUMBERS = ("integer", "number")


# the invocation models as the picker calls them
_MODELS = {
    "synchronous": "Synchronous: the caller waits",
    "asynchronous": "Asynchronous: Lambda queues",
    "queue": "Polled: queues and streams",
    "stream": "Polled: queues and streams",
    "broker": "Polled: queues and streams",
    "pipe": "Polled: queues and streams",
}


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One option of a select, or one trigger of the picker."""

    value: str
    label: str
    selected: bool
    help: str = ""
    group: str = ""


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """One input; see the module's docstring."""

    name: str
    id: str
    title: str
    help: str
    unit: str
    kind: str
    value: str
    minimum: str = ""
    maximum: str = ""
    step: str = ""
    choices: tuple[Choice, ...] = ()
    nullable: bool = False
    assumed: str = ""
    because: str = ""
    error: str = ""
    chooses: bool = False
    variant_of: str = ""
    variant: str = ""
    active: bool = True

    @property
    def title_parts(self) -> list[str]:
        """The title cut where a line may break: AWS's names are single words of up to thirty letters."""
        return re.split(r"(?<=[a-z])(?=[A-Z])", self.title)


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """Inputs under one heading."""

    key: str
    title: str
    inputs: tuple[Input, ...]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One error of the summary on top of the form."""

    field: str
    id: str
    title: str
    message: str
    code: str


class Newer(msgspec.Struct, frozen=True, kw_only=True):
    """That the link keeps to an older rule pack, and that it matters."""

    says: str
    rules: tuple[str, ...]
    link: str


class FormView(msgspec.Struct, frozen=True, kw_only=True):
    """The whole form; see the module's docstring."""

    trigger: str
    triggers: tuple[Choice, ...]
    hidden: tuple[tuple[str, str], ...]
    newer: Newer | None
    sections: tuple[Section, ...]
    errors: tuple[Problem, ...]


def build_form(texts: Mapping[str, str], errors: Iterable[FieldError] = ()) -> FormView:
    """The form with these texts in it, as they were typed; fields without one show their default."""
    trigger = texts.get("trigger", "")
    if trigger not in TRIGGERS:
        trigger = next(iter(TRIGGERS))
    fields = scenario_fields(trigger, packs.known(texts.get("rules")))
    problems = list(errors)
    said = {error.field: error.message for error in reversed(problems)}
    shown = [field for field in fields if field.key not in (*_HIDDEN, "trigger")]
    inputs = [(field.section, _input(field, fields, texts, said)) for field in shown]
    sections = tuple(
        Section(
            key=key,
            title=title.format(label=TRIGGERS[trigger].label),
            inputs=tuple(one for section, one in inputs if section == key),
        )
        for key, title in _SECTIONS.items()
    )
    by_name = {one.name: one for _, one in inputs if one.active}
    return FormView(
        trigger=trigger,
        triggers=tuple(
            Choice(
                value=one.key, label=one.label, selected=one.key == trigger, help=one.summary, group=_MODELS[one.model]
            )
            for one in TRIGGERS.values()
        ),
        hidden=tuple(
            (field.key, texts.get(field.key, links.text_of(field, field.default)))
            for field in fields
            if field.key in _HIDDEN
        ),
        newer=_newer(trigger, texts),
        sections=tuple(section for section in sections if section.inputs),
        errors=tuple(_problem(error, by_name) for error in problems),
    )


def _newer(trigger: str, texts: Mapping[str, str]) -> Newer | None:
    """What has changed since the rule pack of a link that is touched by it."""
    pack = texts.get("rules", packs.FIRST)
    changes = packs.changed_since(pack, trigger, texts)
    if not changes:
        return None
    link = links.render_query({**texts, "rules": packs.NEWEST})
    return Newer(says=packs.in_words(pack, changes), rules=tuple(one.rule for one in changes), link=f"/?{link}")


def _input(field: Field, fields: tuple[Field, ...], texts: Mapping[str, str], said: Mapping[str, str]) -> Input:
    default = links.text_of(field, field.default)
    chooser, variants = (field.of, (field.variant,)) if field.beside is None else field.beside
    active = chooser is None or texts.get(chooser, _default_of(fields, chooser)) in variants
    # what is set although it is not there is shown with its error
    active |= field.beside is not None and texts.get(field.key, default) != default
    value = texts.get(field.key, default) if active else default
    number = field.kind in _NUMBERS
    return Input(
        name=field.key,
        id=f"id_{field.key}" if field.variant is None else f"id_{field.key}-{field.variant}",
        title=field.title,
        help=field.help,
        unit=field.unit,
        kind=_kind(field),
        value=value,
        minimum=_limit(field.minimum),
        maximum=_limit(field.maximum),
        step=("1" if field.kind == "integer" else "any") if number else "",
        choices=_choices(field, value),
        nullable=field.nullable,
        assumed=field.assumed,
        because=_because(field),
        error=said.get(field.key, "") if active else "",
        chooses=any(field.key in (other.of, *(other.beside or ())[:1]) for other in fields),
        variant_of=chooser or "",
        variant=" ".join(filter(None, variants)),
        active=active,
    )


def _because(field: Field) -> str:
    """Why something is assumed, as its rule says."""
    return f"{field.assumed}: {RULES[field.assumed].sentence}" if field.assumed else ""


def _default_of(fields: tuple[Field, ...], key: str) -> str:
    return str(next(field.default for field in fields if field.key == key))


def _kind(field: Field) -> str:
    if field.kind in _NUMBERS:
        return "number"
    return field.kind if field.kind in ("text", "json") else "select"


def _limit(value: float | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if float(value).is_integer() else str(value)


def _choices(field: Field, value: str) -> tuple[Choice, ...]:
    """The options of a select; a value that is none of them is shown as well, as it was given."""
    match field.kind:
        case "boolean":
            values = ["true", "false"]
        case "choice":
            values = [*([""] if field.nullable else []), *field.choices]
        case "choices":
            # every subset: AWS has one choice here, or a handful
            values = [""]
            for choice in field.choices:
                values += [f"{one},{choice}" if one else choice for one in values]
        case _:
            return ()
    if value not in values:
        values.append(value)
    return tuple(
        Choice(value=one, label=_WORDS.get(one, one.replace(",", " + ")), selected=one == value) for one in values
    )


def _problem(error: FieldError, by_name: Mapping[str, Input]) -> Problem:
    at = by_name.get(error.field)
    title = at.title if at else error.field
    return Problem(field=error.field, id=at.id if at else "", title=title, message=error.message, code=error.code)
