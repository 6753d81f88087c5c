"""CloudFormation custom resource: a stack operation invokes the function asynchronously and waits for its answer.

Implements LD:services-cloudformation and the reference of custom resources. The stack does not hear whether the code failed: it
waits until the function has sent a response to a signed address, at most ServiceTimeout. So a request has three ways to end
badly. Lambda refuses the call, or the stack's patience ends while Lambda still has the request: the stack knows, the request is
RETURNED. Lambda gives the request up first: it is LOST (or captured), and the stack waits on, which a limit says when it ends.
"""

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec

from simulations.engine.delivery import asynchronous, push, sender
from simulations.engine.delivery.asynchronous import (
    DeadLetterConfig,
    DuplicateRate,
    MaximumEventAge,
    MaximumRetryAttempts,
    OnFailure,
    OnSuccess,
)
from simulations.engine.delivery.push import Handler
from simulations.engine.delivery.sender import DeliveryRetries, RandomPart
from simulations.engine.kernel import RETURNS
from simulations.engine.limits import FieldError, setting
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trace import Cause, Fate
from simulations.engine.traffic import Event
from simulations.engine.trigger import Choices, Trigger, known_catchers
from simulations.engine.units import US_PER_S, words


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The custom resource, then how Lambda treats its requests."""

    service_timeout_s: Annotated[
        int,
        setting("ServiceTimeout", "How long the stack waits for the function's response before the operation fails.",
                unit="s", ge=1, le=3_600),
    ] = number("CFN-1", "service_timeout_s")  # fmt: skip
    maximum_retry_attempts: MaximumRetryAttempts = asynchronous.DEFAULT_RETRIES
    maximum_event_age_s: MaximumEventAge = asynchronous.DEFAULT_AGE_S
    dead_letter_config: DeadLetterConfig = None
    on_failure: OnFailure = None
    on_success: OnSuccess = None
    delivery_retries: DeliveryRetries = sender.DEFAULT_DELIVERY_RETRIES
    delivery_random_part: RandomPart = sender.DEFAULT_RANDOM_PART
    duplicate_rate: DuplicateRate = 0


def _request(event: Event) -> Any:
    """The event as the function sees it."""
    return {
        "RequestType": "Create",
        "RequestId": event.id,
        "ResponseURL": "https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/response",
        "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/my-stack/1",
        "ResourceType": "Custom::MyResource",
        "LogicalResourceId": "MyResource",
        "ResourceProperties": {},
    }


class _Stack:
    """Stack operations that wait for a response."""

    def __init__(self, sim: Sim, timeout: int) -> None:
        self._sim = sim
        self._timeout = timeout
        self._told: set[int] = set()
        self.send: Handler = self.request  # to whom a request goes

    def request(self, at: int, event: Event) -> None:
        """The stack asks for the resource and begins to wait."""
        self._sim.kernel.alarm(at + self._timeout, RETURNS, event.index, self._gives_up, event)
        self.send(at, event)

    def hears(self, _: int, event: Event) -> None:
        """The stack knows: the function has sent its response (MODEL-19), or Lambda could not be called."""
        self._told.add(event.index)

    def _gives_up(self, at: int, event: Event) -> None:
        """CFN-1: the stack stops waiting and fails, unless it knows already."""
        if event.index in self._told:
            self._told.discard(event.index)
            return
        self._sim.log.limit(at, "CFN-1", "ServiceTimeout", words(self._timeout), event.id)
        if not event.settled:
            self._sim.settle(at, "CFN-1", event, Fate.RETURNED, Cause.SERVICE_TIMEOUT)


def _start(sim: Sim, settings: Settings) -> None:
    stack = _Stack(sim, settings.service_timeout_s * US_PER_S)
    policy = sender.undocumented(
        settings.delivery_retries, settings.delivery_random_part, "CFN-1", "PERM-14", failed=stack.hears
    )
    stack.send = push.connect(sim, settings, policy, _request, handled=stack.hears)
    sim.feed(stack.request)


def _check(choices: Choices) -> Iterable[FieldError]:
    return known_catchers(choices)


CLOUDFORMATION = Trigger(
    key="cloudformation",
    label="CloudFormation custom resource",
    noun="request",
    model="asynchronous",
    settings=Settings,
    start=_start,
    check=_check,
    rules=("GEN-2", "CFN-1", "PERM-14", "MODEL-13", "MODEL-19", "ASYNC-3", "ASYNC-4", "DEST-2", "DEST-3"),
    source="https://docs.aws.amazon.com/lambda/latest/dg/services-cloudformation.html",
    summary="A stack asks the function for a resource and waits for its response, up to an hour; a crash is retried by Lambda, and "
    "the stack never hears of it.",
    not_priced=("CloudFormation: what the stack's resources cost.",),
)  # fmt: skip
