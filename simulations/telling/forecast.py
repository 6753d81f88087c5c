"""The sentence above the figure: what these settings lead to, read from a run of them before anybody presses Run."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from simulations import ignored
from simulations.engine import TRIGGERS, Scenario, ScenarioErrors, parse_scenario, simulate_rows
from simulations.engine.trace import Kind, Row
from simulations.picture.sentence import fates_in_words
from simulations.picture.story import Attempt, Event, Story, place, read
from simulations.picture.words import FATE, catcher, counted, duration, why

# an outcome of an attempt as a verb: of one, of several
VERBS = {
    "succeeded": ("succeeds", "succeed"),
    "failed": ("fails", "fail"),
    "timed_out": ("runs into its timeout", "run into their timeout"),
    "throttled": ("is throttled", "are throttled"),
    "refused": ("is refused", "are refused"),
}
_TIMES_SHOWN = 5
_BY_CHANCE = ("poisson", "exponential")
_BEGINNING = 2_000  # records of two seeds that are compared
_SEEDS = 2**53
_NAMES_FOR_EACH_RECORD = 32  # how many events the attempts of a run may name, for each record that is told
_STATUS, _EVENTS = place(Kind.ANSWERED, "status_code"), place(Kind.ATTEMPT, "events")


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What will happen, in words.

    `sentence` is the whole run, `attempts` says when its attempts start, `otherwise` what one event would meet whose attempts
    all fail, where in this run none does. `ignored` names settings that AWS accepts and that do nothing here. `chance`: luck decides some of it, so that it holds for this seed. `cut` says that
    the sentence, or what is said of failures, is of the first so many records only ("" where it is of the whole run).
    """

    sentence: str
    attempts: str
    otherwise: str
    ignored: str
    chance: str
    cut: str


def forecast(scenario: Scenario, story: Story, most: int) -> Forecast:
    """What the scenario leads to, as far as its first `most` records say it; `story` is read from them."""
    noun = TRIGGERS[scenario.trigger].noun
    failing = _failing(scenario, story, most)
    cut = f"This is what its first {story.shown or f'{most:,}'} records say." if _is_cut(story) else ""
    if not cut and failing and _is_cut(failing):
        cut = f"Of failures, this is what the first {failing.shown or f'{most:,}'} records say."
    return Forecast(
        sentence=sentence(story, noun),
        attempts=_times(story.attempts),
        otherwise=_otherwise(failing, noun),
        ignored=ignored.in_words(scenario),
        chance=_chance(scenario, noun),
        cut=cut,
    )


def story_of(scenario: Scenario, most: int) -> Story:
    """The run, or its first `most` records; fewer where its batches are so large that to read them takes long."""
    rows = (row for chunk in simulate_rows(scenario, record_limit=most) for row in chunk)
    told: list[Row] = []
    left = _NAMES_FOR_EACH_RECORD * most
    for row in rows:
        left -= len(row[_EVENTS]) if row[0] == Kind.ATTEMPT else 0
        if left < 0:
            story = read(told)
            story.ending, story.shown = "record_limit", f"{len(told):,}"
            return story
        told.append(row)
    return read(told)


def _is_cut(story: Story) -> bool:
    return story.ending in {"record_limit", "event_limit"}


def sentence(story: Story, noun: str) -> str:
    """The whole run in one sentence."""
    if not story.events:
        return "Nothing happens: no event arrives."
    return _of_one(story, noun) if len(story.events) == 1 else _of_many(story, noun)


def _of_many(story: Story, noun: str) -> str:
    """`20 messages, 41 attempts over 1 min 49 s (14 succeed, 27 fail): 6 messages kept by ..., 14 messages handled.`"""
    attempts = story.attempts
    tried = f"{counted(len(attempts), 'attempt')} over {duration(story.end_us)}" if attempts else "no attempt"
    kinds = f" ({', '.join(_verbs(attempts))})" if attempts else ""
    ends = ", ".join(fates_in_words(story, noun))
    return f"{counted(len(story.events), noun)}, {tried}{kinds}: {ends}."


