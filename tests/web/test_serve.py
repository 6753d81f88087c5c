"""`manage.py serve`, the real thing: it starts, serves, keeps its children alive, and stops."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.conf import settings

from tests.web.conftest import Server, until

LINK = b"trigger=s3&error_rate=1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def ask(url: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> Any:
    """The JSON at an address of this machine, asked for without any proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, data, headers or {}), timeout=10) as answer:
        return msgspec.json.decode(answer.read())


class Site:
    """A running `serve`, and what it says."""

    def __init__(self, folder: Path, *options: str, env: dict[str, str] | None = None) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / f"serve-{self.port}.log"
        names = {"REDIS_URL", "DATABASE_URL", "ALLOWED_HOSTS", "DJANGO_SETTINGS_MODULE"}
        clean = {name: value for name, value in os.environ.items() if name not in names}
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", f"--port={self.port}", *options],
                cwd=settings.BASE_DIR,
                env={**clean, "REDRIVE_VAR": str(folder / "var"), **(env or {})},
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
        found = subprocess.run(["ps", "-axo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        for line in found.splitlines():
            pid, parent, command = line.split(None, 2)
            if int(parent) == self.process.pid and part in command:
                return int(pid)
        raise AssertionError(f"no {part} among the children:\n{found}")

    def run(self) -> dict[str, Any]:
        """Start a run as a page does."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url, timeout=10) as page:
            token = re.search(r"csrftoken=(\w+)", page.headers["Set-Cookie"])
        assert token
        headers = {"Cookie": f"csrftoken={token[1]}", "X-CSRFToken": token[1]}
        found: dict[str, Any] = ask(f"{self.url}/runs/", LINK, headers)
        return found

    def until_finished(self, run: dict[str, Any]) -> None:
        until(lambda: ask(f"{self.url}/runs/{run['run']}/")["state"] == "finished", "the run is finished", 30)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)


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


def test_the_site_comes_up_works_repairs_itself_and_stops(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        site.until_said(f"Redrive is ready at {site.url}/")
        assert ask(f"{site.url}/healthz")["ok"]
        site.until_finished(site.run())

        # a second start in the same folder
        with serving(tmp_path) as second:
            assert second.process.wait(30) == 1
            assert "already running" in second.log()
            assert "Traceback" not in second.log()

        # a dead worker, a dead web server and a dead Redis server come back
        for part, name in (("celery", "worker"), ("uvicorn", "web server"), ("valkey", "Redis server")):
            old = site.child(part)
            os.kill(old, signal.SIGKILL)
            site.until_said(f"The {name} died (killed by SIGKILL)")
            until(partial(_replaced, site, part, old), f"a new {name}")
        site.until_said("Redis is back")
        until(lambda: _well(site), "all is well again")
        site.until_finished(site.run())

        children = [site.child(part) for part in ("celery", "uvicorn", "valkey")]
        assert site.stop() == 0
        for pid in children:
            until(gone(pid), f"child {pid} has ended")
        assert "Traceback" not in site.log(), site.log()
    assert (tmp_path / "var" / "secret_key").stat().st_mode & 0o777 == 0o600


def _replaced(site: Site, part: str, old: int) -> bool:
    try:
        return site.child(part) != old
    except AssertionError:
        return False


def _well(site: Site) -> bool:
    try:
        return bool(ask(f"{site.url}/healthz")["ok"])
    except OSError:
        return False


def test_ctrl_c_stops_the_site_and_a_second_one_kills_it(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        site.until_said("Redrive is ready")
        assert site.stop(signal.SIGINT) == 0
    with serving(tmp_path) as site:
        site.until_said("Redrive is ready")
        children = [site.child(part) for part in ("celery", "uvicorn", "valkey")]
        # a worker that does not listen
        os.kill(children[0], signal.SIGSTOP)
        site.process.send_signal(signal.SIGINT)
        site.until_said("Stopping")
        site.process.send_signal(signal.SIGINT)
        assert site.process.wait(5) == 130
        for pid in children:
            until(gone(pid), f"child {pid} has ended")


def test_children_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        site.until_said("Redrive is ready")
        children = [site.child(part) for part in ("celery", "uvicorn", "valkey")]
        site.process.kill()
        site.process.wait(5)
        for pid in children:
            until(gone(pid), f"child {pid} has ended")


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with serving(tmp_path, f"--port={port}") as site:
            assert site.process.wait(30) == 1
            assert f"Port {port} is already in use" in site.log()
            assert "Traceback" not in site.log()


@pytest.mark.parametrize(
    ("options", "env", "words"),
    [
        (("--host=no.such.host.invalid",), {}, "no host"),
        (("--port=99999",), {}, "no port"),
        ((), {"REDIS_URL": "redis://127.0.0.1:1"}, "Redis does not answer"),
        ((), {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}, "database cannot be used"),
        ((), {"REDIS_SERVER_BIN": "/bin/false"}, "Redis server"),
        (("--only=worker",), {}, "REDIS_URL"),
    ],
)
def test_what_stands_in_the_way_is_said_in_words(
    tmp_path: Path, options: tuple[str, ...], env: dict[str, str], words: str
) -> None:
    with serving(tmp_path, *options, env=env) as site:
        assert site.process.wait(40) == 1
        assert words in site.log()
        assert "Traceback" not in site.log()


def test_web_and_worker_can_be_started_alone(tmp_path: Path, redis_process: Server) -> None:
    env = {"REDIS_URL": redis_process.url}
    with serving(tmp_path, "--only=web", env=env) as web:
        web.until_said("Redrive is ready")
        run = web.run()
        assert ask(f"{web.url}/runs/{run['run']}/")["state"] == "queued"
        with serving(tmp_path, "--only=worker", env=env) as worker:
            worker.until_said("worker has been started")
            web.until_finished(run)
            assert worker.stop() == 0
        assert web.stop() == 0
