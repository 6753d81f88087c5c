"""`manage.py simulate LINK`: a scenario in the terminal, without database, Redis or worker.

Standard output holds the answer only. Exit code 0, or 2 with {"errors": [{"field", "code", "message"}]}.
"""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Literal

import msgspec
from django.core.management.base import BaseCommand

from simulations import links, transcript
from simulations.as_code import LANGUAGES, as_code
from simulations.engine import (
    TRIGGERS,
    FieldError,
    Report,
    ReportBuilder,
    Scenario,
    ScenarioErrors,
    make_totals,
    parse_scenario,
    simulate_rows,
)
from simulations.engine.limits import UNKNOWN
from simulations.engine.trace import Record, to_record

_FORMATS = ("text", "json", "jsonl", "totals", *LANGUAGES)


class Command(BaseCommand):
    help = "Simulate a scenario and print the trace and the report."
    # a scenario needs no database, no URLs, no templates
    requires_system_checks: list[str] = []  # noqa: RUF012  (declared so by Django)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("link", nargs="?", help="the address of the page, or its query string")
        parser.add_argument("--scenario", metavar="FILE", help="a scenario as JSON instead; - is standard input")
        parser.add_argument(
            "--format",
            default="text",
            help="text (default), json, jsonl: a record a line, then the report; totals: counts alone, for large runs; "
            f"or the settings as code: {', '.join(LANGUAGES)}",
        )
        parser.add_argument(
            "--schema", action="store_true", help="print the JSON Schemas of scenario, record and report"
        )

    def handle(self, *, link: str | None, scenario: str | None, format: str, schema: bool, **_: Any) -> None:  # noqa: A002  (--format)
        write = sys.stdout.buffer.write
        try:
            parts = _schemas() if schema else _FORMATTERS[_checked(format)](_scenario(link, scenario))
            for part in parts:
                write(part)
            sys.stdout.buffer.flush()
        except ScenarioErrors as found:
            write(msgspec.json.encode({"errors": found.errors}) + b"\n")
            sys.exit(2)
        except BrokenPipeError:
            # the reader has seen enough; nothing more may be written, not even at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _checked(name: str) -> str:
    if name not in _FORMATS:
        raise _error(f"There is no format {name[:100]!r}; known are {', '.join(_FORMATS)}.")
    return name


def _scenario(link: str | None, file: str | None) -> Scenario:
    """The scenario of a link or of a file. Errors name flat keys or paths, as it was given."""
    if (link is None) == (file is None):
        raise _error("Give a link, or --scenario FILE: one of the two.")
    try:
        return links.read_link(link) if link is not None else parse_scenario(_read(str(file)))
    except RecursionError:
        raise _error("The scenario is nested too deeply.") from None


def _read(file: str) -> Any:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except (OSError, ValueError) as error:
        raise _error(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    try:
        return links.read_json(data)
    except ValueError as error:
        raise _error(f"{file}: {error}.") from None


def _records(scenario: Scenario, builder: ReportBuilder) -> Iterator[Record]:
    seq = 0
    for rows in simulate_rows(scenario):
        builder.add(rows)
        for row in rows:
            seq += 1
            yield to_record(seq, row)


def _text(scenario: Scenario) -> Iterator[bytes]:
    builder = ReportBuilder(scenario)
    yield f"{transcript.head(scenario, links.render_link(scenario))}\n".encode()
    for record in _records(scenario, builder):
        yield f"{transcript.line(record)}\n".encode()
    for line in transcript.summary(builder.finish()):
        yield f"{line}\n".encode()


def _json(scenario: Scenario) -> Iterator[bytes]:
    builder = ReportBuilder(scenario)
    records = list(_records(scenario, builder))
    yield msgspec.json.encode({"scenario": scenario, "records": records, "report": builder.finish()}) + b"\n"


def _jsonl(scenario: Scenario) -> Iterator[bytes]:
    builder = ReportBuilder(scenario)
    for record in _records(scenario, builder):
        yield msgspec.json.encode(record) + b"\n"
    yield msgspec.json.encode(builder.finish()) + b"\n"


def _totals(scenario: Scenario) -> Iterator[bytes]:
    yield msgspec.json.encode(make_totals(scenario)) + b"\n"


def _code(language: str, scenario: Scenario) -> Iterator[bytes]:
    code = as_code(scenario)
    if code.left:
        yield f"# {code.left}\n".encode()
    yield getattr(code, language).encode()


_FORMATTERS: dict[str, Callable[[Scenario], Iterator[bytes]]] = {
    "text": _text,
    "json": _json,
    "jsonl": _jsonl,
    "totals": _totals,
    **{language: partial(_code, language) for language in LANGUAGES},
}


def _schemas() -> Iterator[bytes]:
    yield msgspec.json.format(msgspec.json.encode(schemas())) + b"\n"


def schemas() -> dict[str, Any]:
    """The JSON Schemas of what goes in and what comes out; a scenario's settings are those of its trigger."""
    kinds = [_scenario_of(key) for key in TRIGGERS]
    found, parts = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    return {
        "scenario": {"anyOf": list(found), "$defs": parts},
        "record": msgspec.json.schema(Record),
        "report": msgspec.json.schema(Report),
    }


def _scenario_of(key: str) -> type[msgspec.Struct]:
    """Scenario, with one trigger and the settings that belong to it."""
    trigger = TRIGGERS[key]
    fields: list[Any] = []
    for field in msgspec.structs.fields(Scenario):
        if field.name == "trigger":
            fields.append((field.name, Literal[key]))
        elif field.name == "settings":
            fields.append((field.name, trigger.settings, trigger.settings()))
        elif field.default is msgspec.NODEFAULT:
            fields.append((field.name, field.type))
        else:
            fields.append((field.name, field.type, field.default))
    return msgspec.defstruct(f"Scenario_{key}", fields, kw_only=True, frozen=True, forbid_unknown_fields=True)


def _error(message: str) -> ScenarioErrors:
    return ScenarioErrors([FieldError("", UNKNOWN, message)])
