"""The signs: every outcome and every fate has a shape of its own, so colour is never the only difference; see `shapes.js`."""

from typing import NamedTuple

from django.utils.safestring import SafeString

from simulations.picture.markup import Value, element, plain

_ICON = 14

# strokes in a field of 14 by 14
_STROKES = {
    "succeeded": "M2.5 7.5l3 3.2 6-7",
    "failed": "M3.2 3.2l7.6 7.6M10.8 3.2l-7.6 7.6",
    "timed_out": "M7 1.5a5.5 5.5 0 1 0 .01 0M7 4v3.2l2.4 1.6",
    "throttled": "M2.5 7h9",
    "refused": "M7 2.4v5.4M7 10.6v.8",
    "cycle": "M11.6 5.2A5 5 0 0 0 2.4 5M2.4 8.8a5 5 0 0 0 9.2.2M11.8 2.2v3.2H8.6M2.2 11.8V8.6h3.2",
    "delivered": "M2.5 7.5l3 3.2 6-7",
    "captured": "M1.5 7.5h3l1.2 2h2.6l1.2-2h3M1.5 7.5v4.7h11V7.5M7 1.5v4.6M4.8 4.2L7 6.4l2.2-2.2",
    "lost": "M7 1.2a5.8 5.8 0 1 0 .01 0M3 11L11 3",
    "returned": "M12 4.5v3.2H2.6M5.6 4.6L2.4 7.7l3.2 3.2",
    "filtered": "M1.5 2.5h11L8.6 7.4v4.4l-3.2-1.6V7.4z",
    "": "M3 7h.01M7 7h.01M11 7h.01",
}
_STRIPED = {"throttled": "", "timed_out": "rotate(45)"}


class Box(NamedTuple):
    x: float
    y: float
    w: float
    h: float


def icon(name: str, cx: float, cy: float, size: float = _ICON) -> SafeString:
    """A sign around a middle."""
    scale = size / _ICON
    turned = f"translate({plain(cx - size / 2)} {plain(cy - size / 2)})"
    if scale != 1:
        turned += f" scale({scale:.4f})"
    return element("path", {"class": "icon", "d": _STROKES.get(name, _STROKES[""]), "transform": turned})


def _path(*steps: str | float) -> str:
    """A path from letters and numbers."""
    path = ""
    for step in steps:
        word = step if isinstance(step, str) else plain(step)
        path += word if not path or path[-1].isalpha() or word[0].isalpha() else f" {word}"
    return path


def outline(outcome: str, box: Box) -> str:
    """The outline of an attempt: capsule, square, capsule that is cut off, hexagon, square with its corners off."""
    x, y, w, h = box
    r, k = min(h, w) / 2, min(7.0, w / 3)
    right, low = x + w, y + h
    round_left = ("H", x + r, "A", r, r, "0 0 1", x + r, y, "z")
    match outcome:
        case "succeeded":
            return _path("M", x + r, y, "H", right - r, "A", r, r, "0 0 1", right - r, low, *round_left)
        case "timed_out":
            torn = ("L", right - k, y + h / 3, "L", right, y + 2 * h / 3, "L", right - k, low)
            return _path("M", x + r, y, "H", right, *torn, *round_left)
        case "throttled":
            point = ("L", right, y + h / 2, "L", right - k, low)
            return _path("M", x + k, y, "H", right - k, *point, "H", x + k, "L", x, y + h / 2, "z")
        case "refused":
            right_side = ("L", right, y + k, "V", low - k, "L", right - k, low)
            return _path("M", x + k, y, "H", right - k, *right_side, "H", x + k, "L", x, low - k, "V", y + k, "z")
        case _:
            return _path("M", x, y, "H", right, "V", low, "H", x, "z")


def patterns(name: str) -> SafeString:
    """Stripes for throttles and timeouts, in the colours of the page; ids begin with the picture's own name."""
    striped = []
    for outcome, turn in _STRIPED.items():
        own: dict[str, Value] = {"id": f"{name}-{outcome}", "width": 7, "height": 7, "patternUnits": "userSpaceOnUse"}
        if turn:
            own["patternTransform"] = turn
        striped.append(
            element(
                "pattern",
                own,
                element("rect", {"class": f"tint o-{outcome}", "width": 7, "height": 7}),
                element("rect", {"class": f"stripe o-{outcome}", "width": 2.4, "height": 7}),
            )
        )
    return element("defs", {}, *striped)


def body(outcome: str, box: Box, name: str) -> SafeString:
    """The body of a mark with its pattern."""
    fill: dict[str, Value] = {"fill": f"url(#{name}-{outcome})"} if outcome in _STRIPED else {}
    return element("path", {"class": "body", "d": outline(outcome, box), **fill})


def zigzag(start: float, end: float, at: float) -> str:
    """A line of teeth along a fold: time is left out here."""
    teeth = max(1, int((end - start) / 9 + 0.5))
    step = (end - start) / teeth / 2
    path = []
    for n in range(teeth * 2 + 1):
        off = 0 if n in {0, teeth * 2} else (-3 if n % 2 else 3)
        path.append(f"{'L' if n else 'M'}{start + n * step:.1f} {at + off:.1f}")
    return "".join(path)
