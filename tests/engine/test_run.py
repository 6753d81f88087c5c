"""How a run is handed out, and what cuts it."""

from typing import Any

import pytest

from simulations.engine import parse_scenario, simulate_rows
from simulations.engine.trace import Kind, Row

# all events arrive, run and end within a few hundred things that happen: less than is done between two looks at the log
SHORT: dict[str, Any] = {"trigger": "s3", "traffic": {"kind": "burst", "count": 40}}
LONG: dict[str, Any] = {"trigger": "s3", "traffic": {"kind": "steady", "count": 400}}


def rows_of(raw: dict[str, Any], record_limit: int | None) -> list[Row]:
    return [row for chunk in simulate_rows(parse_scenario(raw), record_limit) for row in chunk]


@pytest.mark.parametrize("limit", [1, 50, 159])
@pytest.mark.parametrize("raw", [SHORT, LONG], ids=["short", "long"])
def test_a_run_never_has_more_records_than_its_limit(raw: dict[str, Any], limit: int) -> None:
    whole, cut = rows_of(raw, None), rows_of(raw, limit)
    assert cut[:limit] == whole[:limit]
    assert [row[0] for row in cut[limit:]] == [Kind.LIMIT, Kind.ENDED]
    assert cut[-1][3] == "record_limit"


def test_a_run_with_as_many_records_as_its_limit_is_whole() -> None:
    whole = rows_of(SHORT, None)
    assert rows_of(SHORT, len(whole) - 1) == whole


@pytest.mark.parametrize("limit", range(20, 220, 20))
def test_what_a_run_counts_is_never_negative_where_it_is_cut(limit: int) -> None:
    raw = {
        "trigger": "sqs",
        "traffic": {"kind": "steady", "count": 100, "rate_per_s": 20},
        "failures": {"error_rate": 0.4},
        "settings": {"max_receive_count": 4},
    }
    *_, rows = simulate_rows(parse_scenario(raw), record_limit=limit)
    assert rows[-1][0] == Kind.ENDED
    assert min(rows[-1][4].values()) >= 0
