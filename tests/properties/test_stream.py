"""P8, and what else holds for every record of every stream, whatever fails."""

from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from simulations.engine import TRIGGERS, Scenario
from simulations.engine.trace import Arrived, Attempt, Captured, Checkpointed, Limit, Received, Scaled, Settled, Split
from tests.strategies import matches, own, returned, scenarios
from tests.traces import Trace, changed, for_every, member

US = 1_000_000
WINDOW = "window-"  # the last invocation of a tumbling window is an event of its own
STREAMS = sorted(key for key, trigger in TRIGGERS.items() if trigger.model == "stream")
KAFKA = sorted(key for key in STREAMS if TRIGGERS[key].offsets)
CONTROLLED = sorted(key for key in STREAMS if "maximum_retry_attempts" in TRIGGERS[key].settings.__struct_fields__)
TELLING = CONTROLLED  # those with an on-failure destination
WINDOWED = sorted(key for key in STREAMS if "tumbling_window_s" in TRIGGERS[key].settings.__struct_fields__)
PAYLOAD = 6 * 1_024 * 1_024
GIVEN_UP = "STREAM-12"
BOTH = "DOCDB-1"  # the rule of what DocumentDB has handled, and of a change too large for an event
GIVEN_UP_FOR = ("RetryAttemptsExhausted", "RecordAgeExceeded", "MaximumPayloadSizeExceeded")

NOTHING_ELSE_FAILS: dict[str, Any] = {
    "error_rate": 0, "first_n": 0, "poison": [], "outages": [], "script": [], "invocations": [], "concurrency": [],
    "catchers": {}, "handler": "raise", "invoke_errors": [],
}  # fmt: skip
QUICK: dict[str, Any] = {
    "timeout_s": 3, "duration": {"kind": "constant", "ms": 10}, "account_concurrent_executions": 1_000,
    "reserved_concurrent_executions": None, "init_ms": 0, "init_failure": None,
}  # fmt: skip
READS: dict[str, Any] = {
    "mapping_starts_s": 0, "mapping_disabled_s": None, "maximum_record_age_s": -1, "starting_position": "trim_horizon",
    "maximum_batching_window_s": 0, "retry_first_wait_s": 1, "retry_longest_wait_s": 1, "tumbling_window_s": 0,
    "filter_criteria": [],
}  # fmt: skip


@st.composite
def much_fails(draw: DrawFn, /, trigger: str) -> Scenario:
    """Answers well and badly formed, cuts, retries that end, throttles: rare among scenarios drawn at large."""
    answers = draw(st.lists(st.fixed_dictionaries({"match": matches, "returns": returned}), max_size=4))
    plan = {
        "handler": draw(st.sampled_from(["raise", "report"])),
        "error_rate": draw(st.sampled_from([0, 0.1, 0.4, 0.8])),
        "invocations": answers,
    }
    settings = {
        "mapping_disabled_s": None,
        "function_response_types": draw(st.sampled_from([[], ["report_batch_item_failures"]])),
        "bisect_batch_on_function_error": draw(st.booleans()),
        "maximum_retry_attempts": draw(st.sampled_from([-1, 0, 1, 2, 5])),
        "maximum_record_age_s": draw(st.sampled_from([-1, -1, 60, 100])),
        "batch_size": draw(st.sampled_from([1, 2, 5, 10, 100])),
        "partition_keys": draw(st.sampled_from([None, 1, 2, 7])),
        "shard_count": draw(st.sampled_from([1, 1, 2])),
        "partition_count": draw(st.sampled_from([1, 2, 5, 12])),
        "minimum_pollers": draw(st.sampled_from([1, 2])),
        "maximum_pollers": draw(st.sampled_from([2, 200])),
        "parallelization_factor": draw(st.sampled_from([1, 1, 2, 10])),
    }
    if settings["parallelization_factor"] == 1:
        settings["tumbling_window_s"] = draw(st.sampled_from([0, 0, 1, 30]))
    else:
        settings["tumbling_window_s"] = 0
    return draw(scenarios(trigger, settings=own(trigger, settings), failures=plan, function=QUICK, horizon_s=None))


def kept_us(settings: Any) -> int:
    """How long a source keeps a record."""
    for name, seconds in (("retention_period_hours", 3_600), ("log_retention_hours", 3_600),
                          ("change_stream_log_retention_duration_s", 1)):  # fmt: skip
        if hasattr(settings, name):
            return int(getattr(settings, name)) * seconds * US
    return 86_400 * US


