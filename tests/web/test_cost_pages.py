"""The page of a bill: a link with choices, readable without a script, and the same as part of a page, CSV, JSON and chart."""

import csv
import io
import json
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from simulations import links
from simulations.engine.counting import View
from simulations.sweep import candidates, sweep

QUEUE = 'trigger=sqs&traffic=steady&traffic_count=30&poison=["3"]&max_receive_count=3'


def ask(client: Client, of: str = QUEUE, path: str = "/cost/", **choices: Any) -> Any:
    return client.get(f"{path}?{urlencode({'of': of, **choices})}")


def test_a_bill_is_a_page_without_a_script(client: Client) -> None:
    text = ask(client).content.decode()
    for words in (
        "SQS empty receives",
        "until maxReceiveCount ends it",
        "A month of 730 h with 2,628,000 messages",
        "Sum",
    ):
        assert words in text
    assert 'action="/cost/"' in text


def test_the_first_page_holds_the_receipt(client: Client) -> None:
    text = client.get(f"/?{QUEUE}").content.decode()
    assert text.count('class="receipt"') == 2
    assert "SQS deletes" in text


def test_each_line_of_the_receipt_leads_to_where_its_price_was_read(client: Client) -> None:
    rows = ask(client).content.decode().split('<details class="price">')[1:]
    assert rows
    for row in rows:
        page, _, read = row.partition("</p></details>")[0].partition("Read by way of: ")
        assert "AWS's page: <a href=\"https://aws.amazon.com/" in page
        assert read
    assert any('<a href="https://' in row.partition("Read by way of: ")[2].partition("</p>")[0] for row in rows)


def test_the_receipt_sums_to_the_last_digit_that_is_shown(client: Client) -> None:
    text = ask(client, format="part").content.decode()
    run = text[text.index('id="bill-run"') : text.index('id="bill-failures"')]
    amounts = [Decimal(cell.split("<")[0]) for cell in run.split("<td>$")[1:]]
    assert sum(amounts[:-1]) == amounts[-1] > 0


def test_choices_change_the_month_and_stand_in_the_address(client: Client) -> None:
    text = ask(client, free_tier="on", hours_per_month="720", rate_per_s="2", region="eu-west-1").content.decode()
    assert "A month of 720 h with 5,184,000 messages" in text
    assert "after the free tier" in text
    assert "rate_per_s=2" in text


@pytest.mark.parametrize("written", ["5000000", "5,000,000", "5e6"])
def test_the_events_of_a_month_may_be_given_instead_of_a_rate(client: Client, written: str) -> None:
    text = ask(client, events_per_month=written).content.decode()
    assert "A month of 730 h with 5,000,000 messages" in text
    assert "events_per_month=" in text, "the bill as a page keeps the choice"


def test_a_rate_and_the_events_of_a_month_are_one_too_many(client: Client) -> None:
    answer = ask(client, events_per_month="5000000", rate_per_s="2")
    assert answer.status_code == 400
    assert "one of the two" in answer.content.decode()


def test_events_of_a_month_cost_what_their_rate_costs(client: Client) -> None:
    by_number, by_rate = (
        json.loads(ask(client, format="json", **choice).content)["month"]
        for choice in ({"events_per_month": "5256000"}, {"rate_per_s": "2"})
    )
    assert by_number == by_rate


@pytest.mark.parametrize(
    ("choice", "value", "words"),
    [
        ("region", "eu-wst-1", "eu-west-1"),
        ("rate_per_s", "x", "Give a number"),
        ("rate_per_s", "-1", "Give a number"),
        ("rate_per_s", "NaN", "Give a number"),
        ("events_per_month", "12.5", "Give a whole number"),
        ("events_per_month", "1,00", "Give a whole number"),
        ("hours_per_month", "745", "from 0 to 744"),
        ("idle_pollers", "1.5", "Give a whole number"),
        ("log_bytes", "1e99", "Give a whole number"),
    ],
)
def test_a_wrong_choice_is_said_at_its_field(client: Client, choice: str, value: str, words: str) -> None:
    answer = ask(client, **{choice: value})
    assert answer.status_code == 400
    assert words in answer.content.decode()