def _verbs(attempts: Sequence[Attempt]) -> list[str]:
    """`2 are throttled`, `1 succeeds`, in the order in which they first happen."""
    counts = Counter(attempt.outcome for attempt in attempts)
    return [f"{n:,} {VERBS[outcome][n > 1]}" for outcome, n in counts.items()]


def _of_one(story: Story, noun: str) -> str:
    event = story.events[0]
    return f"{_tried(story, event)} the {noun} {_ends(story, event)}."


def _tried(story: Story, event: Event) -> str:
    """What is tried with the only event, up to the colon or the "then" before its end."""
    attempts = story.attempts
    if not attempts:
        return "No attempt is made;"
    until = max(event.settled_us, *(attempt.end for attempt in attempts))
    took = duration(until - event.arrived_us)
    if len(attempts) == 1:
        return f"1 attempt, which {VERBS[attempts[0].outcome][0]}; after {took}"
    verbs = _verbs(attempts)
    if len(verbs) == 1:
        return f"{len(attempts):,} attempts over {took}, all of which {VERBS[attempts[0].outcome][1]}; then"
    joined = f"{', '.join(verbs[:-1])} and {verbs[-1]}"
    return f"{len(attempts):,} attempts over {took}, of which {joined}; then"


def _ends(story: Story, event: Event) -> str:
    """What becomes of the only event."""
    because = why(event.cause)
    match event.fate:
        case "delivered":
            return "is handled" if event.cause is None or event.cause == "Success" else f"is done with: {because}"
        case "captured":
            return f"is kept by {catcher(event.catcher)}: {because}"
        case "lost":
            return f"is lost: {because}, {_uncaught(story)}"
        case "returned":
            status = next(
                (moment.row[_STATUS] for moment in reversed(story.moments) if moment.row[0] == Kind.ANSWERED), None
            )
            answered = f" ({status})" if status else ""
            return f"is {FATE['returned'].says}{answered}: {because}"
        case "filtered":
            return f"is {FATE['filtered'].says}"
        case _:
            return "is not settled yet" if _is_cut(story) else "is not settled when the simulated time ends"


def _uncaught(story: Story) -> str:
    return (
        "and what should have kept it could not be written to"
        if story.capture_failed
        else "and nothing is set up to keep it"
    )


def _times(attempts: Sequence[Attempt]) -> str:
    """When the first attempts start; those that start at one moment are said once."""
    moments = list(dict.fromkeys(attempt.at for attempt in attempts))
    if len(moments) < 2:
        return ""
    shown = [duration(at) for at in moments[:_TIMES_SHOWN]]
    more = len(moments) - len(shown)
    if more:
        return f"Attempts start at {', '.join(shown)}, and at {counted(more, 'later moment')}."
    return f"Attempts start at {', '.join(shown[:-1])} and {shown[-1]}."


def _failing(scenario: Scenario, story: Story, most: int) -> Story | None:
    """What one event would meet if the function always failed; None where some attempt of this run fails already."""
    if not story.attempts or any(attempt.outcome != "succeeded" for attempt in story.attempts):
        return None
    raw = msgspec.to_builtins(scenario) | {"traffic": {"kind": "single"}, "failures": {"error_rate": 1}}
    try:
        return story_of(parse_scenario(raw), most)
    except ScenarioErrors:
        return None


def _otherwise(failing: Story | None, noun: str) -> str:
    """What Lambda would do if the function failed, where it does not."""
    if failing is None:
        return ""
    said = sentence(failing, noun)
    return f"If the function always failed: {said[0].lower()}{said[1:]}"


def _chance(scenario: Scenario, noun: str) -> str:
    """Whether another seed may tell another story: chance is part of the settings, or the next seed's beginning differs."""
    kinds = {part.__struct_config__.tag for part in (scenario.function.duration, scenario.traffic)}
    if not (kinds & {*_BY_CHANCE} or 0 < scenario.failures.error_rate < 1):
        seeds = (scenario, msgspec.structs.replace(scenario, seed=(scenario.seed + 1) % _SEEDS))
        ours, others = (story_of(one, _BEGINNING) for one in seeds)
        if sentence(ours, noun) == sentence(others, noun) and _times(ours.attempts) == _times(others.attempts):
            return ""
    return f"Chance decides some of this: it is what seed {scenario.seed} gives."
