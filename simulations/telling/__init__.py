"""What is said about a scenario before and after it is run: the sentence, what would have changed it, the steps.

Everything here is read from a run of the engine, so nothing can be said that would not happen. `forecast` makes the sentence
above the figure, `changes` the settings that would have led elsewhere, `steps` the run as a list.
"""

from functools import lru_cache

import msgspec

from simulations import links
from simulations.as_code import Code, as_code
from simulations.engine import TRIGGERS
from simulations.engine.cost import Rates, rates
from simulations.picture.strips import Watched
from simulations.telling.changes import Change, changes
from simulations.telling.forecast import Forecast, forecast, sentence, story_of
from simulations.telling.steps import Chapter, chapters
from simulations.telling.watched import watched

__all__ = ["Forecast", "Told", "chapters", "forecast", "sentence", "story_of", "told", "watched"]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """All that is said about one scenario.

    `rates` is what an attempt costs, `watched` what to look at in CloudWatch, `code` the settings as AWS is told them.
    """

    forecast: Forecast
    changes: list[Change]
    chapters: list[Chapter]
    rates: Rates
    watched: list[Watched]
    code: Code


@lru_cache(maxsize=64)
def _changes(link: str) -> list[Change]:
    """They are the same, however much of the run itself is read."""
    return changes(links.read_link(link))


@lru_cache(maxsize=64)
def told(link: str, most: int) -> Told:
    """What the scenario of a canonical link leads to; raises `ScenarioErrors`. A run never changes, so it is told once."""
    scenario = links.read_link(link)
    story = story_of(scenario, most)
    return Told(
        forecast=forecast(scenario, story, most),
        changes=_changes(link),
        chapters=chapters(story, TRIGGERS[scenario.trigger].noun),
        rates=rates(scenario),
        watched=watched(scenario),
        code=as_code(scenario),
    )
