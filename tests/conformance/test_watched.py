"""What an operator would watch: each metric has its words, and the server's strips are those of the browser."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from simulations.engine import TRIGGERS, make_report, parse_scenario, simulate_rows
from simulations.engine.metrics.names import metric_names
from simulations.picture import Pane
from simulations.picture.fold import Axis, Piece
from simulations.picture.strips import Watched, bars, draw_strips, says
from simulations.telling import watched
from simulations.telling.watched import MEANS

GOLDEN = sorted((Path(__file__).parent.parent / "golden" / "strips").glob("*.json"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_strips_are_those_of_the_golden_vectors(path: Path) -> None:
    golden: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    given, expect = golden["given"], golden["expect"]
    axis = Axis([Piece(*piece) for piece in given["pieces"]])
    found = bars(given["points"], given["period_s"], axis.end_us, lambda us: 22 + axis.project(us) * given["zoom"])
    assert [[round(value, 3) for value in bar] for bar in found] == expect["bars"]
    assert says(Watched(**given["metric"]), given["statistic"], given["points"], given["period_s"]) == expect["says"]


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_every_metric_that_a_trigger_can_move_is_said_in_words(trigger: str) -> None:
    scenario = parse_scenario({"trigger": trigger})
    names = {*make_report(scenario).cloudwatch, *metric_names(TRIGGERS[trigger], scenario.settings, 1)}
    names |= {metric.name for metric in TRIGGERS[trigger].metrics}
    assert names - MEANS.keys() == set()
    assert len(watched(scenario)) >= 4


def test_no_words_are_kept_for_a_metric_that_is_none() -> None:
    others = [("amazon_mq", {"engine_type": "rabbitmq"}), ("sqs", {"minimum_pollers": 2, "message_groups": 2})]
    known: set[str] = set()
    for key, settings in others:
        known |= {*make_report(parse_scenario({"trigger": key, "settings": settings})).cloudwatch}
    for key, trigger in TRIGGERS.items():
        scenario = parse_scenario({"trigger": key})
        known |= {*make_report(scenario).cloudwatch, *metric_names(trigger, scenario.settings, 1)}
        known |= {metric.name for metric in trigger.metrics}
    assert MEANS.keys() - known == set()


def test_a_failing_upload_shows_its_errors_and_what_stayed_at_nothing() -> None:
    scenario = parse_scenario({"trigger": "s3", "failures": {"error_rate": 1}})
    rows = [row for chunk in simulate_rows(scenario) for row in chunk]
    report = msgspec.to_builtins(make_report(scenario, rows))
    [drawn] = draw_strips([Pane(rows, "notification")], [report], [watched(scenario)], 560)
    assert drawn.rows[0]["name"] == "Errors"
    assert drawn.rows[0]["says"].startswith("3 in all, at most 1 in 1 min: ")
    assert drawn.rows[0]["svg"].count("M") == 3
    assert "Throttles" in drawn.silent
