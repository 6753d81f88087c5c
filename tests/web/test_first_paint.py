"""No link opens empty: the page holds the finished run before any script runs."""

import json
import re
from typing import Any

import msgspec
from django.test import Client

from simulations import links, telling
from simulations.engine import simulate_rows


def page(query: str) -> str:
    answer = Client().get(f"/?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_first_page_says_that_the_notification_is_lost_after_three_attempts() -> None:
    html = page("")
    assert "1 notification, 3 attempts in 3 min 0.3 s: 1 notification lost" in html
    assert html.count('<tr class="o-failed">') == 3
    assert "<svg" in html


def test_a_long_run_says_that_its_first_records_are_shown() -> None:
    html = page("trigger=sqs&error_rate=1")
    assert "first 2000 records" in html
    assert "more are not shown" in html


def test_names_from_a_link_are_escaped() -> None:
    event = "%5B%7B%22at_ms%22:0,%22id%22:%22%3Cscript%3Ealert(1)%3C/script%3E%22%7D%5D"
    assert "<script>alert" not in page(f"trigger=s3&traffic=at&traffic_events={event}")


def frame_of(page: str) -> Any:
    found = re.search(r'<script id="redrive-frame" type="application/json">(.*?)</script>', page)
    return found and json.loads(found[1])


def test_a_small_run_comes_with_its_page_as_a_worker_would_send_it(client: Client) -> None:
    link = "trigger=s3&error_rate=1"
    frame = frame_of(client.get(f"/?{link}").content.decode())
    rows = [row for chunk in simulate_rows(links.read_link(link)) for row in chunk]
    assert frame["rows"] == msgspec.json.decode(msgspec.json.encode(rows))
    assert (frame["first"], frame["last"]) == (1, len(rows))
    assert frame["report"]["cost"]["total_usd"] == frame["totals"]["total_usd"]


def test_a_run_that_is_cut_is_left_to_the_worker(client: Client) -> None:
    assert frame_of(client.get("/?trigger=sqs&error_rate=1").content.decode()) is None
    answer = client.get("/charts/cost/?trigger=sqs&error_rate=1")
    assert answer.status_code == 404
    assert "press Run" in answer.json()["errors"][0]["message"]


def test_a_chart_can_be_had_of_a_link(client: Client) -> None:
    assert client.get("/charts/cost/?trigger=s3&error_rate=1").json()["summary"].startswith("This run costs $0.0000062")
    assert client.get("/charts/other/?trigger=s3").status_code == 404
    wrong = client.get("/charts/cost/?trigger=s3&timeout_s=0")
    assert wrong.status_code == 400
    assert wrong.json()["errors"][0]["field"] == "timeout_s"


def test_cloudwatch_is_drawn_metric_by_metric(client: Client) -> None:
    drawn = client.get("/charts/cloudwatch/?trigger=s3&error_rate=1").json()
    titles = [note["text"] for note in drawn["figure"]["layout"]["annotations"]]
    assert titles[:3] == ["Invocations (Sum)", "Errors (Sum)", "Duration (Average)"]
    assert drawn["summary"].startswith("7 metrics in periods of 1 min")
    assert client.get("/charts/cloudwatch/?trigger=s3&horizon_s=0").status_code == 200


def test_the_words_of_a_long_run_begin_with_its_beginning(client: Client) -> None:
    link = "trigger=sqs&error_rate=1&message_retention_period_s=172800"
    first, whole = (client.get(f"/words/{path}?{link}").json() for path in ("", "whole/"))
    assert first["forecast"]["cut"] == "This is what its first 2,000 records say."
    assert whole["forecast"]["cut"] == ""
    assert whole["forecast"]["sentence"].startswith("5,760 attempts over 2 d, all of which fail")
    assert first["changes"] == whole["changes"]


def test_the_words_of_a_short_run_are_the_same_at_once(client: Client) -> None:
    first, whole = (client.get(f"/words/{path}?trigger=s3&error_rate=1").json() for path in ("", "whole/"))
    assert first == whole
    assert first["forecast"]["cut"] == ""


def test_what_is_read_of_a_run_is_bounded_where_its_batches_are_large() -> None:
    link = "trigger=kinesis&error_rate=1&traffic=backlog&traffic_count=2000&batch_size=2000"
    story = telling.story_of(links.read_link(link), 20_000)
    assert len(story.attempts) == 32 * 20_000 // 2_000
    assert story.ending == "record_limit"
    said = telling.forecast(links.read_link(link), story, 20_000)
    assert said.cut == f"This is what its first {story.shown} records say."
    assert said.sentence.startswith("2,000 records, 320 attempts over")


def test_what_failures_would_do_is_not_told_as_the_whole_where_it_is_a_beginning() -> None:
    """A message that fails goes round for days: its first records say neither how long nor how it ends."""
    scenario = links.read_link("trigger=sqs")
    said = {most: telling.forecast(scenario, telling.story_of(scenario, most), most) for most in (2_000, 125_000)}
    assert said[2_000].cut == "Of failures, this is what the first 2,000 records say."
    assert said[125_000].cut == ""
    assert "11,520 attempts over 4 d" in said[125_000].otherwise
