"""What can be taken along: other programs can read it, and it says what the run says."""

import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest
from django.test import Client

from simulations.as_code import LANGUAGES, as_code
from simulations.engine import TRIGGERS, make_report
from simulations.exports import NAMES, export
from simulations.links import read_link
from simulations.picture.words import OUTCOME

LOST = "trigger=s3&error_rate=1"
SOME = "trigger=sqs&traffic=steady&traffic_count=12&error_rate=0.5&max_receive_count=2&seed=3"


def taken(client: Client, name: str, query: str) -> str:
    answer = client.get(f"/export/{name}?{query}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="redrive-')
    return answer.content.decode()


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize("name", NAMES)
def test_every_trigger_can_be_taken_along(client: Client, trigger: str, name: str) -> None:
    assert taken(client, name, f"trigger={trigger}&error_rate=0.5&traffic=burst&traffic_count=5")


def test_the_attempts_are_those_of_the_run(client: Client) -> None:
    lines = list(csv.DictReader(io.StringIO(taken(client, "attempts.csv", SOME))))
    report = make_report(read_link(SOME))
    assert len(lines) == report.attempts.total
    assert sum(line["outcome"] == "failed" for line in lines) == report.attempts.failed
    assert sum(int(line["billed_ms"]) for line in lines) == report.billed_ms


def test_the_events_are_those_of_the_run(client: Client) -> None:
    lines = list(csv.DictReader(io.StringIO(taken(client, "events.csv", SOME))))
    by_event = make_report(read_link(SOME)).by_event or {}
    assert {line["event"]: line["fate"] for line in lines} == {name: one.fate for name, one in by_event.items()}


def test_a_name_is_no_formula_to_a_spreadsheet(client: Client) -> None:
    events = '[{"at_ms":0,"id":"=1%2B1"}]'
    assert "\r\n'=1+1," in taken(client, "events.csv", f"trigger=s3&traffic=at&traffic_events={events}")


def test_json_is_what_the_terminal_prints(client: Client) -> None:
    found = json.loads(taken(client, "run.json", LOST))
    assert set(found) == {"scenario", "records", "report"}
    assert found["report"]["events"]["lost"] == 1
    assert [record["seq"] for record in found["records"]] == list(range(1, len(found["records"]) + 1))


@pytest.mark.parametrize(("language", "file"), [(key, file) for key, (_, file) in LANGUAGES.items()])
def test_settings_as_code_come_with_the_address_of_their_run(client: Client, language: str, file: str) -> None:
    first, _, text = taken(client, file, SOME).partition("\n")
    assert first.startswith("# http://testserver/?v=1&")
    assert read_link(first.removeprefix("# ")) == read_link(SOME)
    assert text == getattr(as_code(read_link(SOME)), language)


def test_markdown_has_the_sentence_and_the_whole_link(client: Client) -> None:
    text = taken(client, "run.md", LOST)
    assert text.startswith("**S3 event notification:** 3 attempts over 3 min 0.3 s, all of which fail; then")
    assert "(http://testserver/?v=1&rules=" in text
    assert text.count(OUTCOME["failed"].word) == 3


def test_a_name_is_no_markup_in_markdown(client: Client) -> None:
    events = '[{"at_ms":0,"id":"<b>|x"}]'
    assert "\\<b\\>\\|x" in taken(client, "run.md", f"trigger=s3&traffic=at&traffic_events={events}")


@pytest.mark.parametrize(
    "query", [LOST, SOME, "trigger=api_gateway&traffic=burst&traffic_count=4&reserved_concurrent_executions=1"]
)
def test_the_picture_stands_alone(client: Client, query: str) -> None:
    """Well-formed, on paper of its own, with colours instead of the page's variables."""
    text = taken(client, "timeline.svg", query)
    root = ET.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "var(" not in text
    assert root.findall(".//{http://www.w3.org/2000/svg}style")
    assert 'fill="#ffffff"' in text


def test_the_picture_colours_what_failed(client: Client) -> None:
    text = taken(client, "timeline.svg", LOST)
    assert ".mark.o-failed .body" in text
    assert "#a63603" in text
    assert "o-succeeded .body" not in text.split("</style>")[0], "only what is drawn is styled"


def test_a_file_that_is_cut_says_so_in_its_name() -> None:
    made = export("attempts.csv", read_link(SOME), "", 10)
    assert made.name == "redrive-sqs-attempts-first-10-records.csv"


def test_what_is_no_file_and_what_is_no_scenario(client: Client) -> None:
    assert client.get(f"/export/run.exe?{LOST}").status_code == 404
    assert client.get("/export/run.json?trigger=pigeon").status_code == 400


def test_the_page_links_to_all_of_them_without_script(client: Client) -> None:
    page = client.get(f"/?{LOST}").content.decode()
    for name in NAMES:
        assert f'href="/export/{name}?v=1&amp;rules=' in page
