"""A plan as Terraform's configuration, by the names of its AWS provider."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from simulations.as_code.places import Given, Of, with_servers
from simulations.as_code.resources import Made, Plan

_TYPES = {
    "AWS::Lambda::Function": "aws_lambda_function",
    "AWS::Lambda::EventInvokeConfig": "aws_lambda_function_event_invoke_config",
    "AWS::Lambda::EventSourceMapping": "aws_lambda_event_source_mapping",
    "AWS::Lambda::Permission": "aws_lambda_permission",
    "AWS::Lambda::RecursionConfig": "aws_lambda_function_recursion_config",
    "AWS::SQS::Queue": "aws_sqs_queue",
    "AWS::SQS::QueuePolicy": "aws_sqs_queue_policy",
    "AWS::SNS::Topic": "aws_sns_topic",
    "AWS::SNS::Subscription": "aws_sns_topic_subscription",
    "AWS::S3::Bucket": "aws_s3_bucket",
    "AWS::Kinesis::Stream": "aws_kinesis_stream",
    "AWS::Events::Rule": "aws_cloudwatch_event_rule",
    "AWS::Events::Target": "aws_cloudwatch_event_target",
    "AWS::Pipes::Pipe": "aws_pipes_pipe",
    "AWS::Scheduler::Schedule": "aws_scheduler_schedule",
}
# where the provider's name is not the property's own in snake case; "" puts what it holds one level up
_NAMES = {
    "Code": "",
    "FilterCriteria.Filters": "filter",
    "SourceParameters.FilterCriteria.Filters": "filter",
    "SourceParameters.DynamoDBStreamParameters": "dynamodb_stream_parameters",
    "SourceParameters.ActiveMQBrokerParameters": "activemq_broker_parameters",
    "SourceParameters.RabbitMQBrokerParameters": "rabbitmq_broker_parameters",
    "SourceAccessConfigurations": "source_access_configuration",
    "DocumentDBEventSourceConfig": "document_db_event_source_config",
    "VisibilityTimeout": "visibility_timeout_seconds",
    "MessageRetentionPeriod": "message_retention_seconds",
    "RetentionPeriodHours": "retention_period",
    "MaxRecordSizeInKiB": "max_record_size_in_kib",
    "Id": "target_id",
}
_NAMES_OF_MAPPING = {"DestinationConfig.OnFailure.Destination": "destination_arn"}
_SERVERS = "SelfManagedEventSource.Endpoints"  # a map of texts, not a block
_JSON = frozenset(("RedrivePolicy", "EventPattern", "Policy"))
# what a resource is referred to by that is not its ARN, where that is not its name
_REFERENCES = {"AWS::Lambda::Function": "function_name", "AWS::SQS::Queue": "url"}
# a resource without which the provider does not know what to call it
_NAMED = frozenset(("AWS::Kinesis::Stream",))
Body = dict[str, Any]


class _Raw(str):
    """An expression: it stands as it is."""

    __slots__ = ()


def written(plan: Plan) -> str:
    types = {made.name: made.type for made in plan.resources}
    variables = [
        f'variable "{_snake(given.name)}" {{\n  description = {_text(given.says)}\n  default     = {_text(given.example)}\n}}\n'
        for given in plan.givens()
    ]
    blocks = [_block(made, types) for whole in plan.resources for made in _parts(whole)]
    return "\n".join([*blocks, *variables])


def _parts(made: Made) -> Iterator[Made]:
    """The provider has resources of their own for two things that CloudFormation has as properties."""
    own = dict(made.properties)
    if made.type == "AWS::Lambda::Function":
        loop = own.pop("RecursiveLoop", None)
        yield Made(made.name, made.type, {"FunctionName": "my-function", **own})
        if loop is not None:
            config = {"FunctionName": Of("Function", arn=False), "RecursiveLoop": loop}
            yield Made("Recursion", "AWS::Lambda::RecursionConfig", config)
    elif made.type == "AWS::Events::Rule":
        targets = own.pop("Targets")
        yield Made(made.name, made.type, own)
        for target in targets:
            yield Made("Target", "AWS::Events::Target", {"Rule": Of(made.name, arn=False), **target})
    elif made.type == "AWS::SQS::QueuePolicy":
        (queue,) = own["Queues"]
        yield Made(made.name, made.type, {"QueueUrl": queue, "Policy": own["PolicyDocument"]})
    elif made.type == "AWS::Lambda::EventSourceMapping":
        yield Made(made.name, made.type, with_servers(own))
    elif made.type in _NAMED:
        yield Made(made.name, made.type, {"Name": f"my-{_snake(made.name)}", **own})
    else:
        yield made


def _block(made: Made, types: dict[str, str]) -> str:
    names = _NAMES | (_NAMES_OF_MAPPING if made.type.endswith("Mapping") else {})
    lines = "\n".join(_body(_renamed(made.properties, "", names, types), "  "))
    head = f'resource "{_TYPES[made.type]}" "{_snake(made.name)}" {{'
    return f"{head}\n{lines}\n}}\n" if lines else f"{head}}}\n"


def _renamed(properties: Body, way: str, names: dict[str, str], types: dict[str, str]) -> Body:
    """The same by the provider's names: a value is an expression, a body, or a list of bodies."""
    found: Body = {}
    for key, value in properties.items():
        path = f"{way}.{key}" if way else key
        name = names.get(path, _snake(key))
        if key in _JSON:
            found[name] = _Raw(f"jsonencode({_expression(value, types)})")
        elif path == _SERVERS:
            pairs = (f'{kind} = join(",", {_expression(all_of_them, types)})' for kind, all_of_them in value.items())
            found[name] = _Raw(f"{{ {', '.join(pairs)} }}")
        elif isinstance(value, dict):
            inner = _renamed(value, path, names, types)
            found |= {name: inner} if name else inner
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            found[name] = [_renamed(item, path, names, types) for item in value]
        else:
            found[name] = _Raw(_expression(value, types))
    return found


def _body(body: Body, indent: str) -> Iterator[str]:
    """Arguments with their signs of equality below each other, then blocks."""
    arguments = {name: value for name, value in body.items() if isinstance(value, _Raw)}
    width = max(map(len, arguments), default=0)
    yield from (f"{indent}{name.ljust(width)} = {value}" for name, value in arguments.items())
    first = not arguments
    for name, value in body.items():
        for block in value if isinstance(value, list) else [value] if isinstance(value, dict) else []:
            if not first:
                yield ""
            first = False
            yield f"{indent}{name} {{"
            yield from _body(block, f"{indent}  ")
            yield f"{indent}}}"


def _expression(value: Any, types: dict[str, str]) -> str:
    match value:
        case Given():
            return f"var.{_snake(value.name)}"
        case Of():
            return f"{_TYPES[types[value.name]]}.{_snake(value.name)}.{_attribute(value, types)}"
        case list():
            return f"[{', '.join(_expression(inner, types) for inner in value)}]"
        case dict():
            pairs = (f"{_key(name)} = {_expression(inner, types)}" for name, inner in value.items())
            return f"{{ {', '.join(pairs)} }}"
        case str():
            return _text(value)
        case _:
            return msgspec.json.encode(value).decode()


def _attribute(value: Of, types: dict[str, str]) -> str:
    if value.arn:
        return "arn"
    return _REFERENCES.get(types[value.name], "name")


def _key(name: str) -> str:
    return name if name.isidentifier() else _text(name)


def _text(text: str) -> str:
    """A text in quotes, in which nothing is a template."""
    return msgspec.json.encode(text).decode().replace("${", "$${").replace("%{", "%%{")


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
