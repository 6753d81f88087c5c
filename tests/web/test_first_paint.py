"""No link opens empty: the page holds the finished run before any script runs."""

from django.test import Client


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
