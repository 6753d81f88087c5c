"""One reader for all the runs that the pages of this process watch.

The hub waits in a single XREAD for every watched stream and hands each entry to the viewers that have caught up. A viewer
who joins late, or whose socket is slow, is *behind*: it pages with XRANGE from its own place until nothing is left, then
joins the others. Nothing is dropped, nothing waits for the slowest, and no connection is held per viewer.

The XREAD also waits for the hub's own control stream: an entry there makes it look at the list of watched runs again.
"""

import asyncio
import logging
import secrets
import time
import weakref
from collections.abc import AsyncGenerator
from typing import Any

import msgspec
import redis.asyncio
from channels.db import database_sync_to_async
from django.conf import settings
from django.db import DatabaseError
from kombu.exceptions import OperationalError as BrokerAway

from simulations import runlog
from simulations.runlog import Away, Entry
from simulations.tasks import Revival, revive

logger = logging.getLogger(__name__)

# entries read at once: 20 x 500 rows are about a megabyte
_PAGE = 20
# below redis-py's own 5 s, should anybody give the client back its default timeout
_BLOCK_MS = 4000
_QUEUED_PER_VIEWER = 8
_RETRY_S = 0.5

_NOTES = {
    "redis_away": "The server cannot reach Redis at the moment. This page goes on by itself when it is back.",
    "redis_back": "Redis is back.",
    "database_away": "The server cannot read its database at the moment. This page goes on by itself when it is back.",
    Revival.WAITING: "Waiting for a free worker.",
    Revival.QUEUED_AGAIN: "The worker has not been heard of for some seconds. The run was queued again.",
    Revival.SIMULATED_AGAIN: "The trace of this run is no longer kept. It is being simulated again.",
    Revival.STILL_SILENT: "Still waiting for a worker. The run was queued again.",
}


def note(code: str) -> str:
    """A message that is no frame: {"note": sentence, "code": word}."""
    return msgspec.json.encode({"note": _NOTES[code], "code": str(code)}).decode()


class Viewer:
    """One websocket's place in a run: `position` is the last entry it got or will get from its queue."""

    def __init__(self, after: int) -> None:
        self.position = (after, 0)
        self.behind = True
        # an entry, a note, or None: look again
        self.queue: asyncio.Queue[Entry | str | None] = asyncio.Queue(_QUEUED_PER_VIEWER)

    def offer(self, item: Entry | str | None) -> None:
        """Queue it; a viewer whose queue is full is behind and reads for itself."""
        try:
            self.queue.put_nowait(item)
        except asyncio.QueueFull:
            self.behind = True
            return
        if isinstance(item, Entry):
            self.position = item.id


