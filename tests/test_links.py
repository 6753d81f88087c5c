"""Every link that was ever published still parses to its scenario and simulates to its bytes."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from simulations.comparison import canonical
from simulations.engine.packs import NEWEST, changed_since
from simulations.links import read_link, render_link
from tests.links.publish import COMPARE, FOLDER, digest, panes

PUBLISHED = sorted(FOLDER.glob("*.json"))


def load(path: Path) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return kept


def test_links_are_kept() -> None:
    assert PUBLISHED


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_a_published_link_means_what_it_meant(path: Path) -> None:
    kept = load(path)
    scenarios = panes(kept["link"])
    for scenario, was in zip(scenarios, kept.get("panes", [kept]), strict=True):
        found = msgspec.to_builtins(scenario)
        # a field that was added since must do nothing by default; what was there must be the same
        assert includes(found, was["scenario"]), f"{kept['published']}: the scenario changed"
        assert digest(scenario) == was["rows_sha256"], f"{kept['published']}: the run changed"
        assert digest(read_link(render_link(scenario))) == was["rows_sha256"]
    if COMPARE in kept["link"]:
        assert panes(canonical(scenarios)) == scenarios


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_a_newer_rule_pack_changes_what_it_says_and_nothing_else(path: Path) -> None:
    kept = load(path)
    for scenario, was in zip(panes(kept["link"]), kept.get("panes", [kept]), strict=True):
        newest = msgspec.structs.replace(scenario, rules=NEWEST)
        changes = changed_since(scenario.rules, scenario.trigger, msgspec.to_builtins(scenario.settings))
        assert (digest(newest) != was["rows_sha256"]) == bool(changes)


def test_comparisons_are_kept_too() -> None:
    assert any(COMPARE in load(path)["link"] for path in PUBLISHED)


def includes(found: Any, kept: Any) -> bool:
    """Whether everything that was kept is there and equal."""
    if isinstance(found, dict) and isinstance(kept, dict):
        return all(name in found and includes(found[name], value) for name, value in kept.items())
    if isinstance(found, list) and isinstance(kept, list):
        return len(found) == len(kept) and all(map(includes, found, kept))
    return bool(found == kept)