def most_retries(settings: Any) -> int:
    """-1 is without end; KAFKA-4 knows no end with a destination."""
    most = int(getattr(settings, "maximum_retry_attempts", -1))
    return 10 if most == -1 and hasattr(settings, "minimum_pollers") and settings.on_failure is not None else most


def age_us(settings: Any) -> int:
    return int(getattr(settings, "maximum_record_age_s", -1)) * US


def reports(settings: Any) -> bool:
    return bool(getattr(settings, "function_response_types", ()))


def factor(settings: Any) -> int:
    return int(getattr(settings, "parallelization_factor", 1))


def shards(trace: Trace) -> dict[str, str | None]:
    """The shard or partition of each record."""
    return {record.event: record.shard for record in trace.records if isinstance(record, Arrived)}


@st.composite
def falls_behind(draw: DrawFn, /, trigger: str) -> Scenario:
    """Runs so long that a Kafka topic gets more pollers while batches are on their way, or fewer when it is throttled."""
    provisioned = draw(st.sampled_from([None, 1]))
    settings: dict[str, Any] = {
        "starting_position": "trim_horizon",
        "starting_position_timestamp_s": None,
        "mapping_starts_s": 0,
        "mapping_disabled_s": None,
        "partition_count": draw(st.sampled_from([2, 3, 7, 12])),
        "partition_keys": draw(st.sampled_from([None, 5])),
        "batch_size": draw(st.sampled_from([1, 2, 5])),
        "initial_pollers": draw(st.sampled_from([1, 1, 3])),
        "poller_scaling_s": draw(st.sampled_from([0, 30, 180])),
        "minimum_pollers": provisioned,
        "maximum_pollers": None,
        "maximum_retry_attempts": -1 if provisioned is None else draw(st.sampled_from([-1, 0, 2])),
        "maximum_record_age_s": -1,
        "bisect_batch_on_function_error": provisioned is not None and draw(st.booleans()),
        "function_response_types": [],
        "filter_criteria": [],
    }
    lasts = {"timeout_s": 840, "duration": {"kind": "constant", "ms": draw(st.sampled_from([20_000, 61_000, 130_000]))}}
    plan = {
        **NOTHING_ELSE_FAILS,
        "error_rate": draw(st.sampled_from([0, 0.4])),
        "concurrency": draw(st.sampled_from([[], [{"from_ms": 100_000, "to_ms": 400_000, "available": 1}]])),
    }
    traffic = draw(
        st.sampled_from([{"kind": "burst", "count": 25}, {"kind": "steady", "count": 25, "rate_per_s": 0.1}])
    )
    function = {**QUICK, **lasts}
    return draw(
        scenarios(trigger, settings=settings, failures=plan, function=function, traffic=traffic, horizon_s=None)
    )


def drawn(trigger: str) -> SearchStrategy[Scenario]:
    """Scenarios at large, those in which much fails, and for a topic those that fall behind."""
    usual = scenarios(trigger) | much_fails(trigger)
    return usual | falls_behind(trigger) if trigger in KAFKA else usual


for_every_stream = for_every(STREAMS, drawn)


def keys(scenario: Scenario) -> dict[str, str]:
    """By record: its partition key, read from the scenario for a second time, on its own."""
    events = getattr(scenario.traffic, "events", None)
    if events is None:
        many, count = scenario.settings.partition_keys, getattr(scenario.traffic, "count", 1)
        return {str(n + 1): f"key-{n % many + 1}" if many else str(n + 1) for n in range(count)}
    ordered = sorted(events, key=lambda planned: planned.at_ms)
    many = scenario.settings.partition_keys
    return {
        planned.id or str(n + 1): planned.partition_key or (f"key-{n % many + 1}" if many else planned.id or str(n + 1))
        for n, planned in enumerate(ordered)
    }