class Watch:
    """A run that somebody looks at. `top`: the place the hub reads on from; None: it does not read this run yet."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        self.viewers: set[Viewer] = set()
        self.top: tuple[int, int] | None = None
        self.heard = time.monotonic()
        self.said: str | None = None
        self.said_at = 0.0

    def hear(self) -> None:
        """There is news: the run is not silent."""
        self.heard = time.monotonic()
        self.said = None

    def say(self, code: str) -> None:
        """Tell the viewers how it stands with a silent run, again once in a while."""
        now = time.monotonic()
        if code == self.said and now - self.said_at < settings.REDRIVE["say_again_s"]:
            return
        self.said, self.said_at = code, now
        for viewer in self.viewers:
            viewer.offer(note(code))

    def hand_out(self, entries: list[Entry]) -> None:
        """Give new entries to all who have caught up."""
        for entry in entries:
            for viewer in self.viewers:
                if not viewer.behind and entry.id > viewer.position:
                    viewer.offer(entry)
        self.top = entries[-1].id
        self.hear()


class Hub:
    """The reader of one event loop."""

    def __init__(self) -> None:
        self._control = f"hub:{secrets.token_hex(8)}"
        self._watches: dict[str, Watch] = {}
        self._loops: list[asyncio.Task[None]] = []

    async def follow(self, run_id: str, after: int, *, ended: bool = False) -> AsyncGenerator[str, None]:
        """Every frame after the cursor, as text, with notes between them, until the run has ended.

        `ended`: the run is known to have ended, so a stream that is not there has to be simulated again, now.
        """
        viewer = Viewer(after)
        watch = self._join(run_id, viewer)
        told_away: float | None = None
        try:
            while True:
                if not (viewer.behind and viewer.queue.empty()):
                    item = await viewer.queue.get()
                    entries = [item] if isinstance(item, Entry) else []
                    if isinstance(item, str):
                        yield item
                else:
                    try:
                        entries = await self._page(run_id, viewer)
                        if not entries and await self._is_over(run_id, viewer):
                            return
                    except Away:
                        if told_away is None or time.monotonic() - told_away > settings.REDRIVE["say_again_s"]:
                            told_away = time.monotonic()
                            yield note("redis_away")
                        await asyncio.sleep(_RETRY_S)
                        continue
                    if told_away is not None:
                        yield note("redis_back")
                        told_away = None
                    if not entries:
                        await self._catch_up(watch, viewer)
                        if ended:
                            ended = False
                            await self._look_after(watch)
                for entry in entries:
                    yield entry.frame
                    if entry.ends:
                        return
        finally:
            self._leave(watch, viewer)

    def _join(self, run_id: str, viewer: Viewer) -> Watch:
        watch = self._watches.setdefault(run_id, Watch(run_id))
        watch.viewers.add(viewer)
        if watch.said:
            viewer.offer(note(watch.said))
        if not self._loops:
            self._redis = runlog.connect_async()
            self._loops = [
                asyncio.create_task(self._read(self._redis)),
                asyncio.create_task(self._listen_for_silence()),
            ]
        return watch

    def _leave(self, watch: Watch, viewer: Viewer) -> None:
        watch.viewers.discard(viewer)
        if not watch.viewers and self._watches.get(watch.run_id) is watch:
            del self._watches[watch.run_id]
        if not self._watches:
            for loop in self._loops:
                loop.cancel()
            self._loops = []

    async def _page(self, run_id: str, viewer: Viewer) -> list[Entry]:
        raw = await self._redis.xrange(
            runlog.stream_key(run_id), min="(" + runlog.entry_id(viewer.position), count=_PAGE
        )
        entries = runlog.entries(raw)
        if entries:
            viewer.position = entries[-1].id
            if watch := self._watches.get(run_id):
                watch.hear()
        return entries

    async def _is_over(self, run_id: str, viewer: Viewer) -> bool:
        """The run's last entry is one that this viewer has seen."""
        newest = runlog.entries(await self._redis.xrevrange(runlog.stream_key(run_id), count=1))
        return bool(newest) and newest[0].ends and newest[0].id <= viewer.position

    async def _catch_up(self, watch: Watch, viewer: Viewer) -> None:
        """The viewer has read all there is: from here on the hub reads for it."""
        viewer.behind = False
        if watch.top is None or watch.top > viewer.position:
            # reading a little again is harmless: viewers skip what they have
            watch.top = viewer.position
            await self._wake_reader()

    async def _wake_reader(self) -> None:
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.xadd(self._control, {b"look": b"again"}, maxlen=1, approximate=False)
                pipe.expire(self._control, 60)
                await pipe.execute()
        except Away:
            pass  # the reader notices by itself

    async def _read(self, client: redis.asyncio.Redis) -> None:
        """Wait for news of all watched runs until nobody watches any."""
        try:
            while True:
                try:
                    await self._read_on(client)
                except Away:
                    pass
                except Exception:
                    logger.exception("one of the watched runs cannot be read")
                self._lose_touch()
                await asyncio.sleep(_RETRY_S)
        finally:
            await client.aclose()

    async def _read_on(self, client: redis.asyncio.Redis) -> None:
        looked = "0-0"
        while True:
            asked = {watch.run_id: watch.top for watch in self._watches.values() if watch.top is not None}
            streams: dict[Any, Any] = {runlog.stream_key(run_id): runlog.entry_id(top) for run_id, top in asked.items()}
            streams[self._control] = looked
            reply: Any = await client.xread(streams, count=_PAGE, block=_BLOCK_MS)
            for key, raw in reply or []:
                name = key.decode()
                if name == self._control:
                    looked = raw[-1][0].decode()
                    continue
                run_id = name.removeprefix("run:")
                watch = self._watches.get(run_id)
                # a viewer may have joined further back meanwhile: then this is read again from there
                if watch is not None and watch.top == asked[run_id]:
                    watch.hand_out(runlog.entries(raw))

    def _lose_touch(self) -> None:
        """Everybody reads for themselves from where they are, as soon as that works."""
        for watch in self._watches.values():
            watch.top = None
            watch.hear()
            for viewer in watch.viewers:
                viewer.offer(None)
                viewer.behind = True

    async def _listen_for_silence(self) -> None:
        """Look after the watched runs that have been silent for some seconds, for ever."""
        while True:
            await asyncio.sleep(1)
            now = time.monotonic()
            for watch in list(self._watches.values()):
                if now - watch.heard > settings.REDRIVE["silent_s"]:
                    await self._look_after(watch)

    async def _look_after(self, watch: Watch) -> None:
        """Have a silent run queued again, and say so to whoever watches it."""
        try:
            done = await database_sync_to_async(revive, thread_sensitive=False)(watch.run_id)
        except DatabaseError:
            watch.say("database_away")
            return
        except (Away, BrokerAway, OSError):
            return  # the viewers notice by themselves; asked again in a second
        if done is not Revival.NOT_NEEDED:
            watch.say(done)


_hubs: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = weakref.WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running event loop; a web process has one."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
