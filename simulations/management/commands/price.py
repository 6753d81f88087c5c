"""`manage.py price --input FILE.json`: what given quantities cost, without a simulation.

Standard output holds the answer only. Exit code 0, or 2 with {"errors": [{"field", "code", "message"}]}.
"""

import sys
from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import BaseCommand

from simulations.engine.billing import PriceAnswer, UseErrors, price_use, use_schema
from simulations.engine.limits import UNKNOWN, FieldError

_DECODER = msgspec.json.Decoder(float_hook=Decimal)  # no digit of a price is lost on its way


class Command(BaseCommand):
    help = "Price quantities of a month: JSON in, every line and the total out."
    # prices need no database, no URLs, no templates
    requires_system_checks: list[str] = []  # noqa: RUF012  (declared so by Django)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--input", metavar="FILE", help="what was used, as JSON; - is standard input")
        parser.add_argument("--schema", action="store_true", help="print the JSON Schemas of input and answer")

    def handle(self, *, input: str | None, schema: bool, **_: Any) -> None:  # noqa: A002  (--input)
        try:
            answer: Any = _schemas() if schema else price_use(_read(input))
        except UseErrors as found:
            answer = {"errors": found.errors}
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(answer)) + b"\n")
        sys.stdout.buffer.flush()
        if isinstance(answer, dict) and "errors" in answer:
            sys.exit(2)


def _schemas() -> dict[str, Any]:
    return {"input": use_schema(), "answer": msgspec.json.schema(PriceAnswer)}


def _read(file: str | None) -> Any:
    if file is None:
        raise _error("Give --input FILE; - is standard input.")
    name = "Standard input" if file == "-" else file
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except (OSError, ValueError) as error:
        raise _error(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    try:
        return _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError, ArithmeticError) as error:
        raise _error(f"{name} is not JSON: {error}.") from None


def _error(message: str) -> UseErrors:
    return UseErrors([FieldError("", UNKNOWN, message)])
