"""SQS-20, row by row: what a function's answer says about the messages of its batch."""

from typing import Any

import pytest

from simulations.engine.delivery.batch_response import failed_items, named_items

BATCH = ["a", "b", "c"]


def naming(*ids: Any) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": name} for name in ids]}


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (naming("b"), ["b"]),
        (naming("c", "a"), ["c", "a"]),
        (naming("a", "b", "c"), ["a", "b", "c"]),
        (naming("b", "b"), ["b"]),
        ({"batchItemFailures": [{"itemIdentifier": "b", "reason": "late"}], "more": 1}, ["b"]),
    ],
)
def test_an_answer_names_what_failed(answer: Any, failed: list[str]) -> None:
    assert failed_items(answer, BATCH) == failed


@pytest.mark.parametrize(
    "answer",
    [None, {}, "", [], {"batchItemFailures": []}, {"batchItemFailures": None}, {"batchItemFailure": [{"x": 1}]}],
)
def test_an_empty_answer_means_that_all_worked(answer: Any) -> None:
    assert failed_items(answer, BATCH) == []


@pytest.mark.parametrize(
    "answer",
    [
        naming(""),
        naming(None),
        naming("nobody"),
        naming("a", "nobody"),
        naming(1),
        naming(["a"]),
        {"batchItemFailures": [{"itemIdentifer": "a"}]},
        {"batchItemFailures": [{"id": "a"}]},
        {"batchItemFailures": ["a"]},
        {"batchItemFailures": [None]},
        {"batchItemFailures": {"itemIdentifier": "a"}},
        {"batchItemFailures": "a"},
        {"batchItemFailures": 1},
        "done",
        ["a"],
        1,
        True,
    ],
)
def test_a_malformed_answer_means_that_all_failed(answer: Any) -> None:
    assert failed_items(answer, BATCH) is None
    assert named_items(answer, BATCH) == []


def test_what_nobody_listens_to_can_still_be_told() -> None:
    assert named_items(naming("c"), BATCH) == ["c"]
