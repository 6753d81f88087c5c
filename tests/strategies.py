"""Scenarios for property tests, made from the settings types: a new trigger, or a new field, is covered as it stands.

A value is its default, one of its limits, something small or anything the type allows. Where a scenario must stay small
enough to run thousands of times (the number of events) or hang together (a script names events that arrive), `SHAPED`
narrows a field by its path.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
from hypothesis import assume, note, reject
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from msgspec import inspect

from simulations.engine import TRIGGERS, Scenario, ScenarioErrors, parse_scenario
from simulations.engine.reading import variants
from simulations.engine.traffic import Traffic, size
from simulations.links import render_link

MOST_EVENTS = 25
# numbers without an upper limit of their own stay in the range in which people teach
OPEN_END = 2_000

ERRORS = ["AccessDeniedException", "ResourceNotFoundException", "ServiceException", "TooManyRequestsException"]
# the catchers that belong to a source, by their names in records
SOURCES_CATCHERS = sorted({name for trigger in TRIGGERS.values() for name in trigger.catchers.values()})

event_ids = st.integers(1, MOST_EVENTS + 2).map(str)
some_ms = st.one_of(
    st.sampled_from([0, 1, 100, 1_000, 2_999, 3_000, 3_001, 29_000, 30_000, 60_000, 180_000]), st.integers(0, 400_000)
)
durations = st.one_of(st.sampled_from([0, 0.5, 100, 250, 1_000, 2_999.9, 3_000, 3_001, 29_500]), st.integers(0, 40_000))
returned: SearchStrategy[Any] = st.sampled_from(
    [
        None,
        "text",
        {},
        [],
        {"statusCode": 200, "body": "ok"},
        {"statusCode": "200"},
        {"statusCode": 503},
        {"status": "404"},
        {"response": {}},
        {"records": [{"recordId": "1", "result": "ProcessingFailed"}]},
        {"batchItemFailures": []},
        {"batchItemFailures": None},
        {"batchItemFailures": [{"itemIdentifier": "1"}]},
        {"batchItemFailures": [{"itemIdentifier": ""}]},
        {"batchItemFailures": [{"itemIdentifier": "nobody"}]},
        {"batchItemFailures": [{"itemIdentifier": "1"}, {"itemIdentifier": "1"}, {"itemIdentifier": "2"}]},
        {"batchItemFailures": [{"wrong": "1"}]},
        {"batchItemFailures": [{"itemIdentifier": {"partition": "my-topic-0", "offset": 0}}]},
        {"batchItemFailures": [{"itemIdentifier": {"partition": "my-topic-0", "offset": n}} for n in (2, 1, 2)]},
        {"batchItemFailures": [{"itemIdentifier": {"partition": "my-topic-0", "offset": True}}]},
        {"batchItemFailures": [{"itemIdentifier": {"partition": ["my-topic-0"], "offset": 1}}]},
        {"state": {}},
        {"state": {}, "batchItemFailures": [{"itemIdentifier": "2"}]},
    ]
)
matches = st.one_of(
    st.integers(1, 12).map(lambda n: {"n": n}),
    st.lists(event_ids, min_size=1, max_size=2, unique=True).map(lambda ids: {"events": ids}),
)
bodies = st.one_of(
    st.none(), st.text(max_size=5), st.dictionaries(st.sampled_from("ab"), st.integers(0, 3), max_size=2)
)
# what a trigger's filters look at; those of a trigger that is not named here are refused and fall back to none
FILTERED = {
    "sqs": "body",
    "sqs_fifo": "body",
    "amazon_mq": "data",
    "activemq": "data",
    "rabbitmq": "data",
    "kinesis": "data",
    "dynamodb_streams": "dynamodb",
    "msk": "value",
    "self_managed_kafka": "value",
}
leaves = st.sampled_from(
    [
        [0],
        [1, 2],
        [{"exists": False}],
        [{"exists": True}],
        [{"anything-but": [0]}],
        [{"numeric": [">", 0]}],
        [{"prefix": ""}],
    ]
)
patterns = st.lists(
    st.one_of(leaves, st.dictionaries(st.sampled_from("ab"), leaves, min_size=1, max_size=2)), max_size=2
)


def in_order(span: dict[str, Any]) -> dict[str, Any]:
    """A time in which something is so, with its end after its beginning."""
    begin, end = span.get("from_ms", 0), span.get("to_ms")
    return span if end is None or begin < end else span | {"to_ms": begin + end + 1}


invoke_errors = st.lists(
    st.fixed_dictionaries({"from_ms": some_ms, "to_ms": st.none() | some_ms, "error": st.sampled_from(ERRORS)}).map(
        in_order
    ),
    max_size=2,
)
retriers = st.fixed_dictionaries(
    {
        "error_equals": st.sampled_from(
            [
                ["States.ALL"],
                ["States.TaskFailed"],
                ["Exception"],
                ["Lambda.TooManyRequestsException"],
                ["States.Timeout"],
            ]
        ),
        "interval_seconds": st.integers(1, 5),
        "max_attempts": st.integers(0, 4),
        "backoff_rate": st.sampled_from([1, 1.5, 2, 100]),
        "max_delay_seconds": st.sampled_from([None, 6, 60]),
        "jitter_strategy": st.sampled_from(["none", "full"]),
    }
)

SHAPED: dict[str, SearchStrategy[Any]] = {
    "traffic.count": st.integers(1, MOST_EVENTS),
    "traffic.rate_per_s": st.sampled_from([0.01, 0.5, 1, 10, 100, 5_000]),
    "traffic.size_bytes": st.sampled_from([0, 1, 1_024, 65_536, 262_144, 262_145, 1_048_576, 1_048_577, 6_291_457]),
    "traffic.events.size_bytes": st.sampled_from([0, 1_024, 1_048_576, 1_048_577, 6_291_457, 10_485_761]),
    "traffic.events.id": st.none(),
    "traffic.events.body": bodies,
    "traffic.bodies": st.one_of(st.just([]), st.lists(bodies, max_size=3)),
    "settings.filter_criteria": st.one_of(st.just([]), st.just([]), patterns),
    "settings.time_to_live_s": st.sampled_from([1, 10, 60, 3_600]),
    "settings.shard_count": st.sampled_from([1, 2, 3, 1_000]),
    "settings.partition_count": st.sampled_from([1, 2, 3, 7, 1_000]),
    "settings.enrichment_ms": st.sampled_from([None, None, 1, 500, 1_000, 30_000, 40_000, 300_001]),
    "settings.disabled_after_client_errors": st.sampled_from([None, None, None, 1, 3]),
    "settings.tumbling_window_s": st.sampled_from([0, 0, 0, 1, 60, 900]),
    "settings.tumbling_wait_s": st.sampled_from([0, 1, 120]),
    "settings.state_bytes_per_record": st.sampled_from([0, 0, 1, 600_000]),
    "settings.initial_pollers": st.sampled_from([1, 1, 2, 3]),
    "settings.minimum_pollers": st.sampled_from([None, 1, 1, 2, 200]),
    "settings.maximum_pollers": st.sampled_from([None, None, 1, 2, 2_000]),
    "settings.log_retention_hours": st.sampled_from([1, 2, 168]),
    "settings.change_stream_log_retention_duration_s": st.sampled_from([3_600, 3_601, 604_800]),
    "settings.partition_keys": st.sampled_from([None, 1, 2, 7]),
    "function.timeout_s": st.sampled_from([1, 2, 3, 30, 900]),
    "function.account_concurrent_executions": st.sampled_from([1, 2, 5, 102, 1_000]),
    "function.reserved_concurrent_executions": st.sampled_from([None, None, 0, 1, 2, 5]),
    "function.provisioned_concurrent_executions": st.sampled_from([None, None, None, 1, 2]),
    "function.environment_idle_s": st.sampled_from([0, 1, 60, 600]),
    "failures.error_rate": st.sampled_from([0, 0, 0.1, 0.5, 0.9, 1]),
    "failures.first_n": st.sampled_from([0, 0, 1, 2, 3, 5]),
    "failures.invoke_errors": st.one_of(st.just([]), st.just([]), invoke_errors),
    "settings.retry": st.lists(retriers, max_size=3),
    "settings.max_attempts": st.sampled_from([None, 1, 2, 3, 12]),
    "settings.number_of_retries": st.integers(0, 5),
    "failures.catchers": st.dictionaries(
        st.sampled_from(
            ["function_dlq", "queue_dlq", "on_failure", "on_success", "processing_failed", *SOURCES_CATCHERS]
        ),
        st.sampled_from(["no_permission", "too_large"]),
        max_size=2,
    ),
}
SHAPED_BY_NAME: dict[str, SearchStrategy[Any]] = {
    "event": event_ids,
    "poison": st.lists(event_ids, max_size=3, unique=True),
    "invocation": st.integers(1, 5),
    "match": matches,
    "ms": durations,
    "mean_ms": durations,
    "minimum_ms": durations,
    "per_event_ms": st.sampled_from([0, 0, 1, 50]),
    "init_ms": st.sampled_from([0, 0, 200, 9_999, 10_000, 10_001, 12_000]),
    "at_ms": some_ms,
    "from_ms": some_ms,
    "to_ms": some_ms,
    "after_ms": st.one_of(st.none(), durations),
    "duration_ms": st.one_of(st.none(), durations),
    "available": st.sampled_from([0, 0, 1, 2]),
    "returns": returned,
    "returns_text": st.sampled_from([None, "", "{", "null"]),
    "group": st.sampled_from([None, "a", "b"]),
    "deduplication_id": st.sampled_from([None, None, "x", "y"]),
    "message_groups": st.sampled_from([1, 2, 3, 10_000]),
    "minimum_pollers": st.sampled_from([None, None, 2, 3]),
    "maximum_pollers": st.sampled_from([None, None, 2, 3, 10_000]),
    "partition_key": st.sampled_from([None, "a", "b", "c"]),
    "shard": st.sampled_from([None, None, "0", "1"]),
}
CHOSEN = st.booleans()
# chosen more often than their type alone would: what fails is what Redrive is about
TRAFFIC_FIRST = ("steady", "burst")


@st.composite
def scenarios(draw: DrawFn, /, trigger: str | None = None, **fixed: Any) -> Scenario:
    """A valid scenario; `fixed` overrides fields of a section: `scenarios("s3", failures={"error_rate": 1})`."""
    key = trigger or draw(st.sampled_from(sorted(TRIGGERS)), label="trigger")
    raw: dict[str, Any] = {
        "trigger": key,
        "seed": draw(st.integers(0, 3) | st.integers(0, 2**53 - 1)),
        "horizon_s": draw(st.sampled_from([None, None, None, 0, 1, 90, 3_600])),
        "settings": draw(settings_for(key)),
        "function": draw(struct_of(section_type("function"), "function")),
        "traffic": draw(traffic()),
        "failures": draw(struct_of(section_type("failures"), "failures")),
    }
    for section, fields in fixed.items():
        raw[section] = {**raw[section], **fields} if isinstance(raw.get(section), dict) else fields
    _name_events(raw)
    scenario = parsed(raw, fixed)
    note(f"python manage.py simulate '{render_link(scenario)}'")
    return scenario


def _name_events(raw: dict[str, Any]) -> None:
    """Failures are planned for events: an id that names none stands for one that is there."""
    kind = variants(Traffic)[raw["traffic"]["kind"]]
    known = {name: value for name, value in raw["traffic"].items() if name in ("kind", *kind.__struct_fields__)}
    count = size(msgspec.convert(known, Traffic))
    failures: dict[str, Any] = dict(raw["failures"])
    raw["failures"] = failures

    def there(name: str) -> str:
        return str((int(name) - 1) % count + 1) if name.isdigit() and count else name

    if "poison" in failures:
        failures["poison"] = list(dict.fromkeys(map(there, failures["poison"])))
    if "script" in failures:
        failures["script"] = [{**step, "event": there(step["event"])} for step in failures["script"]]
    if "invocations" in failures:
        failures["invocations"] = [
            {
                **plan,
                "match": {
                    name: [there(one) for one in match] if name == "events" else match
                    for name, match in plan["match"].items()
                },
            }
            for plan in failures["invocations"]
        ]


def parsed(raw: dict[str, Any], fixed: dict[str, Any]) -> Scenario:
    """The scenario; a field that AWS would refuse beside another one falls back to its default."""
    for _ in range(4):
        try:
            return parse_scenario(raw)
        except ScenarioErrors as refused:
            for error in refused.errors:
                section, _, name = error.field.partition(".")
                name = name.partition("[")[0].partition(".")[0]
                assume(isinstance(raw.get(section), dict) and name not in (fixed.get(section) or {}))
                raw[section].pop(name, None)
    return reject()


def section_type(name: str) -> type[msgspec.Struct]:
    """The struct of a scenario's section."""
    declared = {field.name: field.type for field in msgspec.structs.fields(Scenario)}[name]
    assert isinstance(declared, type)
    return declared


