"""The worker's side: simulate a run and write its trace to the stream, frame by frame.

A task may be repeated, interrupted or run twice at once: frames are cut by count only and appended by their place, so the
stream comes out the same. Tasks never import plotly, nor anything else that a worker does not need.
"""

import logging
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

import msgspec
from billiard.exceptions import SoftTimeLimitExceeded
from celery import shared_task
from django.conf import settings
from django.db import DatabaseError
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError
from redis.exceptions import TimeoutError as RedisTimeoutError

from simulations import runlog
from simulations.engine import ENGINE_VERSION, ReportBuilder, Scenario, ScenarioErrors, parse_scenario, simulate_rows
from simulations.engine.trace import Kind
from simulations.models import ENDED, Run, State
from visualizer import addresses, celery_app

T = TypeVar("T")

logger = logging.getLogger(__name__)

# Celery's default queue is a Redis list of this name
QUEUE = "celery"


class _Cancelled(Exception):
    """Not an error: somebody asked for it."""


class _Gap(Exception):
    """Not an error: the stream was lost, the run begins again."""


@shared_task(name="simulate_run")
def simulate_run(run_id: str) -> None:
    """Simulate one run into its stream; only the id travels."""
    run = Run.objects.filter(id=run_id).first()
    if run is None:
        return
    log = runlog.RunLog(runlog.connect(), run_id)
    if run.state == State.CANCELLED or (run.requested_cancel and not run.ended):
        _end(run, State.CANCELLED)
        _patiently(lambda: log.end({"cancelled": True}))
    elif run.state == State.FAILED:
        _patiently(lambda: log.end({"error": run.error}))
    elif run.state != State.FINISHED or not _patiently(log.has_ended):
        _simulate(run, log)


def _simulate(run: Run, log: runlog.RunLog) -> None:
    """Write the whole trace, and how it ended into the row."""
    if run.tries >= settings.REDRIVE["tries"]:
        _fail(run, log, f"The worker broke down {run.tries} times over this run, so it is not tried again.")
        return
    Run.objects.filter(id=run.id).update(tries=F("tries") + 1)
    Run.objects.filter(id=run.id, state=State.QUEUED).update(state=State.RUNNING)
    try:
        _write(run, parse_scenario(run.raw_scenario()), log)
    except _Cancelled:
        _end(run, State.CANCELLED)
        _patiently(lambda: log.end({"cancelled": True}))
    except SoftTimeLimitExceeded:
        _fail(run, log, f"The run took longer than {settings.REDRIVE['run_soft_s']} seconds and was stopped.")
    except ScenarioErrors as errors:
        _fail(run, log, f"This version of Redrive cannot run the scenario: {errors}")
    except OutOfMemoryError:
        _fail(run, log, "Redis has no memory left for another trace. Try again in a few minutes, or a smaller run.")
    except (runlog.Away, DatabaseError) as error:
        # not the run's fault: it stays unfinished, and whoever watches it has it queued again
        if isinstance(error, RedisConnectionError | RedisTimeoutError):
            Run.objects.filter(id=run.id, tries__gt=0).update(tries=F("tries") - 1)
        raise
    except Exception:
        logger.exception("run %s failed", run.id)
        _fail(run, log, "The simulation broke off because of a mistake in Redrive, not in your settings.")


def _write(run: Run, scenario: Scenario, log: runlog.RunLog) -> None:
    """Append every frame; begin again when the stream was lost in between."""
    while True:
        try:
            return _write_once(run, scenario, log)
        except _Gap:
            continue


def _write_once(run: Run, scenario: Scenario, log: runlog.RunLog) -> None:
    limits = settings.REDRIVE
    builder = ReportBuilder(scenario, by_event=False, keep_documents=False)
    seq = 0
    for rows in runlog.cut(simulate_rows(scenario, record_limit=limits["records"], event_limit=limits["events"])):
        builder.add(rows)
        frame = runlog.Frame(seq + 1, seq + len(rows), rows, builder.totals())
        seq += len(rows)
        if rows[-1][0] == Kind.ENDED:
            report: dict[str, Any] = msgspec.to_builtins(builder.finish())
            # the row first: whoever sees the last frame may ask for the run's state
            _end(run, State.FINISHED, report=report, engine_version=ENGINE_VERSION)
            frame = msgspec.structs.replace(frame, report=report)
        _append(log, frame)


def _append(log: runlog.RunLog, frame: runlog.Frame) -> None:
    reply = _patiently(lambda: log.append(frame))
    if reply is runlog.Appended.CANCELLED:
        raise _Cancelled
    if reply is runlog.Appended.GAP:
        raise _Gap


def _patiently(act: Callable[[], T]) -> T:
    """What `act` returns, once Redis is there: it may be restarting."""
    deadline = time.monotonic() + settings.REDRIVE["patience_s"]
    while True:
        try:
            return act()
        except OutOfMemoryError:
            raise
        except runlog.Away:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _end(run: Run, state: State, **fields: Any) -> None:
    """How the run ended; if it has ended otherwise meanwhile, or before its trace was simulated again, it stays as it is."""
    otherwise = [ended for ended in ENDED if ended != state]
    finished = Coalesce("finished", timezone.now())
    Run.objects.filter(id=run.id).exclude(state__in=otherwise).update(state=state, finished=finished, tries=0, **fields)


def _fail(run: Run, log: runlog.RunLog, error: str) -> None:
    _end(run, State.FAILED, error=error)
    _patiently(lambda: log.end({"error": error}))


class Revival(StrEnum):
    """What was done about a watched run that is silent."""

    NOT_NEEDED = "not_needed"
    WAITING = "waiting"
    QUEUED_AGAIN = "queued_again"
    SIMULATED_AGAIN = "simulated_again"
    STILL_SILENT = "still_silent"


def revive(run_id: str) -> Revival:
    """Queue a silent run again, once in a while, whoever asks: its worker, the queue or its stream may be gone."""
    client = runlog.connect()
    run = Run.objects.filter(id=run_id).first()
    if run is None or runlog.RunLog(client, run_id).has_ended():
        return Revival.NOT_NEEDED
    if run.state == State.QUEUED and client.llen(QUEUE):
        return Revival.WAITING
    if not client.set(runlog.again_key(run_id), b"1", nx=True, ex=settings.REDRIVE["again_s"]):
        return Revival.STILL_SILENT
    simulate_run.delay(run_id)
    return Revival.SIMULATED_AGAIN if run.ended else Revival.QUEUED_AGAIN


def queue_unfinished(redis_url: str) -> int:
    """Queue every run that has not ended: for a Redis server that has just started, and so is empty."""
    unfinished = Run.objects.filter(state__in=(State.QUEUED, State.RUNNING)).order_by("created")
    with celery_app.connection_for_write(addresses.broker_url(redis_url)) as connection:
        for run_id in unfinished.values_list("id", flat=True):
            celery_app.send_task("simulate_run", (run_id,), connection=connection)
    return unfinished.count()
