"""The web tests run against a real Redis server, on a private socket, and the real application."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import kombu.pools
import pytest
import redis
from django.test import Client

from simulations import redis_server, runlog
from simulations.models import Run
from visualizer import addresses, celery_app

ALWAYS_FAILS = "trigger=s3&error_rate=1"


def until(condition: Callable[[], Any], what: str, seconds: float = 20) -> Any:
    """What the condition returns, once it is true."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)
    return found


class Server(NamedTuple):
    """A running Redis server; `url` in redis-py's spelling."""

    socket: Path
    url: str
    process: "subprocess.Popen[bytes]"


def start_server(socket: Path) -> Server:
    process = subprocess.Popen(redis_server.command(socket))
    redis_server.wait_until_ready(socket, process)
    return Server(socket, redis_server.url_of(socket), process)


@pytest.fixture(scope="session")
def redis_process() -> Iterator[Server]:
    server = start_server(redis_server.new_socket())
    yield server
    server.process.terminate()
    server.process.wait(10)
    redis_server.remove(server.socket)


@contextmanager
def pointed_at(server: Server, settings: Any) -> Iterator[Server]:
    """Django and Celery use this server."""
    app: Any = celery_app
    old = settings.REDIS_URL, app.conf.broker_url
    settings.REDIS_URL, app.conf.broker_url = server.url, addresses.broker_url(server.url)
    try:
        yield server
    finally:
        # Celery keeps its connections in pools that know nothing of a changed address
        kombu.pools.reset()
        app._after_fork()
        settings.REDIS_URL, app.conf.broker_url = old


@pytest.fixture
def redis_url(redis_process: Server, settings: Any) -> Iterator[str]:
    """The private server, emptied."""
    with pointed_at(redis_process, settings), redis.Redis.from_url(redis_process.url) as client:
        client.flushall()
        yield redis_process.url


@pytest.fixture
def store(redis_url: str) -> Iterator[redis.Redis]:
    with runlog.connect() as client:
        yield client


def start_run(link: str = ALWAYS_FAILS) -> Run:
    """Start a run as the page does; the worker's task is left to the test."""
    answer = Client().post("/runs/", link, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 201, answer.content
    return Run.objects.get(id=answer.json()["run"])


@pytest.fixture
def new_run(redis_url: str, transactional_db: None) -> Callable[..., Run]:
    return start_run
