"""Starting, cancelling and asking after a run; and what happens when Redis or the database is away."""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import redis
from django.db import DatabaseError, connection, connections
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from simulations import links, runlog, tasks
from simulations.engine import TRIGGERS
from simulations.models import Run, State, new_run_id
from simulations.tasks import Revival, queue_unfinished, revive, simulate_run
from tests.web.conftest import ALWAYS_FAILS, until

NewRun = Callable[..., Run]
FORM = "application/x-www-form-urlencoded"
NOWHERE = "unix:///nowhere/redis.sock?db=0"


def post(link: str, client: Client | None = None) -> Any:
    return (client or Client()).post("/runs/", link, content_type=FORM)


def state_of(run_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = Client().get(f"/runs/{run_id}/").json()
    return answer


def test_a_run_is_kept_and_queued_by_its_id_alone(redis_url: str, store: redis.Redis, transactional_db: None) -> None:
    answer = post(ALWAYS_FAILS)
    assert answer.status_code == 201
    started = answer.json()
    assert set(started) == {"run", "socket", "cancel", "charts", "cost", "link"}
    assert started["socket"] == f"/ws/runs/{started['run']}/"
    run = Run.objects.get(id=started["run"])
    assert run.state == State.QUEUED
    assert links.read_link(started["link"]).failures.error_rate == 1
    (message,) = store.lrange("celery", 0, -1)
    assert started["run"] in json.loads(message)["headers"]["argsrepr"]
    assert "error_rate" not in str(message)


def test_ids_cannot_be_guessed() -> None:
    ids = {new_run_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert {len(one) for one in ids} == {22}


def test_a_scenario_in_a_multipart_form_starts_as_well(redis_url: str, transactional_db: None) -> None:
    assert Client().post("/runs/", {"trigger": "s3", "seed": "3"}).status_code == 201


def test_errors_come_by_field_and_nothing_is_kept(redis_url: str, transactional_db: None) -> None:
    answer = post("trigger=s3&timeout_s=901&colour=1")
    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert {error["field"] for error in errors} == {"timeout_s", "colour"}
    assert all(set(error) == {"field", "code", "message"} for error in errors)
    assert not Run.objects.exists()


def test_a_page_of_another_site_cannot_start_a_run(redis_url: str, db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    assert post(ALWAYS_FAILS, client).status_code == 403
    token = client.get("/").cookies["csrftoken"].value
    assert client.post("/runs/", ALWAYS_FAILS, content_type=FORM, headers={"x-csrftoken": token}).status_code == 201
    assert post(f"{ALWAYS_FAILS}&csrfmiddlewaretoken={token}", client).status_code == 201


def test_too_many_runs_in_a_minute_are_refused_in_words(redis_url: str, db: None, settings: Any) -> None:
    settings.REDRIVE = {**settings.REDRIVE, "runs_a_minute": 2}
    # a minute may end between two of them, so one of four suffices
    answers = [post(ALWAYS_FAILS) for _ in range(6)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert "in a minute" in refused[0].json()["errors"][0]["message"]
    assert Client(REMOTE_ADDR="10.1.1.1").post("/runs/", ALWAYS_FAILS, content_type=FORM).status_code == 201


def test_without_redis_no_run_is_kept_and_the_page_says_why(transactional_db: None, settings: Any) -> None:
    settings.REDIS_URL = NOWHERE
    answer = post(ALWAYS_FAILS)
    assert answer.status_code == 503
    assert "Redis" in answer.json()["errors"][0]["message"]
    assert not Run.objects.exists()


@pytest.fixture
def lock_database(transactional_db: None) -> Iterator[Callable[[], Callable[[], object]]]:
    """How another process takes the write lock for as long as it likes; that returns how to end it. Nobody waits for long."""
    options = connection.settings_dict["OPTIONS"]
    patient, options["timeout"] = options["timeout"], 0.05
    connection.close()
    other = sqlite3.connect(str(connection.settings_dict["NAME"]), isolation_level=None, check_same_thread=False)

    def lock() -> Callable[[], object]:
        other.execute("BEGIN IMMEDIATE")
        return other.rollback

    yield lock
    other.close()
    options["timeout"] = patient
    connection.close()


def test_while_the_database_is_locked_the_page_says_so(
    redis_url: str, lock_database: Callable[[], Callable[[], object]]
) -> None:
    unlock = lock_database()
    answer = post(ALWAYS_FAILS)
    assert answer.status_code == 503
    assert "cannot write to its database" in answer.json()["errors"][0]["message"]
    unlock()
    assert post(ALWAYS_FAILS).status_code == 201


def test_a_run_whose_end_meets_a_locked_database_is_not_a_failed_run(
    new_run: NewRun, store: redis.Redis, lock_database: Callable[[], Callable[[], object]]
) -> None:
    run = new_run()
    unlock: Callable[[], object] = str

    class Unlocking(logging.Handler):
        """Were the error taken for a mistake of ours, it could be written down by now."""

        def emit(self, record: logging.LogRecord) -> None:
            unlock()

    handler = Unlocking()
    tasks.logger.addHandler(handler)
    store.client_pause(60_000, all=False)  # no frame can be written, so the run stops before its first one
    with ThreadPoolExecutor(1) as worker:
        running = worker.submit(simulate_run, run.id)
        until(lambda: Run.objects.get(id=run.id).state == State.RUNNING, "the run has begun")
        unlock = lock_database()
        store.client_unpause()
        with pytest.raises(DatabaseError):
            running.result()
        worker.submit(connections.close_all).result()  # those of its thread
    tasks.logger.removeHandler(handler)
    unlock()
    run.refresh_from_db()
    assert (run.state, run.tries) == (State.RUNNING, 1)
    simulate_run(run.id)
    run.refresh_from_db()
    assert (run.state, run.tries) == (State.FINISHED, 0)
    assert runlog.RunLog(store, run.id).has_ended()


def test_health_says_what_is_away(redis_url: str, db: None, settings: Any) -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"ok": True, "database": "ok", "redis": "ok", "waiting": 0},
    )
    settings.REDIS_URL = NOWHERE
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"ok": False, "database": "ok", "redis": "away"})


