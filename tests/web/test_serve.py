"""`manage.py serve`, the real thing: it starts, serves, keeps its children alive, and stops."""

import os
import signal
import socket
from functools import partial
from pathlib import Path

import pytest

from tests.web.conftest import Server, until
from tests.web.site import Site, ask, gone, serving


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
        until(site.well, "all is well again")
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
            try:
                web.until_finished(run)
            except AssertionError as error:
                raise AssertionError(worker.log()) from error
            assert worker.stop() == 0
        assert web.stop() == 0
