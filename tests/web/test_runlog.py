"""The run log: a frame is appended once, where it belongs, whatever was lost or repeated in between."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulations import runlog
from simulations.runlog import Appended, Frame, RunLog

# the server is shared between examples on purpose; each takes a run of its own
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
lengths = st.integers(1, 40)


@pytest.fixture(autouse=True)
def small_frames(settings: Any) -> None:
    settings.REDRIVE = {**settings.REDRIVE, "first_frame": 1, "second_frame": 3, "frame": 5}


def rows(count: int) -> list[list[int]]:
    return [[0, at] for at in range(count)]


def frames(count: int) -> list[Frame]:
    """The frames of a run of so many rows, the last with a report."""
    found: list[Frame] = []
    seq = 0
    for part in runlog.cut([rows(count)]):
        found.append(Frame(seq + 1, seq + len(part), part, {"rows": seq + len(part)}))
        seq += len(part)
    found[-1] = msgspec.structs.replace(found[-1], report={"rows": seq})
    return found


def seqs(entries: list[runlog.Entry]) -> list[int]:
    """Every seq that these entries hold, in their order."""
    found = [msgspec.json.decode(entry.frame) for entry in entries]
    return [seq for frame in found for seq in range(frame["first"], frame["last"] + 1)]


runs = (f"run-{number}" for number in range(10**9))


class Writer:
    """A task that writes a run frame by frame, beginning again where it has to."""

    def __init__(self, log: RunLog, count: int) -> None:
        self._log = log
        self._frames = frames(count)
        self._at = 0

    def step(self) -> bool:
        """Write one frame; False: all are written."""
        if self._at < len(self._frames):
            self._at = 0 if self._log.append(self._frames[self._at]) is Appended.GAP else self._at + 1
        return self._at < len(self._frames)


@shared
@given(count=lengths, cuts=st.lists(st.integers(1, 7), min_size=1))
def test_frames_are_cut_by_count_however_the_rows_arrive(count: int, cuts: list[int]) -> None:
    def chunks() -> Iterator[list[Any]]:
        left, sizes = rows(count), iter(cuts * count)
        while left:
            size = next(sizes)
            yield left[:size]
            left = left[size:]

    parts = list(runlog.cut(chunks()))
    assert [len(part) for part in parts[:2]] == [1, 3][: len(parts)] if count > 4 else True
    assert parts == list(runlog.cut([rows(count)]))
    assert [row for part in parts for row in part] == rows(count)
    assert all(parts)


@shared
@given(count=lengths, repeats=st.lists(st.integers(0, 20), max_size=30))
def test_a_repeated_frame_is_skipped(store: redis.Redis, count: int, repeats: list[int]) -> None:
    run = next(runs)
    log = RunLog(store, run)
    done: list[Frame] = []
    again = iter(repeats)
    for frame in frames(count):
        assert log.append(frame) is Appended.ADDED
        done.append(frame)
        if (index := next(again, None)) is not None:
            assert log.append(done[index % len(done)]) is Appended.THERE_ALREADY
    assert seqs(runlog.read(store, run)) == list(range(1, count + 1))
    assert log.has_ended()


@shared
@given(count=lengths, schedule=st.lists(st.sampled_from(["a", "b", "lost"]), max_size=60))
def test_two_writers_and_a_lost_stream_leave_one_whole_trace(
    store: redis.Redis, count: int, schedule: list[str]
) -> None:
    run = next(runs)
    writers = {name: Writer(RunLog(store, run), count) for name in "ab"}
    for act in schedule:
        if act == "lost":
            store.delete(runlog.stream_key(run))
        else:
            writers[act].step()
    # a new task, as after a crash, finishes what is missing
    last = Writer(RunLog(store, run), count)
    while last.step():
        pass
    found = runlog.read(store, run)
    assert seqs(found) == list(range(1, count + 1))
    assert [entry.frame for entry in found] == [msgspec.json.encode(frame).decode() for frame in frames(count)]
    assert [entry.ends for entry in found] == [False] * (len(found) - 1) + [True]


@shared
@given(count=lengths, after=st.integers(0, 40))
def test_a_cursor_gets_every_later_row_before_and_after_the_stream_was_lost(
    store: redis.Redis, count: int, after: int
) -> None:
    run = next(runs)
    writer = Writer(RunLog(store, run), count)
    while writer.step():
        pass
    before = runlog.read(store, run, after)
    later = [seq for seq in seqs(before) if seq > after]
    assert later == list(range(after + 1, count + 1))
    store.delete(runlog.stream_key(run))
    writer = Writer(RunLog(store, run), count)
    while writer.step():
        pass
    assert runlog.read(store, run, after) == before


def test_a_trace_that_was_cut_otherwise_is_written_anew(store: redis.Redis) -> None:
    log = RunLog(store, "cut")
    assert log.append(Frame(1, 3, rows(3), {})) is Appended.ADDED
    assert log.append(Frame(2, 5, rows(4), {})) is Appended.GAP
    assert runlog.read(store, "cut") == []


def test_a_cancelled_run_takes_no_more_frames_and_ends_once(store: redis.Redis) -> None:
    log = RunLog(store, "stop")
    first, second, *_ = frames(10)
    assert log.append(first) is Appended.ADDED
    runlog.request_cancel(store, "stop")
    assert log.append(second) is Appended.CANCELLED
    log.end({"cancelled": True})
    log.end({"cancelled": True})
    entries = runlog.read(store, "stop")
    assert [entry.ends for entry in entries] == [False, True]
    assert msgspec.json.decode(entries[-1].frame) == {"last": 1, "cancelled": True}


def test_nothing_follows_an_end(store: redis.Redis) -> None:
    log = RunLog(store, "over")
    first, second, *_, last = frames(10)
    assert log.append(first) is Appended.ADDED
    log.end({"cancelled": True})
    before = runlog.read(store, "over")
    assert [log.append(frame) for frame in (second, last)] == [Appended.CANCELLED] * 2
    assert log.append(first) is Appended.THERE_ALREADY
    assert runlog.read(store, "over") == before


def test_a_wish_to_cancel_that_finds_all_but_the_last_frame_there_is_too_late(store: redis.Redis) -> None:
    log = RunLog(store, "late")
    *others, last = frames(10)
    assert {log.append(frame) for frame in others} == {Appended.ADDED}
    runlog.request_cancel(store, "late")
    assert log.append(last) is Appended.ADDED
    assert log.has_ended()


def test_a_run_may_end_before_its_first_frame(store: redis.Redis) -> None:
    log = RunLog(store, "broken")
    log.end({"error": "__last__ % words"})
    assert msgspec.json.decode(runlog.read(store, "broken")[0].frame) == {"last": 0, "error": "__last__ % words"}
    assert log.has_ended()


def test_a_trace_goes_by_itself(store: redis.Redis, settings: Any) -> None:
    RunLog(store, "old").append(frames(1)[0])
    assert 0 < store.ttl(runlog.stream_key("old")) <= settings.REDRIVE["stream_expiry_s"]
