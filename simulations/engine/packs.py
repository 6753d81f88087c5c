"""Rule packs: what we knew of AWS's rules in a month. A link keeps to the pack that it names, and so keeps its run.

Links had no need to name one before there were two: one that names none means the first. What is made anew on the page names
the newest. A pack is called by its month, so that packs compare as texts. What a newer one says otherwise is a `Change`, and
where the engine acts on it, it asks the run's pack. Where AWS has changed a default, a scenario that names the pack and not
the setting takes what `defaults` has.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

PACKS = ("2026-11", "2026-12")
FIRST, NEWEST = PACKS[0], PACKS[-1]
PIPES_TELL_OF_THEMSELVES = "2026-12"


class Change(NamedTuple):
    """What a pack says otherwise than the ones before: by which rule, for which trigger, and where this setting is chosen."""

    pack: str
    rule: str
    trigger: str
    setting: str
    says: str


CHANGES = (
    Change(
        pack=PIPES_TELL_OF_THEMSELVES,
        rule="PIPE-5",
        trigger="pipes",
        setting="pipe_dead_letter_config",
        says="what a pipe tells its dead-letter queue names the pipe and not the function",
    ),
)


# the defaults of settings that are others from a pack on, by trigger
_DEFAULTS: dict[str, dict[str, dict[str, Any]]] = {
    "2026-12": {"sdk_invoke": {"new_retries_2026": True}},  # SDK-6
}


def known(name: str | None) -> str:
    """The pack of this name; the first one where none is named, or none is called so."""
    return name if name in PACKS else FIRST


def defaults(pack: str, trigger: str) -> dict[str, Any]:
    """The settings of a trigger whose defaults in this pack are others than in the first one."""
    found: dict[str, Any] = {}
    for since, triggers in _DEFAULTS.items():
        if since <= pack:
            found |= triggers.get(trigger, {})
    return found


def changed_since(pack: str, trigger: str, settings: Mapping[str, object]) -> list[Change]:
    """What newer packs say otherwise about a scenario with these settings; nothing, if there is no such pack."""
    changes = CHANGES if pack in PACKS else ()
    return [one for one in changes if one.pack > pack and one.trigger == trigger and settings.get(one.setting)]


def in_words(pack: str, changes: Sequence[Change]) -> str:
    """What they change for a link that names this pack."""
    return f"This link keeps to the rules of {pack}. Since then {'; '.join(one.says for one in changes)}."
