"""The wire: how fast the records of a run reach its viewers, and whether every viewer gets all of them.

The viewers are websockets in processes of their own, opened as soon as the run is started, like the pages of a class that
opens one link. They read as fast as they can; site, worker, Redis and viewers share this machine, so numbers of two machines
say little, ratios on one machine say more. What a viewer gets is checked: seq by seq, and by a digest of all frames, which
must be the same for all.
"""

import asyncio
import multiprocessing
import statistics
import time
import zlib
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec

from simulations.benchmarks.site import BenchmarkError, Site, own_site

_PATIENCE_S = 300
_HEADING = "viewers     records    first record: median, last viewer    whole run    records/s: each, together"


class Head(msgspec.Struct):
    """What is looked at in a frame; the rest is only counted into the digest."""

    first: int = 0
    last: int = 0
    report: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    error: str = ""


class Seen(NamedTuple):
    """What one viewer got; moments in seconds of the clock that all processes share."""

    first_at: float
    last_at: float
    records: int
    lost: int
    doubled: int
    octets: int
    digest: int


class Round(NamedTuple):
    """One run with all its viewers; seconds since it was asked for."""

    records: int
    viewers: int
    octets: int
    first_s: float
    latest_first_s: float
    whole_s: float
    latest_whole_s: float


def add_arguments(parser: ArgumentParser) -> None:
    """The options of `benchmark stream`."""
    parser.add_argument("--events", type=int, default=100_000, help="objects that arrive in the bucket (100000)")
    parser.add_argument("--viewers", default="1,50,300", help="how many watch, one measurement each (1,50,300)")
    parser.add_argument("--repeat", type=int, default=3, help="runs a measurement; medians are printed (3)")
    parser.add_argument("--processes", type=int, default=4, help="processes that the viewers share (4)")


def main(options: dict[str, Any], say: Callable[[str], Any]) -> None:
    """Measure, and print one line for each number of viewers."""
    counts = [int(text) for text in str(options["viewers"]).split(",")]
    link = _link(options["events"])
    with own_site() as site:
        say(f"/?{link}")
        _watched(site, _link(1), 1, 1)  # from here on the worker has imported everything
        say(_HEADING)
        for viewers in counts:
            say(_line([_watched(site, link, viewers, options["processes"]) for _ in range(options["repeat"])]))
        say("Nothing was lost or doubled, and all viewers of a run got the same bytes.")


def _link(events: int) -> str:
    """One in twenty invocations fails: retries and losses occur."""
    traffic = {"traffic": "poisson", "traffic_count": events, "traffic_rate_per_s": 1000} if events > 1 else {}
    return urlencode({"trigger": "s3", "error_rate": 0.05, **traffic, "seed": 1})


def _line(rounds: list[Round]) -> str:
    def median(of: Callable[[Round], float]) -> float:
        return statistics.median(of(found) for found in rounds)

    records, viewers = rounds[0].records, rounds[0].viewers
    first = f"{median(lambda it: it.first_s) * 1000:,.0f} ms, {median(lambda it: it.latest_first_s) * 1000:,.0f} ms"
    whole = f"{median(lambda it: it.latest_whole_s):.2f} s"
    each = median(lambda it: it.records / it.whole_s)
    together = median(lambda it: it.records * it.viewers / it.latest_whole_s)
    octets = median(lambda it: it.octets) / 1e6
    return f"{viewers:7,} {records:11,} {first:>31} {whole:>15}    {each:,.0f}, {together:,.0f}  ({octets:.1f} MB each)"


def _watched(site: Site, link: str, viewers: int, processes: int) -> Round:
    """One run, watched by so many; raises where a viewer got less, more or something else."""
    shares = [len(range(number, viewers, processes)) for number in range(min(processes, viewers))]
    with multiprocessing.get_context("spawn").Pool(len(shares)) as pool:
        pool.map(_prepare, shares, chunksize=1)  # before the clock runs
        visitor = site.visitor()
        began = time.monotonic()
        address = site.url.replace("http", "ws", 1) + site.start(link, visitor)["socket"]
        waiting = pool.starmap_async(_view, [(address, site.url, share) for share in shares], chunksize=1)
        try:
            seen = [one for share in waiting.get(_PATIENCE_S) for one in share]
        except multiprocessing.TimeoutError:
            raise BenchmarkError(f"The viewers did not get the whole run within {_PATIENCE_S} seconds.") from None
    _check(seen)
    return Round(
        records=seen[0].records,
        viewers=viewers,
        octets=seen[0].octets,
        first_s=statistics.median(one.first_at for one in seen) - began,
        latest_first_s=max(one.first_at for one in seen) - began,
        whole_s=statistics.median(one.last_at for one in seen) - began,
        latest_whole_s=max(one.last_at for one in seen) - began,
    )


def _check(seen: list[Seen]) -> None:
    lost, doubled = sum(one.lost for one in seen), sum(one.doubled for one in seen)
    if lost or doubled:
        raise BenchmarkError(
            f"{lost} records were lost and {doubled} came twice, of {seen[0].records} for each viewer."
        )
    if len({(one.records, one.digest) for one in seen}) > 1:
        raise BenchmarkError("The viewers of one run got different bytes.")


def _prepare(_share: int) -> None:
    """Import what a viewer needs; a process that is not ready yet leaves this to the next one that is."""
    import websockets.asyncio.client  # noqa: F401  (only who measures pays for the import)

    time.sleep(0.1)


def _view(address: str, origin: str, viewers: int) -> list[Seen]:
    async def all_of_them() -> list[Seen]:
        return await asyncio.gather(*(_watch(address, origin) for _ in range(viewers)))

    return asyncio.run(all_of_them())


async def _watch(address: str, origin: str) -> Seen:
    """Read one run to its end."""
    from websockets.asyncio.client import connect

    first_at, lost, doubled, cursor, octets, digest = 0.0, 0, 0, 0, 0, 0
    decoder = msgspec.json.Decoder(Head)
    options: dict[str, Any] = {"origin": origin, "max_size": None, "compression": None, "proxy": None}
    async with connect(address, open_timeout=60, **options) as socket:
        while True:
            text = await socket.recv(decode=False)
            head = decoder.decode(text)
            if head.error:
                raise BenchmarkError(f"The run failed: {head.error}")
            if not head.last:
                continue  # a note
            first_at = first_at or time.monotonic()
            lost += max(0, head.first - cursor - 1)
            doubled += max(0, cursor + 1 - head.first)
            cursor, octets, digest = head.last, octets + len(text), zlib.crc32(text, digest)
            if head.report is not msgspec.UNSET:
                return Seen(first_at, time.monotonic(), cursor, lost, doubled, octets, digest)