def test_health_says_that_the_database_is_away(redis_url: str, transactional_db: None, tmp_path: Path) -> None:
    connection.close()
    there, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], tmp_path / "no" / "such.sqlite3"
    try:
        answer = Client().get("/healthz")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = there
    assert (answer.status_code, answer.json()) == (
        503,
        {"ok": False, "database": "away", "redis": "ok", "waiting": 0},
    )
    assert Client().get("/healthz").status_code == 200


def test_a_finished_run_has_a_report_and_the_same_link(new_run: NewRun) -> None:
    run = new_run()
    simulate_run(run.id)
    state = state_of(run.id)
    assert state["state"] == "finished"
    assert state["report"]["events"]
    assert state["report"]["by_event"] is None
    assert links.read_link(state["link"]).failures.error_rate == 1
    assert state["finished"] > state["created"]


def test_a_finished_run_has_a_figure_of_its_cost_with_words(new_run: NewRun) -> None:
    run = new_run()
    address = f"/runs/{run.id}/charts/cost/"
    assert Client().get(address).status_code == 404
    simulate_run(run.id)
    found = Client().get(address).json()
    assert found["figure"]["data"]
    assert found["summary"].startswith("This run costs $")
    assert Client().get(f"/runs/{run.id}/charts/weather/").status_code == 404


def test_a_run_can_be_cancelled_before_it_starts(new_run: NewRun, store: redis.Redis) -> None:
    run = new_run()
    assert Client().post(f"/runs/{run.id}/cancel/").status_code == 200
    simulate_run(run.id)
    assert state_of(run.id)["state"] == "cancelled"
    assert [entry.ends for entry in runlog.read(store, run.id)] == [True]


