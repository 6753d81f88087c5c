"""The palette keeps its distances: every sign stands out from its ground, and no two outcomes look alike, to any eye.

Contrast as WCAG 2.2 counts it; difference of colours as CIEDE2000, for usual eyes and for three kinds of colour blindness
(the matrices of Machado, Oliveira and Fernandes, 2009, at full severity).
"""

import math
import re
from itertools import combinations
from pathlib import Path

import pytest

CSS = (Path(__file__).resolve().parent.parent / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
SIGNS = ("o-succeeded", "o-failed", "o-throttled", "o-timed_out", "o-refused", "wait", "f-captured", "f-lost")
OUTCOMES = ("o-succeeded", "o-failed", "o-throttled", "o-timed_out", "f-captured", "f-lost")
GROUNDS = ("paper", "raised", "fold")
LEAST_CONTRAST = 3.0
LEAST_TEXT = 4.5
LEAST_DIFFERENCE = 10.0

Triple = tuple[float, float, float]
EYES: dict[str, tuple[Triple, Triple, Triple]] = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def tokens(selector: str) -> dict[str, str]:
    """The colours that a rule of tokens.css gives."""
    block = CSS.split(selector, 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


THEMES = {"light": tokens(":root {"), "dark": tokens(':root[data-theme="dark"] {')}


def linear(colour: str) -> Triple:
    """Red, green and blue as amounts of light."""
    parts = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def times(matrix: tuple[Triple, Triple, Triple], light: Triple) -> Triple:
    red, green, blue = (sum(a * b for a, b in zip(row, light, strict=True)) for row in matrix)
    return red, green, blue


def contrast(one: str, other: str) -> float:
    bright, dark = sorted(times(((0.2126, 0.7152, 0.0722),) * 3, linear(each))[0] for each in (one, other))[::-1]
    return (bright + 0.05) / (dark + 0.05)


XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
WHITE = (0.95047, 1.0, 1.08883)


def lab(colour: str, eye: str) -> Triple:
    seen = times(EYES[eye], linear(colour))
    clipped = (min(1.0, max(0.0, seen[0])), min(1.0, max(0.0, seen[1])), min(1.0, max(0.0, seen[2])))
    x, y, z = (
        value ** (1 / 3) if value > (6 / 29) ** 3 else value / (3 * (6 / 29) ** 2) + 4 / 29
        for value in (amount / white for amount, white in zip(times(XYZ, clipped), WHITE, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def difference(one: Triple, other: Triple) -> float:
    """CIEDE2000 (Sharma, Wu and Dalal, 2005)."""
    chroma = (math.hypot(*one[1:]) + math.hypot(*other[1:])) / 2
    g = 0.5 * (1 - math.sqrt(chroma**7 / (chroma**7 + 25**7)))
    a1, a2 = one[1] * (1 + g), other[1] * (1 + g)
    c1, c2 = math.hypot(a1, one[2]), math.hypot(a2, other[2])
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 if a or b else 0.0 for a, b in ((a1, one[2]), (a2, other[2])))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    lightness, colour, hue = (one[0] + other[0]) / 2, (c1 + c2) / 2, h1 + h2
    if c1 * c2:
        hue = (h1 + turn / 2) % 360
    t = (
        1
        - 0.17 * math.cos(math.radians(hue - 30))
        + 0.24 * math.cos(math.radians(2 * hue))
        + 0.32 * math.cos(math.radians(3 * hue + 6))
        - 0.20 * math.cos(math.radians(4 * hue - 63))
    )
    weight_l = 1 + 0.015 * (lightness - 50) ** 2 / math.sqrt(20 + (lightness - 50) ** 2)
    weight_c, weight_h = 1 + 0.045 * colour, 1 + 0.015 * colour * t
    rotated = math.sin(math.radians(60 * math.exp(-(((hue - 275) / 25) ** 2))))
    r = -2 * math.sqrt(colour**7 / (colour**7 + 25**7)) * rotated
    dl, dc = (other[0] - one[0]) / weight_l, (c2 - c1) / weight_c
    dh = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2)) / weight_h
    return math.sqrt(dl**2 + dc**2 + dh**2 + r * dc * dh)


def test_the_measure_is_the_published_one() -> None:
    """Pairs 1 and 17 of the test data of Sharma, Wu and Dalal; black on white by WCAG."""
    assert difference((50, 2.6772, -79.7751), (50, 0, -82.7485)) == pytest.approx(2.0425, abs=1e-4)
    assert difference((50, 2.5, 0), (73, 25, -18)) == pytest.approx(27.1492, abs=1e-4)
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_stands_out_from_its_ground(theme: str, ground: str, sign: str) -> None:
    colours = THEMES[theme]
    assert contrast(colours[sign], colours[ground]) >= LEAST_CONTRAST


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ink", ["ink", "quiet", "accent"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_every_text_can_be_read(theme: str, ink: str, ground: str) -> None:
    assert contrast(THEMES[theme][ink], THEMES[theme][ground]) >= LEAST_TEXT


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("outcome", ["o-succeeded", "o-failed"])
def test_what_is_written_in_a_mark_can_be_read(theme: str, outcome: str) -> None:
    assert contrast(THEMES[theme]["on-mark"], THEMES[theme][outcome]) >= LEAST_TEXT


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("eye", EYES)
def test_no_two_ends_look_alike_to_any_eye(theme: str, eye: str) -> None:
    seen = {name: lab(THEMES[theme][name], eye) for name in OUTCOMES}
    close = {pair: difference(seen[pair[0]], seen[pair[1]]) for pair in combinations(OUTCOMES, 2)}
    assert {pair: found for pair, found in close.items() if found < LEAST_DIFFERENCE} == {}


def test_the_dark_colours_are_the_same_by_system_and_by_choice() -> None:
    assert tokens(':root:not([data-theme="light"]) {') == THEMES["dark"]
