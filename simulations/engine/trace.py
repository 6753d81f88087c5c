"""The trace: what one run says, record by record; this is the wire format.

Inside a run a record is a *row*: a tuple that starts with `(kind, at_us, rule)` and goes on with the fields of its kind in
the order of `FIELDS`. Rows are what the worker sends and the browser reads; `to_record` makes the struct of a row at the
edge (terminal, tests, public API). A row has no `seq`: the place in the trace is the seq, counted from 1.

Units: `*_us` are whole microseconds of simulated time since the start of the run, `*_ms` whole milliseconds.
Events are named by their ids, which are strings. "Never" and "none" are None, not a number.
"""

from enum import IntEnum
from typing import Any

import msgspec

Row = tuple[Any, ...]


class Kind(IntEnum):
    """What a record tells. The numbers are part of the wire format: append, never renumber."""

    ARRIVED = 0
    ACCEPTED = 1
    RECEIVED = 2
    ATTEMPT = 3
    ANSWERED = 4
    HIDDEN = 5
    DELETED = 6
    FILTERED = 7
    CHECKPOINTED = 8
    SPLIT = 9
    CAPTURED = 10
    CAPTURE_FAILED = 11
    SETTLED = 12
    LIMIT = 13
    SCALED = 14
    ENDED = 15
    WAITING = 16


class Outcome(IntEnum):
    """What one attempt did. Numbers are part of the wire format."""

    SUCCEEDED = 0
    FAILED = 1
    TIMED_OUT = 2
    THROTTLED = 3
    REFUSED = 4


class Fate(IntEnum):
    """What became of an event, decided at most once. Numbers are part of the wire format."""

    DELIVERED = 0
    CAPTURED = 1
    LOST = 2
    RETURNED = 3
    FILTERED = 4


class Cause:
    """Why: AWS's own strings where AWS has one, ours where it has none."""

    RETRIES_EXHAUSTED = "RetriesExhausted"
    EVENT_AGE_EXCEEDED = "EventAgeExceeded"
    ZERO_RESERVED_CONCURRENCY = "ZeroReservedConcurrency"
    RETRY_ATTEMPTS_EXHAUSTED = "RetryAttemptsExhausted"
    RECORD_AGE_EXCEEDED = "RecordAgeExceeded"
    PAYLOAD_SIZE_EXCEEDED = "MaximumPayloadSizeExceeded"
    SUCCESS = "Success"
    # why a sending service gave up: EventBridge's two conditions, which say it for every sender, and Lambda's exceptions
    DELIVERY_ATTEMPTS_EXHAUSTED = "MaximumRetryAttempts"
    DELIVERY_AGE_EXCEEDED = "MaximumEventAgeInSeconds"
    ACCESS_DENIED = "AccessDeniedException"
    RESOURCE_NOT_FOUND = "ResourceNotFoundException"
    RECURSION = "RecursiveInvocationException"
    # ours: AWS names none of these
    MAX_RECEIVE_COUNT_EXCEEDED = "MaxReceiveCountExceeded"
    RETENTION_EXPIRED = "RetentionExpired"
    FUNCTION_ERROR = "FunctionError"
    THROTTLED = "Throttled"
    INTEGRATION_TIMEOUT = "IntegrationTimeout"
    RATE_LIMITED = "RateLimited"
    MALFORMED_RESPONSE = "MalformedResponse"
    NOT_MATCHED = "NotMatched"
    FORMAT_MISMATCH = "FormatMismatch"  # a filter about JSON met plain text, or the other way round
    DELETED_UNHANDLED = "DeletedUnhandled"  # acknowledged although the function named it as failed
    PAYLOAD_TOO_LARGE = "PayloadTooLarge"
    TIMED_OUT = "Timeout"
    DRY_RUN = "DryRun"
    READ_TIMEOUT = "ReadTimeoutError"  # botocore's own word
    STATE_TIMEOUT = "States.Timeout"
    ANSWER_LIMIT = "AnswerLimitReached"
    PROCESSING_FAILED = "ProcessingFailed"
    SUBSCRIPTION_DISABLED = "SubscriptionFilterDisabled"
    SERVICE_TIMEOUT = "ServiceTimeout"
    MAXIMUM_REDELIVERIES = "MaximumRedeliveriesExceeded"  # of a message broker
    MESSAGE_EXPIRED = "MessageExpired"
    DEDUPLICATED = "Deduplicated"  # its deduplication id was sent before
    OUT_OF_ORDER = "HandledOutOfOrder"  # before an earlier message of its group
    BEFORE_STARTING_POSITION = "BeforeStartingPosition"  # in the stream, but before what the mapping reads


