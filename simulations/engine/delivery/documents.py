"""What a dead-letter queue or a destination receives.

About an asynchronous event: LD:invocation-async-retain-records; of a queue: SQ:sqs-dead-letter-queues.
"""

from typing import Any, Protocol

from simulations.engine.rules import number
from simulations.engine.sim import FUNCTION_ARN, Sim, epoch_ms, timestamp
from simulations.engine.trace import Cause, Outcome
from simulations.engine.traffic import Event

_OK = number("SYNC-1", "ok")
_MESSAGE_BYTES = number("DEST-3", "error_message_bytes")
# what a dead-letter queue is told about an event that Lambda stopped as part of a loop (REC-3)
LOOP_ATTRIBUTES = {
    "ErrorCode": str(number("REC-3", "refused")),
    "ErrorMessage": "Lambda has detected your function being invoked in a recursive loop.",
}


class Ended(Protocol):
    """What a document says about an invocation."""

    @property
    def outcome(self) -> int: ...
    @property
    def response(self) -> Any: ...


def dead_letter(sim: Sim, event: Event, payload: Any, run: Ended | None) -> dict[str, Any]:
    """DEST-3: the original event, unchanged, and three attributes about the failure; `run` is None after a throttle."""
    message = run.response["errorMessage"] if run is not None else "Rate Exceeded."
    return {
        "body": payload,
        "attributes": {
            "RequestID": sim.request_id(event),
            "ErrorCode": str(_OK if run is not None else 429),
            "ErrorMessage": str(message).encode()[:_MESSAGE_BYTES].decode(errors="ignore"),
        },
    }


def destination_record(
    sim: Sim, at: int, event: Event, payload: Any, condition: str, run: Ended | None, target: str
) -> dict[str, Any]:
    """DEST-4 and DEST-5: the invocation record, in the envelope of its kind of target (DEST-6)."""
    record: dict[str, Any] = {
        "version": "1.0",
        "timestamp": timestamp(at),
        "requestContext": {
            "requestId": sim.request_id(event),
            "functionArn": f"{FUNCTION_ARN}:$LATEST",
            "condition": condition,
            "approximateInvokeCount": event.invocations,
        },
        "requestPayload": payload,
    }
    if run is not None and condition != Cause.ZERO_RESERVED_CONCURRENCY:
        record["responseContext"] = {"statusCode": _OK, "executedVersion": "$LATEST"}
        if run.outcome != Outcome.SUCCEEDED:
            record["responseContext"]["functionError"] = "Unhandled"
        record["responsePayload"] = run.response
    return _enveloped(sim, at, event, record, condition, target)


def _enveloped(sim: Sim, at: int, event: Event, record: dict[str, Any], condition: str, target: str) -> dict[str, Any]:
    """EventBridge wraps the record in an event, S3 stores it under a key; the others get it as it is."""
    if target == "eventbridge":
        ending = "Success" if condition == Cause.SUCCESS else "Failure"
        return {
            "source": "lambda",
            "detail-type": f"Lambda Function Invocation Result - {ending}",
            "resources": [f"{FUNCTION_ARN}:$LATEST", "arn:aws:events:us-east-1:123456789012:event-bus/default"],
            "detail": record,
        }
    if target == "s3":
        moment = timestamp(at)
        day = moment[:10].replace("-", "/")
        clock = moment[:19].replace(":", ".")
        return {"key": f"aws/lambda/async/my-function/{day}/{clock}-{sim.request_id(event)}", "body": record}
    return record


def redriven(event: Event, at: int | None) -> dict[str, Any]:
    """SQS-5: the message as the dead-letter queue holds it.

    SQS-6: its SentTimestamp stays that of a standard queue; that of a FIFO queue begins anew with the move, `at`.
    """
    ordered = {} if event.group is None else {"MessageGroupId": event.group}
    if event.deduplication_id is not None:
        ordered["MessageDeduplicationId"] = event.deduplication_id
    return {
        "messageId": event.id,
        "body": event.body if event.body is not None else f"message {event.id}",
        "attributes": {
            "ApproximateReceiveCount": str(event.receives),
            "SentTimestamp": epoch_ms(event.at if at is None else at),
            "DeadLetterQueueSourceArn": f"arn:aws:sqs:us-east-1:123456789012:my-queue{'' if at is None else '.fifo'}",
            **ordered,
        },
    }
