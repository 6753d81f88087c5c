"""`manage.py benchmark PART`: how fast things are on this machine. Only ratios within one run are results."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandError

from simulations.benchmarks import engine


class Part(NamedTuple):
    """A part of the benchmark: what the command needs of its module."""

    help: str
    add_arguments: Callable[[ArgumentParser], None]
    missing: Callable[[], str | None]
    run: Callable[[dict[str, Any]], Iterator[str]]


# one row a part; each is a module of its own in simulations/benchmarks
PARTS = {
    "engine": Part(engine.HELP, engine.add_arguments, engine.missing, engine.run),
}


class Command(BaseCommand):
    help = "Measure how fast Redrive is."
    # the engine needs no database, no URLs, no templates
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: ArgumentParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True)
        for name, part in PARTS.items():
            part.add_arguments(parts.add_parser(name, help=part.help))

    def handle(self, *, part: str, **options: Any) -> None:
        chosen = PARTS[part]
        problem = chosen.missing()
        if problem is not None:
            raise CommandError(problem)
        for line in chosen.run(options):
            self.stdout.write(line)
            self.stdout.flush()