@for_every_stream
def test_a_later_record_is_never_tried_before_the_earlier_ones_are_done(trace: Trace) -> None:
    """The order holds in a shard or partition, or for a key in it where the shard has parallel lanes."""
    key = keys(trace.scenario) if factor(trace.scenario.settings) > 1 else {}
    where = shards(trace)
    windows: dict[str | None, str] = {}
    before: dict[Any, list[str]] = defaultdict(list)
    settled: set[str] = set()
    for record in trace.records:
        if isinstance(record, Arrived):
            if record.event.startswith(WINDOW):
                windows[record.shard] = record.event
            else:
                before[record.shard, key.get(record.event)].append(record.event)
        elif isinstance(record, Settled):
            settled.add(record.event)
        elif isinstance(record, Attempt):
            assert not settled & set(record.events)
            window = windows.get(record.shard)
            if window is not None and window not in settled:
                assert record.events == [window], "the end of a window comes before all else"
                continue
            for group in {(where[event], key.get(event)) for event in record.events}:
                open_ones = [event for event in before[group] if event not in settled]
                mine = [event for event in record.events if (where[event], key.get(event)) == group]
                assert open_ones[: len(mine)] == mine


@for_every_stream
def test_a_shard_has_no_more_batches_on_their_way_than_its_factor(trace: Trace) -> None:
    where = shards(trace)
    ends: dict[str | None, list[int]] = defaultdict(list)
    for attempt in trace.attempts:
        for shard in {where[event] for event in attempt.events}:
            running = [end for end in ends[shard] if end > attempt.start_us]
            assert len(running) < factor(trace.scenario.settings)
            ends[shard] = [*running, attempt.end_us]
    settings = trace.scenario.settings
    assert len(ends) <= getattr(settings, "shard_count", getattr(settings, "partition_count", 1))


@for_every(KAFKA, drawn)
def test_there_are_no_more_batches_than_the_mapping_may_have_nor_than_partitions(trace: Trace) -> None:
    """One that ran when their number fell runs to its end."""
    settings = trace.scenario.settings
    most, ends = 0, list[int]()
    for record in trace.records:
        if isinstance(record, Scaled):
            assert record.pollers <= settings.partition_count
            most = max(most, record.pollers)
        if isinstance(record, Attempt):
            ends = [end for end in ends if end > record.start_us]
            assert len(ends) < most
            ends.append(record.end_us)


@for_every_stream
def test_a_batch_is_within_its_limits_and_of_one_shard(trace: Trace) -> None:
    arrived = {record.event: record for record in trace.records if isinstance(record, Arrived)}
    for attempt in trace.attempts:
        assert len(attempt.events) <= trace.scenario.settings.batch_size
        sizes = [arrived[event].size_bytes for event in attempt.events]
        assert sum(sizes) <= PAYLOAD or len(sizes) == 1
        found = {arrived[event].shard for event in attempt.events}
        assert found == {attempt.shard} or (trace.scenario.trigger in KAFKA and len(found) > 1)
        assert len({tuple(list(part.values())[1:]) for part in attempt.members}) == 1, "a batch shares its history"


@for_every_stream
def test_retries_stay_within_the_allowance_and_waits_within_theirs(trace: Trace) -> None:
    settings = trace.scenario.settings
    most = most_retries(settings)
    shortest = settings.retry_first_wait_s * US * (100 - settings.retry_jitter_percent) // 100
    dealt = [record.at_us for record in trace.records if isinstance(record, Scaled) and record.rule == "MODEL-40"]
    for event, attempts in trace.attempts_by_event().items():
        for before, after in pairwise(attempts):
            used = member(after, event)["retries_used"]
            assert most == -1 or used <= most
            gap = after.start_us - before.end_us
            moved = any(before.start_us < moment <= after.start_us for moment in dealt)
            if not moved and (before.outcome == "throttled" or used > member(before, event)["retries_used"]):
                # what is cut off lets the rest wait for the part before it
                assert gap >= min(shortest, settings.retry_longest_wait_s * US)


@for_every_stream
def test_nothing_is_tried_that_is_too_old_or_has_left_the_stream(trace: Trace) -> None:
    settings = trace.scenario.settings
    kept, oldest = kept_us(settings), age_us(settings)
    arrived = {record.event: record.at_us for record in trace.records if isinstance(record, Arrived)}
    for attempt in trace.attempts:
        for event in attempt.events:
            assert attempt.start_us - arrived[event] < kept
            assert oldest < 0 or attempt.start_us - arrived[event] <= oldest


