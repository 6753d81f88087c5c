"""A time in which something is so has a length: one that ends before it begins would change nothing, in silence."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from simulations.engine import TRIGGERS, ScenarioErrors, parse_scenario
from simulations.engine.failures import FailurePlan
from simulations.engine.spans import Span


def spans_of(struct: type[msgspec.Struct]) -> Iterator[str]:
    """The fields of a settings struct that hold times."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    for field in info.fields:
        kind = field.type.type if isinstance(field.type, inspect.Metadata) else field.type
        item = kind.item_type if isinstance(kind, inspect.ListType) else None
        if isinstance(item, inspect.StructType) and issubclass(item.cls, Span):
            yield field.name


PLANNED = [("sqs", "failures", name) for name in spans_of(FailurePlan)]
PLANNED += [(key, "settings", name) for key, trigger in TRIGGERS.items() for name in spans_of(trigger.settings)]


def errors(trigger: str, section: str, name: str, *spans: dict[str, Any]) -> list[tuple[str, str]]:
    enriched = {"enrichment_ms": 100} if trigger == "pipes" else {}
    given = {"settings": enriched, section: {**(enriched if section == "settings" else {}), name: list(spans)}}
    try:
        parse_scenario({"trigger": trigger, **given})
    except ScenarioErrors as found:
        return [(error.field, error.message) for error in found.errors]
    return []


def test_every_time_that_can_be_planned_is_looked_at() -> None:
    assert {name for _, _, name in PLANNED} == {"outages", "concurrency", "invoke_errors", "enrichment_errors"}


@pytest.mark.parametrize(("trigger", "section", "name"), PLANNED)
@pytest.mark.parametrize("end", [0, 999.9999, 1_000, 1_000.0001])
def test_a_time_without_length_is_refused_at_its_end(trigger: str, section: str, name: str, end: float) -> None:
    """Half a microsecond is none."""
    found = errors(trigger, section, name, {"from_ms": 0, "to_ms": 1}, {"from_ms": 1_000, "to_ms": end})
    assert [field for field, _ in found] == [f"{section}.{name}[1].to_ms"]
    assert "begins at 1 s: nothing lies between" in found[0][1]


@pytest.mark.parametrize(("trigger", "section", "name"), PLANNED)
def test_the_shortest_time_is_taken(trigger: str, section: str, name: str) -> None:
    assert errors(trigger, section, name, {"from_ms": 1_000, "to_ms": 1_000.001}) == []


@pytest.mark.parametrize(("trigger", "section", "name"), [one for one in PLANNED if one[2] != "outages"])
def test_a_time_without_an_end_lasts_to_the_end_of_the_run(trigger: str, section: str, name: str) -> None:
    assert errors(trigger, section, name, {"from_ms": 1_000}) == []
