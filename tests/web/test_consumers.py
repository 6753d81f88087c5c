"""The websocket: every viewer gets every row once, in order, whenever they come and whatever happens meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Self

import msgspec
import pytest
import redis
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async

from simulations import redis_server, runlog
from simulations.hub import hub
from simulations.models import Run, State
from simulations.tasks import simulate_run
from tests.web.conftest import Server, pointed_at, start_run, start_server, until
from visualizer.asgi import application

NewRun = Callable[..., Run]
MANY = "trigger=s3&error_rate=0.5&traffic=poisson&traffic_count=400&traffic_rate_per_s=50&seed=7"


class Socket:
    """A websocket of the real application, without a network between."""

    def __init__(self, path: str, origin: bytes = b"http://localhost") -> None:
        path, _, query = path.partition("?")
        headers = [(b"origin", origin), (b"host", b"localhost")]
        scope = {
            "type": "websocket",
            "path": path,
            "query_string": query.encode(),
            "headers": headers,
            "subprotocols": [],
        }
        self._app: Any = ApplicationCommunicator(application, scope)  # type: ignore[no-untyped-call]  # Channels has no types

    async def connect(self) -> bool:
        await self._app.send_input({"type": "websocket.connect"})
        answer = await self._app.receive_output(10)
        return bool(answer["type"] == "websocket.accept")

    async def receive(self, seconds: float = 20) -> dict[str, Any]:
        message: dict[str, Any] = await self._app.receive_output(seconds)
        return message

    async def disconnect(self) -> None:
        await self._app.send_input({"type": "websocket.disconnect", "code": 1001})
        await self._app.wait(10)


class Viewer:
    """A page that watches a run: drops what it has, and checks that nothing is missing."""

    def __init__(self, run_id: str, after: int = 0) -> None:
        self._socket = Socket(f"/ws/runs/{run_id}/?after={after}")
        self.cursor = after
        self.rows: list[Any] = []
        self.notes: list[str] = []
        self.end: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        assert await self._socket.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.disconnect()

    async def receive(self, seconds: float = 20) -> dict[str, Any] | None:
        """The next message; None when the server closed because all was sent."""
        output = await self._socket.receive(seconds)
        if output["type"] == "websocket.close":
            assert output.get("code", 1000) == 1000
            return None
        message: dict[str, Any] = msgspec.json.decode(output["text"])
        if "note" in message:
            self.notes.append(message["code"])
        elif "rows" in message:
            assert message["first"] <= self.cursor + 1, "a row is missing"
            self.rows += message["rows"][self.cursor + 1 - message["first"] :]
            self.cursor = max(self.cursor, message["last"])
        if not {"report", "error", "cancelled"}.isdisjoint(message):
            self.end = message
        return message

    async def until_closed(self) -> None:
        while await self.receive() is not None:
            pass

    async def until_note(self, code: str) -> None:
        while code not in self.notes:
            assert await self.receive() is not None

    async def until_row(self, count: int) -> None:
        while self.cursor < count:
            assert await self.receive() is not None


def in_loop(test: Callable[[], Awaitable[None]]) -> None:
    async def test_or_fail() -> None:
        async with asyncio.timeout(120):  # what is told again each second would keep a test waiting for ever
            await test()

    async_to_sync(test_or_fail)()


async def exhaust(frames: AsyncIterator[str]) -> None:
    async for _ in frames:
        pass


work = database_sync_to_async(simulate_run, thread_sensitive=False)


@pytest.fixture(autouse=True)
def small_frames(settings: Any) -> None:
    """Many frames of few rows, so that a short run has a middle; a silent one is queued again once in a test."""
    settings.REDRIVE = {**settings.REDRIVE, "frame": 20, "silent_s": 0.5, "again_s": 60}


@pytest.fixture
def trace(new_run: NewRun, store: redis.Redis) -> tuple[str, list[Any]]:
    """A run that has been simulated, and its rows."""
    run = new_run(MANY)
    simulate_run(run.id)
    rows = [row for entry in runlog.read(store, run.id) for row in msgspec.json.decode(entry.frame)["rows"]]
    assert len(rows) > 1500
    return run.id, rows


def test_a_viewer_sees_a_run_from_the_first_row_to_the_report(new_run: NewRun) -> None:
    run = new_run()

    async def test() -> None:
        async with Viewer(run.id) as viewer:
            task = asyncio.create_task(work(run.id))
            await viewer.until_closed()
            await task
            assert viewer.rows[0][0] == 0
            assert viewer.rows[-1][0] == 15
            assert viewer.end["report"]

    in_loop(test)
    run.refresh_from_db()
    assert run.state == State.FINISHED
    assert run.report


def test_latecomers_and_reconnecting_viewers_end_with_the_same_rows(trace: tuple[str, list[Any]]) -> None:
    run_id, rows = trace

    async def test() -> None:
        for after in (0, 1, 11, 12, 500, len(rows) - 1):
            async with Viewer(run_id, after) as viewer:
                await viewer.until_closed()
                assert viewer.rows == rows[after:]
                assert viewer.end["report"]

    in_loop(test)


def test_a_viewer_who_has_everything_is_told_so_at_once(trace: tuple[str, list[Any]]) -> None:
    run_id, rows = trace

    async def test() -> None:
        async with Viewer(run_id, len(rows)) as viewer:
            await viewer.until_closed()
            assert viewer.rows == []

    in_loop(test)


def test_many_viewers_with_broken_connections_miss_nothing(new_run: NewRun) -> None:
    run = new_run(MANY)

    async def watch(breaks: int) -> list[Any]:
        rows: list[Any] = []
        cursor = 0
        for number in range(breaks + 1):
            async with Viewer(run.id, cursor) as viewer:
                if number < breaks:
                    await viewer.until_row(cursor + 1 + number * 37)
                else:
                    await viewer.until_closed()
                rows += viewer.rows
                cursor = viewer.cursor
        return rows

    async def test() -> None:
        watching = [asyncio.create_task(watch(breaks)) for breaks in (0, 0, 1, 3, 6)]
        await work(run.id)
        found = await asyncio.gather(*watching)
        assert len(found[0]) > 1500
        assert all(rows == found[0] for rows in found)

    in_loop(test)


def test_a_slow_viewer_gets_everything_and_holds_nobody_up(new_run: NewRun) -> None:
    run = new_run(MANY)

    async def test() -> None:
        slow = hub().follow(run.id, 0)
        async with Viewer(run.id) as quick:
            task = asyncio.create_task(work(run.id))
            frames = [await anext(slow)]
            await quick.until_closed()
            await task
            # all of the run has gone by while this one took a single frame
            frames += [frame async for frame in slow]
        assert [row for frame in frames for row in msgspec.json.decode(frame)["rows"]] == quick.rows

    in_loop(test)


def test_a_run_that_is_unknown_is_closed_with_its_own_code(redis_url: str, transactional_db: None) -> None:
    async def test() -> None:
        socket = Socket("/ws/runs/nobody/")
        assert await socket.connect()
        assert await socket.receive() == {"type": "websocket.close", "code": 4404}
        await socket.disconnect()

    in_loop(test)


@pytest.mark.parametrize("after", ["x", "-1", "%00", "9" * 30, "%ff"])
def test_a_cursor_that_is_no_number_is_refused(after: str, redis_url: str, transactional_db: None) -> None:
    async def test() -> None:
        socket = Socket(f"/ws/runs/some/?after={after}")
        assert await socket.connect()
        assert await socket.receive() == {"type": "websocket.close", "code": 4400}
        await socket.disconnect()

    in_loop(test)


@pytest.mark.parametrize("origin", [b"http://elsewhere.example", b"null"])
def test_another_site_may_not_open_the_socket(origin: bytes) -> None:
    async def test() -> None:
        assert not await Socket("/ws/runs/some/", origin).connect()

    in_loop(test)


def test_a_cancelled_run_says_so(new_run: NewRun, store: redis.Redis) -> None:
    run = new_run(MANY)

    async def test() -> None:
        async with Viewer(run.id) as viewer:
            await asyncio.to_thread(runlog.request_cancel, store, run.id)
            await asyncio.gather(work(run.id), viewer.until_closed())
            assert viewer.end["cancelled"] is True
            assert viewer.end["last"] == len(viewer.rows)

    in_loop(test)
    run.refresh_from_db()
    assert run.state == State.CANCELLED


def test_a_silent_run_is_queued_again_and_the_page_is_told(new_run: NewRun, store: redis.Redis) -> None:
    run = new_run()
    store.delete("celery")  # the message is lost, as with a killed worker

    async def test() -> None:
        async with Viewer(run.id) as viewer:
            await viewer.until_note("queued_again")
            assert await asyncio.to_thread(store.llen, "celery") == 1
            await asyncio.gather(work(run.id), viewer.until_closed())
            assert viewer.end["report"]

    in_loop(test)


def test_a_run_that_waits_in_the_queue_is_not_queued_twice(new_run: NewRun, store: redis.Redis) -> None:
    run = new_run()

    async def test() -> None:
        async with Viewer(run.id) as viewer:
            await viewer.until_note("waiting")
            assert await asyncio.to_thread(store.llen, "celery") == 1
            async with Viewer(run.id) as latecomer:
                # told at once, not only when something changes
                await latecomer.until_note("waiting")

    in_loop(test)


def test_a_run_that_cannot_be_read_does_not_silence_the_others(
    new_run: NewRun, store: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    broken, well = new_run(), new_run(MANY)

    async def test() -> None:
        frames = hub().follow(broken.id, 0)
        async with Viewer(well.id) as viewer:
            assert "waiting" in await anext(frames)  # so it has read all there is
            await asyncio.to_thread(store.xadd, runlog.stream_key(broken.id), {"what": "nobody of ours wrote"})
            with pytest.raises(KeyError):
                await exhaust(frames)
            task = asyncio.create_task(work(well.id))
            async with asyncio.timeout(20):  # a hub that hears nothing says so for ever
                await viewer.until_closed()
            await task
            assert "report" in viewer.end

    in_loop(test)
    assert "cannot be read" in caplog.text


def test_a_page_whose_run_cannot_be_read_is_not_left_with_a_silent_line(
    new_run: NewRun, store: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    run = new_run()
    store.xadd(runlog.stream_key(run.id), {"what": "nobody of ours wrote"})

    async def test() -> None:
        socket = Socket(f"/ws/runs/{run.id}/")
        assert await socket.connect()
        assert await socket.receive() == {"type": "websocket.close", "code": 4500}

    in_loop(test)
    assert f"run {run.id} cannot be relayed" in caplog.text


def test_what_holds_on_is_said_again(new_run: NewRun, settings: Any) -> None:
    settings.REDRIVE = {**settings.REDRIVE, "say_again_s": 0.2}
    run = new_run()

    async def test() -> None:
        async with Viewer(run.id) as viewer:
            while viewer.notes.count("waiting") < 2:
                assert await viewer.receive() is not None

    in_loop(test)


def test_a_finished_run_whose_trace_is_gone_is_simulated_again(
    trace: tuple[str, list[Any]], store: redis.Redis
) -> None:
    run_id, rows = trace
    store.flushall()

    async def test() -> None:
        async with Viewer(run_id, 700) as viewer:
            await viewer.until_note("simulated_again")
            assert await asyncio.to_thread(store.llen, "celery") == 1
            await asyncio.gather(work(run_id), viewer.until_closed())
            assert viewer.rows == rows[700:]

    in_loop(test)


def test_an_idle_socket_stays_open_longer_than_any_default_timeout(new_run: NewRun, store: redis.Redis) -> None:
    run = new_run()

    async def test() -> None:
        async with Viewer(run.id) as viewer:
            await viewer.until_note("waiting")
            # silence is the condition here: redis-py's own timeouts would have closed it after 5 s
            with pytest.raises(asyncio.TimeoutError):
                await viewer.receive(6)

    with pytest.raises(asyncio.CancelledError):  # how the communicator ends a receive that timed out
        in_loop(test)


@pytest.fixture
def frail_redis(settings: Any) -> Iterator[Server]:
    """A server of its own, to be killed."""
    server = start_server(redis_server.new_socket())
    with pointed_at(server, settings):
        yield server
    server.process.kill()
    server.process.wait(10)
    redis_server.remove(server.socket)


def test_redis_may_be_killed_and_started_again_in_the_middle(frail_redis: Server, transactional_db: None) -> None:
    run_id = start_run(MANY).id

    async def test() -> None:
        async with Viewer(run_id) as viewer:
            task = asyncio.create_task(work(run_id))
            await viewer.until_row(11)
            frail_redis.process.kill()
            await asyncio.to_thread(frail_redis.process.wait)
            await viewer.until_note("redis_away")
            again = await asyncio.to_thread(start_server, frail_redis.socket)
            try:
                await asyncio.gather(task, viewer.until_note("redis_back"))
                while await viewer.receive() is not None:
                    if (
                        "simulated_again" in viewer.notes
                    ):  # the worker was done before the kill, so another one is asked
                        await work(run_id)
                assert viewer.end["report"]
                assert viewer.cursor == len(viewer.rows) > 1500
            finally:
                again.process.kill()
                await asyncio.to_thread(again.process.wait)

    in_loop(test)
    until(lambda: Run.objects.get(id=run_id).state == State.FINISHED, "the run is finished")