@cache
def settings_for(trigger: str) -> SearchStrategy[dict[str, Any]]:
    """The trigger's own settings as plain data."""
    drawn = struct_of(TRIGGERS[trigger].settings, "settings")
    return drawn.map(lambda settings: settings | filters_for(trigger, settings))


def own(trigger: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Those of some settings that the trigger has."""
    return {name: value for name, value in settings.items() if name in TRIGGERS[trigger].settings.__struct_fields__}


def filters_for(trigger: str, settings: dict[str, Any]) -> dict[str, Any]:
    """The filters as patterns about what this trigger's filters look at."""
    key = FILTERED.get(str(settings.get("source", "sqs")) if trigger == "pipes" else trigger, "data")
    return {name: [{key: one} for one in settings[name]] for name in ("filter_criteria",) if name in settings}


@cache
def traffic() -> SearchStrategy[dict[str, Any]]:
    """Any kind of traffic, the usual ones more often."""
    kinds = {field.name: field.type for field in msgspec.structs.fields(Scenario)}["traffic"]
    info = inspect.type_info(kinds)
    assert isinstance(info, inspect.UnionType)
    parts = [part for part in info.types if isinstance(part, inspect.StructType)]
    usual = [part for part in parts if part.tag in TRAFFIC_FIRST]
    return st.sampled_from(parts + usual).flatmap(lambda part: of_type(part, "traffic"))


@cache  # what is drawn a thousand times is looked up and put together once
def struct_of(struct: type[msgspec.Struct], path: str) -> SearchStrategy[dict[str, Any]]:
    """Plain data of a settings struct."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    tags = {} if info.tag_field is None else {info.tag_field: info.tag}
    fields = [
        (field.encode_name, field.required, of_type(field.type, f"{path}.{field.encode_name}")) for field in info.fields
    ]
    return of_fields(tags, fields)


@st.composite
def of_fields(draw: DrawFn, /, tags: dict[str, Any], fields: Sequence[tuple[str, bool, SearchStrategy[Any]]]) -> Any:
    """Some fields chosen, the others left to their defaults; each with its name and whether it is required."""
    return in_order(tags | {name: draw(values) for name, required, values in fields if required or draw(CHOSEN)})


def of_type(info: inspect.Type, path: str) -> SearchStrategy[Any]:
    """Values of a type as msgspec describes it."""
    shaped = SHAPED.get(path, SHAPED_BY_NAME.get(path.rsplit(".", 1)[-1]) if path.count(".") else None)
    if shaped is not None:
        return shaped
    match info:
        case inspect.Metadata():
            return of_type(info.type, path)
        case inspect.UnionType():
            return st.one_of(*(of_type(part, path) for part in info.types))
        case inspect.StructType():
            return struct_of(info.cls, path)
        case inspect.LiteralType():
            return st.sampled_from(sorted(info.values, key=str))
        case inspect.NoneType():
            return st.none()
        case inspect.BoolType():
            return st.booleans()
        case inspect.IntType() | inspect.FloatType():
            return numbers(info)
        case inspect.ListType():
            return st.lists(of_type(info.item_type, path), max_size=4)
        case inspect.DictType():
            return st.dictionaries(of_type(info.key_type, path), of_type(info.value_type, path), max_size=2)
        case inspect.StrType():
            return st.text("abc", min_size=1, max_size=5)
        case _:
            return st.none()


def numbers(info: inspect.IntType | inspect.FloatType) -> SearchStrategy[Any]:
    """Limits, small values, anything between; halves too where a type allows them."""
    low = info.ge if info.ge is not None else 0
    high = info.le if info.le is not None else max(OPEN_END, low)
    lowest, highest = -(-low // 1), high // 1
    whole = st.integers(int(lowest), int(highest))
    near = st.integers(int(lowest), int(min(highest, lowest + 5)))
    limits = st.sampled_from([low, high])
    if isinstance(info, inspect.FloatType):
        return st.one_of(near, limits, whole, whole.map(lambda value: min(value + 0.5, high)))
    return st.one_of(near, limits.map(int), whole)
