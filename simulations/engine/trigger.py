"""What a trigger is: a row in `TRIGGERS`, made by one file of `triggers`."""

from collections.abc import Callable, Iterable
from typing import Any, Literal

import msgspec

from simulations.engine.failures import FailurePlan
from simulations.engine.function import Function
from simulations.engine.limits import FieldError
from simulations.engine.sim import Sim
from simulations.engine.traffic import Traffic

Model = Literal["synchronous", "asynchronous", "queue", "stream"]


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """All that was chosen, for checks that look at more than one field."""

    settings: Any
    function: Function
    traffic: Traffic
    failures: FailurePlan


def nothing_to_check(_: Choices) -> Iterable[FieldError]:
    """For a trigger whose fields need no check beside their own limits."""
    return ()


class Trigger(msgspec.Struct, frozen=True, kw_only=True):
    """A service wired to a function.

    `start(sim, settings)` wires the arrivals to a delivery model. `check(choices)` yields what AWS would refuse. `rules` are
    the ids this trigger's page tells about, `noun` is what an event is called, `source` AWS's page on it.
    """

    key: str
    label: str
    noun: str
    model: Model
    settings: type[msgspec.Struct]
    start: Callable[[Sim, Any], None]
    check: Callable[[Choices], Iterable[FieldError]] = nothing_to_check
    rules: tuple[str, ...]
    source: str
    summary: str
