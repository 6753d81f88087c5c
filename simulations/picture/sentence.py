"""A run in one sentence: how much happened, how long it took, what repeated itself, and what became of the events."""

from collections import Counter
from collections.abc import Sequence

from simulations.engine.trace import Cause
from simulations.picture.fold import Piece
from simulations.picture.story import Event, Story
from simulations.picture.words import FATE, catcher, counted, duration, why

_WORST_FIRST = ("lost", "captured", "returned", "", "delivered", "filtered")
# ends whose fate alone says too little
_HOW: dict[str | None, str] = {
    Cause.DELETED_UNHANDLED: "acknowledged although the function named it as failed",
    Cause.OUT_OF_ORDER: "handled before an earlier message of its group",
    Cause.DEDUPLICATED: "dropped by the queue as sent twice",
}
_CUT_SHORT = {
    "record_limit": "only the first {shown} records are shown",
    "event_limit": "the run is cut short at this site's limit of events",
    "horizon": "the end of the simulated time was reached",
}


def in_short(story: Story, noun: str) -> str:
    """The picture's title."""
    many = f"{counted(len(story.events), noun)}, {counted(len(story.attempts), 'attempt')}"
    return f"Timeline of {many} in {duration(story.end_us)}"


def about(story: Story, pieces: Sequence[Piece], noun: str) -> str:
    """What a person who does not see the picture needs to know of it."""
    if not story.events:
        return "Nothing happens in this run."
    many = counted(len(story.attempts), "attempt") if story.attempts else "no attempt"
    sentence = f"{counted(len(story.events), noun)}, {many} in {duration(story.end_us)}"
    cycles = [_cycle(piece) for piece in pieces if piece.times]
    if cycles:
        sentence += f" ({', then '.join(cycles)})"
    sentence += f": {', '.join(fates_in_words(story, noun))}"
    cut = _CUT_SHORT.get(story.ending)
    return f"{sentence}; {cut.format(shown=story.shown)}." if cut else f"{sentence}."


def fates_in_words(story: Story, noun: str) -> list[str]:
    """`1 message lost because all retries are used up`, the worst first."""
    counts = Counter(
        (event.fate, event.catcher if event.fate == "captured" else "", event.cause if _because(event) else None)
        for event in story.events
    )
    ordered = sorted(
        counts.items(), key=lambda entry: (_WORST_FIRST.index(entry[0][0]), entry[0][1], entry[0][2] is None, -entry[1])
    )
    return [f"{counted(n, noun)} {_fate(*ended)}" for ended, n in ordered]


def _cycle(piece: Piece) -> str:
    """What repeats, or that several loops do, each at its own pace."""
    if piece.period_us:
        return f"{piece.times:,} times the same every {duration(piece.period_us)}"
    return f"loops side by side for {duration(piece.end - piece.start)}"


def _because(event: Event) -> bool:
    """Whether the cause belongs into the sentence: why it is lost, and that its handling failed or came too early."""
    return event.fate == "lost" or event.cause in _HOW


def _fate(fate: str, by: str, cause: str | None) -> str:
    if fate == "captured":
        return f"kept by {catcher(by)}"
    if cause in _HOW:
        return _HOW[cause]
    return f"lost because {why(cause)}" if fate == "lost" and cause else FATE[fate].says
