"""Data Firehose with data transformation: records are buffered, and the function gets them batch by batch.

Implements the Firehose guide's pages on data transformation and on its failures (FH-1): 3 retries after a timeout or a throttle,
then the batch is skipped and its records are written under processing-failed/ in the destination's bucket.
"""

from typing import Annotated, Any

import msgspec

from simulations.engine.delivery import transformation
from simulations.engine.delivery.persistence import Persistent
from simulations.engine.delivery.synchronous import Caller, Calls, Patience
from simulations.engine.limits import plain, setting
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trace import Cause
from simulations.engine.trigger import ServiceMetric, Trigger
from simulations.engine.units import US_PER_S

_RETRIED = dict.fromkeys(("timed_out", "gave_up", "throttled"), "FH-1")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The processor of the delivery stream."""

    buffer_size_in_mbs: Annotated[
        float, setting("BufferSizeInMBs", "A batch is full at this size.", unit="MB", ge=0.2, le=3)
    ] = 1
    buffer_interval_in_seconds: Annotated[
        int, setting("BufferIntervalInSeconds", "How long records are gathered at the most before they are handed over.",
                     unit="s", ge=0, le=900)
    ] = number("FH-1", "buffer_interval_s")  # fmt: skip
    number_of_retries: Annotated[
        int, setting("NumberOfRetries", "How often Firehose tries a batch again after a timeout or a throttle.", ge=0, le=300)
    ] = number("FH-1", "retries")  # fmt: skip
    retries_function_errors: Annotated[
        bool,
        plain("Errors of the code are tried again", "Whether Firehose tries a batch again whose code failed.",
              assumed="MODEL-23"),
    ] = False  # fmt: skip
    retry_wait_s: Annotated[
        float, setting("Wait before a retry", "How long Firehose waits before it tries again.", unit="s", ge=0, le=900,
                       assumed="MODEL-23")
    ] = number("MODEL-23", "wait_s")  # fmt: skip


def _nothing(_: Any) -> None:
    """Nobody but Firehose hears of an answer."""


def _start(sim: Sim, settings: Settings) -> None:
    sim.function.response = transformation.EVERYTHING
    kinds = _RETRIED | ({"function_error": "MODEL-23"} if settings.retries_function_errors else {})
    wait = round(settings.retry_wait_s * US_PER_S)
    outcome = transformation.Outcomes(sim)
    caller = Caller(
        rule="FH-1",
        returned=transformation.returned,
        answer=_nothing,
        patience=Patience(
            number("FH-1", "answer_limit_s") * US_PER_S, "Answer limit", "FH-1", Cause.ANSWER_LIMIT, "FH-1"
        ),
        again=Persistent(sim, "FH-1", ("Attempts", settings.number_of_retries + 1), kinds, wait, "MODEL-23").again,
        delivered=outcome.delivered,
        keep=outcome.keep,
        shape=outcome.shape,
    )
    size = int(settings.buffer_size_in_mbs * transformation.BYTES_PER_MB)
    interval = settings.buffer_interval_in_seconds * US_PER_S
    sim.feed(transformation.Buffer(sim, size, interval, Calls(sim, caller).call).take)


FIREHOSE = Trigger(
    key="firehose",
    label="Data Firehose transformation",
    noun="record",
    model="synchronous",
    settings=Settings,
    start=_start,
    rules=("FH-1", "SYNC-2", "SYNC-3", "SYNC-4", "SYNC-8", "PERM-14", "MODEL-23"),
    source="https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-failure-handling.html",
    summary="Firehose hands buffered records to the function; what times out or is throttled is tried again, and what fails for "
    "good is written under processing-failed/ in S3.",
    metrics=(
        ServiceMetric("IncomingRecords", "arrived"),
        ServiceMetric("SucceedProcessing.Records", "delivered"),
    ),
    not_priced=("Data Firehose: the data that it takes in, by the GB.", "S3: the objects under processing-failed/."),
    keeps=("processing_failed",),
)
