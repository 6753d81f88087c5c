"""Real situations, one TOML file each: what a page of examples is made from, and what its tests hold it to.

A situation has examples; an example is a link and its claims; a claim is a sentence, the rule behind it and what must hold
in the run. Numbers in a sentence are names of facts in braces, `{events.captured}`: see `facts`. Backticks are code, rule
ids become links. A new file beside this one is a new situation; files are shown in the order of their names.
"""

from pathlib import Path
from typing import Any

import msgspec

_FOLDER = Path(__file__).parent


class Claim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to look for in a run; `holds` maps facts to the values they must have."""

    rule: str
    says: str
    holds: dict[str, Any]


class Example(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One run of a situation; `cli`: the settings as commands of the AWS CLI, where they are short."""

    key: str
    title: str
    link: str
    claims: list[Claim]
    cli: str = ""


class Situation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A situation; `tutorial`: the rules that say where AWS does more, or something else, than the tutorial says."""

    key: str
    title: str
    story: str
    examples: list[Example]
    cli: str = ""
    tutorial: list[str] = []


def load(text: str) -> Situation:
    """A situation from its file's text. Raises `msgspec.ValidationError` where something is missing or unknown."""
    return msgspec.toml.decode(text, type=Situation)


SITUATIONS: tuple[Situation, ...] = tuple(
    load(path.read_text(encoding="utf-8")) for path in sorted(_FOLDER.glob("*.toml"))
)
