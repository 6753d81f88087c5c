"""What a trigger is: a row in `TRIGGERS`, made by one file of `triggers`."""

from collections.abc import Callable, Iterable
from typing import Any, Literal

import msgspec

from simulations.engine.failures import FailurePlan
from simulations.engine.function import Function
from simulations.engine.limits import INVALID, FieldError
from simulations.engine.sim import Sim
from simulations.engine.traffic import Traffic

Model = Literal["synchronous", "asynchronous", "queue", "stream", "broker", "pipe"]


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


class Idle(msgspec.Struct, frozen=True, kw_only=True):
    """Settings that AWS accepts and that do nothing unless another one (`of`) has one of these values; `because` says why."""

    settings: tuple[str, ...]
    of: str
    values: tuple[Any, ...]
    because: str


class Owned(msgspec.Struct, frozen=True, kw_only=True):
    """Settings that are there only while another one (`of`) has one of these values; `who` are those, in words."""

    settings: tuple[str, ...]
    of: str
    values: tuple[str, ...]
    who: str


def is_there(owned: Iterable[Owned], settings: Any, name: str) -> bool:
    """Whether a setting is there beside the others."""
    return all(getattr(settings, one.of) in one.values for one in owned if name in one.settings)


def not_there(settings: Any, owned: Iterable[Owned]) -> Iterable[FieldError]:
    """What was set although it is not there beside the other settings."""
    defaults = {field.name: field.default for field in msgspec.structs.fields(settings)}
    for one in owned:
        value = getattr(settings, one.of)
        for name in one.settings if value not in one.values else ():
            if getattr(settings, name) != defaults[name]:
                message = f"This is for {one.who} only; the {one.of} is {value}."
                yield FieldError(f"settings.{name}", INVALID, message)


# what Lambda's own queue is configured with, of a trigger that may also wait for the code
QUEUE_OF_EVENT = Idle(
    settings=("maximum_retry_attempts", "maximum_event_age_s", "dead_letter_config", "on_failure", "on_success"),
    of="invocation_type",
    values=("event",),
    because="Lambda's own queue serves InvocationType Event only",
)


def idle_without_loop(loops: str) -> tuple[Idle, ...]:
    """What is set about a loop, where this setting makes none, or where Lambda stops it before we would (MODEL-17)."""
    none = "no run sets off another one"
    return (Idle(settings=("recursive_loop", "loop_events"), of=loops, values=(True,), because=none),)


# what is assumed about the pollers of a Kafka mapping that nobody provisioned
KAFKA_ON_DEMAND = tuple(
    Idle(
        settings=("initial_pollers", "poller_scaling_s"), of=pollers, values=(None,),
        because="provisioned mode begins with its minimum of pollers and changes them at once",
    )
    for pollers in ("minimum_pollers", "maximum_pollers")
)  # fmt: skip


