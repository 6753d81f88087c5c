"""The trace on its way: one Redis Stream a run, one entry a frame.

Key `run:<id>`; entry id `<last seq of the frame>-0`; field `d` holds the frame as the browser gets it (JSON), field `e`
is there on the entry that ends the run. An end that is no frame (cancelled, failed) stands at `<last seq>-1`.
A cursor is a seq: what follows it are the entries after `<seq>-0`. So a repeated append is harmless, and a cursor stays
valid when the stream was lost and the same run was simulated again.
"""

from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Any

import msgspec
import redis
import redis.asyncio
from django.conf import settings
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import ConstantBackoff
from redis.retry import Retry

# every way in which Redis may be away, or too busy, or not let us in
Away = redis.RedisError

# top seq from the newest entry id, 0 without one; replies: see Appended
_APPEND = """
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local top = #newest > 0 and tonumber(string.match(newest[1][1], '^%d+')) or 0
local first, last, ends = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[4] == '1'
if last <= top then return 0 end
if #newest > 0 and newest[1][2][3] == 'e' then return 2 end
if not ends and redis.call('EXISTS', KEYS[2]) == 1 then return 2 end
if first > top + 1 then return 3 end
if first <= top then redis.call('DEL', KEYS[1]) return 3 end
if ends then
  redis.call('XADD', KEYS[1], last .. '-0', 'd', ARGV[3], 'e', '1')
else
  redis.call('XADD', KEYS[1], last .. '-0', 'd', ARGV[3])
end
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1
"""

# an end that is no frame: only where the stream has no end yet
_END = """
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local top = 0
if #newest > 0 then
  if newest[1][2][3] == 'e' then return 0 end
  top = tonumber(string.match(newest[1][1], '^%d+'))
end
local frame = string.gsub(ARGV[1], '__last__', top, 1)
redis.call('XADD', KEYS[1], top .. '-1', 'd', frame, 'e', '1')
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
"""


class Appended(IntEnum):
    """What became of a frame that was to be appended."""

    THERE_ALREADY = 0
    ADDED = 1
    CANCELLED = 2  # or ended otherwise; a wish that comes when only the last frame is missing is too late
    GAP = 3  # the stream was lost (or cut otherwise) in between: begin again with seq 1


class Entry(msgspec.Struct, frozen=True):
    """One entry as it is read: its id (seq, part), the frame, whether it ends the run."""

    id: tuple[int, int]
    frame: str
    ends: bool


class Frame(msgspec.Struct, frozen=True):
    """Rows first..last of a run, with the totals up to there; the last frame carries the report."""

    first: int
    last: int
    rows: list[Any]
    totals: dict[str, Any]
    report: Any = msgspec.UNSET


def connect(timeout_s: float = 5) -> redis.Redis:
    """A client for short commands in views and workers."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        protocol=2,  # the newer one answers some commands in another shape
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        retry=Retry(ConstantBackoff(0.1), 1),
    )


def connect_async() -> redis.asyncio.Redis:
    """A client for the hub: redis-py's defaults (5 s, 100 connections) would cut idle readers and large classes."""
    return redis.asyncio.Redis.from_url(
        settings.REDIS_URL,
        protocol=2,  # the newer one answers some commands in another shape
        socket_timeout=15,  # longer than any blocking read, short enough to notice a connection that died in silence
        socket_connect_timeout=5,
        max_connections=4096,
        retry=AsyncRetry(ConstantBackoff(0.1), 1),
    )


def stream_key(run_id: str) -> str:
    return f"run:{run_id}"


def cancel_key(run_id: str) -> str:
    return f"run:{run_id}:cancel"


def again_key(run_id: str) -> str:
    return f"run:{run_id}:again"


def frame_sizes() -> Iterator[int]:
    """1, 10, then 500 for ever: by count only, so that a second run of the same scenario cuts the same frames."""
    limits = settings.REDRIVE
    yield limits["first_frame"]
    yield limits["second_frame"]
    while True:
        yield limits["frame"]


def cut(chunks: Iterable[list[Any]]) -> Iterator[list[Any]]:
    """The rows of chunks of any size, in frames of the agreed sizes; the last is what remains."""
    sizes = frame_sizes()
    size = next(sizes)
    waiting: list[Any] = []
    for chunk in chunks:
        waiting += chunk
        at = 0
        # strictly more: the last frame, which carries the report, must not come out empty
        while len(waiting) - at > size:
            yield waiting[at : at + size]
            at += size
            size = next(sizes)
        del waiting[:at]
    if waiting:
        yield waiting


class RunLog:
    """The writing end of one run's stream."""

    def __init__(self, client: redis.Redis, run_id: str) -> None:
        self._client = client
        self._key = stream_key(run_id)
        self._cancel_key = cancel_key(run_id)
        self._append = client.register_script(_APPEND)
        self._end = client.register_script(_END)

    def append(self, frame: Frame) -> Appended:
        """Add a frame where it belongs, once."""
        ends = "0" if frame.report is msgspec.UNSET else "1"
        reply = self._append(
            keys=[self._key, self._cancel_key],
            args=[frame.first, frame.last, msgspec.json.encode(frame), ends, settings.REDRIVE["stream_expiry_s"]],
        )
        return Appended(int(reply))

    def end(self, what: dict[str, Any]) -> None:
        """End the run without a last frame: {"cancelled": true} or {"error": "..."}; "last" is filled in."""
        frame = b'{"last":__last__,' + msgspec.json.encode(what)[1:]
        self._end(keys=[self._key], args=[frame, settings.REDRIVE["stream_expiry_s"]])

    def has_ended(self) -> bool:
        """The whole trace, or its early end, is there."""
        newest = entries(self._client.xrevrange(self._key, count=1))
        return bool(newest) and newest[0].ends

    def forget(self) -> None:
        """Drop the stream: the next append begins with seq 1."""
        self._client.delete(self._key)


def request_cancel(client: redis.Redis, run_id: str) -> None:
    """Ask whoever writes this run to stop before the next frame."""
    client.set(cancel_key(run_id), b"1", ex=settings.REDRIVE["stream_expiry_s"])


def entries(reply: Any) -> list[Entry]:
    """Entries as redis-py gives them: [(id, {field: value})]."""
    return [_entry(name.split(b"-"), fields) for name, fields in reply]


def _entry(name: list[bytes], fields: dict[bytes, bytes]) -> Entry:
    return Entry((int(name[0]), int(name[1])), fields[b"d"].decode(), b"e" in fields)


def entry_id(at: tuple[int, int]) -> str:
    return f"{at[0]}-{at[1]}"


def read(client: redis.Redis, run_id: str, after: int = 0) -> list[Entry]:
    """All entries after a cursor, at once (tests and tools; pages are read by the hub)."""
    return entries(client.xrange(stream_key(run_id), min=f"({after}-0"))
