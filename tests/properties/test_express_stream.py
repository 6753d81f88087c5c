"""The loop for plain streams comes to the same attempts and fates as the model that writes the records."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulations.engine import Scenario, parse_scenario, simulate_rows
from simulations.engine.pages import STREAM_GONE, STREAM_TRY, StreamPage
from simulations.engine.run import simulate_pages
from simulations.engine.sim import QUICK, Way
from simulations.engine.trace import Fate, Kind, Row
from tests.properties.plain import MOST, OUTCOMES, check_ends_alike, workload

TRAFFIC: list[dict[str, Any]] = [{"kind": "poisson", "count": 40, "rate_per_s": 40, "size_bytes": 1_000_000}]


@st.composite
def plain(draw: st.DrawFn) -> Scenario:
    """A stream of the kind that the loop takes."""
    duration = [
        {"kind": "constant", "ms": 700, "per_event_ms": 5},
        {"kind": "exponential", "minimum_ms": 20, "mean_ms": 900, "per_event_ms": 1},
    ]
    settings: dict[str, Any] = {
        "batch_size": draw(st.sampled_from([1, 4, 100])),
        "bisect_batch_on_function_error": draw(st.booleans()),
        "maximum_retry_attempts": draw(st.sampled_from([-1, 0, 1, 3])),
        "maximum_record_age_s": draw(st.sampled_from([-1, 60, 300])),
        "retry_longest_wait_s": draw(st.sampled_from([1, 60])),
        "retry_jitter_percent": draw(st.sampled_from([0, 50])),
        "bisect_retries": draw(st.sampled_from(["inherit", "reset"])),
        "shard_count": draw(st.sampled_from([1, 2, 7, 200])),
        "on_failure": draw(st.sampled_from([None, "sqs"])),
    }
    given, trigger = workload(draw, TRAFFIC), draw(st.sampled_from(["kinesis", "dynamodb_streams"]))
    if trigger == "kinesis" and "size_bytes" in given["traffic"]:
        settings["batch_size"] = min(settings["batch_size"], 4)  # more of these fill an invocation, as base64
    return parse_scenario(
        {
            **given,
            "trigger": trigger,
            "horizon_s": draw(st.sampled_from([None, 5, 100, 100_000])),
            "function": {"timeout_s": draw(st.sampled_from([1, 30])), "duration": draw(st.sampled_from(duration))},
            "settings": settings,
        }
    )


def names(shards: bytes, shard: int, first: int, stop: int, count: int) -> tuple[str, ...]:
    """The ids of a stretch of a shard, given the shards of all records."""
    found = tuple(str(index + 1) for index in range(first, stop) if shards[index] == shard)
    assert len(found) == count
    return found


def attempts_of_pages(pages: list[StreamPage], digits: int) -> list[tuple[Any, ...]]:
    """(start, end, outcome, billed, shard, events) of every attempt."""
    found = []
    shards = b"".join(page.shards for page in pages)
    for page in pages:
        for start, end, outcome, billed, shard, *which in zip(
            *(page.tries[place::STREAM_TRY] for place in range(STREAM_TRY)), strict=True
        ):
            name = f"shardId-{shard:0{digits}d}"
            found.append((start, end, int(OUTCOMES[outcome]), billed, name, names(shards, shard, *which)))
    return sorted(found)


def attempts_of_rows(rows: list[Row]) -> list[tuple[Any, ...]]:
    return sorted((row[6], row[8], row[9], row[12], row[14], tuple(row[16])) for row in rows if row[0] == Kind.ATTEMPT)


@given(plain(), st.sampled_from([None, None, 7, 1_024, 1_025]), st.sampled_from([QUICK, Way(pieces=1), Way(pieces=10)]))
def test_pages_hold_what_the_rows_say(scenario: Scenario, event_limit: int | None, way: Way) -> None:
    rows = [row for chunk in simulate_rows(scenario, MOST, event_limit) for row in chunk]
    chunks = list(simulate_pages(scenario, event_limit, way))
    pages = [chunk for chunk in chunks if isinstance(chunk, StreamPage)]
    assert pages, "the loop takes it"
    digits = 12 if scenario.trigger == "kinesis" else 20
    attempts = attempts_of_pages(pages, digits)
    if len(rows) > MOST:
        until = rows[-1][1]
        rows = [row for row in rows if row[1] < until]
        assert [one for one in attempts if one[0] < until] == [one for one in attempts_of_rows(rows) if one[0] < until]
        return
    assert attempts == attempts_of_rows(rows)
    arrived = [
        (at, f"shardId-{shard:0{digits}d}", str(index + 1))
        for page in pages
        for index, (at, shard) in enumerate(zip(page.times, page.shards, strict=True), page.first)
    ]
    assert arrived == [(row[1], row[6], row[3]) for row in rows if row[0] == Kind.ARRIVED]
    shards = b"".join(page.shards for page in pages)
    gone = sorted(
        (at, fate, name)
        for page in pages
        for at, fate, *which in zip(*(page.gone[place::STREAM_GONE] for place in range(STREAM_GONE)), strict=True)
        for name in names(shards, *which)
    )
    settled = sorted((row[1], int(row[4]), row[3]) for row in rows if row[0] == Kind.SETTLED)
    assert gone == [one for one in settled if one[1] != Fate.DELIVERED]
    check_ends_alike(scenario, event_limit, rows, chunks)


def test_a_long_stream_forgets_only_what_nobody_asks_for() -> None:
    scenario = parse_scenario(
        {
            "trigger": "kinesis",
            "traffic": {"kind": "steady", "count": 30_000, "rate_per_s": 300},
            "failures": {"poison": ["9500", "20000"]},
            "settings": {"shard_count": 3, "maximum_record_age_s": 60, "bisect_batch_on_function_error": True},
        }
    )
    rows = [row for chunk in simulate_rows(scenario) for row in chunk]
    pages = [chunk for chunk in simulate_pages(scenario) if isinstance(chunk, StreamPage)]
    assert attempts_of_pages(pages, 12) == attempts_of_rows(rows)


def test_the_loop_takes_plain_streams_only() -> None:
    def takes(**parts: Any) -> bool:
        first = next(simulate_pages(parse_scenario({"trigger": "kinesis"} | parts)))
        return isinstance(first, StreamPage)

    assert takes(failures={"error_rate": 0.5})
    assert takes(failures={"poison": ["1"]}, settings={"shard_count": 20})
    assert not takes(failures={"concurrency": [{"from_ms": 0, "available": 0}]})
    assert not takes(function={"init_ms": 100})
    assert not takes(function={"reserved_concurrent_executions": 1}, settings={"shard_count": 2})
    for settings in (
        {"parallelization_factor": 2},
        {"maximum_batching_window_s": 1},
        {"function_response_types": ["report_batch_item_failures"]},
        {"filter_criteria": [{"data": {"a": [1]}}]},
        {"mapping_starts_s": 1},
        {"mapping_disabled_s": 9},
        {"consumer": "enhanced_fan_out"},
        {"partition_keys": 3},
    ):
        assert not takes(settings=settings), settings
