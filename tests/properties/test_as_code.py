"""Settings as AWS is told them: AWS knows every command, no setting is dropped in silence, and nothing else has a say."""

import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulations.as_code import LANGUAGES, as_code
from simulations.as_code.places import PIPE_SOURCES
from simulations.engine import TRIGGERS, Scenario, ScenarioErrors, parse_scenario
from simulations.engine.fields import scenario_fields
from simulations.links import read_link
from tests.aws_commands import check_command, commands
from tests.golden.code import FOLDER, SCENARIOS
from tests.strategies import scenarios

IN_TERRAFORM = {
    "SqsQueueParameters": "sqs_queue_parameters",
    "KinesisStreamParameters": "kinesis_stream_parameters",
    "DynamoDBStreamParameters": "dynamodb_stream_parameters",
    "ManagedStreamingKafkaParameters": "managed_streaming_kafka_parameters",
    "SelfManagedKafkaParameters": "self_managed_kafka_parameters",
    "ActiveMQBrokerParameters": "activemq_broker_parameters",
    "RabbitMQBrokerParameters": "rabbitmq_broker_parameters",
}

keys = pytest.mark.parametrize("trigger", TRIGGERS)


def of(link: str) -> Any:
    return as_code(read_link(link))


def calls(link: str) -> dict[str, dict[str, Any]]:
    """The arguments of each operation, by AWS's names."""
    return dict(check_command(words) for words in commands(of(link).cli))


@pytest.mark.hypothesis
@given(scenarios())
def test_every_command_is_one_that_aws_knows_with_arguments_it_takes(scenario: Scenario) -> None:
    found = [check_command(words) for words in commands(as_code(scenario).cli)]
    assert found[-1], "there is always the function"


@pytest.mark.hypothesis
@given(scenarios(), st.data())
def test_a_setting_of_aws_that_is_changed_is_written_or_said_to_be_left_out(
    scenario: Scenario, data: st.DataObject
) -> None:
    own = [
        field for field in scenario_fields(scenario.trigger) if field.section == "settings" and " " not in field.title
    ]
    field = data.draw(st.sampled_from(own)) if own else None
    if field is None:
        return
    raw = msgspec.to_builtins(scenario)
    raw["settings"][field.key] = field.default
    try:
        plain = parse_scenario(raw)
    except ScenarioErrors:
        return
    before, after = as_code(plain), as_code(scenario)
    if getattr(plain.settings, field.key) == getattr(scenario.settings, field.key):
        assert before == after
    elif field.key in after.left or field.title in after.left:
        return
    else:
        on_demand = getattr(scenario.settings, "stream_mode", "") == "on_demand" and field.key == "shard_count"
        for language in LANGUAGES:
            assert on_demand or getattr(before, language) != getattr(after, language), field.title


@pytest.mark.hypothesis
@given(scenarios(), scenarios())
def test_traffic_failures_and_luck_have_no_say(one: Scenario, other: Scenario) -> None:
    raw = msgspec.to_builtins(one)
    raw |= {"seed": other.seed, "traffic": {"kind": "single"}, "failures": {}}
    try:
        assert as_code(parse_scenario(raw)) == as_code(one)
    except ScenarioErrors:
        return


@pytest.mark.hypothesis
@given(scenarios())
def test_what_a_text_refers_to_stands_in_it(scenario: Scenario) -> None:
    code = as_code(scenario)
    made = set(re.findall(r"^  (\w+):$", code.cloudformation, re.MULTILINE))
    assert set(re.findall(r"!(?:Ref|GetAtt) (\w+)", code.cloudformation)) <= made
    plain = re.sub(r'"(?:[^"\\]|\\.)*"', '""', code.terraform)
    assert set(re.findall(r"var\.(\w+)", plain)) == set(re.findall(r'^variable "(\w+)"', code.terraform, re.MULTILINE))
    blocks = set(re.findall(r'^resource "(\w+)" "(\w+)"', code.terraform, re.MULTILINE))
    assert set(re.findall(r"\b(aws_\w+)\.(\w+)\.", plain)) <= blocks
    for opened, closed in ("{}", "[]", "()"):
        assert plain.count(opened) == plain.count(closed)


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_is_as_it_was_checked(name: str, language: str) -> None:
    file = LANGUAGES[language][1]
    assert getattr(of(SCENARIOS[name]), language) == (FOLDER / f"{name}.{file.rpartition('.')[2]}").read_text()


@keys
def test_the_three_texts_name_the_same_things(trigger: str) -> None:
    code = of(f"trigger={trigger}")
    assert "aws lambda update-function-configuration" in code.cli
    assert "Type: AWS::Lambda::Function\n" in code.cloudformation
    assert 'resource "aws_lambda_function" "function"' in code.terraform
    mapped = ("create-event-source-mapping" in code.cli, "EventSourceMapping" in code.cloudformation)
    assert mapped == ("aws_lambda_event_source_mapping" in code.terraform,) * 2


