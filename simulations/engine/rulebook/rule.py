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


def lambda_guide(page: str) -> str:
    """A page of the Lambda Developer Guide."""
    return f"{AWS_DOCS}lambda/latest/dg/{page}.html"


def api_gateway_guide(page: str) -> str:
    """A page of the API Gateway Developer Guide."""
    return f"{AWS_DOCS}apigateway/latest/developerguide/{page}.html"


def sqs_guide(page: str) -> str:
    """A page of the SQS Developer Guide."""
    return f"{AWS_DOCS}AWSSimpleQueueService/latest/SQSDeveloperGuide/{page}.html"


def shape(name: str, service: str = "lambda") -> str:
    """A shape of the API model that the AWS SDK for Python carries; it has no page of its own."""
    return f"botocore 1.43.11 service model of {service}, shape {name}"
