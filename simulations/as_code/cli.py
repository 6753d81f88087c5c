"""A plan as commands of the AWS CLI: the function is there already, the rest is made."""

import re
import shlex
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from simulations.as_code.places import ACCOUNT, Given, Of, Properties, with_leaves, with_servers
from simulations.as_code.resources import Made, Plan
from simulations.engine.rules import number
from simulations.engine.units import S_PER_H

_HEAD = "# Names and ARNs are examples. The function is there already; its role may read the source and write to what catches."
_ON_ARM = "# It runs on arm64, which is chosen with its code."
_REGION = "us-east-1"
_LONG = 100  # characters of JSON, of which more stand on lines of their own
# of a function, what one operation sets, and what has an operation of its own
_SET_APART = {
    "ReservedConcurrentExecutions": "put-function-concurrency",
    "RecursiveLoop": "put-function-recursion-config",
}
_CONFIGURED = ("Timeout", "MemorySize", "EphemeralStorage", "DeadLetterConfig")
_HOURS_AT_FIRST = number("STREAM-4", "kinesis_retention_s") // S_PER_H  # a new stream keeps its records so long


class Command(NamedTuple):
    """A service, its operation, and the arguments by their names in the API."""

    service: str
    operation: str
    arguments: Properties


def written(plan: Plan) -> str:
    types = {made.name: made for made in plan.resources}
    head = f"{_HEAD}\n{_ON_ARM}" if types["Function"].properties.get("Architectures") == ["arm64"] else _HEAD
    commands = [_line(command) for made in plan.resources for command in _commands(made, types)]
    return "\n\n".join([head, *commands]) + "\n"


def _commands(made: Made, all_made: dict[str, Made]) -> Iterable[Command]:
    """What makes or sets one resource."""
    return _MAKERS[made.type](_name(made), with_leaves(made.properties, lambda value: _resolved(value, all_made)))


def _function(name: str, own: Properties) -> Iterator[Command]:
    function = {"FunctionName": name}
    configured = {key: own[key] for key in _CONFIGURED if key in own}
    yield Command("lambda", "update-function-configuration", function | configured)
    for key, operation in _SET_APART.items():
        if key in own:
            yield Command("lambda", operation, function | {key: own[key]})


def _asynchronous(_: str, own: Properties) -> Iterator[Command]:
    given = {key: value for key, value in own.items() if key != "Qualifier"}  # the API takes it for $LATEST
    yield Command("lambda", "put-function-event-invoke-config", given)


def _mapping(_: str, own: Properties) -> Iterator[Command]:
    yield Command("lambda", "create-event-source-mapping", with_servers(own))


def _permission(_: str, own: Properties) -> Iterator[Command]:
    yield Command("lambda", "add-permission", {"StatementId": "invoke", **own})


def _queue(name: str, own: Properties) -> Iterator[Command]:
    # SQS takes all its attributes as texts
    attributes = {key: _json(value) for key, value in own.items()}
    yield Command("sqs", "create-queue", {"QueueName": name, **({"Attributes": attributes} if attributes else {})})


def _queue_policy(_: str, own: Properties) -> Iterator[Command]:
    (queue,) = own["Queues"]
    url = f"https://sqs.{_REGION}.amazonaws.com/{ACCOUNT}/{queue}"
    policy = {"Policy": _json(own["PolicyDocument"])}
    yield Command("sqs", "set-queue-attributes", {"QueueUrl": url, "Attributes": policy})


def _topic(name: str, _: Properties) -> Iterator[Command]:
    yield Command("sns", "create-topic", {"Name": name})


def _subscription(_: str, own: Properties) -> Iterator[Command]:
    # the CLI keeps --endpoint for itself
    way = {"TopicArn": own["TopicArn"], "Protocol": own["Protocol"], "NotificationEndpoint": own["Endpoint"]}
    if "RedrivePolicy" in own:
        way["Attributes"] = {"RedrivePolicy": _json(own["RedrivePolicy"])}
    yield Command("sns", "subscribe", way)


def _bucket(name: str, _: Properties) -> Iterator[Command]:
    yield Command("s3api", "create-bucket", {"Bucket": name})


def _stream(name: str, own: Properties) -> Iterator[Command]:
    made = {key: value for key, value in own.items() if key != "RetentionPeriodHours"}
    yield Command("kinesis", "create-stream", {"StreamName": name, **made})
    yield Command("kinesis", "wait stream-exists", {"StreamName": name})
    hours = own.get("RetentionPeriodHours", _HOURS_AT_FIRST)
    if hours > _HOURS_AT_FIRST:
        kept = {"StreamName": name, "RetentionPeriodHours": hours}
        yield Command("kinesis", "increase-stream-retention-period", kept)


def _rule(name: str, own: Properties) -> Iterator[Command]:
    yield Command("events", "put-rule", {"Name": name, "EventPattern": _json(own["EventPattern"])})
    yield Command("events", "put-targets", {"Rule": name, "Targets": own["Targets"]})


def _pipe(name: str, own: Properties) -> Iterator[Command]:
    yield Command("pipes", "create-pipe", {"Name": name, **own})


def _schedule(name: str, own: Properties) -> Iterator[Command]:
    yield Command("scheduler", "create-schedule", {"Name": name, **own})


_MAKERS: dict[str, Callable[[str, Properties], Iterable[Command]]] = {
    "AWS::Lambda::Function": _function,
    "AWS::Lambda::EventInvokeConfig": _asynchronous,
    "AWS::Lambda::EventSourceMapping": _mapping,
    "AWS::Lambda::Permission": _permission,
    "AWS::SQS::Queue": _queue,
    "AWS::SQS::QueuePolicy": _queue_policy,
    "AWS::SNS::Topic": _topic,
    "AWS::SNS::Subscription": _subscription,
    "AWS::S3::Bucket": _bucket,
    "AWS::Kinesis::Stream": _stream,
    "AWS::Events::Rule": _rule,
    "AWS::Pipes::Pipe": _pipe,
    "AWS::Scheduler::Schedule": _schedule,
}


def _resolved(value: Any, all_made: dict[str, Made]) -> Any:
    match value:
        case Given():
            return value.example
        case Of():
            made = all_made[value.name]
            return _arn(made) if value.arn else _name(made)
        case _:
            return value


def _name(made: Made) -> str:
    ending = ".fifo" if made.properties.get("FifoQueue") else ""
    return f"my-{_kebab(made.name)}{ending}"


def _arn(made: Made) -> str:
    if made.type == "AWS::S3::Bucket":
        return f"arn:aws:s3:::{_name(made)}"
    service = made.type.split("::")[1].lower()
    within = {"lambda": "function:", "kinesis": "stream/", "events": "rule/"}.get(service, "")
    return f"arn:aws:{service}:{_REGION}:{ACCOUNT}:{within}{_name(made)}"


def _line(command: Command) -> str:
    options = [_option(name, value) for name, value in command.arguments.items()]
    return " \\\n  ".join([f"aws {command.service} {command.operation}", *options])


def _option(name: str, value: Any) -> str:
    option = _kebab(name)
    if isinstance(value, bool):
        return f"--{option}" if value else f"--no-{option}"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return f"--{option} {' '.join(shlex.quote(one) for one in value)}"
    if isinstance(value, str):
        return f"--{option} {shlex.quote(value)}"
    text = _json(value)
    if len(text) > _LONG:
        text = msgspec.json.format(text, indent=2).replace("\n", "\n  ")
    return f"--{option} {shlex.quote(text)}"


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _kebab(name: str) -> str:
    """As the AWS CLI makes an option of a name."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()
