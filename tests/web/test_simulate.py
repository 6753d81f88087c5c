"""The terminal command: the answer on standard output, errors as JSON with exit code 2, nothing else needed."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from simulations import links, transcript
from simulations.as_code import LANGUAGES, as_code
from simulations.engine import parse_scenario, simulate
from simulations.engine import trace as t
from simulations.engine.packs import NEWEST
from simulations.engine.trace import KINDS

FAILS = {"trigger": "s3", "failures": {"error_rate": 1}}
# no database, no Redis, no place to write
NOWHERE = {
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1",
    "REDRIVE_VAR": "/proc/none",
}


def simulate_command(*arguments: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "manage.py", "simulate", *arguments]
    env = {**os.environ, **NOWHERE}
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env=env, input=stdin, capture_output=True, check=False, timeout=60
    )


def answer(*arguments: str, stdin: bytes = b"") -> str:
    done = simulate_command(*arguments, stdin=stdin)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


def errors(*arguments: str, stdin: bytes = b"") -> dict[str, dict[str, str]]:
    done = simulate_command(*arguments, stdin=stdin)
    assert (done.returncode, done.stderr) == (2, b"")
    found = json.loads(done.stdout)["errors"]
    assert found
    assert all(set(error) == {"field", "code", "message"} for error in found)
    return {error["field"]: error for error in found}


def test_a_link_is_told_in_lines_and_ends_with_what_became_of_each_event() -> None:
    text = answer("http://localhost:8000/?trigger=s3&error_rate=1")
    lines = text.splitlines()
    assert any(
        "3 min 0.2 s" in line and "attempt 3" in line and "FAILED" in line and "ASYNC-3" in line for line in lines
    )
    assert any("LOST (RetriesExhausted)" in line for line in lines)
    assert "What became of each event" in lines
    assert "Totals" in lines


def test_a_link_of_older_rules_says_how_it_follows_the_newest() -> None:
    link = "trigger=pipes&source=kinesis&error_rate=1&maximum_retry_attempts=0&pipe_dead_letter_config=sqs"
    (said,) = [line for line in answer(link).splitlines() if line.startswith("This link keeps to the rules of")]
    assert f"rules={NEWEST}" in said
    assert "This link keeps" not in answer(f"{link}&rules={NEWEST}")


def test_jsonl_is_a_record_a_line_and_the_report_last() -> None:
    *records, report = [
        json.loads(line) for line in answer("trigger=s3&error_rate=1", "--format", "jsonl").splitlines()
    ]
    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    assert {"kind", "at_us", "rule"} <= set(records[0])
    assert records[-1]["kind"] == "ended"
    assert report["by_event"]["1"]["fate"] == "lost"
    assert report["events"]["lost"] == 1


def test_json_is_scenario_records_and_report() -> None:
    found = json.loads(answer("trigger=s3&error_rate=1", "--format=json"))
    assert set(found) == {"scenario", "records", "report"}
    assert found["scenario"]["failures"]["error_rate"] == 1
    assert found["records"][-1]["kind"] == "ended"
    assert isinstance(found["report"]["cost"]["total_usd"], str)


@pytest.mark.parametrize("trigger", ["s3", "kinesis", "sqs", "api_gateway"])
def test_totals_are_those_of_the_report(trigger: str) -> None:
    link = f"trigger={trigger}&error_rate=0.5&traffic=burst&traffic_count=30"
    totals, report = json.loads(answer(link, "--format=totals")), json.loads(answer(link, "--format=json"))["report"]
    assert totals == {name: report[name] for name in totals}


@pytest.mark.parametrize("language", LANGUAGES)
def test_settings_come_as_code(language: str) -> None:
    link = "trigger=api_gateway&throttling_rate_limit=5"
    code = as_code(links.read_link(link))
    assert answer(link, f"--format={language}") == f"# {code.left}\n{getattr(code, language)}"


def test_a_file_and_standard_input_give_what_the_link_gives(tmp_path: Path) -> None:
    file = tmp_path / "scenario.json"
    file.write_text(json.dumps(FAILS))
    by_link = answer("trigger=s3&error_rate=1", "--format=jsonl")
    assert answer("--scenario", str(file), "--format=jsonl") == by_link
    assert answer("--scenario", "-", "--format=jsonl", stdin=json.dumps(FAILS).encode()) == by_link


def test_errors_of_a_link_name_keys_and_those_of_a_file_name_paths() -> None:
    assert set(errors("trigger=s3&timeout_s=901&colour=1")) == {"timeout_s", "colour"}
    wrong = {"trigger": "s3", "function": {"timeout_s": 901}, "settings": {"colour": 1}}
    assert set(errors("--scenario", "-", stdin=json.dumps(wrong).encode())) == {"function.timeout_s", "settings.colour"}


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        ((), b""),
        (("trigger=s3", "--scenario", "-"), b"{}"),
        (("--scenario", "/nowhere/at/all.json"), b""),
        (("--scenario", "/"), b""),
        (("--scenario", "-"), b""),
        (("--scenario", "-"), b"{"),
        (("--scenario", "-"), b"[]"),
        (("--scenario", "-"), b"null"),
        (("--scenario", "-"), b"\xff\xfe"),
        (("--scenario", "-"), b'"text"'),
        (("--scenario", "-"), b"[" * 100_000),
        (("--scenario", "-"), b'{"trigger": "s3", "seed": 1e400}'),
        (("--scenario", "-"), b'{"trigger": ["s3"]}'),
        (("--scenario", "-"), b'{"trigger": "s3", "seed": 123456789012345678901234567890}'),
        (("--scenario", "-"), b'{"trigger": "s3", "version": {"a": 1}, "rules": []}'),
        (("--scenario", "-"), b'{"trigger": "s3", "seed": 1, "seed": 2}'),
        (("trigger=s3", "--format", "xml"), b""),
    ],
)
def test_bad_input_is_an_error_in_words_and_never_a_traceback(
    arguments: tuple[str, ...], stdin: bytes, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
    with pytest.raises(SystemExit) as ended:
        call_command("simulate", *arguments)
    assert ended.value.code == 2
    said = capfdbinary.readouterr()
    assert said.err == b""
    assert all(error["message"] for error in json.loads(said.out)["errors"])


def test_the_schemas_describe_every_trigger_record_and_the_report() -> None:
    found: dict[str, Any] = json.loads(answer("--schema"))
    assert set(found) == {"scenario", "record", "report"}
    kinds = found["record"]["discriminator"]["mapping"]
    assert set(kinds) == set(KINDS)
    triggers = [part["$ref"].rsplit("_", 1)[-1] for part in found["scenario"]["anyOf"]]
    assert "s3" in triggers


def test_every_kind_of_record_has_a_line() -> None:
    told = set()
    for link in (
        "trigger=s3&error_rate=1&on_failure=sqs",
        "trigger=api_gateway&error_rate=0.5&traffic=burst",
    ):
        for record in simulate(links.read_link(link)):
            assert record.rule in transcript.line(record)
            told.add(type(record))
    assert {t.Attempt, t.Settled, t.Ended} <= told


def test_a_reader_that_stops_early_leaves_no_traceback() -> None:
    command = f"{sys.executable} manage.py simulate 'trigger=s3&traffic=steady&traffic_count=20000' | head -1"
    done = subprocess.run(
        command,
        shell=True,
        cwd=settings.BASE_DIR,
        env={**os.environ, **NOWHERE},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == b""
    assert done.stdout.count(b"\n") == 1


@pytest.mark.parametrize(
    ("us", "words"),
    [
        (0, "0 ms"),
        (500, "0.5 ms"),
        (100_000, "100 ms"),
        (1_000_000, "1 s"),
        (60_100_000, "1 min 0.1 s"),
        (21_600_000_000, "6 h"),
        (14 * 86_400_000_000 + 5_000_000, "14 d 5 s"),
    ],
)
def test_times_have_their_units(us: int, words: str) -> None:
    assert transcript.in_words(us) == words


def test_the_same_scenario_is_told_the_same(tmp_path: Path) -> None:
    link = links.render_link(parse_scenario(FAILS))
    assert answer(link) == answer(link)
