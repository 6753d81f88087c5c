"""What a trigger is: a row in `TRIGGERS`, made by one file of `triggers`."""

from collections.abc import Callable, Iterable
from typing import Any, Literal

import msgspec

from simulations.engine.failures import FailurePlan
from simulations.engine.function import Function
from simulations.engine.limits import INVALID, FieldError
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


def known_catchers(choices: Choices, *own: str) -> Iterable[FieldError]:
    """Only a catcher that an asynchronous trigger can have can be said to fail: the function's, or its sender's `own`."""
    known = ("function_dlq", "on_failure", "on_success", *own)
    for name in choices.failures.catchers:
        if name not in known:
            message = f"There is no {name} here that could fail; there are {', '.join(known)}."
            yield FieldError(f"failures.catchers.{name}", INVALID, message)


class Trigger(msgspec.Struct, frozen=True, kw_only=True):
    """A service wired to a function.

    `start(sim, settings)` wires the arrivals to a delivery model. `check(choices)` yields what AWS would refuse. `rules` are
    the ids this trigger's page tells about, `noun` is what an event is called, `source` AWS's page on it.
    `catchers`: the settings that switch on a catcher of the source's own, and its name in records. `metrics`: names of the
    source's CloudWatch metrics by what moves them (see `metrics.names`). `not_priced`: sentences about what the source bills.
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
    catchers: dict[str, str] = {}
    metrics: dict[str, str] = {}
    not_priced: tuple[str, ...] = ()
