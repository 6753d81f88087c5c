"""Keeps a link that was published: `python -m tests.links.publish NAME LINK NOTE`.

Writes `tests/links/NAME.json`: the link as it was published, where, the scenario it stands for and the digest of its run; of
a comparison (`/compare/?a=...`) the same for each pane, as it is really run.
From then on `tests/test_links.py` holds us to both. A file is never changed, only added.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from simulations.comparison import read_comparison
from simulations.engine import Scenario, simulate_rows
from simulations.links import read_link

FOLDER = Path(__file__).resolve().parent
COMPARE = "/compare/?"
LINK_BYTES = 8_192


def digest(scenario: Scenario) -> str:
    """SHA-256 over all rows of the run, one JSON array a line."""
    found = hashlib.sha256()
    for chunk in simulate_rows(scenario):
        for row in chunk:
            found.update(msgspec.json.encode(row))
            found.update(b"\n")
    return found.hexdigest()


def panes(link: str) -> list[Scenario]:
    """The scenarios that a link stands for: one, or those of a comparison."""
    if COMPARE not in link:
        return [read_link(link)]
    found = read_comparison(link.partition(COMPARE)[2], LINK_BYTES)
    if not found.scenarios:
        raise ValueError(f"{link} compares nothing: {[pane.errors for pane in found.panes]} {found.errors}")
    return found.scenarios


def entry(link: str, note: str) -> dict[str, Any]:
    """What is kept of a link."""
    kept = [{"scenario": msgspec.to_builtins(one), "rows_sha256": digest(one)} for one in panes(link)]
    return {"published": note, "link": link, **(kept[0] if COMPARE not in link else {"panes": kept})}


def main(arguments: list[str]) -> int:
    """Write the file of a new link."""
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    name, link, note = arguments
    path = FOLDER / f"{name}.json"
    if path.exists():
        print(f"{path.name} is there already; a published link is never changed.", file=sys.stderr)
        return 1
    path.write_text(json.dumps(entry(link, note), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
