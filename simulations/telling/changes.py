"""What would have changed it: for a kind of record, the settings that lead elsewhere, each with what it leads to.

A change is offered only where AWS would accept it and where it makes a difference: both are tried, not assumed.
"""

from collections.abc import Iterator

import msgspec

from simulations import links
from simulations.engine import TRIGGERS, Scenario, ScenarioErrors
from simulations.engine.rules import number
from simulations.engine.trace import Cause
from simulations.telling.forecast import sentence, story_of

_MOST = 2_000  # records of a run with a change
_RECEIVES = number("SQS-5", "recommended_max_receive_count")
_RETRIES = number("ASYNC-3", "maximum_retry_attempts")
_AGE_S = number("ASYNC-5", "maximum_event_age_s")
_ACCOUNT = number("CONC-1", "account")
_FAILING = {
    "error_rate": "0", "first_n": "0", "poison": "[]", "outages": "[]", "script": "[]", "invocations": "[]",
}  # fmt: skip
_BAD = ("lost", "captured", "returned")


class When(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which records a change is offered on; an empty list asks nothing.

    `attempts`: of more attempts than this; `members`: of a batch with more events than this; `cold`: with a cold start only.
    """

    kind: str
    outcomes: list[str] = []
    fates: list[str] = []
    causes: list[str] = []
    attempts: int = 0
    members: int = 0
    cold: bool = False


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Some settings and their new texts, `words` for the button, and in a sentence what they lead to."""

    when: list[When]
    set: dict[str, str]
    words: str
    then: str = ""


def changes(scenario: Scenario) -> list[Change]:
    """What can be changed about this scenario, with what comes of it."""
    texts = links.render_texts(scenario)
    noun = TRIGGERS[scenario.trigger].noun
    now = story_of(scenario, _MOST)
    found = []
    for change in _candidates(scenario, texts):
        if not set(change.set) <= set(texts):
            continue
        try:
            other = story_of(links.read_scenario(texts | change.set), _MOST)
        except ScenarioErrors:
            continue
        if (other.attempts, other.events) == (now.attempts, now.events):
            continue
        cut = other.ending == "record_limit"
        found.append(msgspec.structs.replace(change, then="" if cut else sentence(other, noun)))
    return found


def _candidates(scenario: Scenario, texts: dict[str, str]) -> Iterator[Change]:
    yield from _catchers(texts)
    yield from _retries(texts)
    yield from _code(scenario, texts)
    yield from _concurrency(texts)
    yield from _batches(texts)


def _catchers(texts: dict[str, str]) -> Iterator[Change]:
    """Somebody who keeps what would be lost, where nobody does."""
    asynchronous = [
        Cause.RETRIES_EXHAUSTED, Cause.EVENT_AGE_EXCEEDED, Cause.ZERO_RESERVED_CONCURRENCY, Cause.RECURSION,
    ]  # fmt: skip
    if not texts.get("dead_letter_config"):
        when = [When(kind="settled", fates=["lost"], causes=asynchronous)]
        yield Change(when=when, set={"dead_letter_config": "sqs"}, words="Add a dead-letter queue")
    if not texts.get("max_receive_count"):
        when = [When(kind="settled", fates=["lost"], causes=[Cause.RETENTION_EXPIRED], attempts=_RECEIVES)]
        yield Change(when=when, set={"max_receive_count": str(_RECEIVES)}, words="Add a redrive policy")
    stream = [Cause.RETRY_ATTEMPTS_EXHAUSTED, Cause.RECORD_AGE_EXCEEDED]
    if texts.get("pipe_dead_letter_config") == "":
        when = [When(kind="settled", fates=["lost"], causes=stream)]
        yield Change(when=when, set={"pipe_dead_letter_config": "sqs"}, words="Give the pipe a dead-letter queue")
    if not texts.get("on_failure") and "bisect_batch_on_function_error" in texts:
        when = [When(kind="settled", fates=["lost"], causes=stream)]
        yield Change(when=when, set={"on_failure": "sqs"}, words="Add an on-failure destination")
        if texts["maximum_retry_attempts"] == "-1":
            endless = [When(kind="settled", fates=["lost"], causes=[Cause.RETENTION_EXPIRED])]
            ended = {"on_failure": "sqs", "maximum_retry_attempts": "2"}
            yield Change(when=endless, set=ended, words="Retry twice, then keep it")


def _retries(texts: dict[str, str]) -> Iterator[Change]:
    """More tries, or fewer."""
    failed = ["failed", "timed_out"]
    if texts.get("max_receive_count"):
        more = min(1_000, 2 * int(texts["max_receive_count"]))
        when = [When(kind="settled", causes=[Cause.MAX_RECEIVE_COUNT_EXCEEDED])]
        yield Change(when=when, set={"max_receive_count": str(more)}, words=f"Allow {more:,} receives")
    if "maximum_event_age_s" not in texts:
        return
    retries = int(texts["maximum_retry_attempts"])
    if retries < _RETRIES:
        when = [When(kind="settled", fates=["lost", "captured"], causes=[Cause.RETRIES_EXHAUSTED])]
        yield Change(when=when, set={"maximum_retry_attempts": str(_RETRIES)}, words=f"Allow {_RETRIES} retries")
    if retries:
        yield Change(
            when=[When(kind="attempt", outcomes=failed)],
            set={"maximum_retry_attempts": "0"},
            words="Do without retries",
        )
    if int(texts["maximum_event_age_s"]) < _AGE_S:
        when = [When(kind="settled", causes=[Cause.EVENT_AGE_EXCEEDED])]
        yield Change(when=when, set={"maximum_event_age_s": str(_AGE_S)}, words="Let events wait for 6 hours")


def _code(scenario: Scenario, texts: dict[str, str]) -> Iterator[Change]:
    """The code itself: it works, it has more time, it is quicker, it is ready."""
    bad = [When(kind="attempt", outcomes=["failed"]), When(kind="settled", fates=[*_BAD])]
    failing = {name: text for name, text in _FAILING.items() if texts[name] != text}
    if failing:
        yield Change(when=bad, set=failing, words="Let the function succeed")
    if texts["init_failure"]:
        yield Change(when=bad, set={"init_failure": ""}, words="Let the initialisation succeed")
    late = [When(kind="attempt", outcomes=["timed_out"]), When(kind="settled", fates=[*_BAD])]
    ms = getattr(scenario.function.duration, "ms", 0)
    needed = int(ms / 1_000) + 1
    if ms and scenario.function.timeout_s < needed <= 900:
        longer = {"timeout_s": str(needed)}
        if (
            "visibility_timeout_s" in texts
        ):  # AWS refuses a queue that hides messages for less than the function may run
            longer["visibility_timeout_s"] = str(max(needed, int(texts["visibility_timeout_s"])))
        yield Change(when=late, set=longer, words=f"Give the function {needed} s")
    waited = [
        Cause.INTEGRATION_TIMEOUT,
        Cause.READ_TIMEOUT,
        Cause.STATE_TIMEOUT,
        Cause.ANSWER_LIMIT,
        Cause.SERVICE_TIMEOUT,
    ]
    if ms > 1_000:
        yield Change(
            when=[When(kind="settled", causes=waited), *late[:1]],
            set={"duration_ms": "100"},
            words="Let the code take 100 ms",
        )
    if float(texts["init_ms"]) and not texts["provisioned_concurrent_executions"]:
        yield Change(
            when=[When(kind="attempt", cold=True)], set={"provisioned_concurrent_executions": "1"},
            words="Keep one environment ready",
        )  # fmt: skip


def _concurrency(texts: dict[str, str]) -> Iterator[Change]:
    """More room to run in."""
    no_room = [
        When(kind="attempt", outcomes=["throttled"]),
        When(kind="settled", causes=[Cause.THROTTLED, Cause.ZERO_RESERVED_CONCURRENCY, Cause.EVENT_AGE_EXCEEDED]),
    ]
    if texts["reserved_concurrent_executions"]:
        yield Change(when=no_room, set={"reserved_concurrent_executions": ""}, words="Reserve no concurrency")
    if int(texts["account_concurrent_executions"]) < _ACCOUNT:
        yield Change(
            when=no_room,
            set={"account_concurrent_executions": str(_ACCOUNT)},
            words=f"Have {_ACCOUNT:,} executions in the account",
        )
    if texts["concurrency"] != "[]":
        yield Change(when=no_room, set={"concurrency": "[]"}, words="Take no concurrency away")
    if texts["invoke_errors"] != "[]":
        refused = [When(kind="attempt", outcomes=["refused", "throttled"]), When(kind="settled", fates=[*_BAD])]
        yield Change(when=refused, set={"invoke_errors": "[]"}, words="Let Lambda accept every call")
    if texts.get("enrichment_errors", "[]") != "[]":
        not_enriched = [When(kind="attempt", outcomes=["refused"]), When(kind="settled", fates=[*_BAD])]
        yield Change(when=not_enriched, set={"enrichment_errors": "[]"}, words="Let the enrichment work")
    if texts.get("throttling_rate_limit"):
        limited = {name: "" for name in ("throttling_rate_limit", "throttling_burst_limit") if texts.get(name)}
        yield Change(
            when=[When(kind="settled", causes=[Cause.RATE_LIMITED])],
            set=limited,
            words="Take the stage's rate limit away",
        )


def _batches(texts: dict[str, str]) -> Iterator[Change]:
    """What a failed batch drags along."""
    failed = [When(kind="attempt", outcomes=["failed"], members=1)]
    if texts.get("function_response_types") == "" and texts["handler"] == "raise":
        yield Change(
            when=failed, set={"function_response_types": "report_batch_item_failures", "handler": "report"},
            words="Report only what failed",
        )  # fmt: skip
    if texts.get("bisect_batch_on_function_error") == "false":
        yield Change(when=failed, set={"bisect_batch_on_function_error": "true"}, words="Split failed batches in two")
    if int(texts.get("batch_size", "1")) > 1:
        yield Change(when=failed, set={"batch_size": "1"}, words="One event a batch")
    if "bisect_batch_on_function_error" in texts and texts["maximum_retry_attempts"] == "-1":
        endless = [When(kind="attempt", outcomes=["failed", "timed_out"], attempts=2)]
        yield Change(when=endless, set={"maximum_retry_attempts": "2"}, words="Retry twice at the most")
