"""What the rows of a run tell about its events and attempts; the twin of `trace.js` and `event-table.js`."""

from collections.abc import Iterable, Sequence

import msgspec

from simulations.engine.trace import FATES, FIELDS, OUTCOMES, Kind, Row

_NONE = 255  # the code of a record that has neither outcome nor fate


def place(kind: Kind, field: str) -> int:
    """Where a field stands in the rows of a kind."""
    return 3 + FIELDS[kind].index(field)


# where the rows of a kind name events: lists of them, or one
_LISTS = tuple(tuple(3 + fields.index(name) for name in ("events", "rest") if name in fields) for fields in FIELDS)
_ONE = tuple(3 + fields.index("event") if "event" in fields else 0 for fields in FIELDS)

_ATTEMPT, _INIT, _END, _OUTCOME, _ERROR, _REASON, _BILLED = (
    place(Kind.ATTEMPT, field)
    for field in ("attempt", "init_us", "end_us", "outcome", "error_type", "throttle_reason", "billed_ms")
)
_FATE, _CAUSE = place(Kind.SETTLED, "fate"), place(Kind.SETTLED, "cause")
_GROUP, _SHARD = place(Kind.ARRIVED, "group"), place(Kind.ARRIVED, "shard")
_BY = place(Kind.CAPTURED, "by")
_LIMIT, _VALUE = place(Kind.LIMIT, "limit"), place(Kind.LIMIT, "value")
_ENDING = place(Kind.ENDED, "reason")
_MEMBERS = place(Kind.ATTEMPT, "members")
_MOMENTS = (Kind.ANSWERED, Kind.CAPTURED, Kind.LIMIT)


# what can be seen at one moment; the rest (receives, scaling, hiding) tells how attempts came about and looks like nothing
_SEEN = {
    Kind.ARRIVED, Kind.ANSWERED, Kind.FILTERED, Kind.CAPTURED, Kind.CAPTURE_FAILED, Kind.SETTLED, Kind.LIMIT,
}  # fmt: skip


class Event(msgspec.Struct):
    """One event; `fate` is "" and `settled_seq` 0 while it is open; `catcher`: who caught it last.

    `order`: what keeps it in order, its message group, shard or partition; "" where it has none.
    """

    id: str
    arrived_us: int
    fate: str = ""
    cause: str | None = None
    settled_seq: int = 0
    settled_us: int = 0
    settled_rule: str = ""
    attempts: int = 0
    catcher: str = ""
    order: str = ""

    @property
    def state(self) -> str:
        """The fate, or `retried` where it was handled after more than one attempt."""
        return "retried" if self.fate == "delivered" and self.attempts > 1 else self.fate


class Attempt(msgspec.Struct, frozen=True):
    """One attempt; `events` are indexes, `key` is equal for attempts that look the same.

    `numbers` runs beside `events`: the how-manieth receive it is for each of them, the how-manieth attempt where nothing is
    `received`.
    """

    seq: int
    at: int
    end: int
    outcome: str
    key: int
    number: int
    init_us: int
    error: str
    billed_ms: int
    rule: str
    events: list[int]
    numbers: list[int]
    received: bool


class Moment(msgspec.Struct, frozen=True):
    """An answer, a capture or a limit: its row, and the indexes of its events."""

    seq: int
    row: Row
    events: list[int]


class Story(msgspec.Struct):
    """A whole run, or what there is of it. `instants`: moment and key of all records that the picture shows at one moment, in order.

    `instant_events` runs beside them.
    `ending`: why it ended, "" while it goes on; `shown`: how many records there are of it, where a limit cut it;
    `capture_failed`: a catcher could not be written to; `grouped`: what keeps an order are message groups.
    """

    events: list[Event] = []
    attempts: list[Attempt] = []
    moments: list[Moment] = []
    instants: list[tuple[int, int]] = []
    instant_events: list[list[int]] = []
    end_us: int = 0
    ending: str = ""
    shown: str = ""
    capture_failed: bool = False
    grouped: bool = False


