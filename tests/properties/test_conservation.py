"""P1 to P4: no event is lost from sight, decided twice, or said to be where it is not."""

from hypothesis import given

from simulations.engine import RULES, TRIGGERS, Scenario
from simulations.engine.trace import (
    SENDERS_CAUSES,
    Accepted,
    Answered,
    Arrived,
    Attempt,
    Captured,
    CaptureFailed,
    Cause,
    Checkpointed,
    Deleted,
    Filtered,
    Limit,
    Received,
    Settled,
)
from simulations.engine.traffic import size
from simulations.engine.trigger import is_there
from tests.strategies import scenarios
from tests.traces import Trace

# the setting that switches a catcher on, and the name under which it appears in records
CATCHERS = {
    "dead_letter_config": "function_dlq",
    "on_failure": "on_failure",
    "max_receive_count": "queue_dlq",
}
CAUSED = ("MODEL-16", "STREAM-15")  # events that no traffic plans: of a loop, at the end of a tumbling window
GIVEN_UP = "STREAM-12"  # the checkpoint moves past these too
HANDED_OVER = "PIPE-6"  # the source is rid of these, and Lambda's own queue has them
# what AWS hands to a catcher; everything else that is lost never gets that far
CAUGHT = {
    Cause.RETRIES_EXHAUSTED,
    Cause.EVENT_AGE_EXCEEDED,
    Cause.ZERO_RESERVED_CONCURRENCY,
    Cause.RETRY_ATTEMPTS_EXHAUSTED,
    Cause.RECORD_AGE_EXCEEDED,
    Cause.MAX_RECEIVE_COUNT_EXCEEDED,
    Cause.RECURSION,
}
# what ends an event in front of Lambda goes to the sender's own catcher; skipped logs have none
SENT_BACK = SENDERS_CAUSES - {Cause.SUBSCRIPTION_DISABLED}


def catchers(scenario: Scenario) -> set[str]:
    """The catchers for failures behind Lambda's door, or a queue's, that the scenario has, and what the service keeps."""
    if getattr(scenario.settings, "invocation_type", None) == "fire_and_forget":
        return set()  # PIPE-6: the source never hears of a failure
    set_up = {name for setting, name in CATCHERS.items() if getattr(scenario.settings, setting, None) is not None}
    return set_up | set(TRIGGERS[scenario.trigger].keeps)


def senders_catchers(scenario: Scenario) -> set[str]:
    """The catchers for failures in front of Lambda."""
    trigger, settings = TRIGGERS[scenario.trigger], scenario.settings
    chosen = {name: by for name, by in trigger.catchers.items() if getattr(settings, name, None) is not None}
    return {by for name, by in chosen.items() if is_there(trigger.owned, settings, name)}


@given(scenarios())
def test_every_event_is_in_one_place_at_every_record(scenario: Scenario) -> None:
    trace = Trace(scenario)
    unsettled: set[str] = set()
    seen: set[str] = set()
    fates: dict[str, int] = {}
    for record in trace.records:
        if isinstance(record, Arrived):
            assert record.event not in seen, "an event arrives once"
            seen.add(record.event)
            unsettled.add(record.event)
        elif isinstance(record, Settled):
            assert record.event in unsettled, "a fate is for an event that arrived and has none"
            unsettled.remove(record.event)
            fates[record.fate] = fates.get(record.fate, 0) + 1
        assert len(seen) == sum(fates.values()) + len(unsettled)
    if trace.whole:
        caused = sum(isinstance(record, Arrived) and record.rule in CAUSED for record in trace.records)
        assert len(seen) == size(scenario.traffic) + caused
        assert bool(unsettled) == (trace.reason == "unsettled")


@given(scenarios())
def test_nothing_happens_to_an_event_before_it_arrives(scenario: Scenario) -> None:
    seen: set[str] = set()
    for record in Trace(scenario).records:
        if isinstance(record, Arrived):
            seen.add(record.event)
        events = getattr(record, "events", None) or [getattr(record, "event", None)]
        assert all(event in seen for event in events if event is not None)


@given(scenarios())
def test_a_fate_is_decided_once(scenario: Scenario) -> None:
    settled = [record.event for record in Trace(scenario).records if isinstance(record, Settled)]
    assert len(settled) == len(set(settled))


