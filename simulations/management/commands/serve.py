"""`manage.py serve`: the whole site in one command.

Without REDIS_URL it brings an embedded Redis server, without DATABASE_URL a SQLite file. Web and worker can be started
alone (on several machines, say), with REDIS_URL and DATABASE_URL given to both:
    manage.py serve --only web --host 0.0.0.0 --port 8000
    manage.py serve --only worker
"""

import errno
import fcntl
import os
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import IO, Any

import redis
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from kombu.exceptions import OperationalError as BrokerAway

from simulations import redis_server
from simulations.supervisor import Child, GaveUpError
from simulations.tasks import queue_unfinished

_READY_WITHIN_S = 60
_OLD_STATIC_S = 86_400
_ROOT_WARNING = "ignore:You're running the worker with superuser privileges"
_LOOK_EVERY_S = 0.1


class Command(BaseCommand):
    help = "Run the whole site: migrations, Redis, the Celery worker and the web server."
    # urls and templates are checked by the tests; here they would only cost time
    requires_system_checks: list[str] = []  # noqa: RUF012  (declared so by Django)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="where the web server listens (127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="its port (8000)")
        parser.add_argument("--only", choices=("web", "worker"), help="start this alone; needs REDIS_URL")

    def handle(self, *, host: str, port: int, only: str | None, **_: Any) -> None:
        site = Site(self, host, port, only)
        try:
            site.start()
            site.watch()
        except (GaveUpError, redis_server.NoServerError) as error:
            raise CommandError(str(error)) from None
        finally:
            site.stop()
        if site.signals > 1:
            sys.exit(130)


