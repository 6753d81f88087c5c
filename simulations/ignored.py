"""What AWS accepts of a scenario and ignores, in words: for the page and the terminal."""

from collections.abc import Sequence

from simulations.engine import Scenario
from simulations.engine.fields import ignored


def in_words(scenario: Scenario) -> str:
    """The chosen settings that do nothing, by AWS's names, and why; "" where all of them act."""
    found = ignored(scenario)
    by_reason = {because: [field.title for field, reason in found if reason == because] for _, because in found}
    told = [f"{_listed(titles)} ({because})" for because, titles in by_reason.items()]
    return f"Accepted and ignored here: {'; '.join(told)}." if told else ""


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