# of an event that its sending service gave up before Lambda had it
SENDERS_CAUSES = frozenset(
    {
        Cause.DELIVERY_ATTEMPTS_EXHAUSTED,
        Cause.DELIVERY_AGE_EXCEEDED,
        Cause.ACCESS_DENIED,
        Cause.RESOURCE_NOT_FOUND,
        Cause.SUBSCRIPTION_DISABLED,
    }
)


class Member(msgspec.Struct, frozen=True, array_like=True):
    """One event's part in an attempt.

    `invocation`: how often the function has now been invoked with this event (None if throttled);
    `receive_count`: SQS only; `retries_used`: retries spent so far. Lambda does not count throttles among them; a caller
    that waits for its answer and tries again does.
    """

    event: str
    invocation: int | None
    receive_count: int | None
    retries_used: int


class Arrived(msgspec.Struct, frozen=True, tag="arrived", tag_field="kind"):
    """An event came into being at its source."""

    seq: int
    at_us: int
    rule: str
    event: str
    size_bytes: int
    group: str | None
    shard: str | None


class Accepted(msgspec.Struct, frozen=True, tag="accepted", tag_field="kind"):
    """Lambda stored the event in its internal queue and answered 202."""

    seq: int
    at_us: int
    rule: str
    event: str


class Received(msgspec.Struct, frozen=True, tag="received", tag_field="kind"):
    """An event poller took events from their source; `receive_counts` runs beside `events` (empty for streams)."""

    seq: int
    at_us: int
    rule: str
    events: list[str]
    receive_counts: list[int]
    shard: str | None


class Attempt(msgspec.Struct, frozen=True, tag="attempt", tag_field="kind"):
    """One try to get an event or a batch handled, written when it starts.

    `rule` says why it happened now, `outcome_rule` why it ended as it did. `invocation` counts the function's invocations
    in this run (None where the code did not run); `attempt` counts the tries of this event or batch, throttles among them.
    `environment_rule` says why its execution environment was new, used again or initialised again.
    `shard` is the shard or partition that the records are of; a batch of several partitions names them one after the other.
    From `start_us` the execution environment is initialised for `init_us`, then the code runs until `end_us`.
    """

    seq: int
    at_us: int
    rule: str
    outcome_rule: str
    invocation: int | None
    attempt: int
    start_us: int
    init_us: int
    end_us: int
    outcome: str
    error_type: str | None
    throttle_reason: str | None
    billed_ms: int
    response: Any
    shard: str | None
    environment: int | None
    events: list[str]
    members: list[dict[str, Any]]
    environment_rule: str | None


class Answered(msgspec.Struct, frozen=True, tag="answered", tag_field="kind"):
    """A synchronous caller got its answer; `function_error` is the X-Amz-Function-Error header's value."""

    seq: int
    at_us: int
    rule: str
    event: str
    status_code: int
    function_error: str | None
    body: Any


class Hidden(msgspec.Struct, frozen=True, tag="hidden", tag_field="kind"):
    """Messages that were not deleted stay invisible until `until_us`."""

    seq: int
    at_us: int
    rule: str
    events: list[str]
    until_us: int


class Deleted(msgspec.Struct, frozen=True, tag="deleted", tag_field="kind"):
    """The poller deleted messages from the queue; `failed` are those whose delete came too late to work."""

    seq: int
    at_us: int
    rule: str
    events: list[str]
    failed: list[str]


class Filtered(msgspec.Struct, frozen=True, tag="filtered", tag_field="kind"):
    """Events that match no filter and never reach the function."""

    seq: int
    at_us: int
    rule: str
    events: list[str]