@given(scenarios())
def test_a_fate_has_its_evidence(scenario: Scenario) -> None:
    """Delivered: code that succeeded; captured: a catcher that received it; filtered: a filter; returned: an answer, or a
    limit where the caller stops waiting for one. A DryRun is delivered by an answer that says that nothing was run, and
    what is sent to a FIFO queue twice is filtered as it arrives.
    """
    worked: dict[str, int] = {}
    evidence: dict[str, set[str]] = {fate: set() for fate in ("captured", "returned", "filtered")}
    for record in Trace(scenario).records:
        match record:
            case Attempt(outcome="succeeded"):
                for event in record.events:  # one that a pipe no longer waits for may end after the next
                    worked[event] = min(record.end_us, worked.get(event, record.end_us))
            case Captured():
                evidence["captured"].update(record.events if record.by != "on_success" else ())
            case Answered() | Limit(limit="ServiceTimeout") | Limit():
                evidence["returned"].add(record.event or "")
            case Attempt(outcome="refused" | "throttled"):
                # a stack waits without an answer: it learns from the call that failed, or from its own clock
                evidence["returned"].update(record.events)
            case Filtered():
                evidence["filtered"].update(record.events)
            case Settled(fate="delivered", cause=Cause.DRY_RUN):
                assert record.event not in worked
            case Settled(fate="filtered", cause=Cause.DEDUPLICATED):
                assert record.rule == "SQS-22"
            case Settled(fate="delivered"):
                assert worked.get(record.event, record.at_us + 1) <= record.at_us
            case Settled(fate="captured" | "returned" | "filtered"):
                assert record.event in evidence[record.fate]
            case _:
                pass


@given(scenarios())
def test_an_event_that_was_acknowledged_is_never_lost(scenario: Scenario) -> None:
    """Acknowledged: the code succeeded with it, or, where a source listens to more than that, it was deleted or checkpointed.

    Firehose reads of each record in the answer; what an answer does not acknowledge may be lost behind a bucket that is closed.
    """
    trigger = TRIGGERS[scenario.trigger]
    listens = trigger.model in ("queue", "stream", "pipe") or trigger.key == "firehose"
    acknowledged: dict[str, int] = {}
    for record in Trace(scenario).records:
        if isinstance(record, Attempt) and record.outcome == "succeeded" and not listens:
            for event in record.events:
                acknowledged.setdefault(event, record.end_us)
        if isinstance(record, Deleted) and record.rule != HANDED_OVER:
            for event in set(record.events) - set(record.failed):
                acknowledged.setdefault(event, record.at_us)
        if isinstance(record, Checkpointed) and record.rule not in (GIVEN_UP, HANDED_OVER):
            for event in record.events:
                acknowledged.setdefault(event, record.at_us)
        if isinstance(record, Settled) and record.fate == "lost":
            assert record.event not in acknowledged or acknowledged[record.event] > record.at_us


@given(scenarios())
def test_only_a_catcher_that_is_there_captures(scenario: Scenario) -> None:
    trace = Trace(scenario)
    there = catchers(scenario) | senders_catchers(scenario)
    broken = set(scenario.failures.catchers)
    for record in trace.records:
        if isinstance(record, Captured) and record.by != "on_success":
            assert record.by in there
            assert record.by not in broken
        if isinstance(record, Settled) and record.fate == "captured":
            assert there - broken


@given(scenarios())
def test_what_a_catcher_is_there_for_is_lost_only_if_the_catcher_fails(scenario: Scenario) -> None:
    trace = Trace(scenario)
    failed: dict[str, set[str]] = {}
    for record in trace.records:
        if isinstance(record, CaptureFailed):
            for event in record.events:
                failed.setdefault(event, set()).add(record.by)
        if isinstance(record, Settled) and record.fate == "lost" and record.cause in CAUGHT:
            assert catchers(scenario) <= failed.get(record.event, set())
        if isinstance(record, Settled) and record.fate == "lost" and record.cause in SENT_BACK:
            assert senders_catchers(scenario) <= failed.get(record.event, set())


@given(scenarios())
def test_each_catcher_gets_only_what_failed_on_its_side_of_lambdas_door(scenario: Scenario) -> None:
    accepted: set[str] = set()
    own = senders_catchers(scenario)
    for record in Trace(scenario).records:
        if isinstance(record, Accepted):
            accepted.add(record.event)
        if isinstance(record, Captured) and TRIGGERS[scenario.trigger].model == "asynchronous":
            assert all((event in accepted) == (record.by not in own) for event in record.events)


@given(scenarios())
def test_a_message_that_was_deleted_is_gone(scenario: Scenario) -> None:
    """A pipe calls with the copies that it enriched, although another copy may have been deleted meanwhile (PIPE-3)."""
    gone: set[str] = set()
    handed_out = Received | Captured if scenario.trigger == "pipes" else Received | Attempt | Captured
    for record in Trace(scenario).records:
        if isinstance(record, handed_out) and getattr(record, "by", "") not in ("on_success", "on_failure"):
            assert not gone & set(record.events)
        if isinstance(record, Deleted) and record.rule != HANDED_OVER:
            gone.update(set(record.events) - set(record.failed))


@given(scenarios())
def test_every_record_names_a_rule_that_is_modelled(scenario: Scenario) -> None:
    for record in Trace(scenario).records:
        ids = {record.rule, getattr(record, "outcome_rule", record.rule)}
        assert [rule for rule in ids if rule not in RULES or RULES[rule].state != "modelled"] == []