@for_every_stream
def test_every_loss_has_its_cause(trace: Trace) -> None:
    settings = trace.scenario.settings
    arrived = {record.event: record.at_us for record in trace.records if isinstance(record, Arrived)}
    last = {event: attempts[-1] for event, attempts in trace.attempts_by_event().items()}
    for event, settled in trace.fates.items():
        age = settled.at_us - arrived[event]
        match settled.cause:
            case "RetryAttemptsExhausted":
                assert member(last[event], event)["retries_used"] == most_retries(settings)
            case "RecordAgeExceeded":
                assert age > age_us(settings) > 0
            case "RetentionExpired":
                assert age >= kept_us(settings)
            case "BeforeStartingPosition":
                assert settings.starting_position != "trim_horizon"
                assert event not in last
            case "MaximumPayloadSizeExceeded":
                assert trace.scenario.trigger in (*KAFKA, "documentdb", "kinesis")
                assert event not in last
            case "NotMatched" | "FormatMismatch":
                assert settings.filter_criteria
                assert event not in last
            case cause:
                assert settled.fate == "delivered"
                assert cause is None or (cause == "DeletedUnhandled" and not reports(settings))


@for_every_stream
def test_the_checkpoint_moves_past_each_record_once_and_only_when_its_fate_is_decided(trace: Trace) -> None:
    passed: dict[str, Checkpointed] = {}
    for record in trace.records:
        if isinstance(record, Checkpointed):
            assert not passed.keys() & set(record.events)
            passed |= dict.fromkeys(record.events, record)
    if trace.reason == "record_limit":
        return
    for event, settled in trace.fates.items():
        if settled.cause in ("RetentionExpired", "BeforeStartingPosition") or settled.fate == "filtered":
            assert event not in passed, "the stream forgot it, or the poller left it out as soon as it was read"
        else:
            if passed[event].rule != BOTH:
                assert (passed[event].rule == GIVEN_UP) == (settled.fate != "delivered")
            assert passed[event].at_us == settled.at_us


@for_every_stream
def test_a_record_is_received_once_and_before_its_first_try(trace: Trace) -> None:
    received: set[str] = set()
    for record in trace.records:
        if isinstance(record, Received):
            assert not received & set(record.events)
            received.update(record.events)
        if isinstance(record, Attempt | Split):
            assert received.issuperset(event for event in record.events if not event.startswith(WINDOW))


@for_every(TELLING, lambda trigger: scenarios(trigger) | much_fails(trigger))
def test_a_document_counts_the_records_it_is_about(trace: Trace) -> None:
    target = trace.scenario.settings.on_failure
    for record in trace.records:
        if isinstance(record, Captured):
            document = record.document["body"] if target == "s3" else record.document
            info = next(value for key, value in document.items() if key.endswith("BatchInfo"))
            assert info["batchSize"] == len(record.events)
            if trace.scenario.trigger not in KAFKA:
                assert info["startSequenceNumber"], info["endSequenceNumber"] == (record.events[0], record.events[-1])
            assert document["requestContext"]["condition"] == record.cause
            assert ("payload" in document) == (target in ("s3", "kafka"))


@for_every_stream
def test_a_batch_that_was_given_up_says_which_limit_it_reached(trace: Trace) -> None:
    limits = {record.limit for record in trace.records if isinstance(record, Limit)}
    causes = {settled.cause for settled in trace.fates.values()}
    assert ("RetryAttemptsExhausted" in causes) == ("MaximumRetryAttempts" in limits) or trace.reason == "record_limit"
    assert ("RecordAgeExceeded" in causes) == ("MaximumRecordAgeInSeconds" in limits) or trace.reason == "record_limit"


@pytest.mark.parametrize("trigger", CONTROLLED)
def test_with_bisecting_the_poison_alone_is_lost_and_without_it_its_batches(trigger: str) -> None:
    wanted: dict[str, Any] = {**READS, "on_failure": None, "function_response_types": [], "minimum_pollers": 1}
    settings = own(trigger, wanted)

    @given(
        scenarios(trigger, settings=settings, failures=NOTHING_ELSE_FAILS, function=QUICK, horizon_s=None),
        st.lists(st.integers(1, 25).map(str), max_size=3, unique=True),
        st.integers(0, 3),
    )
    def check(scenario: Scenario, poison: list[str], retries: int) -> None:
        wanted = {"maximum_retry_attempts": retries, "bisect_batch_on_function_error": True}
        alone = Trace(changed(scenario, settings=wanted, failures={"poison": poison}), record_limit=10_000)
        lost = {event for event, settled in alone.fates.items() if settled.cause == "RetryAttemptsExhausted"}
        large = {event for event, settled in alone.fates.items() if settled.cause == "MaximumPayloadSizeExceeded"}
        assert lost == set(poison) & alone.fates.keys() - large
        whole = changed(
            scenario, settings={**wanted, "bisect_batch_on_function_error": False}, failures={"poison": poison}
        )
        for event, attempts in Trace(whole, record_limit=10_000).attempts_by_event().items():
            failed = bool(set(attempts[0].events) & set(poison))
            assert len(attempts) == (retries + 1 if failed else 1), event

    check()


