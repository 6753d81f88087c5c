"""SVG as text: elements whose attributes and texts are always escaped, because ids and words come from users."""

import re

from django.utils.html import escape
from django.utils.safestring import SafeString

# what XML cannot hold, not even escaped
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Value = str | float


def plain(value: float) -> str:
    """A number with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"


def text(words: str) -> SafeString:
    """Words, never markup."""
    return escape(_UNWRITABLE.sub("\ufffd", words))


def element(name: str, attributes: dict[str, Value], *children: str) -> SafeString:
    """One element; a child that is not markup made here is a text and gets escaped."""
    told = "".join(
        f' {key}="{text(value) if isinstance(value, str) else plain(value)}"' for key, value in attributes.items()
    )
    inner = "".join(child if isinstance(child, SafeString) else text(child) for child in children)
    return SafeString(f"<{name}{told}>{inner}</{name}>" if inner else f"<{name}{told}/>")


def group(name: str, *children: str) -> SafeString:
    """A `g` of a class."""
    return element("g", {"class": name}, *children)
