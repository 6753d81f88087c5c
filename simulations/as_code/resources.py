"""What a scenario's settings are in AWS: resources with their properties, by the names of CloudFormation's reference.

A setting stands at one place of one resource. What is the simulation's own (when a mapping starts, an assumed wait) has none,
and is not written; neither is the source itself where a template cannot know it (a bucket, an API, a topic).
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from simulations.as_code import places
from simulations.as_code.places import CATCHER_TYPES, CATCHERS, Given, Of, Place, Properties
from simulations.engine import Scenario
from simulations.engine.fields import scenario_fields
from simulations.engine.trigger import model_of
from simulations.engine.triggers import TRIGGERS

# what hands events to a function
_WIRES = frozenset(
    (
        "AWS::Lambda::EventSourceMapping",
        "AWS::Pipes::Pipe",
        "AWS::Events::Rule",
        "AWS::Scheduler::Schedule",
        "AWS::SNS::Subscription",
    )
)


class Made(NamedTuple):
    """A resource: its name, its type in CloudFormation, its properties."""

    name: str
    type: str
    properties: Properties


class Plan(NamedTuple):
    """All of them, each after what it refers to; and AWS's names of settings that somebody changed and that are not written."""

    resources: list[Made]
    left: list[str]

    def is_wired(self) -> bool:
        """Whether it makes what calls the function, too."""
        return any(made.type in _WIRES for made in self.resources)

    def givens(self) -> list[Given]:
        """What the resources need of what is there."""
        found = (value for made in self.resources for value in _values(made.properties) if isinstance(value, Given))
        return list(dict.fromkeys(found))


def planned(scenario: Scenario) -> Plan:
    """The resources of a scenario."""
    making = _Making(scenario)
    making.function()
    making.asynchronous()
    making.source()
    making.caller()
    return Plan(making.resources, list(making.left()))


