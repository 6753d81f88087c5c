"""Keeps a link that was published: `python -m tests.links.publish NAME LINK NOTE`.

Writes `tests/links/NAME.json`: the link as it was published, where, the scenario it stands for and the digest of its run.
From then on `tests/test_links.py` holds us to both. A file is never changed, only added.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from simulations.engine import Scenario, simulate_rows
from simulations.links import read_link

FOLDER = Path(__file__).resolve().parent


def digest(scenario: Scenario) -> str:
    """SHA-256 over all rows of the run, one JSON array a line."""
    found = hashlib.sha256()
    for chunk in simulate_rows(scenario):
        for row in chunk:
            found.update(msgspec.json.encode(row))
            found.update(b"\n")
    return found.hexdigest()


def entry(link: str, note: str) -> dict[str, Any]:
    """What is kept of a link."""
    scenario = read_link(link)
    return {
        "published": note,
        "link": link,
        "scenario": msgspec.to_builtins(scenario),
        "rows_sha256": digest(scenario),
    }


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
