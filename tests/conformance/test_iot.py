"""IoT rules, case by case; without a random part in the waits."""

import base64
import json

import pytest

from simulations.engine import make_report, parse_scenario
from simulations.engine.trace import Captured
from tests.conformance.cases import DENIED, DOWN, GONE, Case, check, pushed, refused, run

ACTION = {"error_action": "sqs"}

CASES = [
    Case(rule="IOT-1", sentence="when the function cannot be invoked the error action runs once",
         scenario=pushed("iot", ACTION, DOWN), at_s=[0, 1, 3, 7], caught=["error_action"], fates={"1": "captured"}),
    Case(rule="IOT-1", sentence="code that fails is no matter of the error action",
         scenario=pushed("iot", ACTION, refused("ServiceException", 0, 2) | {"error_rate": 1}), at_s=[0, 1, 3, 63, 183],
         caught=[], fates={"1": "lost"}),
    Case(rule="PERM-10", sentence="without permission the error action runs at once", scenario=pushed("iot", ACTION, DENIED),
         at_s=[0], caught=["error_action"]),
    Case(rule="MODEL-13", sentence="how often IoT tries is a setting", scenario=pushed("iot", {"delivery_retries": 1}, DOWN),
         at_s=[0, 1], fates={"1": "lost"}),
    Case(rule="MODEL-13", sentence="a function that is gone is not tried again", scenario=pushed("iot", {}, GONE), at_s=[0],
         fates={"1": "lost"}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.sentence}")
def test_case(case: Case) -> None:
    check(case)


def test_the_error_action_gets_the_message_and_the_failure() -> None:
    document = next(one for one in run(pushed("iot", ACTION, DENIED)) if isinstance(one, Captured)).document
    assert json.loads(base64.b64decode(document["base64OriginalPayload"])) == {"message": "1"}
    assert [failure["failedAction"] for failure in document["failures"]] == ["LambdaAction"]


def test_the_error_actions_metrics_move() -> None:
    report = make_report(parse_scenario(pushed("iot", ACTION, DENIED)))
    assert {name: report.cloudwatch[name].sum for name in ("Failure", "ErrorActionSuccess", "ErrorActionFailure")} == {
        "Failure": 1, "ErrorActionSuccess": 1, "ErrorActionFailure": 0,
    }  # fmt: skip