def test_a_link_may_stand_in_the_address_as_on_the_first_page(client: Client) -> None:
    whole = client.get("/cost/", {"of": "trigger=sqs&error_rate=1", "region": "eu-west-1", "format": "json"})
    spread = client.get("/cost/", {"trigger": "sqs", "error_rate": "1", "region": "eu-west-1", "format": "json"})
    assert spread.status_code == 200
    assert spread.content == whole.content


@pytest.mark.parametrize("query", ["trigger=sqs&colour=red", "of=trigger%3Dsqs&error_rate=1"])
def test_what_the_address_does_not_know_is_an_error_and_no_other_bill(client: Client, query: str) -> None:
    answer = client.get(f"/cost/?{query}&format=json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] in ("colour", "error_rate")


def test_a_wrong_link_is_said(client: Client) -> None:
    answer = ask(client, of="trigger=s3&timeout_s=0")
    assert answer.status_code == 400
    assert "timeout_s" in answer.content.decode()
    assert ask(client, of="trigger=s3&timeout_s=0", format="part").json()["errors"][0]["field"] == "timeout_s"


def test_the_bill_can_be_had_as_csv_and_json(client: Client) -> None:
    rows = list(csv.DictReader(io.StringIO(ask(client, format="csv").content.decode())))
    found = json.loads(ask(client, format="json").content)
    run = [row for row in rows if row["bill"] == "run"]
    assert [row["what"] for row in run[:-1]] == [item["what"] for item in found["line_items"]]
    assert run[-1]["amount"] == found["total_usd"]
    assert found["month"]["total_usd"] == [row for row in rows if row["bill"] == "month"][-1]["amount"]


def test_a_chart_stacks_the_services(client: Client) -> None:
    chart = ask(client, format="chart").json()
    assert {bar["name"] for bar in chart["figure"]["data"]} == {"Lambda", "SQS", "Dead-letter queue"}
    assert chart["summary"].startswith("This run costs $0.0000")


def test_cost_against_a_setting_is_points_that_were_simulated(client: Client) -> None:
    chart = ask(client, path="/cost/against/", setting="max_receive_count").json()
    assert [row[0] for row in chart["rows"]] == ["1", "2", "3", "4", "5"]
    assert {trace["mode"] for trace in chart["figure"]["data"]} == {"markers"}, "no line through what nobody simulated"
    months = [Decimal(row[1].removeprefix("$")) for row in chart["rows"]]
    assert months == sorted(months)
    assert "was not simulated" in chart["summary"]


def test_a_setting_that_cannot_be_varied_is_an_error(client: Client) -> None:
    assert ask(client, path="/cost/against/", setting="nothing").status_code == 400


def test_without_a_script_the_points_are_a_table(client: Client) -> None:
    text = ask(client, setting="memory_mb").content.decode()
    assert "<h2>Against MemorySize</h2>" in text
    assert "512" in text


def test_a_value_that_aws_refuses_or_that_runs_too_long_says_so() -> None:
    scenario = links.read_link("trigger=sqs&error_rate=1")
    points = {point.value: point for point in sweep(scenario, "batch_size", View(), 2_000, 1_000).points}
    assert points[20].why.startswith("Maximum batch window")
    assert points[10].why.startswith("Longer than 2,000 records")


@pytest.mark.parametrize("trigger", ["s3", "sqs", "kinesis", "api_gateway", "msk"])
def test_every_setting_that_is_offered_can_be_varied(trigger: str) -> None:
    scenario = links.read_link(f"trigger={trigger}")
    fields = candidates(scenario)
    assert {"memory_mb", "timeout_s"} <= {field.key for field in fields}
    for field in fields:
        assert any(
            point.chosen and point.month_usd for point in sweep(scenario, field.key, View(), 2_000, 1_000).points
        ), field.key
