"""What a rule is, and how the addresses of its sources are written.

A rule is one thing AWS does, or one thing we assume where AWS leaves it open. Times in `values` carry their unit at the
end of their name (`_s`, `_ms`), sizes `_bytes`, everything else is a plain count or one of AWS's own words.
"""

from typing import Literal

import msgspec

State = Literal["modelled", "text_only", "not_modelled"]
Basis = Literal["documented", "emulator", "community", "memory", "assumed", "scenario"]
Value = int | float | str

CHECKED_ON = "2026-11-23"


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule: what it says, the numbers it holds, whether the engine acts on it, and how we know.

    `reason` says why a rule is not modelled or only told; `note` says what is uncertain about it. The basis "scenario"
    is for what the scenario itself decides, which needs no proof from AWS.
    """

    id: str
    sentence: str
    values: dict[str, Value] = {}
    state: State = "modelled"
    reason: str = ""
    basis: Basis = "documented"
    source: tuple[str, ...] = ()
    checked_on: str = CHECKED_ON
    note: str = ""


AWS_DOCS = "https://docs.aws.amazon.com/"
COMPUTE_BLOG = "https://aws.amazon.com/blogs/compute/"
LOCALSTACK = "https://github.com/localstack/localstack"
RETRY_BEHAVIOR = "https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html"


def aws_page(path: str) -> str:
    """A page of AWS's documentation, by its path without the ending."""
    return f"{AWS_DOCS}{path}.html"


def lambda_guide(page: str) -> str:
    """A page of the Lambda Developer Guide."""
    return aws_page(f"lambda/latest/dg/{page}")


def lambda_api(name: str) -> str:
    """An action or a type of the Lambda API Reference."""
    return aws_page(f"lambda/latest/api/API_{name}")


def api_gateway_guide(page: str) -> str:
    """A page of the API Gateway Developer Guide."""
    return aws_page(f"apigateway/latest/developerguide/{page}")


def sqs_guide(page: str) -> str:
    """A page of the SQS Developer Guide."""
    return aws_page(f"AWSSimpleQueueService/latest/SQSDeveloperGuide/{page}")


def eventbridge_guide(page: str) -> str:
    """A page of the EventBridge User Guide."""
    return aws_page(f"eventbridge/latest/userguide/{page}")


def step_functions_guide(page: str) -> str:
    """A page of the Step Functions Developer Guide."""
    return aws_page(f"step-functions/latest/dg/{page}")


def shape(name: str, service: str = "lambda") -> str:
    """A shape of the API model that the AWS SDK for Python carries: where the fact was read, without a page."""
    return f"botocore 1.43.11 service model of {service}, shape {name}"
