"""Scripts as they are sent: the same program on the same lines, without what is for readers of the source."""

from pathlib import Path

import pytest

from tests.browser.conftest import ROOT
from visualizer.static_files import without_comments

SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_what_is_sent_is_the_source_without_whole_line_comments(path: Path) -> None:
    source, sent = path.read_text(encoding="utf-8").split("\n"), without_comments(path.read_text(encoding="utf-8"))
    assert len(sent.split("\n")) == len(source), "a message of the browser names the line of the source"
    for before, after in zip(source, sent.split("\n"), strict=True):
        if before != after:
            assert after == ""
            assert before.lstrip().startswith(("/**", "*", "//"))


def test_only_whole_lines_go() -> None:
    script = 'const a = "http://x"; // kept\n  // gone\n/** gone\n * too */\nconst b = /** @type {any} */ (a);\n'
    assert without_comments(script) == 'const a = "http://x"; // kept\n\n\n\nconst b = /** @type {any} */ (a);\n'
