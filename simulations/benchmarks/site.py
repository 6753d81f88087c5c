"""A whole site of its own for a measurement: another folder, another port, no limit of runs, gone afterwards."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import SystemRandom
from typing import Any, NamedTuple

from django.conf import settings

_READY_WITHIN_S = 90
_STOPPED_WITHIN_S = 30
_PORTS = range(20_000, 32_000)
# the measurement brings its own Redis server and database
_NOT_OURS = ("REDIS_URL", "DATABASE_URL", "ALLOWED_HOSTS", "DEBUG")


class BenchmarkError(Exception):
    """It could not be measured, or what was measured is wrong; the message says why."""


class Site(NamedTuple):
    """A running site."""

    url: str
    log: Path

    def visitor(self) -> dict[str, str]:
        """The headers of a page that has been opened: what it takes to start a run."""
        with _open(self.url) as page:
            token = re.search(r"csrftoken=(\w+)", page.headers["Set-Cookie"])
        assert token
        return {"Cookie": f"csrftoken={token[1]}", "X-CSRFToken": token[1]}

    def start(self, link: str, visitor: dict[str, str]) -> dict[str, Any]:
        """Start a run as the page does."""
        with _open(f"{self.url}/runs/", link.encode(), visitor) as answer:
            started: dict[str, Any] = json.loads(answer.read())
        return started


def _open(url: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> Any:
    # never through a proxy: the site is on this machine
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return opener.open(urllib.request.Request(url, data, headers or {}), timeout=30)  # noqa: S310  (http, see own_site)


@contextmanager
def own_site() -> Iterator[Site]:
    """Start `serve` in a temporary folder, wait for its first page, stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        port = free_port()
        site = Site(f"http://127.0.0.1:{port}", Path(folder) / "serve.log")
        env = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
        env |= {"REDRIVE_VAR": str(Path(folder) / "var"), "REDRIVE_RUNS_A_MINUTE": "1000000"}
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "serve", f"--port={port}"]
        with site.log.open("wb") as log:
            # a session of its own: Ctrl-C ends the measurement, which then stops the site in order
            process = subprocess.Popen(
                command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        try:
            _wait(site, process)
            yield site
        finally:
            _stop(process)


def _wait(site: Site, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while "Redrive is ready" not in (said := site.log.read_text(errors="replace")):
        if process.poll() is not None or time.monotonic() > deadline:
            raise BenchmarkError(f"The site did not come up:\n{said}")
        time.sleep(0.05)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOPPED_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()


def free_port() -> int:
    """A port that nobody listens on, of those from which no system takes one for a connection that goes out: it stays free."""
    ports = SystemRandom().sample(_PORTS, 100)
    for port in ports:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise BenchmarkError(f"None of these ports is free: {ports}.")
