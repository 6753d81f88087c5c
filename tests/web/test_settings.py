"""What differs between machines: addresses in each library's spelling, the key, the static files' version."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.templatetags.static import static
from django.test import Client

from visualizer import addresses


@pytest.mark.parametrize(
    ("given", "client", "broker"),
    [
        ("redis://:secret@host:6380/3", "redis://:secret@host:6380/3", "redis://:secret@host:6380/3"),
        ("rediss://host/1", "rediss://host/1", "rediss://host/1"),
        (
            "unix:///tmp/a/redis.sock?db=2",
            "unix:///tmp/a/redis.sock?db=2",
            "redis+socket:///tmp/a/redis.sock?virtual_host=2",
        ),
        ("redis+socket:///a.sock?virtual_host=2", "unix:///a.sock?db=2", "redis+socket:///a.sock?virtual_host=2"),
        ("unix://:secret@/a.sock?db=0", "unix://:secret@/a.sock?db=0", "redis+socket://:secret@/a.sock?virtual_host=0"),
        ("unix:///a.sock", "unix:///a.sock", "redis+socket:///a.sock"),
    ],
)
def test_one_redis_address_serves_both_libraries(given: str, client: str, broker: str) -> None:
    assert addresses.client_url(given) == client
    assert addresses.broker_url(given) == broker
    assert addresses.client_url(broker) == client


def test_a_postgres_address_is_taken_apart() -> None:
    found = addresses.database("postgres://me:p%40ss@db.example:5433/redrive?sslmode=require")
    assert found["ENGINE"] == "django.db.backends.postgresql"
    parts = [found[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")]
    assert parts == ["me", "p@ss", "db.example", "5433", "redrive"]
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_sqlite_paths_and_unknown_databases() -> None:
    assert addresses.database("sqlite:////tmp/a.db")["NAME"] == "/tmp/a.db"
    assert addresses.database("sqlite:///a.db")["NAME"] == "a.db"
    with pytest.raises(ValueError, match="mysql"):
        addresses.database("mysql://host/name")


def key_of(folder: Path) -> str:
    program = "from visualizer import settings; print(settings.SECRET_KEY)"
    env = {**os.environ, "REDRIVE_VAR": str(folder)}
    env.pop("SECRET_KEY", None)
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_a_key_is_made_once_kept_and_private(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    key = key_of(folder)
    assert len(key) > 40
    assert key_of(folder) == key
    assert (folder / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in folder.iterdir()] == ["secret_key"]


def test_static_files_have_an_address_that_changes_with_them_and_may_be_kept() -> None:
    answer = Client().get(static("js/trace.js"))
    assert answer.status_code == 200
    assert settings.STATIC_VERSION in static("js/trace.js")
    assert "max-age=31536000" in answer["Cache-Control"]
    assert b"".join(answer) == (settings.BASE_DIR / "static/js/trace.js").read_bytes()


def test_nothing_is_shown_of_the_insides_by_default() -> None:
    assert not settings.DEBUG
    assert set(settings.ALLOWED_HOSTS) >= {"localhost", "127.0.0.1"}
    assert "*" not in settings.ALLOWED_HOSTS