class ServiceMetric(msgspec.Struct, frozen=True):
    """One CloudWatch metric of the service itself, by AWS's name, and the happening that is a data point of it.

    `own_*` are statuses that the service made itself, `code_*` those that the function returned; "accepted" is the moment
    at which Lambda's own queue takes the event. "latency" and "duration" run from arrival to answer and to fate; they are
    counted in `unit_us` microseconds. A sender's calls may be "refused" or "throttled", its event "undelivered" in the end
    and "caught" by its own catcher, or not ("uncaught"); "looped" is an event that Lambda stopped as part of a loop.
    "integration" is the latency of what the service did not turn away itself. `only` names settings and the values they need.
    """

    name: str
    of: Literal[
        "arrived", "accepted", "delivered", "returned", "captured",
        "own_4xx", "own_5xx", "code_4xx", "code_5xx", "latency", "integration", "duration",
        "refused", "throttled", "undelivered", "caught", "uncaught", "looped",
    ]  # fmt: skip
    unit_us: int = 1
    only: dict[str, Any] = {}


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the bill beside Lambda's own: so much of what the run used, at this price.

    `of` names what is counted: "arrived", "admitted" (without what the service's own rate limit refused) and "receives" in
    pieces of the price's chunk; "passed" is what no filter held back, in pieces of 64 KB on average; "gigabytes" that arrived,
    "gigabytes_in" with each record rounded up to a whole KB; "hours" of the run, "started_hours", "capacity_units" of a load
    balancer, "..._poller_hours" of provisioned mode, "extended_hours" and "..._gb_months" of what is kept, "connection_minutes",
    "executions" and "express_gb_hours" of workflows; the rest as in `usage.Used`. `each` names settings to multiply by, `only` settings and the values they need.
    """

    what: str
    price_key: str
    of: Literal[
        "arrived", "admitted", "passed", "accepted", "answers", "attempts", "receives", "empty_receives", "deletes", "reads",
        "queue_dlq", "grouped", "gigabytes", "gigabytes_in", "hours", "sqs_poller_hours", "kafka_poller_hours", "started_hours",
        "capacity_units", "extended_hours", "extended_gb_months", "long_gb_months", "volume_gb_months", "retained_gb_months",
        "connection_minutes", "executions", "express_gb_hours",
    ]  # fmt: skip
    counted: str
    each: tuple[str, ...] = ()
    only: dict[str, Any] = {}


# lines that several triggers have
KAFKA_POLLERS = Charge(
    what="Event pollers, provisioned mode",
    price_key="lambda.epu.kafka",
    of="kafka_poller_hours",
    counted="ten pollers a unit, as many as there are at each moment",
)
SQS_POLLERS = Charge(
    what="Event pollers, provisioned mode",
    price_key="lambda.epu.sqs",
    of="sqs_poller_hours",
    counted="a poller is a unit, as many as there are at each moment",
)
SQS_MOVES = Charge(
    what="SQS moves to the dead-letter queue",
    price_key="dlq.sqs_redrive",
    of="queue_dlq",
    counted="the queue moves them itself: no request",
)


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """What the bill leaves out while settings (`only`) are so: the sentence that says it, and prices by the hour to show beside it."""

    sentence: str
    only: dict[str, Any]
    beside: tuple[str, ...] = ()


class Trigger(msgspec.Struct, frozen=True, kw_only=True):
    """A service wired to a function.

    `start(sim, settings)` wires the arrivals to a delivery model. `check(choices)` yields what AWS would refuse. `rules` are
    the ids this trigger's page tells about, `noun` is what an event is called, `source` AWS's page on it. `metrics` are those
    of the service itself, `charges` the lines of its bill, `not_priced` what the bill leaves out, `left_out` what it leaves out
    as long as settings do not tell it; `prices` says which price stands in for one of Lambda's. `keeps` names the catchers that are there whatever is set, `catchers` the settings that
    switch on one of the service's own, each with its name.
    `mapping_metrics` are those of the event source mapping, where they are not those of its model. `offsets`: a partial answer
    names a record by partition and offset. `idle` are settings that do nothing while others are so, `owned` those that are not
    there then: the form shows them only where they are.
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
    metrics: tuple[ServiceMetric, ...] = ()
    charges: tuple[Charge, ...] = ()
    prices: dict[str, str] = {}
    not_priced: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    keeps: tuple[str, ...] = ()
    catchers: dict[str, str] = {}
    mapping_metrics: tuple[str, ...] | None = None
    offsets: bool = False
    idle: tuple[Idle, ...] = ()
    owned: tuple[Owned, ...] = ()


def model_of(trigger: Trigger, settings: Any) -> Model:
    """The model by which a trigger with these settings invokes: InvocationType Event is asynchronous, whoever sends it."""
    return "asynchronous" if getattr(settings, "invocation_type", None) == "event" else trigger.model


def hands_over(trigger: Trigger, settings: Any) -> bool:
    """Whether Lambda's own queue has the events in the end: an asynchronous model, or a pipe that does not wait (PIPE-6)."""
    return (
        model_of(trigger, settings) == "asynchronous" or getattr(settings, "invocation_type", None) == "fire_and_forget"
    )