class Site:
    """One `serve`: its lock, its children in the order in which they start, the signals it got."""

    def __init__(self, command: BaseCommand, host: str, port: int, only: str | None) -> None:
        self._out = command.stdout
        self.host, self.port, self.only = host, port, only
        self.signals = 0
        self._children: list[Child] = []
        self._socket: Path | None = None
        self._redis_url = settings.REDIS_URL
        self._lock: IO[str] | None = None
        self._web: Child | None = None
        self._announced = False

    def start(self) -> None:
        """Everything, each as soon as what it needs is there."""
        if self.only and "REDIS_URL" not in os.environ:
            raise CommandError("Web and worker meet in Redis: give both the same REDIS_URL (and DATABASE_URL).")
        if self.only is None:
            self._lock = _lock(settings.VAR / "serve.lock", f"process {os.getpid()}, port {self.port}")
        if self.only != "worker":
            _check_port(self.host, self.port)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        if "REDIS_URL" in os.environ:
            _check_redis(self._redis_url)
        else:
            self._start_redis()
        if self.only != "web":
            self._add("worker", _worker_command(), stop_signals=((signal.SIGTERM, 6), (signal.SIGQUIT, 3)))
        if self.only != "worker":
            _migrate()
            _collect_static()
            self._web = self._add("web server", _web_command(self.host, self.port))
        if self._socket:
            self._queue_unfinished()
        if self.only == "worker":
            self._say("The worker has been started.")

    def watch(self) -> None:
        """Until a signal comes: start again what dies, and say when the page answers."""
        deadline = time.monotonic() + _READY_WITHIN_S
        while not self.signals:
            for child in self._children:
                if child.look(self._say) and child.name == "Redis server":
                    self._after_redis(child)
            if self._web and not self._announced:
                if _answers(self.host, self.port):
                    self._announced = True
                    self._say(f"Redrive is ready at {_address(self.host, self.port)}")
                elif time.monotonic() > deadline:
                    raise GaveUpError(f"The page did not answer within {_READY_WITHIN_S} seconds.")
            time.sleep(_LOOK_EVERY_S)

    def stop(self) -> None:
        """Web, worker, Redis; a second signal means at once."""
        if self.signals and self._children:
            self._say("Stopping (press Ctrl-C again to stop at once).")
        for child in reversed(self._children):
            child.stop(impatient=lambda: self.signals > 1)
        if self._socket:
            redis_server.remove(self._socket)
        if self._lock:
            self._lock.close()

    def _say(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.signals += 1

    def _add(self, name: str, command: list[str], **options: Any) -> Child:
        env = {
            **os.environ,
            "REDIS_URL": self._redis_url,
            "ALLOWED_HOSTS": ",".join(_allowed_hosts(self.host)),
            # in a container the worker is often root; that matters for pickles, which we refuse
            "PYTHONWARNINGS": ",".join(filter(None, (os.environ.get("PYTHONWARNINGS"), _ROOT_WARNING))),
        }
        child = Child(name, command, env, **options)
        self._children.append(child)
        child.start()
        return child

    def _start_redis(self) -> None:
        redis_server.sweep()
        self._socket = redis_server.new_socket()
        self._redis_url = redis_server.url_of(self._socket)
        child = self._add("Redis server", redis_server.command(self._socket))
        assert child.process is not None
        redis_server.wait_until_ready(self._socket, child.process)

    def _after_redis(self, child: Child) -> None:
        """A new Redis server is empty: what was unfinished is queued again, the traces come back with it."""
        assert self._socket is not None
        assert child.process is not None
        try:
            redis_server.wait_until_ready(self._socket, child.process)
        except redis_server.NoServerError:
            return  # seen as one more death at the next look
        self._say(f"Redis is back; {self._queue_unfinished()} unfinished run(s) queued again.")

    def _queue_unfinished(self) -> int:
        """How many were queued again. Where that cannot be done the site goes on: a page that watches a run queues it."""
        try:
            return queue_unfinished(self._redis_url)
        except (DatabaseError, BrokerAway, redis.RedisError, OSError) as error:
            self._say(f"The unfinished runs could not be queued again: {error}")
            return 0
        finally:
            connection.close()


def _lock(path: Path, text: str) -> IO[str]:
    """Only one site in one folder: two would share a database but not a Redis server."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        holder = file.read().strip()
        file.close()
        raise CommandError(f"Redrive is already running here ({holder or 'another process'} holds {path}).") from None
    file.truncate(0)
    file.write(text)
    file.flush()
    return file


def _check_port(host: str, port: int) -> None:
    if not 1 <= port <= 65535:
        raise CommandError(f"{port} is no port: it is a number from 1 to 65535.")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror as error:
        raise CommandError(f"There is no host {host}: {error.strerror}.") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CommandError(f"Port {port} is already in use; give another one: --port {port + 1}") from None
        raise CommandError(f"Cannot listen on {host}, port {port}: {error.strerror}.") from None


def _check_redis(url: str) -> None:
    try:
        redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5).ping()
    except (redis.RedisError, ValueError) as error:
        raise CommandError(f"REDIS_URL is given, but Redis does not answer there: {error}") from None


def _migrate() -> None:
    try:
        call_command("migrate", verbosity=0, interactive=False)
        connection.close()
    except DatabaseError as error:
        raise CommandError(f"The database cannot be used: {error}") from None


def _collect_static() -> None:
    """Copy and compress the static files, once for each version of them."""
    marker: Path = settings.STATIC_COLLECTED
    if settings.DEBUG or marker.exists():
        return
    call_command("collectstatic", verbosity=0, interactive=False)
    marker.touch()
    for old in marker.parent.glob("*.collected"):
        # a page that was opened before an update may still ask for the version before
        if time.time() - old.stat().st_mtime > _OLD_STATIC_S:
            shutil.rmtree(old.with_suffix(""), ignore_errors=True)
            old.unlink()


def _worker_command() -> list[str]:
    options = ["--concurrency=2", "--without-gossip", "--without-mingle", "--loglevel=WARNING"]
    return [sys.executable, "-m", "celery", "--quiet", "--app=visualizer", "worker", *options]


def _web_command(host: str, port: int) -> list[str]:
    # compressing every frame for every viewer would cost six times the CPU
    sockets = ["--ws=websockets-sansio", "--ws-per-message-deflate=false"]
    quiet = ["--lifespan=off", "--log-level=warning", "--no-access-log", "--no-server-header"]
    where = [f"--host={host}", f"--port={port}", "--timeout-graceful-shutdown=2"]
    return [sys.executable, "-m", "uvicorn", "visualizer.asgi:application", *where, *sockets, *quiet]


def _allowed_hosts(host: str) -> list[str]:
    """The hosts of the settings, and the one that the site is asked to listen on, by all names this machine knows."""
    hosts = list(settings.ALLOWED_HOSTS)
    if host in ("0.0.0.0", "::", ""):  # noqa: S104  (asked for by name)
        name = socket.gethostname()
        try:
            found = [str(info[4][0]) for info in socket.getaddrinfo(name, None)]
        except OSError:
            found = []
        return [*hosts, name, socket.getfqdn(), *(f"[{one}]" if ":" in one else one for one in dict.fromkeys(found))]
    return [*hosts, f"[{host}]" if ":" in host else host]


def _address(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  (only read)
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"


def _answers(host: str, port: int) -> bool:
    """The first page comes."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(_address(host, port), timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