class Checkpointed(msgspec.Struct, frozen=True, tag="checkpointed", tag_field="kind"):
    """The place up to which a shard or partition is done moved past these events."""

    seq: int
    at_us: int
    rule: str
    events: list[str]
    shard: str


class Split(msgspec.Struct, frozen=True, tag="split", tag_field="kind"):
    """A failed batch was cut in two: `events` is the first part, `rest` the second."""

    seq: int
    at_us: int
    rule: str
    events: list[str]
    rest: list[str]
    shard: str


class Captured(msgspec.Struct, frozen=True, tag="captured", tag_field="kind"):
    """A dead-letter queue or destination received `document` about these events; `count` is AWS's invoke, receive or retry count."""

    seq: int
    at_us: int
    rule: str
    events: list[str]
    by: str
    cause: str
    count: int
    document: Any


class CaptureFailed(msgspec.Struct, frozen=True, tag="capture_failed", tag_field="kind"):
    """A dead-letter queue or destination could not be written to."""

    seq: int
    at_us: int
    rule: str
    events: list[str]
    by: str
    cause: str
    reason: str


class Settled(msgspec.Struct, frozen=True, tag="settled", tag_field="kind"):
    """The event's fate was decided."""

    seq: int
    at_us: int
    rule: str
    event: str
    fate: str
    cause: str | None


class Limit(msgspec.Struct, frozen=True, tag="limit", tag_field="kind"):
    """A limit shaped the run here: its name, its value in words, and the event it touched, if one."""

    seq: int
    at_us: int
    rule: str
    limit: str
    value: str
    event: str | None


class Scaled(msgspec.Struct, frozen=True, tag="scaled", tag_field="kind"):
    """The number of concurrent batches an event source mapping may have changed."""

    seq: int
    at_us: int
    rule: str
    pollers: int


class Ended(msgspec.Struct, frozen=True, tag="ended", tag_field="kind"):
    """The last record: why the run ended and what was counted rather than recorded (empty receives, for example)."""

    seq: int
    at_us: int
    rule: str
    reason: str
    counts: dict[str, int]


class Waiting(msgspec.Struct, frozen=True, tag="waiting", tag_field="kind"):
    """Lambda's queue, a batch held back or a service that calls again has the events; the next attempt is due at `until_us`."""

    seq: int
    at_us: int
    rule: str
    events: list[str]
    until_us: int


Record = (
    Arrived
    | Accepted
    | Received
    | Attempt
    | Answered
    | Hidden
    | Deleted
    | Filtered
    | Checkpointed
    | Split
    | Captured
    | CaptureFailed
    | Settled
    | Limit
    | Scaled
    | Ended
    | Waiting
)

_STRUCTS: tuple[type[Record], ...] = (
    Arrived,
    Accepted,
    Received,
    Attempt,
    Answered,
    Hidden,
    Deleted,
    Filtered,
    Checkpointed,
    Split,
    Captured,
    CaptureFailed,
    Settled,
    Limit,
    Scaled,
    Ended,
    Waiting,
)

KINDS: tuple[str, ...] = tuple(kind.name.lower() for kind in Kind)
OUTCOMES: tuple[str, ...] = tuple(outcome.name.lower() for outcome in Outcome)
FATES: tuple[str, ...] = tuple(fate.name.lower() for fate in Fate)

# the fields of a row by kind, after (kind, at_us, rule)
FIELDS: tuple[tuple[str, ...], ...] = tuple(struct.__struct_fields__[3:] for struct in _STRUCTS)

_MEMBER_FIELDS = Member.__struct_fields__
# where a row's enum fields stand, to be written as words at the edge
_OUTCOME_AT = 3 + FIELDS[Kind.ATTEMPT].index("outcome")
_MEMBERS_AT = 3 + FIELDS[Kind.ATTEMPT].index("members")
_FATE_AT = 3 + FIELDS[Kind.SETTLED].index("fate")