@pytest.mark.parametrize("trigger", TELLING)
def test_a_destination_changes_no_attempt_and_turns_what_was_given_up_into_captured(trigger: str) -> None:
    @given(much_fails(trigger), st.sampled_from(["sqs", "sns", "s3"]))
    def check(scenario: Scenario, target: str) -> None:
        if trigger in KAFKA and scenario.settings.maximum_retry_attempts == -1:
            return  # KAFKA-4: there a destination puts an end to endless retries
        nobody = changed(scenario, settings={"on_failure": None}, failures={"catchers": {}})
        before = Trace(nobody, record_limit=20_000)
        after = Trace(changed(nobody, settings={"on_failure": target}), record_limit=20_000)
        if before.reason == "record_limit":
            return
        assert [(a.start_us, a.events, a.outcome) for a in before.attempts] == [
            (a.start_us, a.events, a.outcome) for a in after.attempts
        ]
        for event, settled in after.fates.items():
            given_up = settled.cause in GIVEN_UP_FOR
            assert settled.fate == ("captured" if given_up else before.fates[event].fate)

    check()


@pytest.mark.parametrize("trigger", CONTROLLED)
def test_the_luck_of_a_record_does_not_depend_on_its_company(trigger: str) -> None:
    """A handler that reports fails the same records in the same invocations, whatever the batches and the concurrency."""
    plan = {**NOTHING_ELSE_FAILS, "error_rate": 0.4, "handler": "report"}
    wanted = {**READS, "function_response_types": ["report_batch_item_failures"], "minimum_pollers": 1}
    settings = own(trigger, wanted)

    @given(
        scenarios(trigger, settings=settings, failures=plan, function=QUICK, horizon_s=None),
        st.integers(1, 10),
        st.sampled_from([1, 2, 1_000]),
    )
    def check(scenario: Scenario, batch_size: int, concurrency: int) -> None:
        other = changed(
            scenario, settings={"batch_size": batch_size}, function={"account_concurrent_executions": concurrency}
        )
        one, two = failures(Trace(scenario)), failures(Trace(other))
        assert {key: one[key] for key in one.keys() & two.keys()} == {key: two[key] for key in one.keys() & two.keys()}

    check()


def failures(trace: Trace) -> dict[tuple[str, int], bool]:
    """Whether the function named a record as failed, by record and its invocation."""
    names = named_as(trace)
    found: dict[tuple[str, int], bool] = {}
    for attempt in trace.attempts:
        if attempt.invocation is not None:
            failed = [item["itemIdentifier"] for item in (attempt.response or {}).get("batchItemFailures", [])]
            found |= {(event, member(attempt, event)["invocation"]): names[event] in failed for event in attempt.events}
    return found


def named_as(trace: Trace) -> dict[str, Any]:
    """How an answer names each record: by its id, or by its partition and its number there."""
    where = shards(trace)
    if trace.scenario.trigger not in KAFKA:
        return {event: event for event in where}
    written: dict[str | None, int] = defaultdict(int)
    names: dict[str, Any] = {}
    for event, shard in where.items():
        names[event] = {"partition": shard, "offset": written[shard]}
        written[shard] += 1
    return names


@for_every(WINDOWED, lambda trigger: scenarios(trigger) | much_fails(trigger))
def test_a_batch_has_records_of_one_window_and_every_window_its_end(trace: Trace) -> None:
    """Unless nothing of it was handled; and what is called a window ends after the last record that it took."""
    length = trace.scenario.settings.tumbling_window_s * US
    arrived = {record.event: record for record in trace.records if isinstance(record, Arrived)}
    for attempt in trace.attempts if length else ():
        mine = [arrived[event] for event in attempt.events if not event.startswith(WINDOW)]
        assert len({record.at_us // length for record in mine}) <= 1
    windows = [record for record in arrived.values() if record.event.startswith(WINDOW)]
    assert bool(length) or not windows
    assert all(record.at_us >= length for record in windows) or trace.scenario.settings.state_bytes_per_record
