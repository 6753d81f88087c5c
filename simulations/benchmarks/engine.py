"""`manage.py benchmark engine`: how fast the engine is beside SimPy, whether time grows with events only, and its memory."""

import json
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from simulations.benchmarks.site import BenchmarkError
from simulations.benchmarks.workloads import WORKLOADS

_ROOT = Path(__file__).resolve().parents[2]
_SIDES = ("redrive", "records", "simpy")
_DEQUES = ("queue", "stream")  # workloads that SimPy has a second program for
_NEEDS = "SimPy is not installed. It comes with what the tests need: pip install -r requirements-dev.txt"


class Measured(NamedTuple):
    """One size of one workload: microseconds an event and the counts of the first run, by side."""

    events: int
    us: dict[str, float]
    counts: dict[str, dict[str, float]]

    def ratio(self, side: str, other: str = "simpy") -> float:
        """How many times as fast as SimPy."""
        return self.us[other] / self.us[side]


def add_arguments(parser: ArgumentParser) -> None:
    """The options of `benchmark engine`."""
    parser.add_argument(
        "--events", type=int, nargs="+", default=[1_000, 100_000, 1_000_000], help="sizes to run (default: %(default)s)"
    )
    parser.add_argument(
        "--repeats", type=int, default=5, help="how often each side runs; the median counts (default: %(default)s)"
    )
    parser.add_argument(
        "--least", type=float, default=0.3, help="seconds to warm up, and to measure at least (default: %(default)s)"
    )
    parser.add_argument(
        "--memory", type=int, nargs=2, default=[10_000, 1_000_000], help="sizes whose memory is compared (%(default)s)"
    )


def main(options: dict[str, Any], say: Callable[[str], Any]) -> None:
    """Measure, and print each line as soon as it is known."""
    if not find_spec("simpy"):
        raise BenchmarkError(_NEEDS)
    for line in _answer(options):
        say(line)


def _answer(options: dict[str, Any]) -> Iterator[str]:
    sizes, repeats, least = sorted(options["events"]), options["repeats"], options["least"]
    yield f"Medians of {repeats} fresh processes, Redrive and SimPy in turn. In each, on both sides and at all sizes: {least:g} s of runs of"
    yield f"at most 1,000 events to warm up, then runs until {least:g} s are measured, one in any case; the mean of these counts."
    yield "Loading libraries is left out: SimPy, and numpy, which Redrive uses for runs of many events."
    yield "All draw their chance within the measured time and write a full log of every attempt: when it started and ended, of"
    yield "which events it was, how it came out, what is billed."
    yield "  log      Redrive's log in its short form, taken piece by piece; every record can be made from it, and totals added up"
    yield "  records  the same run as the records that a worker sends and a page reads (about 4.6 an asynchronous event)"
    yield "  SimPy    an entry an attempt, kept in a list; messages and records wait in a simpy.Store, as in SimPy's own examples, and in"
    yield "           a line of its own the same with a plain deque or list in its place, which is faster and less usual\n"
    for workload in WORKLOADS:
        simpy = "SimPy (Store)" if workload in _DEQUES else "SimPy"
        yield f"{workload:<14}{'events':>10}{'log':>14}{'records':>14}{simpy:>14}{'log':>9}{'records':>9}"
        found = []
        for events in sizes:
            found.append(compared(workload, events, repeats, least))
            yield from _lines(found[-1])
        if len(found) > 1:
            yield _growth(found)
        yield ""
    yield from memory(options["memory"])


def compared(workload: str, events: int, repeats: int, least: float) -> Measured:
    """Both sides in turn, so that a machine that is busy for a while is so for both."""
    sides = (*_SIDES, "deque") if workload in _DEQUES else _SIDES
    seconds: dict[str, list[float]] = {side: [] for side in sides}
    counts: dict[str, dict[str, float]] = {}
    for repeat in range(repeats):
        for side in sides:
            answer = measure(side, workload, events, f"--least={least}", *(["--check"] if repeat == 0 else []))
            seconds[side].append(answer["seconds"])
            if repeat == 0:
                counts[side] = answer
    return Measured(events, {side: median(times) / events * 1e6 for side, times in seconds.items()}, counts)


def measure(side: str, workload: str, events: int, *flags: str) -> dict[str, float]:
    """One run in a process of its own."""
    command = [sys.executable, "-m", "simulations.benchmarks.measure", side, workload, str(events), *flags]
    done = subprocess.run(command, cwd=_ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def _lines(found: Measured) -> Iterator[str]:
    """Time and ratio, then what became of the events, which must be nearly the same on both sides."""
    times = "".join(f"{found.us[side]:>11.2f} us" for side in _SIDES)
    ratios = "".join(f"{found.ratio(side):>8.1f}x" for side in ("redrive", "records"))
    yield f"{'':<14}{found.events:>10,}{times}{ratios}"
    if "deque" in found.us:
        ratios = "".join(f"{found.ratio(side, 'deque'):>8.1f}x" for side in ("redrive", "records"))
        yield f"{'SimPy (deque)':>52}{found.us['deque']:>11.2f} us{ratios}"
    for side in [side for side in found.us if side != "records"]:
        counts, events = found.counts[side], found.events
        yield (
            f"{'':>16}{side}: {counts['delivered'] / events:.2%} delivered, {counts['captured'] / events:.2%} captured, "
            f"{counts['attempts'] / events:.3f} attempts an event"
        )


def _growth(found: Sequence[Measured]) -> str:
    """Time per event of the largest size beside that of the one before it."""
    small, large = found[-2], found[-1]
    growth = large.us["redrive"] / small.us["redrive"]
    return f"{'':<14}time per event at {large.events:,} / at {small.events:,}: {growth:.2f}"


def memory(sizes: Sequence[int]) -> Iterator[str]:
    """Peak memory of a whole process that lets the log go by."""
    for workload in WORKLOADS:
        peaks = [measure("redrive", workload, events, "--memory")["peak_kb"] / 1024 for events in sizes]
        known = ", ".join(f"{peak:.1f} MB at {events:,} events" for peak, events in zip(peaks, sizes, strict=True))
        yield f"memory        {workload}: {known}: {peaks[-1] / peaks[0]:.2f} times as much"
