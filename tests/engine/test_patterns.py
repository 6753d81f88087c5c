"""Event patterns beside AWS's own words and examples.

LD: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html (the table of operators and the example records)
EB: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html and its page eb-create-pattern-operators
ER: https://github.com/aws/event-ruler, the matcher that AWS publishes (README)
"""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulations.engine.operators import PatternError
from simulations.engine.patterns import compile_pattern, fields_of, matches, read_json

INSTANCE = {
    "version": "0",
    "detail-type": "EC2 Instance State-change Notification",
    "source": "aws.ec2",
    "time": "2017-10-02T18:43:48Z",
    "resources": ["arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0"],
    "detail": {"instance-id": "i-1234567890abcdef0", "state": "running", "c-count": 5, "x-limit": 301.8, "source-ip": "10.0.0.33"},
}  # fmt: skip
ORDERS = {"orders": [{"item": "pen", "count": 1}, {"item": "ink", "count": 30}], "tags": ["a", "b"], "none": []}

PASSES: list[tuple[str, dict[str, Any], Any]] = [
    ("LD null", {"UserID": [None]}, {"UserID": None}),
    ("LD empty", {"LastName": [""]}, {"LastName": ""}),
    ("LD equals", {"Name": ["Alice"]}, {"Name": "Alice"}),
    ("LD equals, ignore case", {"Name": [{"equals-ignore-case": "alice"}]}, {"Name": "ALICE"}),
    ("LD and", {"Location": ["New York"], "Day": ["Monday"]}, {"Location": "New York", "Day": "Monday"}),
    ("LD or", {"PaymentType": ["Credit", "Debit"]}, {"PaymentType": "Debit"}),
    ("LD or, fields", {"$or": [{"Location": ["New York"]}, {"Day": ["Monday"]}]}, {"Location": "Bonn", "Day": "Monday"}),
    ("LD not", {"Weather": [{"anything-but": ["Raining"]}]}, {"Weather": "Sunny"}),
    ("LD numeric, equals", {"Price": [{"numeric": ["=", 100]}]}, {"Price": 100}),
    ("LD numeric, as numbers", {"Price": [{"numeric": ["=", 300]}]}, {"Price": 300.0}),
    ("LD numeric, range", {"Price": [{"numeric": [">", 10, "<=", 20]}]}, {"Price": 20}),
    ("LD exists", {"ProductName": [{"exists": True}]}, {"ProductName": None}),
    ("LD does not exist", {"ProductName": [{"exists": False}]}, {"Other": 1}),
    ("LD begins with", {"Region": [{"prefix": "us-"}]}, {"Region": "us-east-1"}),
    ("LD ends with", {"FileName": [{"suffix": ".png"}]}, {"FileName": "a.png"}),
    ("LD multi-level", {"dynamodb": {"Keys": {"Id": {"N": ["101"]}}}}, {"dynamodb": {"Keys": {"Id": {"N": "101"}}}}),
    ("LD other fields are ignored", {"City": ["Seattle"]}, {"City": "Seattle", "State": "WA"}),
    ("EB the values of an array", {"resources": [{"prefix": "arn:aws:ec2:us-west-1"}]}, INSTANCE),
    ("EB an array against an array", {"tags": ["b", "c"]}, ORDERS),
    ("EB begins with, ignore case", {"service": [{"prefix": {"equals-ignore-case": "EventB"}}]}, {"service": "eventbridge"}),
    ("EB ends with, ignore case", {"service": [{"suffix": {"equals-ignore-case": "TBridge"}}]}, {"service": "EVENTBRIDGE"}),
    ("EB anything but a number", {"detail": {"c-count": [{"anything-but": 123}]}}, INSTANCE),
    ("EB anything but a prefix", {"detail": {"state": [{"anything-but": {"prefix": "init"}}]}}, INSTANCE),
    ("EB anything but a suffix", {"FileName": [{"anything-but": {"suffix": ".txt"}}]}, {"FileName": "a.txt.bak"}),
    ("EB anything but a wildcard", {"FilePath": [{"anything-but": {"wildcard": "*/lib/*"}}]}, {"FilePath": "/src/a"}),
    ("EB wildcard", {"EventBusArn": [{"wildcard": "*:us-east-1:*:event-bus/*"}]},
     {"EventBusArn": "arn:aws:events:us-east-1:1:event-bus/x"}),
    ("EB wildcard, a star itself", {"a": [{"wildcard": "1\\**"}]}, {"a": "1*2"}),
    ("EB cidr", {"detail": {"source-ip": [{"cidr": "10.0.0.0/24"}]}}, INSTANCE),
    ("EB cidr of IPv6", {"ip": [{"cidr": "2001:db8::/32"}]}, {"ip": "2001:db8::1"}),
    ("ER complex", {"time": [{"prefix": "2017-10-02"}], "detail": {"state": [{"anything-but": "initializing"}],
     "c-count": [{"numeric": [">", 0, "<=", 5]}], "x-limit": [{"anything-but": [100, 200, 300]}]}}, INSTANCE),
    ("ER anything-but holds for null, too", {"a": [{"anything-but": "x"}]}, {"a": None}),
    ("ER exists false knows leaves only", {"detail": [{"exists": False}]}, INSTANCE),
    ("ER one element of an array", {"orders": {"item": ["ink"], "count": [{"numeric": [">", 10]}]}}, ORDERS),
    ("ER or, nested", {"source": ["aws.ec2"], "$or": [{"a": [1]}, {"detail": {"$or": [{"state": ["stopped"]},
     {"c-count": [5]}]}}]}, INSTANCE),
]  # fmt: skip
FAILS: list[tuple[str, dict[str, Any], Any]] = [
    ("LD text is compared exactly", {"Name": ["Alice"]}, {"Name": "alice"}),
    ("LD 300 is not 300.0", {"Price": [300]}, {"Price": 300.0}),
    ("LD a number is no text", {"Price": ["300"]}, {"Price": 300}),
    ("LD numeric knows no text", {"Temperature": [{"numeric": [">", 50, "<=", 60]}]}, {"Temperature": "55"}),
    ("LD numeric, below a range", {"Price": [{"numeric": [">", 10, "<=", 20]}]}, {"Price": 10}),
    ("LD all fields must be there", {"Location": ["New York"], "Day": ["Monday"]}, {"Location": "New York"}),
    ("LD not", {"Weather": [{"anything-but": ["Raining"]}]}, {"Weather": "Raining"}),
    ("LD not, of a field that is missing", {"Weather": [{"anything-but": ["Raining"]}]}, {}),
    ("LD null is not empty", {"UserID": [None]}, {"UserID": ""}),
    ("LD exists knows leaves only", {"person": {"address": [{"exists": True}]}}, {"person": {"address": {"street": 1}}}),
    ("LD does not exist", {"ProductName": [{"exists": False}]}, {"ProductName": ""}),
    ("EB true is not 1", {"a": [1]}, {"a": True}),
    ("EB anything but, ignore case", {"state": [{"anything-but": {"equals-ignore-case": "Running"}}]}, {"state": "RUNNING"}),
    ("EB anything but of a list", {"a": [{"anything-but": {"prefix": ["x", "y"]}}]}, {"a": "yes"}),
    ("EB wildcard", {"a": [{"wildcard": "dir/*.png"}]}, {"a": "dir/a.jpg"}),
    ("EB wildcard, parts may not overlap", {"a": [{"wildcard": "ab*ba"}]}, {"a": "aba"}),
    ("EB cidr", {"detail": {"source-ip": [{"cidr": "10.0.1.0/24"}]}}, INSTANCE),
    ("EB cidr of what is no address", {"ip": [{"cidr": "10.0.0.0/8"}]}, {"ip": "localhost"}),
    ("ER two elements of an array", {"orders": {"item": ["pen"], "count": [30]}}, ORDERS),
    ("ER an empty array has no values", {"none": [{"exists": True}]}, ORDERS),
    ("ER prefix knows text only", {"detail": {"c-count": [{"prefix": "5"}]}}, INSTANCE),
]  # fmt: skip
REFUSED: list[tuple[Any, str]] = [
    ("text", "JSON object"),
    ([], "JSON object"),
    ({}, "Empty objects"),
    ({"a": {}}, "Empty objects"),
    ({"a": []}, "empty arrays"),
    ({"a": 1}, "must be an object or an array"),
    ({"a": "x"}, "must be an object or an array"),
    ({"a": [["x"]]}, "must be text"),
    ({"a": [{}]}, "Only one key"),
    ({"a": [{"prefix": "x", "suffix": "y"}]}, "Only one key"),
    ({"a": [{"like": "x"}]}, "Unrecognized match type like"),
    ({"a": [{"prefix": 1}]}, "must be text"),
    ({"a": [{"prefix": {"suffix": "x"}}]}, "Unrecognized match type prefix:suffix"),
    ({"a": [{"numeric": []}]}, "must be an array"),
    ({"a": [{"numeric": ["~", 1]}]}, "knows"),
    ({"a": [{"numeric": ["=", "1"]}]}, "numbers"),
    ({"a": [{"numeric": ["<", 1, ">", 0]}]}, "lower one first"),
    ({"a": [{"numeric": [">", 1, "<", 1]}]}, "less than"),
    ({"a": [{"exists": "yes"}]}, "true or false"),
    ({"a": [{"anything-but": []}]}, "empty arrays"),
    ({"a": [{"anything-but": [1, "x"]}]}, "not both"),
    ({"a": [{"anything-but": {"numeric": ["=", 1]}}]}, "Unrecognized"),
    ({"a": [{"wildcard": "a**"}]}, "Consecutive"),
    ({"a": [{"wildcard": "a\\b"}]}, "backslash"),
    ({"a": [{"cidr": "10.0.0.0/99"}]}, "block"),
    ({"$or": [{"a": [1]}]}, "at least two"),
    ({"$or": {"a": [1]}}, "at least two"),
    ({"$or": [{"a": [1]}, {"prefix": ["x"]}]}, "cannot be the name"),
    ({f"field {n}": {"$or": [{"a": [1]}, {"b": [1]}]} for n in range(12)}, "combinations"),
]


