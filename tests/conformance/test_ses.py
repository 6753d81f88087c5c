"""SES receipt rules, case by case; without a random part in the waits."""

import pytest

from simulations.engine.trace import Captured
from tests.conformance.cases import DENIED, Case, check, pushed, refused, run

CASES = [
    Case(rule="SES-1", sentence="a fault is retried until it passes", scenario=pushed("ses", {}, refused("ServiceException", 0, 2)),
         at_s=[0, 1, 3], fates={"1": "delivered"}),
    Case(rule="PERM-13", sentence="without permission nobody hears of the mail",
         scenario=pushed("ses", {"dead_letter_config": "sqs"}, DENIED), at_s=[0], caught=[], fates={"1": "lost"}),
    Case(rule="ASYNC-3", sentence="code that fails is retried by Lambda",
         scenario=pushed("ses", {"dead_letter_config": "sqs"}, {"error_rate": 1}), at_s=[0, 60, 180], caught=["function_dlq"]),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.sentence}")
def test_case(case: Case) -> None:
    check(case)


def test_the_event_leaves_out_the_body_of_the_mail() -> None:
    records = run(pushed("ses", {"dead_letter_config": "sqs"}, {"error_rate": 1}))
    record = next(one for one in records if isinstance(one, Captured)).document["body"]["Records"][0]
    assert record["ses"].keys() == {"mail", "receipt"}
    assert "content" not in record["ses"]["mail"]
