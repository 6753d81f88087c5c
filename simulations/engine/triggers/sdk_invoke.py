"""A program that calls Invoke through an AWS SDK: the SDK for Python, whose retries differ by mode and by year.

Implements LD:invocation-sync, the SDKs' retry guide and botocore's own code (SDK-1 to -8). A function error is an answer with
status 200 and is never retried; throttles, 5xx and read timeouts are, and a read timeout starts a second execution while the
first goes on.
"""

from typing import Annotated, Literal

import msgspec

from simulations.engine.delivery import asynchronous, clients, invoke_api
from simulations.engine.delivery.asynchronous import (
    DeadLetterConfig,
    MaximumEventAge,
    MaximumRetryAttempts,
    OnFailure,
    OnSuccess,
)
from simulations.engine.delivery.synchronous import Caller, Calls, Patience
from simulations.engine.limits import plain, setting
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trace import Cause
from simulations.engine.trigger import QUEUE_OF_EVENT, Idle, Trigger
from simulations.engine.units import US_PER_S


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The call, the client that makes it, and Lambda's own queue, which only Event uses."""

    invocation_type: Annotated[
        Literal["request_response", "event", "dry_run"],
        plain(
            "InvocationType", "Wait for the answer, leave the event with Lambda's own queue, or only check the call."
        ),
    ] = "request_response"
    retry_mode: Annotated[
        Literal["legacy", "standard", "adaptive"],
        plain("AWS_RETRY_MODE", "How the SDK retries; empty: its default, legacy until the rules of 2026 and standard with them."),
    ] | None = None  # fmt: skip
    max_attempts: Annotated[
        int, setting("AWS_MAX_ATTEMPTS", "Attempts in all, the first one included; empty is the mode's own number.", ge=1)
    ] | None = None  # fmt: skip
    new_retries_2026: Annotated[
        bool,
        plain(
            "AWS_NEW_RETRIES_2026",
            "Whether the client follows the retry rules of 2026. The SDK for Python does since botocore 1.44, "
            "whatever this says.",
        ),
    ] = False
    read_timeout_s: Annotated[
        float, setting("read_timeout", "How long the client waits for an answer before it gives up and tries again.",
                       unit="s", ge=1, le=900)
    ] = number("SDK-8", "read_timeout_s")  # fmt: skip
    shared_client: Annotated[
        bool,
        plain("One client", "Whether all calls go through one client object, which has one retry quota and one rate limiter.",
              assumed="MODEL-21"),
    ] = True  # fmt: skip
    maximum_retry_attempts: MaximumRetryAttempts = asynchronous.DEFAULT_RETRIES
    maximum_event_age_s: MaximumEventAge = asynchronous.DEFAULT_AGE_S
    dead_letter_config: DeadLetterConfig = None
    on_failure: OnFailure = None
    on_success: OnSuccess = None


def _start(sim: Sim, settings: Settings) -> None:
    sdk = clients.Sdk(
        sim,
        clients.mode(settings.retry_mode, new=settings.new_retries_2026),
        settings.max_attempts,
        adaptive=settings.retry_mode == "adaptive",
        shared=settings.shared_client,
    )
    timeout = round(settings.read_timeout_s * US_PER_S)
    caller = Caller(
        rule="SDK-1",
        returned=invoke_api.returned,
        answer=invoke_api.answer,
        patience=Patience(timeout, "Read timeout", "SDK-8", Cause.READ_TIMEOUT, "SDK-8"),
        again=sdk.again,
        hold=sdk.hold,
        worked=sdk.worked,
        instead=invoke_api.instead(sim, settings),
        queued=settings.invocation_type == "event",
    )
    sim.feed(Calls(sim, caller).request)


SDK_INVOKE = Trigger(
    key="sdk_invoke",
    label="AWS SDK, Invoke",
    noun="call",
    model="synchronous",
    settings=Settings,
    start=_start,
    rules=(
        "SYNC-1", "SYNC-2", "SYNC-3", "SYNC-4", "SYNC-5", "SYNC-8", "SDK-1", "SDK-2", "SDK-3", "SDK-4", "SDK-5", "SDK-6",
        "SDK-7", "SDK-8", "PERM-14", "MODEL-21", "ASYNC-1", "ASYNC-2", "ASYNC-3", "ASYNC-4",
    ),
    source="https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html",
    idle=(
        QUEUE_OF_EVENT,
        Idle(settings=("read_timeout_s",), of="invocation_type", values=("request_response",), because="only a call that waits for the code can wait too long"),
        Idle(settings=("new_retries_2026",), of="retry_mode", values=(None, "standard", "adaptive"), because="mode legacy keeps its own rules"),
    ),
    summary="A program calls the function through an SDK; the SDK retries throttles, 5xx and read timeouts, and never an error of "
    "the code.",
    not_priced=("A call through an SDK has no price beside Lambda's own.",),
)  # fmt: skip