def test_a_run_that_no_worker_has_begun_is_cancelled_without_one(new_run: NewRun, store: redis.Redis) -> None:
    run = new_run()
    assert Client().post(f"/runs/{run.id}/cancel/").json()["state"] == "cancelled"
    (entry,) = runlog.read(store, run.id)
    assert entry.ends
    assert json.loads(entry.frame) == {"last": 0, "cancelled": True}
    simulate_run(run.id)
    assert runlog.read(store, run.id) == [entry]
    assert revive(run.id) is Revival.NOT_NEEDED


def apart(act: Callable[[], Any]) -> Any:
    """What `act` returns; for a thread of its own, whose connections to the database end with it."""
    try:
        return act()
    finally:
        connections.close_all()


def held_back(store: redis.Redis, command: str) -> bool:
    """Whether a client waits for Redis to take this command."""
    return any(client["cmd"] == command and "b" in client["flags"] for client in store.client_list())


def test_a_run_can_be_cancelled_in_the_middle(new_run: NewRun, store: redis.Redis) -> None:
    simulate_run(new_run().id)  # from here on Redis knows the script that appends
    run = new_run("trigger=s3&error_rate=1&traffic=burst&traffic_count=200")
    store.client_pause(60_000, all=False)  # Redis takes what was held back in its order: the first frame, then the wish
    with ThreadPoolExecutor(2) as threads:
        running = threads.submit(apart, lambda: simulate_run(run.id))
        until(lambda: held_back(store, "evalsha"), "the first frame is on its way")
        cancelling = threads.submit(apart, lambda: Client().post(f"/runs/{run.id}/cancel/"))
        until(lambda: held_back(store, "set"), "the wish is on its way")
        store.client_unpause()
        running.result()
        assert cancelling.result().json()["state"] in ("running", "cancelled")  # the worker may be the quicker one
    assert state_of(run.id)["state"] == "cancelled"
    frames = [json.loads(entry.frame) for entry in runlog.read(store, run.id)]
    assert (frames[0]["last"], frames[1:]) == (1, [{"last": 1, "cancelled": True}])


def test_a_wish_to_cancel_that_comes_after_the_simulation_changes_nothing(
    new_run: NewRun, store: redis.Redis, settings: Any
) -> None:
    settings.REDRIVE = {**settings.REDRIVE, "first_frame": 500}  # so that the first frame is the last one
    run = new_run()
    runlog.request_cancel(store, run.id)
    simulate_run(run.id)
    assert state_of(run.id)["state"] == "finished"
    (entry,) = runlog.read(store, run.id)
    assert "report" in json.loads(entry.frame)


def test_how_a_run_ended_never_changes(new_run: NewRun, store: redis.Redis) -> None:
    run = new_run()
    simulate_run(run.id)
    before = state_of(run.id)
    store.flushall()
    simulate_run(run.id)
    assert state_of(run.id) == before
    store.flushall()
    Run.objects.filter(id=run.id).update(scenario="what no release of ours ever wrote")
    simulate_run(run.id)
    run.refresh_from_db()
    assert (run.state, run.error) == (State.FINISHED, "")
    assert "mistake in Redrive" in json.loads(runlog.read(store, run.id)[-1].frame)["error"]


def test_cancelling_a_finished_run_changes_nothing(new_run: NewRun, store: redis.Redis) -> None:
    run = new_run()
    simulate_run(run.id)
    assert Client().post(f"/runs/{run.id}/cancel/").json()["state"] == "finished"
    store.flushall()
    simulate_run(run.id)
    assert state_of(run.id)["state"] == "finished"
    assert runlog.RunLog(store, run.id).has_ended()


@pytest.mark.parametrize("path", ["/runs/nobody/", "/runs/nobody/cancel/"])
def test_an_unknown_run_is_not_found(path: str, db: None) -> None:
    assert (Client().post if "cancel" in path else Client().get)(path).status_code == 404


def test_a_task_that_runs_twice_writes_one_trace(new_run: NewRun, store: redis.Redis) -> None:
    run = new_run("trigger=s3&error_rate=0.5&traffic=burst&traffic_count=300")
    simulate_run(run.id)
    once = runlog.read(store, run.id)
    simulate_run(run.id)
    Run.objects.filter(id=run.id).update(state=State.RUNNING)
    simulate_run(run.id)
    assert runlog.read(store, run.id) == once


