"""The server's picture: the same golden vectors as the browser's, and what a picture owes to whoever reads it."""

import json
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulations import links
from simulations.engine import simulate_rows
from simulations.engine.trace import Kind, Outcome, Row
from simulations.picture import Pane, draw, draw_panes, events_table, summary, table
from simulations.picture.activity import Activity, activity_of, together
from simulations.picture.cycles import fold_cycles
from simulations.picture.episodes import episodes_of
from simulations.picture.fold import Axis, folded_pieces
from simulations.picture.lanes import lanes_of
from simulations.picture.layout import layout, trail_of
from simulations.picture.story import read
from simulations.picture.voices import quiet_of
from simulations.picture.words import OUTCOME, duration, roughly

GOLDEN = Path(__file__).parent / "golden"
SVG = "{http://www.w3.org/2000/svg}"
# where the rows of a kind hold moments, besides the second place
MOMENTS = {Kind.ATTEMPT: (6, 8), Kind.HIDDEN: (4,), Kind.WAITING: (4,)}
DAY = 86_400_000_000


def golden_files(folder: str) -> list[Any]:
    return [pytest.param(path, id=path.stem) for path in sorted((GOLDEN / folder).glob("*.json"))]


def run(query: str, records: int = 2_000) -> list[Row]:
    scenario = links.read_scenario(links.read_texts(query, 8_000))
    return [row for chunk in simulate_rows(scenario, record_limit=records) for row in chunk]


def golden_rows(entries: list[Any]) -> list[Row]:
    """Rows in order; `{times, every_us, rows}` stands for rows that repeat, "#" in their ids for the number of the repetition."""
    return sorted(map(tuple, _unfolded(entries)), key=lambda row: row[1])


def _unfolded(entries: list[Any]) -> Iterator[list[Any]]:
    for entry in entries:
        if isinstance(entry, list):
            yield entry
            continue
        for n in range(entry["times"]):
            for row in entry["rows"]:
                moved = json.loads(json.dumps(row).replace("#", str(n + 1))) if "#" in str(row) else list(row)
                for place in (1, *MOMENTS.get(row[0], ())):
                    moved[place] += n * entry["every_us"]
                yield moved


def golden_activity(given: dict[str, Any]) -> Activity:
    """What a golden vector describes: a fourth number of a span says how often it repeats, a fifth how far apart."""
    spans = [
        (start + n * every, end + n * every, key)
        for start, end, key, repeat, every in ([*span, 1, 0][:5] for span in given["spans"])
        for n in range(repeat)
    ]
    return Activity(spans, [tuple(one) for one in given["instants"]], given["end_us"])


@pytest.mark.parametrize("path", [*golden_files("fold"), *golden_files("panes")])
def test_time_folds_as_in_the_browser(path: Path) -> None:
    golden = json.loads(path.read_text(encoding="utf-8"))
    given = golden["given"]
    activity = (
        together([golden_activity(one) for one in given["panes"]]) if "panes" in given else golden_activity(given)
    )
    episodes = episodes_of(activity.spans, activity.instants)
    items = [
        {"kind": "cycle", "from": item.first, "count": item.times, "period_us": item.period_us}
        if item.times
        else {"kind": "one", "from": item.first}
        for item in fold_cycles(episodes, quiet_of(episodes, activity.loud))
    ]
    pieces = folded_pieces(activity)
    axis = Axis(pieces)
    assert items == golden.get("items", items)
    assert [[one.kind, one.start, one.end, pytest.approx(one.width, abs=0.0006)] for one in pieces] == golden.get(
        "pieces"
    ) or "count" in golden
    assert [len(items), len(pieces), pytest.approx(axis.width, abs=0.06)] == golden.get("count") or "items" in golden
    for us, x in golden["points"]:
        assert axis.project(us) == pytest.approx(x, abs=0.01)
        assert axis.unproject(axis.project(us)) == us