def passes(pattern: Any, event: Any) -> bool:
    known, read = read_json(json.dumps(event))
    assert known
    fields = fields_of(read)
    return any(matches(alternative, fields) for alternative in compile_pattern(pattern))


@pytest.mark.parametrize(
    ("name", "pattern", "event"), PASSES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_aws_says_matches_matches(name: str, pattern: dict[str, Any], event: Any) -> None:
    assert passes(pattern, event), name


@pytest.mark.parametrize(("name", "pattern", "event"), FAILS, ids=lambda value: value if isinstance(value, str) else "")
def test_what_aws_says_does_not_match_does_not(name: str, pattern: dict[str, Any], event: Any) -> None:
    assert not passes(pattern, event), name


@pytest.mark.parametrize(("pattern", "words"), REFUSED)
def test_what_is_no_pattern_is_refused_in_words(pattern: Any, words: str) -> None:
    with pytest.raises(PatternError, match=words):
        compile_pattern(pattern)


def test_a_field_that_is_named_twice_holds_what_both_say() -> None:
    """LD:with-ddb-filtering joins a condition on the new image and one on the old image that way."""
    text = '{"dynamodb": {"NewImage": {"a": ["x"]}}, "dynamodb": {"OldImage": {"a": ["y"]}}}'
    [alternative] = compile_pattern(text)
    assert matches(alternative, fields_of({"dynamodb": {"NewImage": {"a": "x"}, "OldImage": {"a": "y"}}}))
    assert not matches(alternative, fields_of({"dynamodb": {"NewImage": {"a": "z"}, "OldImage": {"a": "y"}}}))


def test_a_pattern_may_be_the_text_that_the_api_takes() -> None:
    """CreateEventSourceMapping has a pattern as a string."""
    assert passes('{"a": [{"prefix": "x"}]}', {"a": "xy"})
    assert not passes('{"a": [{"prefix": "x"}]}', {"a": "yx"})


@pytest.mark.parametrize("operator", ["cidr", "wildcard"])
def test_an_operator_that_is_not_to_be_had_is_refused(operator: str) -> None:
    with pytest.raises(PatternError, match=f"The operator {operator} cannot be used here"):
        compile_pattern({"a": [{operator: "10.0.0.0/8"}]}, {"prefix"})


@pytest.mark.parametrize("text", ["", "hello", "{", "NaN", "[1,", "message 1", "[" * 100_000])
def test_what_is_no_json_is_said_to_be_none(text: str) -> None:
    assert read_json(text) == (False, None)


values = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b"])
trees = st.recursive(
    values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3)
)


@given(trees, st.sampled_from("xyz"), st.lists(values, min_size=1, max_size=3))
def test_exists_and_does_not_exist_are_opposites(event: Any, name: str, wanted: list[Any]) -> None:
    there, absent = {name: [{"exists": True}]}, {name: [{"exists": False}]}
    assert passes(there, event) != passes(absent, event)
    assert passes({name: [*wanted, {"exists": True}]}, event) == passes(there, event)
    if passes({name: wanted}, event):
        assert passes(there, event)


@given(trees, st.dictionaries(st.sampled_from("xyz"), st.lists(values, min_size=1, max_size=2), min_size=2, max_size=2))
def test_or_needs_one_field_and_and_needs_both(event: Any, pattern: dict[str, list[Any]]) -> None:
    one, other = ({name: wanted} for name, wanted in pattern.items())
    assert passes({"$or": [one, other]}, event) == (passes(one, event) or passes(other, event))
    if passes(pattern, event):
        assert passes(one, event)
        assert passes(other, event)
