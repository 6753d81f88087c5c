"""Event filters: which events of a source an event source mapping lets through to the function.

Models LD:invocation-eventfiltering and the page of each source (LD:with-sqs-filtering and so on), rules FILTER-1 to -6. Filters are
EventBridge patterns; an event passes if one of them matches. What a source's patterns look at, and what happens where a pattern
is about JSON and the event holds text or the other way round, is its `Content`. Units: whole microseconds.
"""

from collections.abc import Callable, Iterator
from typing import Any, Literal

import msgspec

from simulations.engine.limits import INVALID, VALIDATION, FieldError, plain
from simulations.engine.operators import PatternError
from simulations.engine.patterns import Alternative, compile_pattern, fields_of, matches, read_json, written
from simulations.engine.rules import number, value
from simulations.engine.sim import Sim
from simulations.engine.trace import Cause, Fate
from simulations.engine.traffic import Event

MOST = number("ESM-1", "filters_on_request")
_USUAL = number("ESM-1", "filters")
_CHARACTERS = number("ESM-1", "filter_pattern_characters")
OPERATORS = frozenset(str(value("FILTER-1", "operators")).split())
_FIELD = "settings.filter_criteria"
_REMEMBERED = 1_024  # verdicts about texts, because traffic repeats its bodies


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What the filters of a source look at.

    `key` is the field of a record that holds the data, `data(event)` the data as text, `noun` what a record is called.
    `other` are further fields that a pattern may name; `record(event)` holds them. `plain`: a pattern may be about plain text.
    `mismatch` says what becomes of data in another format than the pattern's, by `rule`: the event is dropped, or what the
    pattern says of the data is ignored. `gone` is the rule for what does not pass.
    """

    key: str
    noun: str
    data: Callable[[Event], str]
    other: tuple[str, ...] = ()
    record: Callable[[Event], dict[str, str]] | None = None
    plain: bool = True
    mismatch: Literal["dropped", "ignored"] = "dropped"
    rule: str = "FILTER-3"
    gone: str = "FILTER-2"
    operators: frozenset[str] = OPERATORS


def text_of(event: Event, noun: str) -> str:
    """What an event carries, as text; one without a body says its noun and its id."""
    body = event.body
    if body is None:
        return f"{noun} {event.id}"
    return body if isinstance(body, str) else msgspec.json.encode(body).decode()


def criteria(key: str, example: str) -> msgspec.Meta:
    """The annotation of the setting: patterns about `key`, one of which the help shows."""
    return plain(
        "FilterCriteria",
        "Only what matches one of these EventBridge patterns reaches the function; nothing means everything. Up to "
        f"{_USUAL} patterns, {MOST} where AWS has raised the quota. They look at {key}. Example: [{example}].",
    )


class _Verdict(msgspec.Struct, frozen=True):
    """Why an event does not pass, and by which rule."""

    cause: str
    rule: str


_NOT_MATCHED = _Verdict(Cause.NOT_MATCHED, "FILTER-1")


class Filters:
    """The filters of one mapping, at work. Raises `PatternError` for a pattern that is none."""

    def __init__(self, patterns: list[Any], content: Content) -> None:
        self._content = content
        self._patterns = [_compiled(pattern, content) for pattern in patterns]
        self._strange = _Verdict(Cause.FORMAT_MISMATCH, content.rule)
        self._known: dict[str, _Verdict | None] = {}

    def keep(self, sim: Sim, at: int, events: list[Event]) -> list[Event]:
        """Those of some events that pass; the others are told of, and their fate is decided."""
        verdicts = [self._verdict(event) for event in events]
        for refused in dict.fromkeys(verdict for verdict in verdicts if verdict is not None):
            gone = [event for event, verdict in zip(events, verdicts, strict=True) if verdict == refused]
            sim.log.filtered(at, self._content.gone, [event.id for event in gone])
            sim.settle_all(at, refused.rule, gone, Fate.FILTERED, refused.cause)
        return [event for event, verdict in zip(events, verdicts, strict=True) if verdict is None]

    def _verdict(self, event: Event) -> _Verdict | None:
        """None: it passes. What depends on the data alone is remembered."""
        content = self._content
        text = content.data(event)
        if content.record is not None:
            return self._judged(text, content.record(event))
        if text not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[text] = self._judged(text, {})
        return self._known[text]

    def _judged(self, text: str, record: dict[str, str]) -> _Verdict | None:
        """What becomes of a record with this data."""
        key, dropped = self._content.key, self._content.mismatch == "dropped"
        is_json, read = read_json(text)
        fields = fields_of({**record, key: read if is_json else text})
        fitting = False  # a pattern has been about data of this format
        for pattern in self._patterns:
            for alternative in pattern:
                strange = is_json in _formats(alternative, key)
                if strange and dropped:
                    continue
                fitting = True
                if matches(_without(alternative, key) if strange else alternative, fields):
                    return None
        return _NOT_MATCHED if fitting else self._strange


def _formats(alternative: Alternative, key: str) -> set[bool]:
    """The formats of data that an alternative cannot be about: True is JSON, False is plain text."""
    return {path == key for path in alternative if path == key or path.startswith(f"{key}.")}


def _without(alternative: Alternative, key: str) -> Alternative:
    """What an alternative says of all but the data."""
    return {path: leaf for path, leaf in alternative.items() if path.partition(".")[0] != key}


def _compiled(pattern: Any, content: Content) -> list[Alternative]:
    """A pattern ready for use. Raises `PatternError`."""
    alternatives = compile_pattern(pattern, content.operators)
    for path in dict.fromkeys(path for alternative in alternatives for path in alternative):
        if path == content.key and not content.plain:
            raise PatternError(
                f'The pattern for "{path}" must be JSON: an object with the fields of the {content.noun}.'
            )
        if path.partition(".")[0] not in (content.key, *content.other):
            known = " or ".join((content.key, *content.other))
            raise PatternError(f'Filters of this source look at {known}, not at "{path.partition(".")[0][:100]}".')
    return alternatives


def filters_of(patterns: list[Any], content: Content) -> Filters | None:
    """The filters of a mapping; None where everything passes."""
    return Filters(patterns, content) if patterns else None


def refused(patterns: list[Any], content: Content) -> Iterator[FieldError]:
    """What AWS refuses when the mapping is created."""
    if len(patterns) > MOST:
        yield FieldError(_FIELD, INVALID, f"A mapping has at most {MOST} filters, not {len(patterns)}.")
    for place, pattern in enumerate(patterns):
        field = f"{_FIELD}[{place}]"
        if len(written(pattern)) > _CHARACTERS:
            message = (
                "1 validation error detected: Value at 'filterCriteria.filters.pattern' failed to satisfy constraint: "
                f"Member must have length less than or equal to {_CHARACTERS}"
            )
            yield FieldError(field, VALIDATION, message)
            continue
        try:
            _compiled(pattern, content)
        except PatternError as error:
            yield FieldError(field, INVALID, f"Invalid filter pattern definition. {error}")
