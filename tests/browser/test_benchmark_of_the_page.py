"""`manage.py benchmark browser` runs, at its smallest size."""

import subprocess
import sys
from typing import Any

from tests.browser.conftest import ROOT


def benchmark(*options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", "benchmark", "browser", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_page_is_measured(browser_type_launch_args: dict[str, Any]) -> None:
    small = ("--repeat=1", "--days=1", "--frames=10", "--events=300", "--attempts=2000")
    done = benchmark(f"--browser={browser_type_launch_args['executable_path']}", *small)
    assert done.returncode == 0, done.stderr
    assert "the first attempt is on screen" in done.stdout
    assert "a loop of 2,880 receives (1 d) opens" in done.stdout
    assert "a trace of 2,000 attempts" in done.stdout


def test_a_browser_that_is_not_there_is_said() -> None:
    done = benchmark("--browser=/nowhere/chromium")
    assert done.returncode == 1
    assert "There is no browser at /nowhere/chromium" in done.stderr
    assert "Traceback" not in done.stderr
