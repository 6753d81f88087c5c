"""`manage.py benchmark`: measure a part of Redrive on this machine. Nothing is asserted but that the results are right."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from simulations.benchmarks import browser, engine, stream
from simulations.benchmarks.site import BenchmarkError

PARTS = {"engine": engine, "stream": stream, "browser": browser}


class Command(BaseCommand):
    help = "Measure Redrive on this machine: medians and ratios."
    requires_system_checks: list[str] = []  # noqa: RUF012  (a site of its own is started; it checks itself)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True, metavar=" | ".join(PARTS))
        for name, part in PARTS.items():
            text = (part.__doc__ or "").strip()
            part.add_arguments(parts.add_parser(name, help=text.splitlines()[0], description=text))

    def handle(self, *, part: str, **options: Any) -> None:
        def say(text: str) -> None:
            self.stdout.write(text)
            self.stdout.flush()

        try:
            PARTS[part].main(options, say)
        except BenchmarkError as error:
            raise CommandError(str(error)) from None
