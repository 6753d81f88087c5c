"""A running `manage.py serve` for tests: its address, its children, what it says."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings

from simulations.benchmarks.site import free_port
from tests.web.conftest import ALWAYS_FAILS, until

FREE = {"REDRIVE_RUNS_A_MINUTE": "10000"}  # for tests whose runs all come from one address
# what a developer's shell may have set
_OURS = ("REDIS_URL", "DATABASE_URL", "ALLOWED_HOSTS", "DEBUG", "SECRET_KEY", "DJANGO_SETTINGS_MODULE")


def ask(url: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> Any:
    """The JSON at an address of this machine, asked for without any proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, data, headers or {}), timeout=10) as answer:
        return msgspec.json.decode(answer.read())


class Site:
    """A running `serve`, and what it says."""

    def __init__(self, folder: Path, *options: str, env: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / f"serve-{self.port}.log"
        clean = {name: value for name, value in os.environ.items() if name not in _OURS}
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", f"--port={self.port}", *options],
                cwd=settings.BASE_DIR,
                env={**clean, "REDRIVE_VAR": str(folder / "var"), **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def until_said(self, words: str, seconds: float = 60) -> None:
        def said() -> bool:
            assert self.process.poll() is None or words in self.log(), self.log()
            return words in self.log()

        until(said, f"{words!r} in:\n{self.log()}", seconds)

    def child(self, part: str) -> int:
        """The process id of the child whose command line holds this."""
        return child_of(self.process.pid, part)

    def run(self, link: str = ALWAYS_FAILS) -> dict[str, Any]:
        """Start a run as a page does."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(self.url, timeout=10) as page:
                token = re.search(r"csrftoken=(\w+)", page.headers["Set-Cookie"])
            assert token
            headers = {"Cookie": f"csrftoken={token[1]}", "X-CSRFToken": token[1]}
            found: dict[str, Any] = ask(f"{self.url}/runs/", link.encode(), headers)
        except OSError as error:
            raise AssertionError(f"no run was started: {error}\n{self.log()}") from error
        return found

    def until_finished(self, run: dict[str, Any]) -> None:
        until(lambda: ask(f"{self.url}/runs/{run['run']}/")["state"] == "finished", f"{run} is finished", 60)

    def well(self) -> bool:
        """Database and Redis answer."""
        try:
            return bool(ask(f"{self.url}/healthz")["ok"])
        except OSError:
            return False

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)


def child_of(parent: int, part: str) -> int:
    """The first child of a process whose command line holds this."""
    found = subprocess.run(["ps", "-axo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    for line in found.splitlines():
        pid, of, command = line.split(None, 2)
        if int(of) == parent and part in command:
            return int(pid)
    raise AssertionError(f"no {part} among the children of {parent}:\n{found}")


@contextmanager
def serving(folder: Path, *options: str, env: dict[str, str] | None = None) -> Iterator[Site]:
    site = Site(folder, *options, env=env)
    try:
        yield site
    finally:
        if site.process.poll() is None:
            site.process.terminate()
            try:
                site.process.wait(20)
            except subprocess.TimeoutExpired:
                site.process.kill()


def gone(pid: int) -> Callable[[], bool]:
    """Whether a process has ended (a zombie has)."""

    def check() -> bool:
        found = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return found.stdout.strip()[:1] in ("", "Z")

    return check
