"""A picture that stands alone: the page's own styles, written into the SVG as plain colours on white paper.

Other programs know neither the page's stylesheets nor CSS variables, so every variable is replaced by its value in the light
theme, and a colour that follows an outcome or a fate becomes one rule for each of them.
"""

import re
from functools import cache
from pathlib import Path

from django.utils.safestring import SafeString

from simulations.picture.markup import element

_CSS = Path(__file__).resolve().parent.parent.parent / "static" / "css"
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_VARIABLE = re.compile(r"var\((--[a-z_-]+)(?:,\s*var\((--[a-z_-]+)\))?\)")
_CLASS = re.compile(r"\.([A-Za-z_-][\w-]*)")
_UNKNOWN = ("cursor", "transition", "display", "overflow", "user-select", "-webkit-user-select", "font-variant-numeric")
_MARGIN = 16


def standalone(picture: SafeString) -> str:
    """The SVG of `draw` as a file of its own."""
    used = {name for names in re.findall(r'class="([^"]*)"', picture) for name in names.split()}
    tag, rest = picture.split(">", 1)
    size = re.search(r'viewBox="0 0 (\d+) (\d+)"', tag)
    assert size, "a picture says how large it is"
    width, height = (int(number) + 2 * _MARGIN for number in size.groups())
    box = f"{-_MARGIN} {-_MARGIN} {width} {height}"
    tag = re.sub(r'viewBox="[^"]*"', f'viewBox="{box}"', tag)
    tag = re.sub(r'width="\d+" height="\d+"', f'width="{width}" height="{height}"', tag)
    paper = element(
        "rect", {"x": -_MARGIN, "y": -_MARGIN, "width": width, "height": height, "fill": _names()["--paper"]}
    )
    style = f"<style>{_style(frozenset(used))}</style>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tag}>{style}{paper}{rest}\n'


@cache
def _names() -> dict[str, str]:
    """The names of the light theme with their values."""
    text = (_CSS / "tokens.css").read_text(encoding="utf-8").split("@media")[0]
    return {name: value.strip() for name, value in re.findall(r"(--[a-z_-]+):\s*([^;]+);", text)}


@cache
def _rules() -> list[tuple[list[str], str]]:
    """Selectors and declarations of the timeline's stylesheet, in order."""
    text = re.sub(r"/\*.*?\*/", "", (_CSS / "timeline.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r"@media[^{]*\{(?:[^{}]|\{[^{}]*\})*\}", "", text)
    return [([one.strip() for one in selectors.split(",")], body.strip()) for selectors, body in _RULE.findall(text)]


@cache
def _own() -> dict[str, str]:
    """What `--o` and `--f` are for each class that sets them: `o-failed` -> `--o-failed`."""
    own = {}
    for selectors, body in _rules():
        found = re.fullmatch(r"--[of]:\s*var\((--[a-z_-]+)\);?", body)
        if found:
            own.update({_CLASS.findall(selector)[0]: found[1] for selector in selectors})
    return own


def _style(used: frozenset[str]) -> str:
    """The rules that the picture needs."""
    lines = []
    for selectors, body in _rules():
        needed = [one for one in selectors if set(_CLASS.findall(one)) <= used and ":" not in one and "#" not in one]
        kept = [part.strip() for part in body.split(";") if part.strip() and part.split(":")[0].strip() not in _UNKNOWN]
        if needed and kept and not body.startswith("--"):
            lines += _resolved(needed, "; ".join(kept), used)
    return "\n".join(lines)


def _resolved(selectors: list[str], body: str, used: frozenset[str]) -> list[str]:
    """One rule without variables, or one for each outcome and fate."""
    follows = re.search(r"var\(--([of])\b(?!-)", body)
    if not follows:
        return [f"{', '.join(selectors)} {{ {_valued(body, '')} }}"]
    lines = []
    for name, variable in _own().items():
        if name not in used or name[0] != follows[1]:
            continue
        # the class that sets the colour stands at the element itself or at one around it
        mine = [one for selector in selectors for one in _with(selector, name)]
        if mine:
            lines.append(f"{', '.join(mine)} {{ {_valued(body, variable)} }}")
    return lines


def _with(selector: str, name: str) -> list[str]:
    """A selector for elements of a class, or inside one."""
    said = [one for one in _CLASS.findall(selector) if one in _own()]
    if said:
        return [selector] if name in said else []
    parts = selector.split()
    return [
        f".{name} {selector}",
        *(" ".join([*parts[:n], f"{part}.{name}", *parts[n + 1 :]]) for n, part in enumerate(parts)),
    ]


def _valued(body: str, own: str) -> str:
    """Declarations with values for names."""

    def value(found: re.Match[str]) -> str:
        name = own if found[1] in {"--o", "--f"} and own else found[1]
        return _names().get(name) or _names().get(found[2] or "", "none")

    return _VARIABLE.sub(value, body)
