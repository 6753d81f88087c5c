"""CloudWatch Logs subscriptions, case by case; without a random part in the waits."""

import base64
import gzip
import json

import pytest

from simulations.engine import make_report, parse_scenario
from simulations.engine.trace import Attempt, Captured
from tests.conformance.cases import DOWN, Case, check, pushed, refused, run

CASES = [
    Case(rule="CWL-1", sentence="a fault is retried until it passes",
         scenario=pushed("cloudwatch_logs", {}, refused("ServiceException", 0, 5)), at_s=[0, 1, 3, 7], fates={"1": "delivered"}),
    Case(rule="CWL-1", sentence="while the filter is disabled logs are skipped, then it is tried again",
         scenario=pushed("cloudwatch_logs", {}, refused("ResourceNotFoundException", 0, 60), at_s=(0, 30, 120, 599, 600)),
         at_s=[0, 600], fates={"1": "lost", "2": "lost", "3": "lost", "4": "lost", "5": "delivered"},
         causes={"1": "ResourceNotFoundException", "2": "SubscriptionFilterDisabled", "3": "SubscriptionFilterDisabled",
                 "4": "SubscriptionFilterDisabled", "5": None}),
    Case(rule="PERM-11", sentence="without permission the filter is disabled and the logs are lost",
         scenario=pushed("cloudwatch_logs", {}, refused("AccessDeniedException", 0, 60)), at_s=[0], fates={"1": "lost"}),
    Case(rule="MODEL-14", sentence="the filter may come back sooner",
         scenario=pushed("cloudwatch_logs", {"filter_disabled_s": 60}, refused("AccessDeniedException", 0, 90), at_s=(0, 59, 60, 120)),
         at_s=[0, 60, 120], fates={"1": "lost", "2": "lost", "3": "lost", "4": "delivered"}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.sentence}")
def test_case(case: Case) -> None:
    check(case)


def test_retries_go_on_for_24_hours() -> None:
    records = run(pushed("cloudwatch_logs", {}, DOWN))
    starts = [one.start_us for one in records if isinstance(one, Attempt)]
    assert 86_400e6 - 480e6 < starts[-1] <= 86_400e6
    assert make_report(parse_scenario(pushed("cloudwatch_logs", {}, DOWN))).cloudwatch["DeliveryErrors"].sum == len(
        starts
    )


def test_the_payload_is_compressed_and_in_base64() -> None:
    records = run(pushed("cloudwatch_logs", {"dead_letter_config": "sqs"}, {"error_rate": 1}))
    data = next(one for one in records if isinstance(one, Captured)).document["body"]["awslogs"]["data"]
    assert json.loads(gzip.decompress(base64.b64decode(data)))["logEvents"][0]["id"] == "1"