def figure_of(
    noun: str, room: float, rows: list[Any], shared: Axis | None = None, trail: float | None = None
) -> dict[str, Any]:
    """A figure in the shape of the golden files; `shared`: the axis of several panes, which need `trail` after the end."""
    story = read(golden_rows(rows))
    lanes = lanes_of(story, noun)
    axis = shared or Axis(folded_pieces(activity_of(story)))
    figure = layout(story, lanes, axis, room, trail, compact=shared is not None)
    place = figure.place
    return {
        "size": [figure.length, figure.across, figure.axis.width],
        "lanes": [[*row.lane[:4], row.dense, row.total, row.top, row.size] for row in figure.rows],
        "marks": [
            [n, one.seq, one.outcome, mark.members, mark.row, place(one.at), place(one.end)]
            for n, row in enumerate(figure.rows)
            for mark in row.marks
            for one in [mark.attempt]
        ],
        "glyphs": [
            [
                n,
                one.count,
                one.outcome,
                one.first.attempt.seq,
                one.period_us,
                place(one.piece.start),
                place(one.piece.end),
            ]
            for n, row in enumerate(figure.rows)
            for one in row.glyphs
        ],
        "points": [
            [n, one.kind, one.seq, one.count, one.word, one.fate, place(one.us)]
            for n, row in enumerate(figure.rows)
            for one in row.points
        ],
        "breaks": [[one.start, one.end, one.label, one.shorter] for one in figure.breaks],
        "ticks": [[tick.x, tick.label] for tick in figure.ticks],
    }


def close(value: Any) -> Any:
    """The same with room for the last digit of its fractions."""
    if isinstance(value, list):
        return [close(one) for one in value]
    return value if isinstance(value, str | bool) else pytest.approx(value, abs=0.006)


@pytest.mark.parametrize("path", golden_files("layout"))
def test_everything_lies_where_the_browser_puts_it(path: Path) -> None:
    golden = json.loads(path.read_text(encoding="utf-8"))
    for part, found in figure_of(**golden["given"]).items():
        assert found == close(golden[part]), part


@pytest.mark.parametrize("path", golden_files("side-by-side"))
def test_panes_lie_where_the_browser_puts_them(path: Path) -> None:
    golden = json.loads(path.read_text(encoding="utf-8"))
    panes = golden["given"]["panes"]
    axis = Axis(folded_pieces(together([activity_of(read(golden_rows(pane["rows"]))) for pane in panes])))
    stories = [read(golden_rows(pane["rows"])) for pane in panes]
    trail = max(trail_of(story, lanes_of(story, pane["noun"])) for story, pane in zip(stories, panes, strict=True))
    for pane, expected in zip(panes, golden["panes"], strict=True):
        found = figure_of(**pane, room=golden["given"]["room"], shared=axis, trail=trail)
        assert {part: found[part] for part in expected} == {part: close(value) for part, value in expected.items()}


MODELS = {
    "request": "trigger=api_gateway&error_rate=1",
    "notification": "trigger=s3&error_rate=1",
    "message": "trigger=sqs&error_rate=1&max_receive_count=5",
}


def test_equal_time_is_at_equal_place_in_all_panes() -> None:
    panes = [Pane(run(query), noun, noun) for noun, query in MODELS.items()]
    root = ET.fromstring(draw_panes(panes, room=1_200))
    firsts = []
    for pane in root.iter(f"{SVG}g"):
        marks = [one for one in pane if "mark" in (one.get("class") or "").split()]
        if pane.get("class") == "lane":
            firsts.append((marks[0].find(f"{SVG}path[@class='body']").get("d"), len(marks)))  # type: ignore[union-attr]  # None fails
    assert [count for _, count in firsts] == [1, 3, 5]
    assert len({path.partition(" ")[0] for path, _ in firsts if path}) == 1, "all first attempts begin at the same x"
    assert len([one for one in root.iter() if one.get("class") == "strip"]) == 3
    assert {"RETURNED 502", "LOST", "KEPT"} <= set(words_of(root))


def test_one_pane_is_the_picture_of_one_run() -> None:
    rows = run("trigger=s3&error_rate=1")
    assert draw_panes([Pane(rows, "event")]) == draw(rows, "event")


