"""Words for numbers and for what the wire names, as the page says them; the twin of `format.js` and `words.js`."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

TIMES = "\N{MULTIPLICATION SIGN}"
MS, S, MIN, H, D = 1_000, 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
# of a letter, in parts of the type size, where it is not that of its kind
_WIDTHS = dict.fromkeys(" .,:il|'", 0.32) | dict.fromkeys("frt-", 0.42) | dict.fromkeys("mwMW", 0.95)
_MOST_HOURS_WITH_SECONDS = 10


class Said(NamedTuple):
    """A word for a sign, and the half of a sentence that means the same."""

    word: str
    says: str


OUTCOME = {
    "succeeded": Said("OK", "the function succeeded"),
    "failed": Said("ERROR", "the function failed"),
    "timed_out": Said("TIMEOUT", "the function ran into its timeout"),
    "throttled": Said("THROTTLED", "throttled: the code did not run"),
    "refused": Said("REFUSED", "refused: the code did not run"),
}

# from worst to best: where many share a place the first one wins
SEVERITY = ("timed_out", "failed", "refused", "throttled", "succeeded")

FATE = {
    "delivered": Said("DELIVERED", "handled by the function"),
    "captured": Said("KEPT", "kept by a dead-letter queue or destination"),
    "lost": Said("LOST", "lost"),
    "returned": Said("RETURNED", "handed back to the caller as an error"),
    "filtered": Said("FILTERED", "filtered out before the function"),
    "": Said("OPEN", "not settled yet"),
}

# how an event stands, from the worst to the best: what went wrong stands on top
ENDS = ("lost", "captured", "returned", "", "retried", "delivered", "filtered")

_CATCHERS = {
    "function_dlq": "the function's dead-letter queue",
    "queue_dlq": "the queue's dead-letter queue",
    "broker_dlq": "the broker's dead-letter queue",
    "pipe_dlq": "the pipe's dead-letter queue",
    "on_failure": "the on-failure destination",
    "on_success": "the on-success destination",
    "subscription_dlq": "the subscription's dead-letter queue",
    "target_dlq": "the target's dead-letter queue",
    "catch": "the state's Catch",
    "processing_failed": "the processing-failed/ folder in S3",
    "schedule_dlq": "the schedule's dead-letter queue",
    "error_action": "the rule's error action",
}

# AWS's word for why an event ended, said out loud
_CAUSES = {
    "RetriesExhausted": "all retries are used up",
    "EventAgeExceeded": "the event grew older than its maximum age",
    "ZeroReservedConcurrency": "the function's reserved concurrency is 0",
    "RetryAttemptsExhausted": "all retries are used up",
    "RecordAgeExceeded": "the record grew older than its maximum age",
    "MaximumPayloadSizeExceeded": "the record alone is too large to be handed to the function",
    "Success": "the function succeeded",
    "MaxReceiveCountExceeded": "the message was received as often as the redrive policy allows",
    "RetentionExpired": "the source's retention period ran out",
    "FunctionError": "the function failed",
    "Throttled": "no concurrency was free",
    "IntegrationTimeout": "the integration timeout was reached",
    "RateLimited": "the caller's own rate limit was reached",
    "MalformedResponse": "the function returned something the caller cannot use",
    "MaximumRedeliveriesExceeded": "the broker handed the batch out as often as it may",
    "MessageExpired": "the message expired",
    "NotMatched": "it matches no filter",
    "FormatMismatch": "the filter is about another format",
    "DeletedUnhandled": "it was acknowledged although the function named it as failed",
    "Deduplicated": "its deduplication id was sent less than 5 minutes before",
    "HandledOutOfOrder": "it was handled before an earlier message of its group",
    "PayloadTooLarge": "the payload is too large",
    "Timeout": "the function ran into its timeout",
    "DryRun": "the call was only checked, and nothing was run",
    "ReadTimeoutError": "the client stopped waiting for an answer",
    "States.Timeout": "the state's own timer ran out",
    "AnswerLimitReached": "the caller stopped waiting for an answer",
    "ProcessingFailed": "the function gave the record up",
    "ServiceException": "Lambda itself had a fault",
    "MaximumRetryAttempts": "the sending service used up its attempts",
    "MaximumEventAgeInSeconds": "the sending service could not reach Lambda within the time it allows",
    "AccessDeniedException": "the call to the function was not permitted",
    "ResourceNotFoundException": "the function does not exist",
    "RecursiveInvocationException": "Lambda stopped a loop",
    "SubscriptionFilterDisabled": "the subscription filter was disabled at that time",
    "ServiceTimeout": "the stack stopped waiting for a response",
    "BeforeStartingPosition": "it arrived before the position at which the mapping began to read",
    "Exception": "the function raised an exception",
    "Runtime.ExitError": "the function's process came to its end",
    "Sandbox.Timedout": "the function ran into its timeout",
    "TooManyRequestsException": "Lambda had no concurrency free",
    "RequestTooLargeException": "the request is too large",
    "Lambda.Unknown": "the function gave no answer that the state can read",
    "States.DataLimitExceeded": "the answer is larger than a state may hold",
    "States.Runtime": "the state could not read the answer",
}


def catcher(by: str) -> str:
    """Who keeps an event, with its article."""
    return _CATCHERS.get(by) or by.replace("_", " ") or "a dead-letter queue or destination"


def why(cause: str | None) -> str:
    """Why an event ended; Step Functions puts `Lambda.` before its errors, and an error type of the function's own stays."""
    return _CAUSES.get(cause.removeprefix("Lambda."), _CAUSES.get(cause, f"the error was {cause}")) if cause else ""


