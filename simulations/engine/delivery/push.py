"""An asynchronous trigger from end to end: the service that sends, Lambda's queue, and what an event that worked sets off."""

from collections.abc import Callable
from typing import Any

from simulations.engine.delivery import asynchronous, repeats
from simulations.engine.delivery.sender import Policy, Sender
from simulations.engine.sim import Sim
from simulations.engine.traffic import Event

Handler = Callable[[int, Event], None]


def serve(sim: Sim, settings: Any, policy: Policy, make: Callable[[Event], Any], *, loops: bool = False) -> None:
    """Feed a trigger's events to its sender, or straight to the queue where the sender has nothing to do."""
    if sim.failures.refuses or settings.duplicate_rate or loops:
        sim.feed(connect(sim, settings, policy, make, loops=loops))
    else:
        asynchronous.serve(sim, asynchronous.chosen(settings), _payload(make))


def connect(
    sim: Sim, settings: Any, policy: Policy, make: Callable[[Event], Any], *, loops: bool = False, handled: Handler | None = None,
) -> Handler:  # fmt: skip
    """Wire sender and queue; what it returns takes an event at the service's door.

    `make(event)` is the event as the function sees it. `handled(at, event)` hears of an event that worked.
    """
    payload = _payload(make)
    queue = asynchronous.Queue(sim, asynchronous.chosen(settings), payload)
    listeners = [handled] if handled is not None else []
    if settings.duplicate_rate:
        listeners.append(repeats.Duplicates(sim, queue, settings.duplicate_rate).handled)
    accept = queue.accept
    loop = None
    if loops:
        loop = repeats.Loop(sim, queue, stops=settings.recursive_loop == "terminate", most=settings.loop_events)
        listeners.append(loop.handled)
        accept = loop.accept
    send = Sender(sim, policy, payload, accept).send if sim.failures.refuses else accept
    if loop is not None:
        loop.send = send
    if listeners:
        queue.handled = _all(listeners)
    return send


def _all(listeners: list[Handler]) -> Handler:
    """Tell them one after the other."""
    if len(listeners) == 1:
        return listeners[0]

    def handled(at: int, event: Event) -> None:
        for listener in listeners:
            listener(at, event)

    return handled


def _payload(make: Callable[[Event], Any]) -> Callable[[Event], Any]:
    """An event is what the scenario says it is, or else what the service makes of it."""

    def payload(event: Event) -> Any:
        return event.body if event.body is not None else make(event)

    return payload