def test_a_pane_that_was_cut_says_so_and_names_itself() -> None:
    long = run("trigger=sqs&error_rate=1", records=60)
    described = ET.fromstring(
        draw_panes([Pane(long, "message", "SQS"), Pane(run(MODELS["request"]), "request", "API")])
    )
    told = described.findtext(f"{SVG}desc") or ""
    assert told.startswith("SQS: 1 message")
    assert "only the first 60 records are shown" in told
    assert "API: 1 request" in told


def test_durations_are_said_as_in_the_browser() -> None:
    golden = json.loads((GOLDEN / "words" / "durations.json").read_text(encoding="utf-8"))
    assert [[us, duration(us), duration(us, exact=True), roughly(us)] for us, *_ in golden] == golden


@st.composite
def activities(draws: st.DrawFn) -> Activity:
    """Up to sixty attempts with pauses from nothing to two weeks, and a few records between."""
    lengths = st.integers(1_000, 900_000_000)
    waits = st.one_of(st.just(0), st.integers(-1_000_000, 14 * DAY), st.just(30_000_000))
    now, spans = 0, []
    for length, wait, key in draws(st.lists(st.tuples(lengths, waits, st.integers(0, 3)), max_size=60)):
        spans.append((now, now + length, key))
        now = max(now, now + length + wait)
    last = max((end for _, end, _ in spans), default=0)
    instants = sorted(draws(st.lists(st.tuples(st.integers(0, last + DAY), st.integers(0, 9)), max_size=20)))
    return Activity(spans, instants, max([last, *(at for at, _ in instants)]))


@given(activities(), st.lists(st.floats(0, 1), max_size=20))
def test_the_map_is_monotone_and_can_be_turned_round(activity: Activity, shares: list[float]) -> None:
    axis = Axis(folded_pieces(activity))
    moments = {us for start, end, _ in activity.spans for us in (start, end)}
    moments |= {round(share * axis.end_us) for share in shares}
    places = [axis.project(us) for us in sorted(moments)]
    assert all(before < after for before, after in pairwise(places))
    assert [axis.unproject(x) for x in places] == sorted(moments)


@given(activities())
def test_pieces_follow_each_other_without_holes(activity: Activity) -> None:
    pieces = folded_pieces(activity)
    assert [one.start for one in pieces] == [0, *(one.end for one in pieces[:-1])]
    assert all(one.end > one.start and one.width > 0 for one in pieces)


several = st.lists(activities(), min_size=1, max_size=3)


@given(several, st.lists(st.floats(0, 1), max_size=10))
def test_a_shared_map_is_monotone_and_can_be_turned_round(panes: list[Activity], shares: list[float]) -> None:
    axis = Axis(folded_pieces(together(panes)))
    moments = {us for pane in panes for start, end, _ in pane.spans for us in (start, end)}
    moments |= {round(share * axis.end_us) for share in shares}
    places = [axis.project(us) for us in sorted(moments)]
    assert all(before < after for before, after in pairwise(places))
    assert [axis.unproject(x) for x in places] == sorted(moments)


@given(several, activities())
def test_another_pane_changes_widths_but_never_the_order_of_moments(panes: list[Activity], added: Activity) -> None:
    fewer, more = (Axis(folded_pieces(together(chosen))) for chosen in (panes, [*panes, added]))
    assert more.end_us == max(fewer.end_us, added.end_us)
    moments = sorted({us for pane in panes for start, end, _ in pane.spans for us in (start, end)})
    for axis in (fewer, more):
        places = [axis.project(us) for us in moments]
        assert places == sorted(set(places))


@given(several)
def test_time_is_left_out_only_where_every_pane_is_idle(panes: list[Activity]) -> None:
    gaps = [piece for piece in folded_pieces(together(panes)) if piece.kind == "gap"]
    for pane in panes:
        for start, end, _ in pane.spans:
            assert not any(gap.start < end and start < gap.end for gap in gaps)


def poison(receives: int) -> list[Row]:
    path = GOLDEN / "layout" / "receives-for-14-days.json"
    entries = json.loads(path.read_text(encoding="utf-8"))["given"]["rows"]
    entries[1]["times"] = receives
    return golden_rows(entries)


