"""What an address compares: reading its links, giving pane A's events to all, and writing the canonical address."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from simulations import links
from simulations.engine import TRIGGERS, FieldError, Scenario, ScenarioErrors, parse_scenario
from simulations.engine.fields import scenario_fields
from simulations.engine.limits import UNKNOWN
from simulations.engine.rules import number
from simulations.engine.trigger import Trigger

LETTERS = "abc"
NONE = "none"  # no third pane
# without a dead-letter queue a message that always fails goes round until it is too old
_DLQ_AFTER = number("SQS-5", "recommended_max_receive_count")
_VISIBILITY_PER_TIMEOUT = number("SQS-8", "recommended_factor")
# an event whose function always fails: the caller knows, Lambda's queue loses it, a message queue keeps it
_DEFAULT = {
    "a": "trigger=api_gateway&error_rate=1",
    "b": "trigger=s3&error_rate=1",
    "c": f"trigger=sqs&error_rate=1&max_receive_count={_DLQ_AFTER}",
}
_SHARED = ("traffic", "failures", "seed")


class Pane(msgspec.Struct, kw_only=True):
    """One column: `link` as it was given; `replaced`: what of its own gave way to pane A's."""

    letter: str
    link: str
    texts: dict[str, str] = {}
    scenario: Scenario | None = None
    errors: list[FieldError] = []
    replaced: tuple[str, ...] = ()

    @property
    def trigger(self) -> Trigger | None:
        """Its trigger, as far as its link says one."""
        return TRIGGERS.get(self.texts.get("trigger", ""))


class Comparison(msgspec.Struct, kw_only=True):
    """What an address compares. `errors` belong to no pane; `moved`: it was given in another form than the canonical one."""

    panes: list[Pane]
    errors: list[FieldError] = []
    moved: bool = False

    @property
    def scenarios(self) -> list[Scenario]:
        """All scenarios, or none where anything is wrong."""
        found = [pane.scenario for pane in self.panes if pane.scenario is not None and not pane.errors]
        return found if len(found) == len(self.panes) and not self.errors else []


def address(pairs: Mapping[str, str]) -> str:
    """The address that compares these links, by letter."""
    return f"/compare/?{urlencode(pairs, quote_via=quote, safe='=,:/')}"


def canonical(scenarios: Sequence[Scenario]) -> str:
    """The address of exactly these scenarios."""
    return address(dict(zip(LETTERS, map(links.render_link, scenarios), strict=False)))


def read_comparison(query: str, most_bytes: int) -> Comparison:
    """What a query string compares, and everything that is wrong with it."""
    try:
        texts = links.read_texts(query)
    except ScenarioErrors as found:
        return Comparison(panes=[], errors=found.errors)
    if "trigger" in texts and not texts.keys() & set(LETTERS):
        return _beside_other_models(texts, most_bytes)
    given = dict(texts) if texts else dict(_DEFAULT)
    chosen = {letter: given.pop(f"{letter}_trigger", "") for letter in LETTERS}
    asked = {letter: given.pop(letter).strip() for letter in LETTERS if letter in given}
    errors = [_stray(key) for key in given]
    moved = any(chosen.values())
    panes = _chosen(_panes(asked, most_bytes), chosen, most_bytes)
    if len(panes) < 2 or panes[0].letter != "a":
        errors.append(FieldError("a" if panes and panes[0].letter != "a" else "b", UNKNOWN, _TOO_FEW))
    _share(panes)
    return Comparison(panes=panes, errors=errors, moved=moved)


_TOO_FEW = "A comparison needs two links at least, a and b; c may be a third."


def _stray(key: str) -> FieldError:
    if len(key) == 1 and key.isalpha():
        return FieldError(key, UNKNOWN, f"There are three panes at the most: {key} is one too many.")
    return FieldError(key[:100], UNKNOWN, f"A comparison has the links a, b and c, and nothing called {key[:100]!r}.")


def _panes(asked: Mapping[str, str], most_bytes: int) -> list[Pane]:
    """The links that are there; an empty third one is none."""
    return [_pane(letter, link, most_bytes) for letter, link in asked.items() if link or letter != "c"]


def _pane(letter: str, link: str, most_bytes: int) -> Pane:
    """One link with what it says."""
    texts: dict[str, str] = {}
    try:
        texts = links.read_texts(link, most_bytes)
        _refuse_nesting(texts)
        texts.pop("update", None)
        scenario = links.read_scenario(texts)
    except ScenarioErrors as found:
        return Pane(letter=letter, link=link, texts=texts, errors=found.errors)
    return Pane(letter=letter, link=link, texts=texts, scenario=scenario)