def test_a_pattern_survives_each_language_s_own_signs() -> None:
    pattern = {"body": {"name": ['it\'s ${a} %{b} \\ "c"']}}
    text = msgspec.json.encode(pattern).decode()
    settings = {"filter_criteria": [pattern]}
    code = as_code(parse_scenario({"trigger": "sqs", "settings": settings}))
    mapping = dict(check_command(words) for words in commands(code.cli))["CreateEventSourceMapping"]
    assert mapping["FilterCriteria"] == {"Filters": [{"Pattern": text}]}
    quoted = msgspec.json.encode(text).decode()
    assert f"Pattern: {quoted}\n" in code.cloudformation
    assert f"pattern = {quoted.replace('${', '$${').replace('%{', '%%{')}\n" in code.terraform


def test_a_cluster_of_one_s_own_is_named_as_each_language_names_its_servers() -> None:
    link = "trigger=self_managed_kafka&minimum_pollers=1&maximum_retry_attempts=3&on_failure=sqs"
    given, code = calls(link)["CreateEventSourceMapping"], of(link)
    servers = {"KAFKA_BOOTSTRAP_SERVERS": ["my-kafka.example.com:9092"]}
    assert given["SelfManagedEventSource"] == {"Endpoints": servers}
    assert given["MaximumRetryAttempts"] == 3
    assert "KafkaBootstrapServers:\n" in code.cloudformation
    assert 'endpoints = { KAFKA_BOOTSTRAP_SERVERS = join(",", [var.bootstrap_server]) }' in code.terraform
    assert code.left == ""


def test_what_is_chosen_twice_is_written_once() -> None:
    """AWS refuses a list with the same item twice."""
    pattern = {"body": {"a": ["b"]}}
    kinds = ["report_batch_item_failures"] * 2
    settings = {"filter_criteria": [pattern, pattern], "function_response_types": kinds}
    code = as_code(parse_scenario({"trigger": "sqs", "settings": settings}))
    assert code.cloudformation.count("- Pattern:") == code.cloudformation.count("- ReportBatchItemFailures") == 1


def test_a_queue_without_a_receive_count_has_no_dead_letter_queue() -> None:
    assert "RedrivePolicy" not in of("trigger=sqs").cloudformation
    assert "maxReceiveCount: 3" in of("trigger=sqs&max_receive_count=3").cloudformation


def test_the_dead_letter_queue_of_a_fifo_queue_is_one_itself() -> None:
    code = of("trigger=sqs_fifo&max_receive_count=3")
    assert code.cloudformation.count("FifoQueue: true") == 2
    names = [given["QueueName"] for known, given in map(check_command, commands(code.cli)) if known == "CreateQueue"]
    assert names == ["my-queue-dead-letters.fifo", "my-queue.fifo"]


@pytest.mark.parametrize("source", PIPE_SOURCES)
def test_a_pipe_is_told_how_to_read_its_source_by_that_source_s_own_name(source: str) -> None:
    """As the provider's documentation of Terraform and CloudFormation's reference spell it."""
    code = of(f"trigger=pipes&source={source}&batch_size=7&filter_criteria=[]")
    box = PIPE_SOURCES[source][0]
    given = dict(check_command(words) for words in commands(code.cli))["CreatePipe"]
    assert given["SourceParameters"][box]["BatchSize"] == 7
    assert f"        {box}:\n" in code.cloudformation
    assert f"    {IN_TERRAFORM[box]} {{\n" in code.terraform
    assert code.left == ""


@pytest.mark.parametrize(("link", "received"), [("", 0), ("&source=sqs_fifo&max_receive_count=3", 3)])
def test_a_pipe_s_queue_has_the_dead_letters_that_were_chosen(link: str, received: int) -> None:
    code = of(f"trigger=pipes{link}")
    assert ("maxReceiveCount" in code.terraform) == bool(received)
    assert code.cloudformation.count("FifoQueue: true") == (2 if received else 0)


@pytest.mark.parametrize(
    ("link", "service"),
    [
        ("trigger=eventbridge&target_dead_letter_config=sqs", "events.amazonaws.com"),
        ("trigger=sns&redrive_policy=sqs", "sns.amazonaws.com"),
    ],
)
def test_a_sender_may_write_into_its_own_dead_letter_queue(link: str, service: str) -> None:
    policy = msgspec.json.decode(calls(link)["SetQueueAttributes"]["Attributes"]["Policy"])
    assert policy["Statement"][0]["Principal"] == {"Service": service}
    assert "AWS::SQS::QueuePolicy" in of(link).cloudformation
    assert "aws_sqs_queue_policy" in of(link).terraform


def test_what_the_texts_cannot_hold_is_named() -> None:
    left = of("trigger=api_gateway&throttling_rate_limit=5&provisioned_concurrent_executions=4").left
    caller = "What calls the function (API Gateway REST API) is not written."
    assert left == f"{caller} Changed here and not written: ProvisionedConcurrentExecutions, ThrottlingRateLimit."
    assert of("trigger=api_gateway").left == caller
    assert of("trigger=sqs").left == of("trigger=eventbridge").left == ""
