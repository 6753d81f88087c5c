"""`manage.py benchmark` runs, at its smallest size; what it measures is for a person to read."""

import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command


def test_the_wire_is_measured_and_checked() -> None:
    command = [sys.executable, "manage.py", "benchmark", "stream", "--events=50", "--viewers=1,3", "--repeat=1"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Nothing was lost or doubled" in done.stdout
    assert done.stderr == ""


def test_what_the_measurement_of_the_page_needs_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    with pytest.raises(CommandError, match=r"Playwright is not installed.*requirements-dev\.txt"):
        call_command("benchmark", "browser")