def _refuse_nesting(texts: Mapping[str, str]) -> None:
    if "trigger" not in texts and texts.keys() & set(LETTERS):
        message = "This is the address of a comparison. A pane takes the link of one scenario."
        raise ScenarioErrors([FieldError("", UNKNOWN, message)])


def _chosen(panes: list[Pane], chosen: Mapping[str, str], most_bytes: int) -> list[Pane]:
    """The panes after another trigger was chosen for some, a third was added, or taken away."""
    known = {pane.letter: pane for pane in panes}
    for letter, key in chosen.items():
        if key == NONE and letter == LETTERS[-1]:
            known.pop(letter, None)
        elif key in TRIGGERS:
            base = known.get(letter) or known.get("a")
            texts = base.texts if base else {}
            known[letter] = _pane(letter, links.render_query(_with_trigger(texts, key)), most_bytes)
        elif key and key != NONE:
            pane = known.setdefault(letter, Pane(letter=letter, link=""))
            pane.errors = [*pane.errors, FieldError("trigger", UNKNOWN, f"There is no trigger {key[:100]!r}.")]
    return [known[letter] for letter in LETTERS if letter in known]


def _with_trigger(texts: Mapping[str, str], key: str) -> dict[str, str]:
    """The same scenario through another trigger: what both know is kept, the rest is as a careful person would set it."""
    if texts.get("trigger") == key:
        return dict(texts)
    kept = links.kept_texts({**texts, "trigger": key})
    fields = {field.key: field for field in scenario_fields(key)}
    if "max_receive_count" in fields:
        kept["max_receive_count"] = str(_DLQ_AFTER)
    timeout, visibility = kept.get("timeout_s", ""), fields.get("visibility_timeout_s")
    if visibility and timeout.isdecimal() and "visibility_timeout_s" not in texts:
        needed = max(int(visibility.default), _VISIBILITY_PER_TIMEOUT * int(timeout[:6]))
        kept["visibility_timeout_s"] = str(min(needed, int(visibility.maximum or needed)))
    return kept


def _beside_other_models(texts: Mapping[str, str], most_bytes: int) -> Comparison:
    """One scenario, and the same events through the first trigger of each other model."""
    own = TRIGGERS.get(texts["trigger"])
    models = {trigger.model: trigger.key for trigger in reversed(TRIGGERS.values())}
    others = [key for model, key in reversed(models.items()) if own is None or model != own.model]
    found = [links.render_query(texts)]
    found += [links.render_query(_with_trigger(texts, key)) for key in others[: len(LETTERS) - 1]]
    panes = [_pane(letter, link, most_bytes) for letter, link in zip(LETTERS, found, strict=False)]
    if panes[0].errors:
        # one mistake is said once, where it was made
        panes[1:] = [_pane(pane.letter, f"trigger={pane.texts.get('trigger')}", most_bytes) for pane in panes[1:]]
    _share(panes)
    return Comparison(panes=panes, moved=True)


def _share(panes: Sequence[Pane]) -> None:
    """Give every pane the events, the failures and the seed of pane A."""
    first = panes[0].scenario if panes else None
    if first is None or panes[0].letter != "a":
        return
    for pane in panes[1:]:
        if pane.scenario is None:
            continue
        own = set(pane.texts)
        pane.replaced = tuple(
            name for name in _SHARED if own & _keys(pane.scenario, name) and _differs(pane.scenario, first, name)
        )
        try:
            pane.scenario = _with_events_of(pane.scenario, first)
        except ScenarioErrors as found:
            flat = links.flat_errors(found.errors, pane.scenario.trigger)
            pane.errors = [FieldError(error.field, error.code, f"With A's events: {error.message}") for error in flat]


def _keys(scenario: Scenario, name: str) -> set[str]:
    """The link keys of a part of a scenario."""
    return {field.key for field in scenario_fields(scenario.trigger) if field.path.split(".")[0] == name}


def shared_keys(scenario: Scenario) -> set[str]:
    """The link keys of what every pane has from pane A."""
    catchers = {field.key for field in scenario_fields(scenario.trigger) if field.path.startswith("failures.catchers")}
    return {key for name in _SHARED for key in _keys(scenario, name)} - catchers


def _differs(one: Scenario, other: Scenario, name: str) -> bool:
    raws = [msgspec.to_builtins(getattr(scenario, name)) for scenario in (one, other)]
    if name == "failures":
        for raw in raws:
            raw.pop("catchers")
    return bool(raws[0] != raws[1])


def _with_events_of(scenario: Scenario, first: Scenario) -> Scenario:
    raw: dict[str, Any] = msgspec.to_builtins(scenario)
    shared: dict[str, Any] = msgspec.to_builtins(first)
    catchers = raw["failures"]["catchers"]
    raw |= {name: shared[name] for name in _SHARED}
    raw["failures"] = {**shared["failures"], "catchers": catchers}
    return parse_scenario(raw)
