"""What AWS accepts and ignores: it is named, and it changes nothing."""

import msgspec
import pytest
from hypothesis import given

from simulations.engine import TRIGGERS, Scenario
from simulations.engine.fields import ignored, scenario_fields
from simulations.ignored import in_words
from simulations.links import read_link
from tests.strategies import scenarios
from tests.traces import Trace, digestible

IDLE = sorted(key for key, trigger in TRIGGERS.items() if trigger.idle)
QUEUE = "Lambda's own queue serves InvocationType Event only"


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("sdk_invoke", ""),
        ("sdk_invoke&dead_letter_config=sqs&on_failure=sns", f"DeadLetterConfig and OnFailure ({QUEUE})"),
        ("sdk_invoke&invocation_type=event&dead_letter_config=sqs", ""),
        ("sdk_invoke&invocation_type=event&read_timeout_s=5", "read_timeout (only a call that waits for the code can wait too long)"),
        ("sdk_invoke&retry_mode=legacy&new_retries_2026=true", "AWS_NEW_RETRIES_2026 (mode legacy keeps its own rules)"),
        ("step_functions&maximum_retry_attempts=0", f"MaximumRetryAttempts ({QUEUE})"),
        ("step_functions&invocation_type=event&timeout_seconds=3", "TimeoutSeconds (with Event the state is done at once)"),
        ("s3&recursive_loop=allow", "RecursiveLoop (no run sets off another one)"),
        ("s3&recursive_loop=allow&writes_to_same_bucket=true", ""),
        ("msk&initial_pollers=3&minimum_pollers=2&maximum_pollers=4", "Pollers at first (provisioned mode begins with its minimum of pollers and changes them at once)"),
        ("msk&initial_pollers=3", ""),
        ("msk&number_of_broker_nodes=6", "NumberOfBrokerNodes (only a provisioned cluster is billed by its brokers)"),
        ("amazon_mq&requeue_wait_s=5", "Wait after a failure (ActiveMQ has a wait of its own)"),
        ("amazon_mq&engine_type=rabbitmq&requeue_wait_s=5&deployment_mode=cluster_multi_az", "DeploymentMode (without a HostInstanceType the broker is not on the bill)"),
        ("pipes&source=kinesis&visibility_timeout_s=60", "VisibilityTimeout (only a queue hides its messages)"),
        ("pipes&retry_jitter_percent=0", "Randomness of waits (only batches of a stream or a topic wait like that)"),
        ("pipes&source=msk&retry_jitter_percent=0&volume_size_gib=10", "VolumeSize (only a provisioned cluster is billed by its brokers)"),
        (
            "pipes&source=kinesis&invocation_type=fire_and_forget&batch_size=1&on_partial_batch_item_failure=automatic_bisect",
            "OnPartialBatchItemFailure (a batch of one record cannot be cut)",
        ),
        ("websocket_api&route=connect&route_response=false", "RouteResponse (only a message has a route response)"),
        (
            "sdk_invoke&invocation_type=dry_run&read_timeout_s=5&on_success=sqs",
            f"OnSuccess ({QUEUE}); read_timeout (only a call that waits for the code can wait too long)",
        ),
    ],
)  # fmt: skip
def test_what_is_ignored_is_named_with_the_reason(link: str, says: str) -> None:
    assert in_words(read_link(f"trigger={link}")) == (f"Accepted and ignored here: {says}." if says else "")


@pytest.mark.parametrize("trigger", IDLE)
def test_idle_settings_are_settings_of_their_trigger(trigger: str) -> None:
    known = {field.path for field in scenario_fields(trigger)}
    for idle in TRIGGERS[trigger].idle:
        assert {f"settings.{name}" for name in (idle.of, *idle.settings)} <= known


@pytest.mark.parametrize("trigger", IDLE)
def test_what_is_said_to_be_ignored_changes_no_record(trigger: str) -> None:
    @given(scenarios(trigger))
    def check(scenario: Scenario) -> None:
        defaults = {field.path.removeprefix("settings."): field.default for field, _ in ignored(scenario)}
        settings = msgspec.convert(msgspec.to_builtins(scenario.settings) | defaults, type(scenario.settings))
        without = msgspec.structs.replace(scenario, settings=settings)
        assert ignored(without) == []
        assert digestible(Trace(without).rows) == digestible(Trace(scenario).rows)

    check()
