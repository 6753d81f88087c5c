"""A scenario: everything that decides a run, as one small frozen value.

`parse_scenario` turns plain data into a `Scenario` or says, field by field, what is wrong, in AWS's words where AWS has some.
"""

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

from simulations.engine.delivery.repeats import made_by_run
from simulations.engine.failures import FailurePlan
from simulations.engine.function import UNRESERVED_LEAST, Function
from simulations.engine.limits import INVALID, UNKNOWN, FieldError
from simulations.engine.packs import FIRST, PACKS, defaults
from simulations.engine.reading import leaf, read, read_union, shown, unknown
from simulations.engine.spans import Span
from simulations.engine.traffic import BODY_LEVELS, Single, Traffic, too_deep, unknown_id
from simulations.engine.trigger import Choices
from simulations.engine.triggers import TRIGGERS

SCENARIO_VERSION = 1
HORIZON_MOST_S = 10 * 366 * 86_400  # ours: longer than anything AWS keeps
SEED_MOST = 2**53 - 1  # so that JavaScript reads it exactly
_Horizon = Annotated[float, msgspec.Meta(ge=0, le=HORIZON_MOST_S)]
_Seed = Annotated[int, msgspec.Meta(ge=0, le=SEED_MOST)]


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """What a run is made from. `horizon_s` None: until everything is settled or the trigger's own limits end it."""

    version: int = SCENARIO_VERSION
    rules: str = FIRST
    trigger: str
    seed: int = 1
    horizon_s: float | None = None
    settings: Any
    function: Function = Function()
    traffic: Traffic = Single()
    failures: FailurePlan = FailurePlan()


class ScenarioErrors(ValueError):
    """A scenario that is none; `errors` says why, by field."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in errors))
        self.errors = errors


def parse_scenario(raw: Any) -> Scenario:
    """The scenario that plain data stands for; missing fields take their defaults. Raises `ScenarioErrors`."""
    errors: list[FieldError] = []
    if not isinstance(raw, dict):
        raise ScenarioErrors([FieldError("", UNKNOWN, "A scenario is an object.")])
    trigger = TRIGGERS.get(raw.get("trigger", "")) if isinstance(raw.get("trigger", ""), str) else None
    if trigger is None:
        raise ScenarioErrors([_unknown_trigger(raw)])
    known = Scenario.__struct_fields__
    errors.extend(unknown(str(name), str(name), known) for name in raw if name not in known)
    _check_versions(raw, errors)
    seed = leaf(_Seed, raw.get("seed", 1), "seed", errors)
    horizon = raw.get("horizon_s")
    if horizon is not None:
        horizon = leaf(_Horizon, horizon, "horizon_s", errors)
    settings = read(trigger.settings, _with_defaults(raw, trigger.key), "settings", errors)
    function = read(Function, raw.get("function", {}), "function", errors)
    traffic = read_union(Traffic, raw.get("traffic", {"kind": "single"}), "traffic", errors)
    failures = read(FailurePlan, raw.get("failures", {}), "failures", errors)
    if not errors:
        choices = Choices(settings=settings, function=function, traffic=traffic, failures=failures)
        errors.extend(_check_choices(choices))
        errors.extend(trigger.check(choices))
    if errors:
        raise ScenarioErrors(errors)
    return Scenario(
        rules=raw.get("rules", FIRST),
        trigger=trigger.key,
        seed=seed,
        horizon_s=horizon,
        settings=settings,
        function=function,
        traffic=traffic,
        failures=failures,
    )


def _with_defaults(raw: dict[str, Any], trigger: str) -> Any:
    """The settings as they were given, with the defaults of their rule pack."""
    given, pack = raw.get("settings", {}), raw.get("rules", FIRST)
    return {**defaults(pack, trigger), **given} if isinstance(given, dict) and pack in PACKS else given


def _unknown_trigger(raw: dict[str, Any]) -> FieldError:
    known = ", ".join(TRIGGERS)
    if "trigger" not in raw:
        return FieldError("trigger", UNKNOWN, f"Say which trigger: one of {known}.")
    return FieldError("trigger", UNKNOWN, f"There is no trigger {shown(raw['trigger'])}; known are {known}.")


def _check_versions(raw: dict[str, Any], errors: list[FieldError]) -> None:
    """Only a version that is known means something; another one is never read as if it were."""
    if raw.get("version", SCENARIO_VERSION) != SCENARIO_VERSION or isinstance(raw.get("version"), bool):
        errors.append(
            FieldError(
                "version", UNKNOWN, f"Version {shown(raw['version'])} is not known; the newest is {SCENARIO_VERSION}."
            )
        )
    if raw.get("rules", FIRST) not in PACKS:
        message = f"There is no rule pack {shown(raw['rules'])}; known are {', '.join(PACKS)}."
        errors.append(FieldError("rules", UNKNOWN, message))


def _check_choices(choices: Choices) -> list[FieldError]:
    """What holds for every trigger."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for number, planned in enumerate(getattr(choices.traffic, "events", ())):
        if planned.id is not None and planned.id in seen:
            errors.append(FieldError(f"traffic.events[{number}].id", INVALID, f"Two events are called {planned.id!r}."))
        seen.add(planned.id or "")
    for number, step in enumerate(choices.failures.script):
        if step.do == "timeout" and step.after_ms is not None:
            field = f"failures.script[{number}].after_ms"
            errors.append(FieldError(field, INVALID, "A timeout comes at the function's timeout; leave after_ms out."))
    for number, plan in enumerate(choices.failures.invocations):
        if (plan.match.n is None) == (not plan.match.events):
            field = f"failures.invocations[{number}].match"
            errors.append(FieldError(field, INVALID, "Match an invocation by n or by events, one of the two."))
    message = f"A body has at most {BODY_LEVELS} levels."
    errors.extend(FieldError(f"traffic.{field}", INVALID, message) for field in too_deep(choices.traffic))
    errors.extend(_check_concurrency(choices.function))
    errors.extend(_check_names(choices))
    errors.extend(_check_spans(choices))
    return errors


