"""Where the database and Redis are: one address each, in the spelling that each library wants.

REDIS_URL may be `redis://`, `rediss://`, `unix:///path?db=0` or kombu's own `redis+socket:///path?virtual_host=0`:
redis-py knows only the third of a socket's spellings, kombu only the fourth.
"""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit


def client_url(url: str) -> str:
    """REDIS_URL as redis-py spells it."""
    return _respelled(url, "redis+socket", "unix", {"virtual_host": "db"})


def broker_url(url: str) -> str:
    """REDIS_URL as kombu, and so Celery, spells it."""
    return _respelled(url, "unix", "redis+socket", {"db": "virtual_host"})


def _respelled(url: str, old: str, new: str, names: dict[str, str]) -> str:
    parts = urlsplit(url)
    if parts.scheme != old:
        return url
    query = urlencode([(names.get(name, name), value) for name, value in parse_qsl(parts.query)])
    # urlunsplit drops the empty host of a scheme it does not know, and with it two of the three slashes
    return (
        f"{new}://" + urlunsplit(("", "", parts.path, query, ""))
        if not parts.netloc
        else urlunsplit((new, parts.netloc, parts.path, query, ""))
    )


def database(url: str) -> dict[str, Any]:
    """The entry of DATABASES for `sqlite:///path` (four slashes: absolute) or `postgres://user:password@host:port/name`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(parts.path.removeprefix("/"))
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError(f"DATABASE_URL starts with {parts.scheme}://; Redrive knows sqlite:// and postgres://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        # connections are not kept: under ASGI they would pile up, one for each thread
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def sqlite(path: str) -> dict[str, Any]:
    """SQLite for several processes: readers do not wait for the writer, and a writer takes its lock at the start."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
        # a file in the tests too: in memory, a thread that meets a lock fails instead of waiting
        "TEST": {"NAME": f"{path}.test"},
    }