def counted(n: int, noun: str) -> str:
    """`1 message`, `40,320 retries`."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{n:,} {noun if n == 1 else plural}"


def end_words(fates: Iterable[tuple[str, int]]) -> str:
    """How events ended, given how many have each fate: two lost, 38 delivered."""
    many = list(fates)
    return ", ".join(FATE[fate].word + (f" {TIMES} {n:,}" if n > 1 or len(many) > 1 else "") for fate, n in many)


def text_width(text: str, size: float = 12.5) -> float:
    """About how wide a text is in the picture, in pixels: the server has no font to measure with."""
    return size * sum(_WIDTHS.get(letter, 0.72 if letter.isupper() else 0.62) for letter in text)


def duration(us: int, exact: bool = False) -> str:
    """A length of time: 100 ms, 2 min 0.1 s, 14 d. Two units at most, unless every microsecond is asked for."""
    if us < 0:
        return f"-{duration(-us, exact)}"
    if us == 0:
        return "0 s"
    if us < MS:
        return f"{us} µs"
    if _rounded(us, 1 if exact else 100) < S:
        return f"{_trimmed(us, MS, 3 if exact else 1)} ms"
    if exact:
        return _parts(us, ((D, "d"), (H, "h"), (MIN, "min"), (S, "s")), 6)
    if _rounded(us, MS) < MIN:
        return f"{_trimmed(us, S, 3)} s"
    if _rounded(us, S // 10) < H:
        return _parts(_rounded(us, S // 10), ((MIN, "min"), (S, "s")), 1)
    if _rounded(us, MIN) < D:
        if us % MIN and us < _MOST_HOURS_WITH_SECONDS * H:
            return _parts(_rounded(us, S), ((H, "h"), (MIN, "min"), (S, "s")), 0)
        return _parts(_rounded(us, MIN), ((H, "h"), (MIN, "min")), 0)
    return _parts(_rounded(us, H), ((D, "d"), (H, "h")), 0)


def roughly(us: int) -> str:
    """About how long, where there is no room for more: 30 s, 1.5 min, 13 d."""
    size, unit = next((pair for pair in ((D, "d"), (H, "h"), (MIN, "min"), (S, "s")) if us >= pair[0]), (MS, "ms"))
    tenths = (20 * us + size) // (2 * size)
    return f"{tenths / 10 if tenths < 100 else (tenths + 5) // 10:g} {unit}"


def _rounded(us: int, step: int) -> int:
    """To the next multiple of a step; the half goes up, as in JavaScript."""
    return (2 * us + step) // (2 * step) * step


def _trimmed(us: int, size: int, decimals: int) -> str:
    """A number of units without trailing zeros, thousands grouped."""
    number = (Decimal(us) / size).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{number:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _parts(us: int, units: tuple[tuple[int, str], ...], decimals: int) -> str:
    """A rounded time in its units, from large to small; the last may carry decimals."""
    words = []
    for size, unit in units[:-1]:
        n, us = divmod(us, size)
        if n:
            words.append(f"{n:,} {unit}")
    size, unit = units[-1]
    if us:
        words.append(f"{_trimmed(us, size, decimals)} {unit}")
    return " ".join(words)
