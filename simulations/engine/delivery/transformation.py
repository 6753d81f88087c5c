"""Data Firehose around the function: the buffer before it, and what becomes of each record after it (FH-1).

https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html. Units: whole microseconds.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from simulations.engine.delivery.batch_response import failed_items
from simulations.engine.delivery.synchronous import Answer, Call, Problem, malformed
from simulations.engine.function import Run
from simulations.engine.kernel import POLLS
from simulations.engine.rules import number
from simulations.engine.sim import FUNCTION_ARN, Sim, epoch_ms
from simulations.engine.trace import Cause, Fate, Outcome
from simulations.engine.traffic import Event
from simulations.engine.units import words

BYTES_PER_MB = 1_048_576
EVERYTHING: dict[str, Any] = {"records": []}  # what the code returns when nothing else is said: every record, done
_RESULTS = ("Ok", "Dropped", "ProcessingFailed")
_CODES = {
    "timed_out": "Lambda.FunctionTimedOut",
    "gave_up": "Lambda.FunctionTimedOut",
    "throttled": "Lambda.InvocationLimit",
}
_BY = "processing_failed"


class Buffer:
    """Gathers records until they reach a size or the first one has waited long enough, then hands them over."""

    def __init__(self, sim: Sim, size: int, interval: int, hand_over: Callable[[int, Sequence[Event]], None]) -> None:
        self._sim = sim
        self._size = size
        self._interval = interval
        self._hand_over = hand_over
        self._held: list[Event] = []
        self._bytes = 0
        self._batch = 0

    def take(self, at: int, event: Event) -> None:
        """One more record; a batch that it would overfill goes first."""
        if self._held and self._bytes + event.size > self._size:
            self._flush(at, "BufferSizeInMBs", f"{self._size:,} bytes")
        self._held.append(event)
        self._bytes += event.size
        if self._bytes >= self._size:
            self._flush(at, "BufferSizeInMBs", f"{self._size:,} bytes")
        elif len(self._held) == 1:
            # last among what coincides, so that records of one instant go together (MODEL-8)
            self._sim.kernel.at(at + self._interval, POLLS, event.index, self._due, self._batch)

    def _due(self, at: int, batch: int) -> None:
        """The interval of a batch is over; it may have gone already."""
        if batch == self._batch:
            self._flush(at, "BufferIntervalInSeconds", words(self._interval))

    def _flush(self, at: int, limit: str, text: str) -> None:
        held, self._held, self._bytes = self._held, [], 0
        self._batch += 1
        self._sim.log.limit(at, "FH-1", limit, text, held[0].id)
        self._hand_over(at, held)


def returned(run: Run) -> Answer | Problem:
    """A transformation names each record once, with a result; anything else fails the batch."""
    return malformed(run) if results(run) is None else Answer(number("SYNC-1", "ok"), None, "SYNC-1")


def results(run: Run) -> dict[str, str] | None:
    """The result of each record; None: the response is malformed."""
    response = run.response
    records = response.get("records") if isinstance(response, dict) else None
    if not isinstance(records, list):
        return None
    found: dict[str, str] = {}
    for record in records:
        if not isinstance(record, dict) or record.get("result") not in _RESULTS:
            return None
        found[str(record.get("recordId"))] = record["result"]
    return found if len(found) == len(records) and set(found) == {event.id for event in run.events} else None


class Outcomes:
    """What becomes of the records of a batch."""

    def __init__(self, sim: Sim) -> None:
        self._sim = sim

    def shape(self, run: Run) -> None:
        """Code that was told nothing else names every record, and a handler that reports marks the failed ones."""
        if run.outcome != Outcome.SUCCEEDED:
            return
        bad: Sequence[str] = ()
        if self._sim.failures.reports and isinstance(run.response, dict) and "batchItemFailures" in run.response:
            bad = failed_items(run.response, [event.id for event in run.events]) or ()
        elif run.response is not EVERYTHING:
            return
        results = {event.id: "ProcessingFailed" if event.id in bad else "Ok" for event in run.events}
        run.response = {"records": [{"recordId": name, "result": result} for name, result in results.items()]}

    def delivered(self, at: int, call: Call, run: Run) -> None:
        """Record by record: what the code gave up is unsuccessfully processed, what it dropped on purpose is done."""
        found = results(run) or {}
        bad = [event for event in call.events if found.get(event.id) == "ProcessingFailed"]
        good = [event for event in call.events if found.get(event.id) != "ProcessingFailed"]
        self._sim.settle_all(at, "FH-1", good, Fate.DELIVERED)
        if bad:
            self._write(
                at, bad, call.attempts, Cause.PROCESSING_FAILED, "ProcessingFailed", "ProcessingFailed status set"
            )

    def keep(self, at: int, call: Call, problem: Problem) -> bool:
        """The batch is skipped, and its records are written to S3."""
        code = _CODES.get(
            problem.kind, "Lambda.FunctionError" if problem.run is not None else f"Lambda.{problem.error}"
        )
        self._write(at, call.events, call.attempts, problem.cause, code, problem.error)
        return True

    def _write(self, at: int, events: Sequence[Event], attempts: int, cause: str, code: str, text: str) -> None:
        sim, names = self._sim, [event.id for event in events]
        reason = sim.failures.catchers.get(_BY)
        if reason is not None:
            sim.log.capture_failed(at, "FH-1", names, _BY, cause, reason)
            sim.settle_all(at, "FH-1", events, Fate.LOST, cause)
            return
        lines = [_line(event, at, attempts, code, text) for event in events]
        sim.log.captured(at, "FH-1", names, _BY, cause, attempts, lines)
        sim.settle_all(at, "FH-1", events, Fate.CAPTURED, cause)


def _line(event: Event, at: int, attempts: int, code: str, text: str) -> dict[str, Any]:
    """A record as it stands in the object under processing-failed/."""
    body = event.body if event.body is not None else {"id": event.id}
    return {
        "attemptsMade": attempts,
        "arrivalTimestamp": epoch_ms(event.at),
        "errorCode": code,
        "errorMessage": text,
        "attemptEndingTimestamp": epoch_ms(at),
        "rawData": b64encode(msgspec.json.encode(body)).decode(),
        "lambdaArn": f"{FUNCTION_ARN}:$LATEST",
    }
