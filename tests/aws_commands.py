"""Commands of the AWS CLI held against AWS's own models of its API, which botocore brings along."""

import re
import shlex
from typing import Any

import botocore
import botocore.session
import botocore.validate
import botocore.waiter
import msgspec

# options that the CLI calls otherwise than the API
_VARIABLE = "0" * 36  # of the shell: as long as an id
_RENAMED = {"--notification-endpoint": "Endpoint"}


def commands(text: str) -> list[list[str]]:
    """The commands of a script, each as its words; an empty line ends one."""
    joined = text.replace("\\\n", " ")
    return [words for words in (shlex.split(part, comments=True) for part in joined.split("\n\n")) if words]


def check_command(words: list[str]) -> tuple[str, dict[str, Any]]:
    """Its operation and arguments by AWS's names. Raises `AssertionError` where AWS would not know or not take them."""
    aws, service, operation, *options = words
    assert aws == "aws"
    name = {"s3api": "s3"}.get(service, service)
    model = botocore.session.get_session().get_service_model(name)
    if operation == "wait":
        waiters = botocore.session.get_session().get_waiter_model(name)
        wanted, *options = options
        operation = next(
            botocore.xform_name(waiters.get_waiter(one).operation, "-")
            for one in waiters.waiter_names
            if botocore.xform_name(one, "-") == wanted
        )
    known = next(one for one in model.operation_names if botocore.xform_name(one, "-") == operation)
    shape = model.operation_model(known).input_shape
    members = {f"--{botocore.xform_name(member, '-')}": member for member in shape.members}
    given: dict[str, Any] = {}
    while options:
        option = options.pop(0)
        if option.startswith("--no-"):
            given[members[f"--{option.removeprefix('--no-')}"]] = False
            continue
        member = _RENAMED.get(option) or members[option]
        values = []
        while options and not re.match(r"--[a-z]", options[0]):
            values.append(options.pop(0))
        given[member] = _value(values, shape.members[member])
    problems = botocore.validate.ParamValidator().validate(given, shape)
    assert not problems.has_errors(), f"{operation}: {problems.generate_report()}"
    return known, given


def _value(values: list[str], shape: Any) -> Any:
    """What the CLI makes of the words after an option."""
    if shape.type_name == "boolean":
        assert values == []
        return True
    if shape.type_name == "list" and not values[0].startswith("["):
        return values
    (text,) = values
    if shape.type_name == "string":
        return _VARIABLE if text.startswith("$") else text
    if shape.type_name == "structure" and not text.startswith("{"):
        pairs = [pair.split("=") for pair in text.split(",")]
        return {name: int(value) if shape.members[name].type_name == "integer" else value for name, value in pairs}
    if shape.type_name == "map" and not text.startswith("{"):
        return dict(pair.split("=") for pair in text.split(","))
    return msgspec.json.decode(text)