def read(rows: Iterable[Row]) -> Story:
    """Reads rows in the order of their seqs."""
    story = Story()
    index: dict[str, int] = {}
    rules: dict[str, int] = {}
    # a batch that is tried again and again is one list of names in all of its rows: it is looked up and counted once
    before: Sequence[object] | None = None
    named: list[int] = []
    tried: list[tuple[list[int], int]] = []
    for seq, row in enumerate(rows, start=1):
        rule = rules.setdefault(row[2], len(rules))
        names = row[_LISTS[row[0]][0]] if len(_LISTS[row[0]]) == 1 and not _ONE[row[0]] else None
        if names is None or names is not before:
            named = _named(row, story.events, index)
        before = names
        if row[0] == Kind.ATTEMPT:
            tried.append((named, tried.pop()[1] + 1 if tried and tried[-1][0] is named else 1))
        if row[0] == Kind.ARRIVED:
            _join(story, row[_GROUP], row[_SHARD], named)
        if row[0] in {Kind.CAPTURED, Kind.SETTLED}:
            _explain(story, seq, row, named)
        _take(story, seq, row, rule, named)
        story.end_us = max(story.end_us, row[_END] if row[0] == Kind.ATTEMPT else row[1])
    for named, times in tried:
        for event in named:
            story.events[event].attempts += times
    return story


def _join(story: Story, group: str | None, shard: str | None, named: Iterable[int]) -> None:
    """Notes what keeps events in order."""
    story.grouped = story.grouped or bool(group)
    for n in named:
        story.events[n].order = group or shard or ""


def _explain(story: Story, seq: int, row: Row, named: list[int]) -> None:
    """A limit that names no event is about what is given up at once: it is shown at the first of them."""
    last = story.moments[-1] if story.moments else None
    if last and last.row[0] == Kind.LIMIT and not last.events and (last.seq, last.row[1]) == (seq - 1, row[1]):
        last.events.append(named[0])


def _settle(event: Event, seq: int, row: Row) -> None:
    event.fate, event.cause, event.settled_seq = FATES[row[_FATE]], row[_CAUSE], seq
    event.settled_us, event.settled_rule = row[1], row[2]


def _named(row: Row, events: list[Event], index: dict[str, int]) -> list[int]:
    """The indexes of the events that a row names; new ones are added."""
    ids = [str(name) for at in _LISTS[row[0]] for name in row[at]]
    one = _ONE[row[0]]
    if one and row[one] is not None:
        ids.append(str(row[one]))
    for name in ids:
        if name not in index:
            index[name] = len(events)
            events.append(Event(name, row[1]))
    return [index[name] for name in ids]


def _take(story: Story, seq: int, row: Row, rule: int, named: list[int]) -> None:
    kind, at = row[0], row[1]
    code = _NONE
    if kind == Kind.ATTEMPT:
        code = int(row[_OUTCOME])
        received = bool(row[_MEMBERS] and row[_MEMBERS][0][2])
        story.attempts.append(
            Attempt(
                seq, at, row[_END], OUTCOMES[code], code + 256 * rule, row[_ATTEMPT], row[_INIT],
                row[_ERROR] or row[_REASON] or "", row[_BILLED], row[2], named,
                [member[2] or row[_ATTEMPT] for member in row[_MEMBERS]] if received else [row[_ATTEMPT]] * len(named),
                received,
            )
        )  # fmt: skip
        return
    if kind == Kind.ENDED:
        story.ending = row[_ENDING]
        return
    if kind == Kind.SETTLED:
        code = int(row[_FATE])
        for n in named:
            _settle(story.events[n], seq, row)
    elif kind == Kind.CAPTURED and row[_BY] != "on_success":
        for event in named:
            story.events[event].catcher = row[_BY]
    elif kind == Kind.CAPTURE_FAILED:
        story.capture_failed = True
    elif kind == Kind.LIMIT and row[_LIMIT] == "record_limit":
        story.shown = row[_VALUE]
    if kind in _MOMENTS:
        story.moments.append(Moment(seq, row, named))
    if kind in _SEEN and named:
        story.instants.append((at, kind * 256 + code))
        story.instant_events.append(named)