def test_a_loop_of_14_days_is_narrow_and_one_sentence() -> None:
    rows = poison(40_320)
    axis = Axis(folded_pieces(activity_of(read(rows))))
    assert axis.width <= 300
    svg = draw(rows, "message")
    root = ET.fromstring(svg)
    assert len(list(root.iter())) < 100
    assert "\N{MULTIPLICATION SIGN} 40,317 every 30 s" in words_of(root)
    assert root.findtext(f"{SVG}desc") == (
        "1 message, 40,320 attempts in 14 d (40,317 times the same every 30 s): "
        "1 message lost because the source's retention period ran out."
    )


def test_loops_of_their_own_pace_are_said_in_the_same_sentence() -> None:
    path = GOLDEN / "layout" / "two-poison-messages.json"
    rows = golden_rows(json.loads(path.read_text(encoding="utf-8"))["given"]["rows"])
    told = ET.fromstring(draw(rows, "message")).findtext(f"{SVG}desc") or ""
    assert "98 attempts in 29 min 30.1 s (loops side by side for 28 min 6 s)" in told


def test_a_single_attempt_of_a_cycle_is_a_mark_like_others() -> None:
    """The batches of a topic come in a cycle that goes from partition to partition, so that nothing repeats in one of them."""
    topic = "trigger=pipes&source=msk&partition_count=4&traffic=steady&traffic_count=40&traffic_rate_per_s=5"
    rows = run(topic + "&poison=%5B%227%22%5D&initial_pollers=4&horizon_s=120")
    svg = draw(rows, "record")
    assert "mark cycle" not in svg
    assert svg.count('class="mark o-') == sum(row[0] == Kind.ATTEMPT for row in rows)


def words_of(root: ET.Element) -> list[str]:
    return [one.text for one in root.iter(f"{SVG}text") if one.text]


def test_the_home_page_is_drawn_whole() -> None:
    root = ET.fromstring(draw(run("trigger=s3&error_rate=1"), "event"))
    assert root.get("role") == "img"
    labels = {one.get("id"): one.text for one in root.iter() if one.get("id")}
    assert labels[root.get("aria-labelledby")] == "Timeline of 1 event, 3 attempts in 3 min 0.3 s"
    assert labels[root.get("aria-describedby")] == (
        "1 event, 3 attempts in 3 min 0.3 s: 1 event lost because all retries are used up."
    )
    assert {"1 min", "2 min", "LOST", "1 ERROR", "2 ERROR", "3 ERROR", "event 1"} <= set(words_of(root))
    assert [one.get("data-seq") for one in root.iter() if "mark" in (one.get("class") or "").split()] == ["3", "5", "7"]


EVIL = "<script>alert(1)</script>\"'&]]>\x00\x1b\ud800"


