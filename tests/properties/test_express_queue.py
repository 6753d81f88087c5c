"""The loop for plain queues comes to the same attempts, fates and counts as the model that writes the records."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulations.engine import Scenario, make_totals, parse_scenario, simulate_rows
from simulations.engine.pages import QUEUE_GONE, QUEUE_TRY, SCATTERED, QueuePage
from simulations.engine.run import simulate_pages
from simulations.engine.sim import Way
from simulations.engine.trace import Fate, Kind, Row
from tests.properties.plain import MOST, OUTCOMES, check_ends_alike, workload

TRAFFIC: list[dict[str, Any]] = [
    {"kind": "steady", "count": 60, "rate_per_s": 1_000},
    {"kind": "steady", "count": 90, "rate_per_s": 1},
    {"kind": "poisson", "count": 1_100, "rate_per_s": 400},
    {"kind": "poisson", "count": 40, "rate_per_s": 40, "size_bytes": 500_000},
]
FAILURES: list[dict[str, Any]] = [{"first_n": 1, "error_rate": 0.1}]


@st.composite
def plain(draw: st.DrawFn) -> Scenario:
    """A queue of the kind that the loop takes."""
    duration = [
        {"kind": "constant", "ms": 700, "per_event_ms": 5},
        {"kind": "constant", "ms": 1_000},
        {"kind": "exponential", "minimum_ms": 20, "mean_ms": 900, "per_event_ms": 1},
        {"kind": "exponential", "minimum_ms": 200, "mean_ms": 100},
    ]
    timeout = draw(st.sampled_from([1, 2, 30]))
    disabled = draw(st.sampled_from([None, None, None, None, 9, 40]))
    settings: dict[str, Any] = {
        "batch_size": draw(st.sampled_from([1, 4, 10])),
        "function_response_types": draw(st.sampled_from([[], ["report_batch_item_failures"]])),
        "maximum_concurrency": draw(st.sampled_from([None, None, 2, 7, 50])),
        "visibility_timeout_s": draw(st.sampled_from([timeout, 30, 31])),
        "message_retention_period_s": draw(st.sampled_from([60, 61, 300, 1_209_600])),
        "max_receive_count": draw(st.sampled_from([None, 1, 2, 5])),
        "mapping_starts_s": draw(st.sampled_from([0, 0, 0, 5])),
        "mapping_disabled_s": disabled,
        "receive_order": draw(st.sampled_from(["random", "fifo"])),
        "error_reduction": draw(st.sampled_from(["reduce_one", "none"])),
    }
    given = workload(draw, TRAFFIC, FAILURES)
    if given["traffic"].get("count", 0) > 1_000 and settings["maximum_concurrency"] is None:
        settings["maximum_concurrency"] = 1_000  # so many executions are there
    handler = draw(st.sampled_from(["raise", "raise", "report", "report_rest", "report_group"]))
    return parse_scenario(
        {
            **given,
            "trigger": "sqs",
            "horizon_s": draw(st.sampled_from([None, None, 0, 5, 100, 100_000])),
            "function": {"timeout_s": timeout, "duration": draw(st.sampled_from(duration))},
            "failures": {**given["failures"], "handler": handler},
            "settings": {**settings, "visibility_timeout_s": max(timeout, settings["visibility_timeout_s"])},
        }
    )


def attempts_of_pages(pages: list[QueuePage]) -> list[tuple[Any, ...]]:
    """(start, end, outcome, billed, messages) of every attempt, and how many of these are deleted then."""
    found = []
    for page in pages:
        scattered = iter(page.scattered)
        for start, end, outcome, billed, count, _, first in zip(
            *(page.tries[place::QUEUE_TRY] for place in range(QUEUE_TRY)), strict=True
        ):
            batch = next(scattered) if first == SCATTERED else [(range(first, first + count), 0)]
            names = tuple(str(index + 1) for members, _ in batch for index in members)
            assert len(names) == count
            found.append((start, end, int(OUTCOMES[outcome]), billed, names))
        assert next(scattered, None) is None
    return found


def attempts_of_rows(rows: list[Row]) -> list[tuple[Any, ...]]:
    return [(row[6], row[8], row[9], row[12], tuple(row[16])) for row in rows if row[0] == Kind.ATTEMPT]


def deleted_of_pages(pages: list[QueuePage]) -> list[tuple[int, int]]:
    """(when, how many) of each delete."""
    return sorted(
        (end, deleted)
        for page in pages
        for end, deleted in zip(page.tries[1::QUEUE_TRY], page.tries[5::QUEUE_TRY], strict=True)
        if deleted
    )


def gone_of_pages(pages: list[QueuePage]) -> list[tuple[int, int, str]]:
    """(when, fate, message) of all that are not handled."""
    return sorted(
        (at, fate, str(index + 1))
        for page in pages
        for at, fate, index in zip(*(page.gone[place::QUEUE_GONE] for place in range(QUEUE_GONE)), strict=True)
    )


def gone_of_rows(rows: list[Row]) -> list[tuple[int, int, str]]:
    return sorted((row[1], int(row[4]), row[3]) for row in rows if row[0] == Kind.SETTLED and row[4] != Fate.DELIVERED)


@given(plain(), st.sampled_from([None, None, 0, 7, 1_024, 1_025]), st.sampled_from([None, 0, 60]))
def test_pages_hold_what_the_rows_say(scenario: Scenario, event_limit: int | None, pieces: int | None) -> None:
    rows = [row for chunk in simulate_rows(scenario, MOST, event_limit) for row in chunk]
    chunks: list[QueuePage | list[Row]] = []
    for chunk in simulate_pages(scenario, event_limit, Way(pieces=pieces)):
        assert isinstance(chunk, QueuePage | list)
        chunks.append(chunk)
        if len(rows) > MOST and isinstance(chunk, QueuePage) and chunk.tries and chunk.tries[0] >= rows[-1][1]:
            break
    pages = [chunk for chunk in chunks if isinstance(chunk, QueuePage)]
    assert pages, "the loop takes it"
    attempts = attempts_of_pages(pages)
    if len(rows) > MOST:
        until = rows[-1][1]
        rows = [row for row in rows if row[1] < until]
        assert [one for one in attempts if one[0] < until] == attempts_of_rows(rows)
        assert [one for one in gone_of_pages(pages) if one[0] < until] == gone_of_rows(rows)
        return
    assert attempts == attempts_of_rows(rows)
    arrived = [(at, str(index + 1)) for page in pages for index, at in enumerate(page.times, page.first)]
    assert arrived == [(row[1], row[3]) for row in rows if row[0] == Kind.ARRIVED]
    assert deleted_of_pages(pages) == sorted((row[1], len(row[3])) for row in rows if row[0] == Kind.DELETED)
    assert gone_of_pages(pages) == gone_of_rows(rows)
    check_ends_alike(scenario, event_limit, rows, chunks)


def test_the_loop_takes_plain_queues_only() -> None:
    def takes(**parts: Any) -> bool:
        first = next(simulate_pages(parse_scenario({"trigger": "sqs"} | parts)))
        return isinstance(first, QueuePage)

    assert takes(failures={"error_rate": 0.5})
    assert takes(failures={"poison": ["1"], "handler": "report"}, settings={"receive_order": "fifo"})
    many = {"kind": "burst", "count": 1_001}
    assert takes(traffic=many, settings={"maximum_concurrency": 1_000})
    assert not takes(traffic=many), "there may be more pollers than executions"
    assert not takes(failures={"concurrency": [{"from_ms": 0, "available": 0}]})
    assert not takes(failures={"invoke_errors": [{"from_ms": 0}]})
    assert not takes(function={"init_ms": 100})
    assert not takes(function={"reserved_concurrent_executions": 4}, traffic={"kind": "steady", "count": 5})
    for settings in (
        {"maximum_batching_window_s": 1},
        {"filter_criteria": [{"body": {"a": [1]}}]},
        {"message_groups": 2},
        {"minimum_pollers": 2},
        {"visibility_timeout_changed_to_s": 40},
        {"denied_action": "delete_message"},
    ):
        assert not takes(settings=settings), settings


def test_no_more_are_in_flight_than_may_be() -> None:
    """SQS-15: more messages fail than may wait hidden, so that pollers receive less, or nothing."""
    scenario = parse_scenario(
        {
            "trigger": "sqs",
            "traffic": {"kind": "backlog", "count": 120_300},
            "function": {"duration": {"kind": "exponential", "minimum_ms": 1, "mean_ms": 5}},
            "failures": {"error_rate": 0.999},
            "settings": {"maximum_concurrency": 500, "visibility_timeout_s": 3_600, "max_receive_count": 1},
        }
    )
    rows = [row for chunk in simulate_rows(scenario) for row in chunk]
    assert any(row[0] == Kind.LIMIT and row[2] == "SQS-15" for row in rows)
    pages = [chunk for chunk in simulate_pages(scenario) if isinstance(chunk, QueuePage)]
    assert attempts_of_pages(pages) == attempts_of_rows(rows)
    assert gone_of_pages(pages) == gone_of_rows(rows)
    ended = make_totals(scenario).ended
    assert (ended.at_us, ended.reason, ended.counts) == (rows[-1][1], *rows[-1][3:])