def _check_names(choices: Choices) -> Iterator[FieldError]:
    """A failure that is planned for an event needs one: an id that none has would change nothing, in silence."""
    failures, traffic = choices.failures, choices.traffic
    named = [("failures.poison", name) for name in failures.poison]
    named += [(f"failures.script[{number}].event", step.event) for number, step in enumerate(failures.script)]
    for number, plan in enumerate(failures.invocations):
        field = f"failures.invocations[{number}].match.events"
        named += [(f"{field}[{place}]", name) for place, name in enumerate(plan.match.events or ())]
    for field, name in named:
        wrong = None if made_by_run(name) else unknown_id(traffic, name)
        if wrong is not None:
            yield FieldError(field, INVALID, wrong)


def _check_spans(choices: Choices) -> Iterator[FieldError]:
    """A time in which something is so has a length, wherever one is planned."""
    for section, chosen in (("failures", choices.failures), ("settings", choices.settings)):
        for name, value in msgspec.structs.asdict(chosen).items():
            for number, span in enumerate(value if isinstance(value, list) else ()):
                wrong = span.wrong if isinstance(span, Span) else None
                if wrong is not None:
                    yield FieldError(f"{section}.{name}[{number}].to_ms", INVALID, wrong)


def _check_concurrency(function: Function) -> Iterator[FieldError]:
    """CONC-4, CONC-5: what AWS refuses when executions are to be reserved, or environments to be kept ready."""
    reserved, ready = function.reserved_concurrent_executions, function.provisioned_concurrent_executions
    account, field = function.account_concurrent_executions, "function.provisioned_concurrent_executions"
    if reserved is not None:
        yield from _leaves_enough("reserved_concurrent_executions", "ReservedConcurrentExecutions", reserved, account)
    if ready is None:
        return
    if reserved is None:
        yield from _leaves_enough("provisioned_concurrent_executions", "ConcurrentExecutions", ready, account)
    elif ready > reserved:
        message = (
            "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function"
        )
        yield FieldError(field, INVALID, message)
    if function.init_failure is not None:
        message = "Provisioned concurrency cannot be allocated to a function whose initialisation fails."
        yield FieldError(field, INVALID, message)


def _leaves_enough(field: str, called: str, wanted: int, account: int) -> Iterator[FieldError]:
    """CONC-4: so many executions of the account must stay unreserved. What takes none away is never refused."""
    least = UNRESERVED_LEAST
    if wanted and account - wanted < least:
        refusal = (
            f"Specified {called} for function decreases account's UnreservedConcurrentExecution "
            f"below its minimum value of [{min(least, account)}]."
        )
        most = f"at most {account - least:,}" if account > least else "none"
        way_out = f"With an account concurrency of {account:,}, {most} can be kept for one function"
        yield FieldError(f"function.{field}", INVALID, f"{refusal} {way_out}; {wanted:,} needs {wanted + least:,}.")


def horizon_us(scenario: Scenario) -> int | None:
    """The end of the run in microseconds."""
    return None if scenario.horizon_s is None else round(scenario.horizon_s * 1_000_000)
