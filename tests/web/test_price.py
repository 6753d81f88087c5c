"""`manage.py price`: JSON in, JSON out, errors by field with exit code 2."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, given: str = "") -> tuple[int, Any]:
    done = subprocess.run(
        [sys.executable, "manage.py", "price", *arguments],
        cwd=ROOT,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)


def test_a_file_is_priced(tmp_path: Path) -> None:
    file = tmp_path / "use.json"
    file.write_text(
        '{"lambda": [{"requests": 3e6, "avg_ms": 120.0, "memory_mb": 1536}], "units": [["q", "sqs.fifo", 10]]}'
    )
    code, answer = run("--input", str(file))
    assert code == 0
    assert [item["price_key"] for item in answer["line_items"]] == [
        "lambda.requests",
        "lambda.duration.x86",
        "sqs.fifo",
    ]
    assert (answer["total_usd"], answer["rounded_usd"]) == ("9.600023", "9.60")
    assert answer["hours_per_month"] == "730"
    assert answer["out_of_scope"]


def test_standard_input_is_read_digit_by_digit() -> None:
    code, answer = run("--input", "-", given='{"units": [["x", "transfer.out", 0.123456789012]]}')
    assert (code, answer["line_items"][0]["quantity"]) == (0, "0.123456789012")


@pytest.mark.parametrize(
    ("arguments", "given", "field"),
    [
        ((), "", ""),
        (("--input", "no-such-file.json"), "", ""),
        (("--input", "-"), "{", ""),
        (("--input", "-"), '{"region": "eu-wst-1"}', "region"),
        (("--input", "-"), '{"lambda": [{"requests": 1e999999}]}', "lambda[0].requests"),
    ],
)
def test_a_wrong_input_is_said_by_field(arguments: tuple[str, ...], given: str, field: str) -> None:
    code, answer = run(*arguments, given=given)
    assert code == 2
    [error] = answer["errors"]
    assert error["field"] == field
    assert error["message"]
    assert error["code"]


def test_the_schema_names_every_service() -> None:
    code, schema = run("--schema")
    assert code == 0
    assert {"lambda", "sqs", "kinesis", "units", "region"} <= set(schema["input"]["properties"])
    assert schema["answer"]
