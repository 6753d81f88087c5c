"""Bad days, for real: processes are killed in the middle of a run, and the page still gets every row once, in order."""

import os
import signal
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from simulations import links
from simulations.engine import simulate_rows
from tests.web.conftest import until
from tests.web.site import Site, child_of, gone, serving

LONG = "trigger=s3&error_rate=0.2&traffic=poisson&traffic_count=20000&traffic_rate_per_s=100&seed={seed}"
MIDDLE = 20_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("site")) as site:
        site.until_said("Redrive is ready")
        yield site


class Message(msgspec.Struct):
    """What the socket sends; rows as the bytes that came."""

    first: int = 0
    rows: list[msgspec.Raw] | None = None
    report: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    note: str = ""
    code: str = ""


class Page:
    """A page that watches a run to its end, and comes back when its connection breaks."""

    def __init__(self, site: Site, run: dict[str, Any], receive_buffer: int = 0) -> None:
        self._site = site
        self._path = run["socket"]
        self._receive_buffer = receive_buffer
        self.rows: list[bytes] = []
        self.notes: list[str] = []
        self.ended = False

    def watch(self, in_the_middle: Callable[[], object]) -> None:
        """Receive all rows; once, when half of them are there, something happens."""
        while not self.ended:
            with self.connected() as line:
                in_the_middle = self.read(line, in_the_middle)

    def read(self, line: ClientConnection, in_the_middle: Callable[[], object]) -> Callable[[], object]:
        """Receive rows until the line ends; what has still to happen in the middle."""
        try:
            for text in line:
                self._take(msgspec.json.decode(text, type=Message))
                if len(self.rows) > MIDDLE and in_the_middle is not _nothing:
                    in_the_middle()
                    in_the_middle = _nothing
        except (ConnectionClosed, OSError):
            pass
        return in_the_middle

    def connected(self) -> ClientConnection:
        """A socket that asks for what is still missing."""

        def once() -> ClientConnection | None:
            line = self._narrow_line() if self._receive_buffer else None
            try:
                address = f"ws://127.0.0.1:{self._site.port}{self._path}?after={len(self.rows)}"
                return connect(
                    address, sock=line, origin=Origin(self._site.url), max_size=None, max_queue=1, compression=None,
                    proxy=None,
                )  # fmt: skip
            except (ConnectionClosed, InvalidHandshake, OSError):
                return None

        found: ClientConnection = until(once, "the site takes connections", 30)
        return found

    def _narrow_line(self) -> socket.socket:
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer)
        line.connect(("127.0.0.1", self._site.port))
        return line

    def _take(self, message: Message) -> None:
        if message.note:
            self.notes.append(message.code)
            return
        assert message.rows is not None, message
        assert message.first <= len(self.rows) + 1, "a row is missing"
        self.rows += [bytes(row) for row in message.rows[len(self.rows) + 1 - message.first :]]
        self.ended = message.report is not msgspec.UNSET


def _nothing() -> None:
    pass


@cache
def expected(link: str) -> list[bytes]:
    """The bytes of the rows that this scenario gives."""
    return [msgspec.json.encode(row) for chunk in simulate_rows(links.read_link(link)) for row in chunk]


def test_a_pool_process_is_killed_in_the_middle_of_a_run(site: Site) -> None:
    link = LONG.format(seed=1)
    page = Page(site, site.run(link))

    def kill() -> None:
        worker = site.child("celery")
        # both of them: one of the two has the run
        for _ in range(2):
            os.kill(child_of(worker, "celery"), signal.SIGKILL)

    page.watch(kill)
    assert page.rows == expected(link)


@pytest.mark.parametrize(
    ("part", "number"),
    [
        ("celery", signal.SIGKILL),
        ("uvicorn", signal.SIGKILL),
        ("uvicorn", signal.SIGTERM),
        ("valkey", signal.SIGKILL),
    ],
)
def test_a_process_of_the_site_ends_in_the_middle_of_a_run(site: Site, part: str, number: signal.Signals) -> None:
    link = LONG.format(seed=1)
    page = Page(site, site.run(link))
    struck = site.child(part)
    page.watch(lambda: os.kill(struck, number))
    assert page.rows == expected(link)
    # a web server that ends in an orderly way may send all rows first: the next test needs the one after it
    until(gone(struck), f"{part} has ended")
    until(site.well, "the site is back")


def test_a_run_that_only_the_lost_redis_knew_of_is_queued_again(site: Site) -> None:
    worker = site.child("celery")
    os.kill(worker, signal.SIGSTOP)
    run = site.run(LONG.format(seed=1))
    words = "1 unfinished run(s) queued again"
    before = site.log().count(words)
    os.kill(site.child("valkey"), signal.SIGKILL)
    until(lambda: site.log().count(words) > before, words)
    os.kill(worker, signal.SIGCONT)
    # and nobody watches it
    site.until_finished(run)


def test_who_comes_in_the_middle_who_comes_late_and_who_reads_slowly_get_the_same(site: Site) -> None:
    link = LONG.format(seed=1)
    run = site.run(link)
    quick, late, afterwards = (Page(site, run) for _ in range(3))
    # takes a few kilobytes and then reads nothing until all others are done
    slow = Page(site, run, receive_buffer=4096)
    with slow.connected() as line, ThreadPoolExecutor() as pool:
        joined: list[Future[None]] = []
        quick.watch(lambda: joined.append(pool.submit(late.watch, _nothing)))
        joined[0].result(60)
        afterwards.watch(_nothing)
        slow.read(line, _nothing)
    for page in (quick, late, afterwards, slow):
        assert page.rows == expected(link)


def test_the_runs_of_a_site_that_was_killed_are_finished_by_the_next_one(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("killed")
    link = LONG.format(seed=3)
    with serving(folder) as site:
        site.until_said("Redrive is ready")
        run = site.run(link)
        site.process.kill()
        site.process.wait(10)
    with serving(folder) as site:
        site.until_said("Redrive is ready")
        site.until_finished(run)
