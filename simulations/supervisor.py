"""The processes of `manage.py serve`: started, watched, started again with a limit, stopped in order.

Each child has a session of its own, so that Ctrl-C in the terminal reaches only the parent, which then stops them one by
one; on Linux the kernel stops a child whose parent was killed.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

from django.conf import settings

# deaths in a row before we give up, and how long a child must live for its deaths to be forgotten
DEATHS = 3
FORGOTTEN_AFTER_S = 30
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class GaveUpError(Exception):
    """A child died too often; the message says which and why."""


def _die_with_parent() -> None:
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def how_it_ended(code: int) -> str:
    """An exit code in words."""
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"


class Child:
    """One process that has to run. `stop_signals`: (signal, seconds to wait for it) in order; then SIGKILL."""

    def __init__(
        self,
        name: str,
        command: list[str],
        env: Mapping[str, str],
        stop_signals: tuple[tuple[signal.Signals, float], ...] = ((signal.SIGTERM, 5),),
    ) -> None:
        self.name = name
        self._command = command
        self._env = env
        self._stop_signals = stop_signals
        self._deaths = 0
        self._started = 0.0
        self._start_at: float | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "subprocess.Popen[bytes]":
        self._start_at = None
        self._started = time.monotonic()
        self.process = subprocess.Popen(
            self._command,
            env=dict(self._env),
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509  (the parent has no other thread)
        )
        return self.process

    def look(self, say: Callable[[str], None]) -> bool:
        """Start it again where it has died, after a wait that grows; True: it was started again just now."""
        if self._start_at is not None:
            if time.monotonic() < self._start_at:
                return False
            self.start()
            return True
        code = self.process.poll() if self.process else None
        if code is None:
            return False
        lived = time.monotonic() - self._started
        self._deaths = 1 if lived > FORGOTTEN_AFTER_S else self._deaths + 1
        if self._deaths > DEATHS:
            raise GaveUpError(f"The {self.name} died {self._deaths} times in a row ({how_it_ended(code)}).")
        wait_s = min(2 ** (self._deaths - 1) * 0.5, 8)
        say(f"The {self.name} died ({how_it_ended(code)}); starting it again in {wait_s:g} s.")
        self._start_at = time.monotonic() + wait_s
        return False

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it, if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def kill(self) -> None:
        """End it and all it started, at once."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, impatient: Callable[[], bool]) -> None:
        """Ask it to end and wait; be firmer where that takes too long, or at once where somebody is impatient."""
        if self.process is None:
            return
        for number, seconds in self._stop_signals:
            if impatient():
                break
            self.signal(number)
            if self._wait(seconds, impatient):
                break
        self.kill()

    def _wait(self, seconds: float, impatient: Callable[[], bool]) -> bool:
        assert self.process is not None
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not impatient():
            if self.process.poll() is not None:
                return True
            time.sleep(0.02)
        return self.process.poll() is not None