def test_a_mistake_of_ours_ends_the_run_in_words(new_run: NewRun, store: redis.Redis) -> None:
    run = new_run()
    Run.objects.filter(id=run.id).update(scenario="what no release of ours ever wrote")
    simulate_run(run.id)
    assert Run.objects.get(id=run.id).state == State.FAILED
    assert "mistake in Redrive" in json.loads(runlog.read(store, run.id)[-1].frame)["error"]


def test_a_run_that_takes_its_worker_down_is_not_tried_for_ever(new_run: NewRun, settings: Any) -> None:
    settings.REDRIVE = {**settings.REDRIVE, "tries": 2}
    for tries, state in ((1, "finished"), (2, "failed")):
        run = new_run()
        Run.objects.filter(id=run.id).update(state=State.RUNNING, tries=tries)  # so a worker leaves it that goes down
        simulate_run(run.id)
        assert state_of(run.id)["state"] == state
    assert "2 times" in state_of(run.id)["error"]


def test_a_run_is_not_given_up_because_redis_was_away(new_run: NewRun, settings: Any) -> None:
    settings.REDRIVE = {**settings.REDRIVE, "patience_s": 0, "tries": 1}
    run = new_run()
    there, settings.REDIS_URL = settings.REDIS_URL, NOWHERE
    with pytest.raises(runlog.Away):
        simulate_run(run.id)
    run.refresh_from_db()
    assert (run.state, run.tries) == (State.RUNNING, 0)
    settings.REDIS_URL = there
    simulate_run(run.id)
    assert state_of(run.id)["state"] == "finished"


def test_a_scenario_of_a_version_that_is_gone_fails_in_words(new_run: NewRun) -> None:
    run = new_run()
    Run.objects.filter(id=run.id).update(scenario=json.dumps({"version": 0, "trigger": "s3"}))
    simulate_run(run.id)
    state = state_of(run.id)
    assert (state["state"], state["link"]) == ("failed", None)
    assert "version" in state["error"].lower()


def test_an_unknown_id_is_no_work(redis_url: str, db: None) -> None:
    simulate_run("nobody")
    assert revive("nobody") is Revival.NOT_NEEDED


def test_unfinished_runs_are_queued_for_a_new_redis(new_run: NewRun, store: redis.Redis, redis_url: str) -> None:
    ended, running, waiting = new_run(), new_run(), new_run()
    simulate_run(ended.id)
    Run.objects.filter(id=running.id).update(state=State.RUNNING)
    store.flushall()
    assert queue_unfinished(redis_url) == 2
    queued = [json.loads(message)["headers"]["argsrepr"] for message in store.lrange("celery", 0, -1)]
    assert sorted(queued) == sorted(str((run.id,)) for run in (running, waiting))


def test_a_silent_run_is_queued_again_once(new_run: NewRun, store: redis.Redis) -> None:
    run = new_run()
    assert revive(run.id) is Revival.WAITING
    store.delete("celery")
    assert revive(run.id) is Revival.QUEUED_AGAIN
    store.delete("celery")
    assert revive(run.id) is Revival.STILL_SILENT
    assert store.llen("celery") == 0
    simulate_run(run.id)
    assert revive(run.id) is Revival.NOT_NEEDED


pieces = st.text(max_size=30) | st.sampled_from(
    ["\0", "%00", "%ff", "&" * 2000, "[" * 3000, "9" * 400, "=", "a=" * 200]
)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    trigger=st.sampled_from(list(TRIGGERS)),
    body=st.lists(pieces, max_size=4).map("&".join),
    kind=st.sampled_from([FORM, "multipart/form-data; boundary=x", "multipart/form-data", "application/json", "x"]),
)
def test_no_body_is_a_server_error(trigger: str, body: str, kind: str, redis_url: str, db: None) -> None:
    client = Client(raise_request_exception=False)
    data = f"trigger={trigger}&{body}".encode("utf-8", "replace")
    answer = client.post("/runs/", data, content_type=kind)
    assert answer.status_code in (201, 400, 413, 429)
