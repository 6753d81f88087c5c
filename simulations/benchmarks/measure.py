"""One measurement in a process of its own: `python -m simulations.benchmarks.measure SIDE WORKLOAD EVENTS [--check]`.

Prints a JSON object. The clock runs from the workload to its last record, draws and log included; imports are left out. Both
sides and all sizes follow one rule: runs of at most a thousand events to warm up, for `--least` seconds; then runs of the whole
workload until so many seconds are measured, one in any case; what counts is the mean of these. With `--memory` there is one
run and none before, so that the peak is that of this one.
"""

import argparse
import gc
import json
import resource
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from simulations.benchmarks.workloads import WORKLOADS
from simulations.engine import arrays, simulate_rows
from simulations.engine.run import simulate_pages
from simulations.engine.trace import Fate, Kind

_WARM_UP = 1_000


def redrive(workload: str, events: int) -> int:
    """Run it and let its log go by, piece after piece; returns how many pieces there were."""
    return sum(1 for _ in simulate_pages(WORKLOADS[workload](events)))


def redrive_records(workload: str, events: int) -> int:
    """Run it and let its records go by, chunk after chunk; returns how many they were."""
    return sum(len(rows) for rows in simulate_rows(WORKLOADS[workload](events)))


def redrive_counts(workload: str, events: int) -> dict[str, int]:
    """The same run, with a look at its records."""
    counts = {"delivered": 0, "captured": 0, "attempts": 0}
    for rows in simulate_rows(WORKLOADS[workload](events)):
        for row in rows:
            if row[0] == Kind.ATTEMPT:
                counts["attempts"] += 1
            elif row[0] == Kind.SETTLED:
                counts["delivered"] += row[4] == Fate.DELIVERED
                counts["captured"] += row[4] == Fate.CAPTURED
    return counts


def simpy_run(workload: str, events: int) -> Any:
    """Run the SimPy program; its log is kept, as is usual."""
    from simulations.benchmarks.simpy_programs import PROGRAMS

    return PROGRAMS[workload](events)


def simpy_deque_run(workload: str, events: int) -> Any:
    """Run the SimPy program that keeps what waits in a deque of its own."""
    from simulations.benchmarks.simpy_deques import PROGRAMS

    return PROGRAMS[workload](events)


def peak_kb() -> int:
    """The most memory that this process ever had, in kB."""
    status = Path("/proc/self/status")
    if status.exists():  # what getrusage says includes the process that started this one
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // 1024 if sys.platform == "darwin" else most


SIDES: dict[str, Callable[[str, int], Any]] = {
    "redrive": redrive,
    "records": redrive_records,
    "simpy": simpy_run,
    "deque": simpy_deque_run,
}


def timed(run: Callable[[], Any], least: float) -> tuple[float, Any]:
    """Seconds that a run takes on average, in runs one after the other until `least` seconds are measured; what the last one gave."""
    spent, runs = 0.0, 0
    while not runs or spent < least:
        result = None  # what the run before left behind goes while the clock stands still
        started = time.perf_counter()
        result = run()
        spent += time.perf_counter() - started
        runs += 1
    return spent / runs, result


def measured(side: str, workload: str, events: int, *, least: float, check: bool, memory: bool) -> dict[str, float]:
    """Seconds of a run and peak memory, and what came of its events if that is asked for."""
    run = SIDES[side]
    if not memory:
        if arrays.serve(events):
            import_module("numpy")
        timed(lambda: run(workload, min(events, _WARM_UP)), least)
        gc.collect()
    seconds, result = timed(lambda: run(workload, events), 0 if memory else least)
    found: dict[str, float] = {"seconds": seconds, "peak_kb": peak_kb()}
    if check and side == "redrive":
        found |= redrive_counts(workload, events)
    elif check and side != "records":
        found |= {"delivered": result.delivered, "captured": result.captured, "attempts": len(result.log)}
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("side", choices=tuple(SIDES))
    parser.add_argument("workload", choices=tuple(WORKLOADS))
    parser.add_argument("events", type=int)
    parser.add_argument("--least", type=float, default=0.3)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--memory", action="store_true")
    chosen = parser.parse_args()
    print(json.dumps(measured(**vars(chosen))))