def to_record(seq: int, row: Row) -> Record:
    """The struct of one row."""
    kind = row[0]
    values = list(row)
    if kind == Kind.ATTEMPT:
        values[_OUTCOME_AT] = OUTCOMES[row[_OUTCOME_AT]]
        values[_MEMBERS_AT] = [dict(zip(_MEMBER_FIELDS, member, strict=True)) for member in row[_MEMBERS_AT]]
    elif kind == Kind.SETTLED:
        values[_FATE_AT] = FATES[row[_FATE_AT]]
    return _STRUCTS[kind](seq, *values[1:])


class Log:
    """Where a run writes its rows; `take` hands out what was written since the last time."""

    __slots__ = ("rows",)

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def take(self) -> list[Row]:
        """All rows since the last call; `rows` stays the same list, so that it can be written to without asking for it."""
        rows = self.rows.copy()
        self.rows.clear()
        return rows

    def arrived(self, at: int, rule: str, event: str, size: int, group: str | None, shard: str | None) -> None:
        self.rows.append((0, at, rule, event, size, group, shard))

    def accepted(self, at: int, rule: str, event: str) -> None:
        self.rows.append((1, at, rule, event))

    def received(self, at: int, rule: str, events: list[str], counts: list[int], shard: str | None) -> None:
        self.rows.append((2, at, rule, events, counts, shard))

    def attempt(
        self,
        rule: str,
        outcome_rule: str,
        invocation: int | None,
        attempt: int,
        start: int,
        init: int,
        end: int,
        outcome: int,
        error_type: str | None,
        throttle_reason: str | None,
        billed_ms: int,
        response: Any,
        shard: str | None,
        environment: int | None,
        events: list[str],
        members: list[tuple[str, int | None, int | None, int]],
        environment_rule: str | None = None,
    ) -> None:
        self.rows.append(
            (3, start, rule, outcome_rule, invocation, attempt, start, init, end, outcome, error_type, throttle_reason,
             billed_ms, response, shard, environment, events, members, environment_rule)
        )  # fmt: skip

    def answered(self, at: int, rule: str, event: str, status: int, function_error: str | None, body: Any) -> None:
        self.rows.append((4, at, rule, event, status, function_error, body))

    def hidden(self, at: int, rule: str, events: list[str], until: int) -> None:
        self.rows.append((5, at, rule, events, until))

    def deleted(self, at: int, rule: str, events: list[str], failed: list[str]) -> None:
        self.rows.append((6, at, rule, events, failed))

    def filtered(self, at: int, rule: str, events: list[str]) -> None:
        self.rows.append((7, at, rule, events))

    def checkpointed(self, at: int, rule: str, events: list[str], shard: str) -> None:
        self.rows.append((8, at, rule, events, shard))

    def split(self, at: int, rule: str, events: list[str], rest: list[str], shard: str) -> None:
        self.rows.append((9, at, rule, events, rest, shard))

    def captured(self, at: int, rule: str, events: list[str], by: str, cause: str, count: int, document: Any) -> None:
        self.rows.append((10, at, rule, events, by, cause, count, document))

    def capture_failed(self, at: int, rule: str, events: list[str], by: str, cause: str, reason: str) -> None:
        self.rows.append((11, at, rule, events, by, cause, reason))

    def settled(self, at: int, rule: str, event: str, fate: int, cause: str | None) -> None:
        self.rows.append((12, at, rule, event, fate, cause))

    def settled_all(self, at: int, rule: str, events: list[str], fate: int, cause: str | None) -> None:
        self.rows += [(12, at, rule, event, fate, cause) for event in events]

    def limit(self, at: int, rule: str, limit: str, value: str, event: str | None) -> None:
        self.rows.append((13, at, rule, limit, value, event))

    def scaled(self, at: int, rule: str, pollers: int) -> None:
        self.rows.append((14, at, rule, pollers))

    def ended(self, at: int, rule: str, reason: str, counts: dict[str, int]) -> None:
        self.rows.append((15, at, rule, reason, counts))

    def waiting(self, at: int, rule: str, events: list[str], until: int) -> None:
        self.rows.append((16, at, rule, events, until))
