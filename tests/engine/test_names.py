"""A failure that is planned for an event that is not there is an error at its field: it would change nothing, in silence."""

from typing import Any

import pytest

from simulations.engine import ScenarioErrors, parse_scenario

THREE = {"kind": "backlog", "count": 3}
TABLE = {"kind": "at", "events": [{"id": "a", "at_ms": 0}, {"at_ms": 1}]}


def errors(failures: dict[str, Any], traffic: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    try:
        parse_scenario({"trigger": "sqs", "failures": failures, "traffic": traffic, **more})
    except ScenarioErrors as found:
        return [(error.field, error.message) for error in found.errors]
    return []


@pytest.mark.parametrize(
    ("failures", "field"),
    [
        ({"poison": ["1", "4"]}, "failures.poison"),
        ({"poison": ["01"]}, "failures.poison"),
        ({"poison": ["0"]}, "failures.poison"),
        ({"poison": ["\u0663"]}, "failures.poison"),
        ({"poison": ["9" * 5_000]}, "failures.poison"),
        ({"script": [{"event": "3", "invocation": 1}, {"event": "4", "invocation": 1}]}, "failures.script[1].event"),
        ({"invocations": [{"match": {"events": ["1", "4"]}}]}, "failures.invocations[0].match.events[1]"),
    ],
)
def test_an_id_that_names_no_event_is_refused_at_its_field(failures: dict[str, Any], field: str) -> None:
    found = errors(failures, THREE)
    assert [name for name, _ in found] == [field]
    assert found[0][1].endswith("names no event of this traffic: ids run from 1 to 3.")


def test_events_of_a_table_have_the_names_that_it_gives_them_or_their_number() -> None:
    assert errors({"poison": ["a", "2"]}, TABLE) == []
    assert errors({"poison": ["b"]}, TABLE)[0][1] == "'b' names no event of this traffic: there are a."
    many = {"kind": "at", "events": [{"id": f"e{number}", "at_ms": 0} for number in range(20)]}
    assert errors({"poison": ["b"]}, many)[0][1].endswith("e6, e7 and others.")


def test_what_a_run_makes_itself_may_be_named() -> None:
    """The end of a tumbling window, and the second event of a loop."""
    windows = {"trigger": "kinesis", "settings": {"tumbling_window_s": 60}}
    assert errors({"poison": ["window-1"]}, THREE, **windows) == []
    assert errors({"script": [{"event": "1~2", "invocation": 1}]}, THREE, trigger="s3") == []