class Reader(HTMLParser):
    """Which elements and attributes a browser would find."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names.update(name for name, _ in attrs)


@given(st.text() | st.just(EVIL))
def test_what_users_write_stays_text(words: str) -> None:
    rows: list[Row] = [
        (0, 0, words, words, 1, None, None),
        (3, 0, words, "FN-1", 1, 1, 0, 5, 10, 1, words, None, 1, None, None, 1, [words], [], None),
        (13, 10, words, words, words, words),
        (4, 11, words, words, 502, words, words),
        (12, 12, words, words, 2, words),
    ]
    svg = draw(rows, words, name=f"still-{words}")
    ET.fromstring(svg.encode())
    reader = Reader()
    reader.feed(svg)
    allowed = {"svg", "title", "desc", "defs", "pattern", "g", "rect", "line", "path", "circle", "text"}
    assert reader.tags <= allowed
    assert "style" not in reader.names
    assert not [name for name in reader.names if name.startswith("on")]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_shape_and_word(outcome: Outcome) -> None:
    path = GOLDEN / "layout" / "rows-within-a-lane.json"
    row = json.loads(path.read_text(encoding="utf-8"))["given"]["rows"][4]
    row[8], row[9] = 10**9, int(outcome)
    root = ET.fromstring(draw([tuple(row)], room=1_400))
    assert any(OUTCOME[outcome.name.lower()].word in words for words in words_of(root))
    shapes = {one.get("d") for one in root.iter(f"{SVG}path") if one.get("class") == "body"}
    assert len(shapes) == 1


def test_outlines_differ() -> None:
    from simulations.picture.shapes import Box, outline

    assert len({outline(name.lower(), Box(0, 0, 50, 24)) for name in Outcome.__members__}) == len(Outcome)


def test_a_run_that_was_cut_says_so() -> None:
    svg = draw(run("trigger=s3&error_rate=1&traffic=burst&traffic_count=50", records=20))
    assert "only the first 20 records are shown" in svg


def test_an_empty_run_is_a_picture_too() -> None:
    ET.fromstring(draw([]))
    assert table([]).lines == []
    assert events_table([]).lines == []


def test_two_pictures_share_no_id() -> None:
    rows = run("trigger=s3&error_rate=1")
    ids = [{one.get("id") for one in ET.fromstring(draw(rows, name=name)).iter()} - {None} for name in ("a", "b")]
    assert not ids[0] & ids[1]


def test_tables_are_capped_and_count_the_rest() -> None:
    rows = poison(300)
    attempts = table(rows)
    assert (len(attempts.lines), attempts.total, attempts.hidden) == (200, 300, 100)
    assert attempts.lines[1].cells == ("2", "1", "1", "30 s", "100 ms", "ERROR", "Error", "100 ms", "SQS-1")
    assert all(len(line.cells) == len(attempts.head) for line in attempts.lines)


def test_the_table_of_events_says_what_became_of_them() -> None:
    events = events_table(run("trigger=s3&error_rate=1"), "event")
    assert [len(line.cells) for line in events.lines] == [len(events.head)]
    assert events.lines[0].cells == (
        "event 1", "0 s", "3", "LOST", "", "all retries are used up", "3 min 0.3 s",
    )  # fmt: skip


def test_a_crowded_lane_of_different_ends_shows_the_bad_ones() -> None:
    path = GOLDEN / "layout" / "crowded-groups.json"
    root = ET.fromstring(draw(golden_rows(json.loads(path.read_text(encoding="utf-8"))["given"]["rows"])))
    assert [one.get("class") for one in root.iter(f"{SVG}g") if "bad-end" in (one.get("class") or "")] == [
        "point f-lost bad-end"
    ] * 5


def test_crowded_lanes_lose_no_failure() -> None:
    path = GOLDEN / "layout" / "crowded.json"
    root = ET.fromstring(draw(golden_rows(json.loads(path.read_text(encoding="utf-8"))["given"]["rows"])))
    classes = {one.get("class") for one in root.iter(f"{SVG}path")}
    assert {"column o-failed", "column o-succeeded"} <= classes


def test_two_thousand_records_are_drawn_while_nobody_waits() -> None:
    """A picture takes about 60 ms of processor time; twenty times that means that something became quadratic."""
    rows = run("trigger=s3&error_rate=0.5&traffic=burst&traffic_count=400")
    assert len(rows) > 1_900
    before = time.process_time()
    draw(rows)
    assert time.process_time() - before < 1.2


def test_a_message_that_nobody_handled_is_not_called_handled() -> None:
    query = "trigger=sqs&traffic=backlog&traffic_count=5&poison=%5B%223%22%5D&handler=report"
    assert summary(run(query), "message").endswith(
        "1 message acknowledged although the function named it as failed, 4 messages handled by the function."
    )


def test_messages_of_a_group_have_lanes_side_by_side_and_each_says_its_group() -> None:
    rows: list[Row] = [(0, place, "RUN-5", str(place + 1), 1024, group, None) for place, group in enumerate("baba")]
    lanes = lanes_of(read(rows), "message")
    assert [(lane.title, lane.note) for lane in lanes.lanes] == [
        ("message 1", "b, no attempt"), ("message 3", "b, no attempt"), ("message 2", "a, no attempt"), ("message 4", "a, no attempt")
    ]  # fmt: skip
    assert lanes.lane_of == [0, 2, 1, 3]