class _Making:
    """Resources, one after the other, and which settings are written by now."""

    def __init__(self, scenario: Scenario) -> None:
        self.resources: list[Made] = []
        self._trigger, self._settings = scenario.trigger, scenario.settings
        self._fields = {field.key: field for field in scenario_fields(scenario.trigger)}
        self._chosen = {**msgspec.structs.asdict(scenario.function), **msgspec.structs.asdict(scenario.settings)}
        self._written: set[str] = set()

    def function(self) -> None:
        self._make("Function", "AWS::Lambda::Function", places.FUNCTION_GIVENS | self._placed(places.FUNCTION))

    def asynchronous(self) -> None:
        """What Lambda's own queue is told, where the trigger has one."""
        if model_of(TRIGGERS[self._trigger], self._settings) == "asynchronous":
            config = {"FunctionName": Of("Function", arn=False), "Qualifier": "$LATEST", **self._placed(places.INVOKE)}
            self._make("Asynchronous", "AWS::Lambda::EventInvokeConfig", config)

    def source(self) -> None:
        """The mapping with its queue or stream; or the rule, schedule or subscription that pushes."""
        match self._trigger:
            case "sqs" | "sqs_fifo" | "kinesis":
                self._mapping({"EventSourceArn": self._read(self._trigger)})
            case "pipes":
                self._make("Pipe", "AWS::Pipes::Pipe", self._pipe())
            case "eventbridge":
                target = {"Arn": Of("Function"), "Id": "function", **self._placed(places.TARGET)}
                rule = {"EventPattern": {"source": ["my.application"]}, "Targets": [target]}
                self._make("Rule", "AWS::Events::Rule", rule)
            case "scheduler":
                self._make("Schedule", "AWS::Scheduler::Schedule", self._schedule())
            case "sns":
                topic = places.CALLERS["sns"]["SourceArn"]
                way = {"TopicArn": topic, "Protocol": "lambda", "Endpoint": Of("Function")}
                self._make("Subscription", "AWS::SNS::Subscription", way | self._placed(places.SUBSCRIPTION))
            case trigger if trigger in places.READS:
                self._mapping(places.READS[trigger])
            case _:
                pass  # the source says nothing about retries, or is too much for a text of this kind

    def caller(self) -> None:
        """The permission without which a service that pushes is turned away, by the function and by its own dead-letter queue."""
        caller = places.CALLERS.get(self._trigger)
        if caller is None:
            return
        permission = {"FunctionName": Of("Function", arn=False), "Action": "lambda:InvokeFunction"}
        self._make("Permission", "AWS::Lambda::Permission", permission | caller)
        for made in list(self.resources):
            if made.name in places.LETTERS_OF_SENDERS:
                self._allow(made.name, caller)

    def left(self) -> Iterator[str]:
        """AWS's names have no space; what is called otherwise is the simulation's own."""
        for name, value in self._chosen.items():
            field = self._fields.get(name)
            own = (
                field is None
                or " " in field.title
                or (field.section == "function" and name not in places.BESIDE_FUNCTION)
            )
            if (
                field is not None
                and not own
                and name not in self._written
                and msgspec.to_builtins(value) != field.default
            ):
                yield field.title

    def _mapping(self, reads: Properties) -> None:
        mapping = {"FunctionName": Of("Function", arn=False), **reads, **self._placed(places.MAPPING)}
        self._make("Mapping", "AWS::Lambda::EventSourceMapping", mapping)

    def _pipe(self) -> Properties:
        source = self._settings.source
        self._written.add("source")
        box, table = places.PIPE_SOURCES[source]
        arn, reads = places.PIPE_READS[source] if source in places.PIPE_READS else (self._read(source), {})
        return {
            "RoleArn": places.PIPE_ROLE,
            "Source": arn,
            "SourceParameters": {**self._placed(places.PIPE_FILTERS), box: reads | self._placed(table)},
            **self._placed(places.ENRICHMENT),
            "Target": Of("Function"),
            "TargetParameters": self._placed(places.PIPED),
        }

    def _read(self, source: str) -> Of:
        """The queue or stream that is read, which is made, too."""
        if source == "kinesis":
            return self._make("Stream", "AWS::Kinesis::Stream", self._stream())
        return self._queue(fifo=source == "sqs_fifo")

    def _queue(self, *, fifo: bool) -> Of:
        kind: Properties = {"FifoQueue": True} if fifo else {}
        policy = self._placed(places.REDRIVE)
        if policy:
            letters = self._make("QueueDeadLetters", "AWS::SQS::Queue", kind)
            policy["RedrivePolicy"]["deadLetterTargetArn"] = letters
        return self._make("Queue", "AWS::SQS::Queue", kind | self._placed(places.QUEUE) | policy)

    def _stream(self) -> Properties:
        found = self._placed(places.STREAM)
        if self._chosen.get("stream_mode") == "on_demand":
            del found["ShardCount"]  # AWS chooses them
        return found

    def _schedule(self) -> Properties:
        window = self._placed(places.SCHEDULE).get("FlexibleTimeWindow", {})
        window = {"Mode": "FLEXIBLE", **window} if window else {"Mode": "OFF"}
        target = {"Arn": Of("Function"), "RoleArn": places.SCHEDULER_ROLE, **self._placed(places.SCHEDULED)}
        return {"ScheduleExpression": places.SCHEDULE_EXPRESSION, "FlexibleTimeWindow": window, "Target": target}

    def _allow(self, letters: str, caller: Properties) -> None:
        """A queue's own policy: this service may send to it."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": caller["Principal"]},
            "Action": "sqs:SendMessage",
            "Resource": Of(letters),
            "Condition": {"ArnEquals": {"aws:SourceArn": caller["SourceArn"]}},
        }
        document = {"Version": "2012-10-17", "Statement": [statement]}
        policy = {"Queues": [Of(letters, arn=False)], "PolicyDocument": document}
        self._make(f"{letters}Policy", "AWS::SQS::QueuePolicy", policy)

    def _make(self, name: str, kind: str, properties: Properties) -> Of:
        self.resources.append(Made(name, kind, properties))
        return Of(name)

    def _placed(self, table: tuple[Place, ...]) -> Properties:
        """The settings that the trigger has of these, where they belong; what is not set is not written."""
        found: Properties = {}
        for place in table:
            value = self._chosen.get(place.setting)
            if value is None or value == []:
                continue
            self._written.add(place.setting)
            if value == self._fields[place.setting].default and not self._writes_default(place, table):
                continue
            *boxes, last = place.way.split(".")
            box = found
            for name in boxes:
                box = box.setdefault(name, {})
            box[last] = self._catcher(place.setting, value) if place.setting in CATCHERS else place.write(value)
        return found

    def _writes_default(self, place: Place, table: tuple[Place, ...]) -> bool:
        sparse = self._trigger in places.SPARSE and table is places.MAPPING
        return place.setting in places.SPARSE_TOO if sparse else place.default_too

    def _catcher(self, setting: str, kind: str) -> Of | Given:
        name = CATCHERS[setting]
        if kind in CATCHER_TYPES:
            return self._make(name, CATCHER_TYPES[kind], {})
        return Given(f"{name}Arn", places.OTHER_CATCHERS[kind], "the destination")


def _values(value: Any) -> Iterator[Any]:
    """The leaves of properties."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from _values(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _values(inner)
    else:
        yield value
