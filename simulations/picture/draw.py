"""Finished runs as one SVG: the classes, shapes and words of `draw-svg.js` and `draw-axis.js`, so one CSS colours both.

One run is a picture of one pane; several panes stand on one axis, so that equal time is at equal place in all of them.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, zip_longest
from typing import NamedTuple

from django.utils.safestring import SafeString

from simulations.engine.trace import Row as TraceRow
from simulations.picture.activity import activity_of, together
from simulations.picture.columns import bad_ends, columns, strip
from simulations.picture.fold import Axis, Piece, folded_pieces
from simulations.picture.lanes import Lane, Lanes, lanes_of
from simulations.picture.layout import AXIS, Break, Figure, Row, cycle_words, layout, trail_of
from simulations.picture.marks import Glyph, Mark
from simulations.picture.markup import Value, element, group
from simulations.picture.points import Point
from simulations.picture.sentence import about, in_short
from simulations.picture.shapes import Box, body, icon, patterns, zigzag
from simulations.picture.story import Attempt, Story, read
from simulations.picture.words import FATE, OUTCOME, TIMES, counted, duration, text_width

_STRIP_EACH, _STRIP_AIR = 12, 14  # the true-scale strips under the axis
_HEAD = 30  # the name of a pane above its lanes
_TITLE, _NOTE = 14, 12  # type sizes of the names beside the lanes
_SMALL, _TWO_LINES = 10.5, 34  # the second line in a mark: its type, and how high a mark must be for it
_MOMENT = 26  # how thick what has no length is drawn
_BESIDE_MARK = 4  # air above and below a mark
_LONGEST_NAME = 30
_SIGN = 18  # of a flag without words
_LEAST_FOLD = 9  # a fold narrower than this is a tooth among others
_AIR = (10, 4)  # between words, and at the least
_SAVED = 6
_NUDGE = 8  # words under a fold may stand so far from its middle
Elements = Iterator[SafeString]


class Pane(NamedTuple):
    """One of the runs of a picture; `title` and `note` name it where there are several."""

    rows: Iterable[TraceRow]
    noun: str = "event"
    title: str = ""
    note: str = ""


class _Laid(NamedTuple):
    """A pane with everything that is drawn of it, `top` pixels down; `alone`: the pieces of its own axis."""

    pane: Pane
    number: int
    story: Story
    lanes: Lanes
    figure: Figure
    top: float
    alone: list[Piece]


def draw(rows: Iterable[TraceRow], noun: str = "event", *, room: float = 960, name: str = "still") -> SafeString:
    """The timeline of a run as an SVG element; see `draw_panes`."""
    return draw_panes([Pane(rows, noun)], room=room, name=name)


def draw_panes(panes: Sequence[Pane], *, room: float = 960, name: str = "still") -> SafeString:
    """The timelines of one or several runs on one axis, as an SVG element.

    `room`: pixels it should fit in, where its marks stay readable; `name` begins all ids, so that several pictures can
    stand in one page. A pane's noun is what its event is called, singular.
    """
    laid, beside = _laid_out(panes, room)
    top = laid[-1].top + laid[-1].figure.across
    width, height = beside + laid[0].figure.length, top + AXIS + _STRIP_AIR + _STRIP_EACH * len(panes)
    return element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "picture still",
            "role": "img",
            "aria-labelledby": f"{name}-title",
            "aria-describedby": f"{name}-desc",
            "viewBox": f"0 0 {width:.0f} {height:.0f}",
            "width": round(width),
            "height": round(height),
        },
        element(
            "title", {"id": f"{name}-title"}, ". ".join(_named(one, in_short(one.story, one.pane.noun)) for one in laid)
        ),
        element(
            "desc",
            {"id": f"{name}-desc"},
            " ".join(_named(one, about(one.story, one.alone, one.pane.noun)) for one in laid),
        ),
        patterns(name),
        *(_pane(one, beside, name) for one in laid),
        _moved(beside, top, group("axis", *_axis(laid[0].figure)), *_strips(laid)),
    )


def places(panes: Sequence[Pane], room: float) -> tuple[Figure, float]:
    """The figure of the first pane of the picture that `draw_panes` makes, and the room of the names beside it.

    Moments lie at the same place in all panes.
    """
    laid, beside = _laid_out(panes, room)
    return laid[0].figure, beside


def _laid_out(panes: Sequence[Pane], room: float) -> tuple[list[_Laid], float]:
    """Everything in its place on the axis of all panes, and the room of the names beside it."""
    stories = [read(pane.rows) for pane in panes]
    lanes = [lanes_of(story, pane.noun) for story, pane in zip(stories, panes, strict=True)]
    activities = [activity_of(story) for story in stories]
    axis = Axis(folded_pieces(together(activities)))
    pieces = [axis.pieces] if len(panes) == 1 else [folded_pieces(activity) for activity in activities]
    beside = max(width_of_names(one.lanes) for one in lanes)
    trail = max(trail_of(story, own) for story, own in zip(stories, lanes, strict=True))
    laid: list[_Laid] = []
    top = 0.0
    for number, (pane, story, own, alone) in enumerate(zip(panes, stories, lanes, pieces, strict=True), start=1):
        figure = layout(story, own, axis, room - beside, trail, compact=len(panes) > 1)
        top += _HEAD if pane.title else 0
        laid.append(_Laid(pane, number, story, own, figure, top, alone))
        top += figure.across
    return laid, beside


def _moved(x: float, y: float, *children: SafeString) -> SafeString:
    return element("g", {"transform": f"translate({x:.0f} {y:.0f})"}, *children)


def _named(one: _Laid, told: str) -> str:
    """What is told of a pane, with its name where it has one."""
    return f"{one.pane.title}: {told}" if one.pane.title else told


def _pane(one: _Laid, beside: float, name: str) -> SafeString:
    """The names and lanes of one run, under its own name where there are several."""
    figure = one.figure
    lanes = (
        group(
            "lane dense" if row.dense else "lane",
            *_lane(one, row, n, name),
        )
        for n, row in enumerate(figure.rows)
    )
    return _moved(
        0,
        one.top,
        *_head(one, beside + figure.length),
        group("names", *(_name(row) for row in figure.rows)),
        _moved(beside, 0, group("axis", *_ground(figure)), *lanes),
    )


def _head(one: _Laid, width: float) -> Elements:
    """The number and the name of a pane."""
    if not one.pane.title:
        return
    if one.number > 1:
        yield element("line", {"class": "between", "x1": 0, "x2": width, "y1": -_HEAD, "y2": -_HEAD})
    middle = -_HEAD / 2 + 4
    said = 30 + text_width(one.pane.title, _TITLE) + 8
    yield group(
        "pane-title",
        element("circle", {"class": "ring", "cx": 13, "cy": middle, "r": 9.5}),
        element("text", {"class": "ring-number", "x": 13, "y": middle + 4.5, "text-anchor": "middle"}, str(one.number)),
        element("text", {"class": "lane-title", "x": 30, "y": middle + 5}, one.pane.title),
        element("text", {"class": "lane-note", "x": said, "y": middle + 5}, one.pane.note),
    )


def _strips(laid: Sequence[_Laid]) -> Elements:
    """Every run at its true scale, on one scale."""
    for n, one in enumerate(laid):
        yield strip(one.figure, one.story, AXIS + 4 + n * _STRIP_EACH)


def width_of_names(lanes: Sequence[Lane]) -> float:
    """Room for what stands beside the lanes."""
    widths = [
        width for lane in lanes for width in (text_width(_cut(lane.title), _TITLE), text_width(_cut(lane.note), _NOTE))
    ]
    return round(max(widths, default=0) + 16)


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST_NAME else f"{words[: _LONGEST_NAME - 1]}…"


def _name(row: Row) -> SafeString:
    middle = row.top + row.size / 2
    whole = f"{row.lane.title}: {row.lane.note}" + ("" if len(row.lane.fates) > 1 else f". {FATE[row.lane.fate].says}")
    return group(
        f"f-{row.lane.fate}",
        element("title", {}, whole),
        element("text", {"class": "lane-title", "x": 4, "y": middle - 2}, _cut(row.lane.title)),
        element("text", {"class": "lane-note", "x": 4, "y": middle + 14}, _cut(row.lane.note)),
    )


def _ground(figure: Figure) -> Elements:
    """What runs through all lanes of a pane: lines between them, and faintly the stretches that are folded."""
    for row in figure.rows[1:]:
        yield _line("between", 0, figure.length, row.top)
    for fold in figure.breaks:
        width = max(0.0, fold.end - fold.start)
        kind = f"band {fold.piece.kind}"
        yield element("rect", {"class": kind, "x": fold.start, "width": width, "y": 0, "height": figure.across})


def _axis(figure: Figure) -> Elements:
    """Thick where time runs, teeth where it is left out, words for how long."""
    at = 14
    for piece in figure.axis.pieces:
        if piece.kind == "busy":
            yield _line("time", figure.place(piece.start), figure.place(piece.end), at)
    under = _words_under(figure.breaks)
    for n, fold in enumerate(figure.breaks):
        yield from _fold(fold, at, under.get(n))
    for tick in figure.ticks:
        yield element("line", {"class": "tick", "x1": tick.x, "x2": tick.x, "y1": at - 4, "y2": at + 4})
        first = tick.us == 0
        anchor: dict[str, Value] = {"text-anchor": "start" if first else "middle", "dx": -4 if first else 0}
        yield element(
            "text", {"class": "time-label", "x": tick.x, "y": at + (38 if under else 24), **anchor}, tick.label
        )


def _line(name: str, start: float, end: float, at: float) -> SafeString:
    return element("line", {"class": name, "y1": at, "y2": at, "x1": start, "x2": end})


def _fits(fold: Break, words: str) -> bool:
    return fold.end - fold.start >= text_width(words, 12) + 2


def _words_under(folds: Sequence[Break]) -> dict[int, tuple[str, float]]:
    """The words of folds that are too narrow for them, and their middle, as far as they do not run into each other."""
    narrow = [
        n
        for n, fold in enumerate(folds)
        if fold.end - fold.start >= _LEAST_FOLD and not _fits(fold, fold.label) and not _fits(fold, fold.shorter)
    ]
    under: dict[int, tuple[str, float]] = {}
    end = -math.inf
    for n, following in zip_longest(narrow, narrow[1:]):
        middle = (folds[n].start + folds[n].end) / 2
        until = math.inf if following is None else _begins_under(folds[following])
        fitting = [
            (words, place, half)
            for air in _AIR
            for words in _choices(folds[n])
            for half in [text_width(words, 11) / 2]
            for place in [max(middle, end + air + half)]
            if place <= middle + _NUDGE
        ]
        if fitting:
            # the long words, where they leave room for the short ones of the next
            words, place, half = next((one for one in fitting if one[1] + one[2] <= until), fitting[-1])
            under[n] = words, place
            end = place + half
    return under


def _begins_under(fold: Break) -> float:
    """Where the words before the short ones of a fold must end."""
    least = min(text_width(one, 11) for one in _choices(fold))
    return (fold.start + fold.end - least) / 2 + _NUDGE - _AIR[0]


def _choices(fold: Break) -> tuple[str, ...]:
    """What a fold may say: the short words only where they save room."""
    saves = text_width(fold.shorter, 11) < text_width(fold.label, 11) - _SAVED
    return (fold.label, fold.shorter) if saves else (fold.label,)


def _fold(fold: Break, at: float, under: tuple[str, float] | None) -> Elements:
    yield element("path", {"class": "fold", "d": zigzag(fold.start, fold.end, at)}, element("title", {}, fold.label))
    middle, room = (fold.start + fold.end) / 2, fold.end - fold.start
    label = next((words for words in (fold.label, fold.shorter) if _fits(fold, words)), "")
    if label:
        wide = min(text_width(label, 12) + 6, room)
        plate: dict[str, Value] = {"x": middle - wide / 2, "y": at - 9, "width": wide, "height": 18, "rx": 9}
        yield element("rect", {"class": "fold-plate", **plate})
        yield element("text", {"class": "fold-label", "x": middle, "y": at + 4, "text-anchor": "middle"}, label)
    elif under:
        said, x = under
        place: dict[str, Value] = {"x": x, "y": at + 19, "text-anchor": "middle"}
        yield element("text", {"class": "fold-label under", **place}, said)
    elif fold.piece.kind == "cycle":
        yield icon("cycle", middle, at)


def _lane(one: _Laid, row: Row, n: int, name: str) -> Elements:
    figure = one.figure
    if row.dense:
        yield element("title", {}, counted(row.total, "attempt"))
        yield from columns(figure, one.story, one.lanes, n)
        yield from bad_ends(figure, one.story, one.lanes, n)
    else:
        yield from _wait(figure, row, one.story.end_us)
    for glyph in row.glyphs:
        yield _glyph(figure, row, glyph)
    for mark in row.marks:
        yield _mark(figure, row, mark, name)
    crowded = _crowded_flags(figure, row)
    for point in row.points:
        yield _point(figure, row, point, bare=id(point) in crowded)


def _crowded_flags(figure: Figure, row: Row) -> set[int]:
    """The flags whose words would run into the flag beside them: they keep stem and sign, and say the words as a title."""
    crowded: set[int] = set()
    flags = [point for point in row.points if point.kind not in {"arrived", "end"}]
    signs = [figure.place(point.us) if point.kind == "early" else math.inf for point in flags]
    following = [*accumulate(reversed(signs[1:]), min, initial=figure.length)][::-1][: len(flags)]
    free = -math.inf
    for point, sign in zip(flags, following, strict=True):
        along, wide, early = figure.place(point.us), text_width(_flag_words(point)), point.kind == "early"
        after = early or _is_first(along, wide)
        start, end = (along, along + 24 + wide) if after else (along - 6 - wide, along)
        if start < free or (after and sign < end):
            crowded.add(id(point))
            end = along + (_SIGN if early else 0)
        free = max(free, end)
    return crowded


def _is_first(along: float, wide: float) -> bool:
    """Whether there is no room for words before a flag, at the left edge."""
    return along - 6 - wide < 0


def _flag_words(point: Point) -> str:
    return f"{point.word} {TIMES} {point.count:,}" if point.count > 1 and point.kind != "early" else point.word


def _wait(figure: Figure, row: Row, run_end_us: int) -> Elements:
    """The line from the first arrival to the last end, or to the end of the run where an event is open."""
    arrived = next((point for point in row.points if point.kind == "arrived"), None)
    if arrived is None:
        return
    ends = [point for point in row.points if point.kind in {"end", "early"}]
    is_open = sum(end.count for end in ends) < row.lane.events
    until = max(row.last_us, run_end_us if is_open else 0, *(end.us for end in ends))
    yield _line("wait", figure.place(arrived.us), figure.place(until), row.middle(0))


def _box(row: Row, n: int, start: float, end: float) -> Box:
    """A box along time in the n-th row of a lane."""
    return Box(start, row.middle(n) - row.each / 2 + _BESIDE_MARK, end - start, row.each - 2 * _BESIDE_MARK)


def _end_of(figure: Figure, mark: Mark) -> float:
    """Where a mark ends, as it is drawn."""
    return max(figure.place(mark.attempt.end), figure.place(mark.attempt.at) + 16)


def _mark(figure: Figure, row: Row, mark: Mark, name: str) -> SafeString:
    attempt = mark.attempt
    box = _box(row, mark.row, figure.place(attempt.at), _end_of(figure, mark))
    if attempt.at == attempt.end:
        high = min(box.h, _MOMENT)
        box = box._replace(y=box.y + (box.h - high) / 2, h=high)
    outcome = OUTCOME[attempt.outcome]
    number = f"{mark.number:,}" if row.lane.events == 1 else f"{TIMES} {mark.members}" if mark.members > 1 else ""
    return element(
        "g",
        {"class": f"mark o-{attempt.outcome}", "data-seq": attempt.seq},
        element("title", {}, f"Attempt {mark.number} at {duration(attempt.at)}: {outcome.says}"),
        body(attempt.outcome, box, name),
        *_init(box, attempt),
        *_inside(box, attempt.outcome, number, outcome.word),
    )


def _init(box: Box, attempt: Attempt) -> Elements:
    """The part of an attempt in which its environment is made, as round as the attempt itself."""
    if attempt.init_us > 0:
        width = max(0.0, box.w * min(1, attempt.init_us / max(1, attempt.end - attempt.at)) - 1)
        sizes = {"x": box.x + 1, "y": box.y + 1, "width": width, "height": box.h - 2}
        round_ends = min(box.w, box.h) / 2 if attempt.outcome == "succeeded" else 2
        yield element("rect", {"class": "init", "rx": round_ends, **sizes})


def _inside(box: Box, sign: str, number: str, word: str, *, plate: bool = True) -> Elements:
    """Icon, number and word, as far as there is room; the word in a second line where there is none beside the number."""
    if box.h < 12 or box.w < 12:
        return
    both = f"{number} {word}".strip()
    words = next((one for one in (both, number) if one and box.w >= text_width(one) + 26), "")
    if words == number and word and box.h >= _TWO_LINES and box.w >= text_width(word, _SMALL) + 12:
        x, middle = box.x + box.w / 2, box.y + box.h / 2
        wide = max(text_width(word, _SMALL), 18 + text_width(number)) + 8
        yield element(
            "rect", {"class": "plate", "x": x - wide / 2, "y": middle - 16, "width": wide, "height": 33, "rx": 6}
        )
        yield from _inside(box._replace(y=box.y - 8), sign, number, "", plate=False)
        yield element("text", {"class": "word", "x": x, "y": middle + 13, "text-anchor": "middle"}, word)
        return
    if not words and number and sign != "cycle" and box.h >= _TWO_LINES and box.w >= text_width(number, _SMALL) + 4:
        x, middle = box.x + box.w / 2, box.y + box.h / 2
        wide = min(box.w - 2, max(text_width(number, _SMALL), 14) + 8)
        yield element(
            "rect", {"class": "plate", "x": x - wide / 2, "y": middle - 16, "width": wide, "height": 33, "rx": 6}
        )
        yield icon(sign, x, middle - 8)
        yield element("text", {"class": "word", "x": x, "y": middle + 13, "text-anchor": "middle"}, number)
        return
    middle, wide = box.y + box.h / 2, 18 + text_width(words) if words else 14
    if not words and sign == "cycle" and box.w >= text_width(number) + 6:
        # the dashed outline says that it is a cycle: how often is worth more than its icon
        yield element("text", {"x": box.x + box.w / 2, "y": middle + 4.5, "text-anchor": "middle"}, number)
        return
    left = box.x + (box.w - wide) / 2
    if box.w >= 34 and plate:
        ground: dict[str, Value] = {"x": left - 5, "y": middle - 9, "width": wide + 10, "height": 18, "rx": 9}
        yield element("rect", {"class": "plate", **ground})
    yield icon(sign, left + 7, middle)
    if words:
        yield element("text", {"x": left + 18, "y": middle + 4.5}, words)


def _glyph(figure: Figure, row: Row, glyph: Glyph) -> SafeString:
    """Many equal attempts as one sign."""
    start, end = figure.place(glyph.piece.start) + 3, figure.place(glyph.piece.end) - 3
    box = _box(row, 0, start, max(end, start + 1))
    outcome, pace = OUTCOME[glyph.outcome], f"every {duration(glyph.period_us)}"
    alone = glyph.piece.period_us and glyph.piece.times == glyph.count
    return element(
        "g",
        {"class": f"mark cycle o-{glyph.outcome}", "data-seq": glyph.first.attempt.seq},
        element("title", {}, f"{cycle_words(glyph.count, glyph.period_us)}: {outcome.says}"),
        element("rect", {"class": "body", "x": box.x, "y": box.y, "width": box.w, "height": box.h, "rx": 5}),
        *_inside(box, "cycle", f"{TIMES} {glyph.count:,}", outcome.word if alone else pace),
    )


def _place_of(figure: Figure, row: Row, point: Point) -> float:
    """Where a sign stands: after the mark that it is about and those of its row, however wide they are drawn, and outside a cycle."""
    along = figure.place(point.us)
    cycle = next((glyph.piece for glyph in row.glyphs if glyph.piece.start <= point.us < glyph.piece.end), None)
    if point.kind == "arrived":
        return figure.place(cycle.start) if cycle else along
    if point.kind != "end":
        return along
    about = (_end_of(figure, mark) for mark in row.marks if mark.row == 0 or mark.attempt.end == point.us)
    return max([along, figure.place(cycle.end) if cycle else 0, *about])


def _point(figure: Figure, row: Row, point: Point, *, bare: bool) -> SafeString:
    along, middle = _place_of(figure, row, point), row.middle(0)
    if point.kind == "arrived":
        return element("circle", {"class": "point arrived", "cx": along - 9, "cy": middle, "r": 4.5})
    if point.kind == "end":
        x = along + 20
        return element(
            "g",
            {"class": f"point end f-{point.fate}", "data-seq": point.seq},
            element("circle", {"class": "halo", "cx": x, "cy": middle, "r": 12}),
            icon(point.fate, x, middle, 18),
            *([element("text", {"x": x + 15, "y": middle + 5}, point.word)] if point.word else []),
        )
    return element(
        "g",
        {"class": f"point flag {point.kind} f-{point.fate}", "data-seq": point.seq},
        *_flag(point, along, row.top + 13, 0 if row.dense else middle, bare=bare),
    )


def _flag(point: Point, along: float, y: float, foot: float, *, bare: bool) -> Elements:
    """A limit is written before its moment where there is room, an early end after it; crowded lanes have no `foot` for a stem."""
    if bare:
        yield element("title", {}, _flag_words(point))
    if foot:
        yield element("line", {"class": "stem", "x1": along, "x2": along, "y1": y - 8, "y2": foot})
    if point.kind == "early":
        yield icon(point.fate, along + 10, y - 4)
        if not bare:
            yield element("text", {"x": along + 21, "y": y}, point.word)
    elif not bare:
        words = _flag_words(point)
        before: dict[str, Value] = {"x": along - 6, "y": y, "text-anchor": "end"}
        yield element("text", {"x": along + 6, "y": y} if _is_first(along, text_width(words)) else before, words)
