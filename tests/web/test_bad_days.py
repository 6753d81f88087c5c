"""Bad days, for real: processes are killed in the middle of a run, and the page still gets every row once, in order."""

import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from simulations import links
from simulations.engine import simulate_rows
from tests.web.conftest import until
from tests.web.site import Site, child_of, serving

LONG = "trigger=s3&error_rate=0.2&traffic=poisson&traffic_count=20000&traffic_rate_per_s=100&seed={seed}"
MIDDLE = 20_000


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("site")) as site:
        site.until_said("Redrive is ready")
        yield site


class Page:
    """A page that watches a run to its end, and comes back when its connection breaks."""

    def __init__(self, site: Site, link: str) -> None:
        self._site = site
        self._run = site.run(link)
        self.rows: list[Any] = []
        self.notes: list[str] = []
        self.ended = False

    def watch(self, in_the_middle: Callable[[], object]) -> None:
        """Receive all rows; once, when half of them are there, something happens."""
        while not self.ended:
            try:
                with self._connected() as socket:
                    for text in socket:
                        self._take(msgspec.json.decode(text))
                        if len(self.rows) > MIDDLE and in_the_middle is not _nothing:
                            in_the_middle()
                            in_the_middle = _nothing
            except (ConnectionClosed, InvalidStatus, OSError):
                continue

    def _connected(self) -> ClientConnection:
        def once() -> ClientConnection | None:
            try:
                address = f"ws://127.0.0.1:{self._site.port}{self._run['socket']}?after={len(self.rows)}"
                return connect(address, origin=Origin(self._site.url), max_size=None, proxy=None)
            except (ConnectionClosed, InvalidStatus, OSError):
                return None

        found: ClientConnection = until(once, "the site takes connections", 30)
        return found

    def _take(self, message: dict[str, Any]) -> None:
        if "note" in message:
            self.notes.append(message["code"])
            return
        assert "rows" in message, message
        assert message["first"] <= len(self.rows) + 1, "a row is missing"
        self.rows += message["rows"][len(self.rows) + 1 - message["first"] :]
        self.ended = "report" in message


def _nothing() -> None:
    pass


def expected(link: str) -> list[Any]:
    """The rows that this scenario gives, as a page reads them."""
    rows = [row for chunk in simulate_rows(links.read_link(link)) for row in chunk]
    found: list[Any] = msgspec.json.decode(msgspec.json.encode(rows))
    return found


def killed(site: Site, part: str) -> Callable[[], None]:
    return lambda: os.kill(site.child(part), signal.SIGKILL)


def test_a_pool_process_is_killed_in_the_middle_of_a_run(site: Site) -> None:
    link = LONG.format(seed=1)
    page = Page(site, link)

    def kill() -> None:
        worker = site.child("celery")
        # both of them: one of the two has the run
        for _ in range(2):
            os.kill(child_of(worker, "celery"), signal.SIGKILL)

    page.watch(kill)
    assert page.rows == expected(link)


@pytest.mark.parametrize("part", ["celery", "uvicorn", "valkey"])
def test_a_process_of_the_site_is_killed_in_the_middle_of_a_run(site: Site, part: str) -> None:
    link = LONG.format(seed=2)
    page = Page(site, link)
    page.watch(killed(site, part))
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
