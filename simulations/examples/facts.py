"""What a sentence may say of a run, by name; the values come from the scenario, the rules, the report and the attempts.

`scenario.<key of the link>`, `rules.<id>.<value>`, any path into the report (`events.captured`, `caught.queue_dlq`,
`ended.counts.empty_receives`), `event.<id>.<...>` as in the report and what is added below. The last part of a name ends with
its unit, as everywhere: `_us`, `_s`, `_ms`, `_usd`; without a unit it is a count or a word.
"""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec

from simulations import links
from simulations.engine import RULES, Scenario
from simulations.engine.report import Report
from simulations.engine.trace import Kind, Row
from simulations.picture import words
from simulations.picture.story import place

_US_PER_S = 1_000_000
_EVENTS = place(Kind.ATTEMPT, "events")
_END = place(Kind.ATTEMPT, "end_us")


class Facts:
    """The facts of one run."""

    def __init__(self, scenario: Scenario, rows: list[Row], report: Report) -> None:
        self._roots: dict[str, Any] = msgspec.to_builtins(report)
        events = self._roots.pop("by_event")
        cost = self._roots["cost"]
        cost |= {f"{service}_usd": amount for service, amount in cost["by_service"].items()}
        starts: dict[str, list[int]] = {event: [] for event in events}
        last_end = 0
        for row in rows:
            if row[0] == Kind.ATTEMPT:
                last_end = max(last_end, row[_END])
                for event in row[_EVENTS]:
                    starts[event].append(row[1])
        for event, began in starts.items():
            events[event] |= _of_event(events[event], began)
        self._roots |= {
            "scenario": {key: _read(text) for key, text in links.render_texts(scenario).items()},
            "rules": {rule.id: rule.values for rule in RULES.values()},
            "event": events,
            "answers": _answers(events.values()),
            "most_invocations": _most_invocations(events.values()),
            "last_end_s": last_end / _US_PER_S,
        }

    def value(self, name: str) -> Any:
        """The fact of this name; KeyError if there is none."""
        found: Any = self._roots
        for part in name.split("."):
            if not isinstance(found, Mapping) or part not in found:
                raise KeyError(name)
            found = found[part]
        return found

    def said(self, name: str) -> str:
        """The fact as a sentence says it."""
        found = self.value(name)
        if name.endswith("_us"):
            return words.duration(found)
        if name.endswith("_s"):
            return words.duration(round(found * _US_PER_S))
        if name.endswith("_ms"):
            return words.duration(round(found * 1_000))
        if name.endswith("_usd"):
            return money(found)
        return f"{found:,}" if isinstance(found, int | float) else str(found)


def money(usd: str) -> str:
    """An amount with two significant digits and no exponent: a run costs a fraction of a cent."""
    amount = Decimal(usd)
    rounded = amount.quantize(Decimal(1).scaleb(amount.adjusted() - 1)) if amount else amount
    return f"${rounded:f}"


def _read(text: str) -> Any:
    """A parameter of a link as the number it is, if it is one."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _of_event(event: Mapping[str, Any], starts: list[int]) -> dict[str, Any]:
    """When its attempts began; how far they are apart, if always as far; what a caller heard, and when."""
    apart = {later - earlier for earlier, later in pairwise(starts)}
    answers = event["answers"]
    return {
        "starts_s": [start / _US_PER_S for start in starts],
        "first_start_s": starts[0] / _US_PER_S if starts else None,
        "apart_s": apart.pop() / _US_PER_S if len(apart) == 1 else None,
        "status": answers[0]["status_code"] if answers else None,
        "answered_s": answers[0]["at_us"] / _US_PER_S if answers else None,
    }


def _answers(events: Any) -> dict[str, int]:
    """How many callers heard which status."""
    found: dict[str, int] = {}
    for event in events:
        for answer in event["answers"]:
            status = str(answer["status_code"])
            found[status] = found.get(status, 0) + 1
    return found


def _most_invocations(events: Any) -> dict[str, int]:
    """By fate: how often the code ran, at the most, with an event that ended so."""
    found: dict[str, int] = {}
    for event in events:
        fate = event["fate"] or "unsettled"
        found[fate] = max(found.get(fate, 0), event["invocations"])
    return found
