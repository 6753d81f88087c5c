"""Front doors of the web, case by case: what a client hears of the same trouble behind each of them."""

from typing import Any

import pytest

from simulations.engine import ScenarioErrors, parse_scenario
from simulations.engine.trace import Answered
from tests.conformance.cases import Case, check, run, scripted


def request(
    trigger: str,
    settings: dict[str, Any] | None = None,
    failures: dict[str, Any] | None = None,
    function: dict[str, Any] | None = None,
    traffic: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "trigger": trigger, "settings": settings or {}, "failures": failures or {}, "function": function or {},
        "traffic": traffic or {"kind": "single"},
    }  # fmt: skip


def returns(value: Any) -> dict[str, Any]:
    return {"invocations": [{"match": {"n": 1}, "do": "ok", "returns": value}]}


def sized(size_bytes: int) -> dict[str, Any]:
    return {"kind": "at", "events": [{"at_ms": 0, "id": "1", "size_bytes": size_bytes}]}


ALWAYS = {"error_rate": 1}
OFF = {"reserved_concurrent_executions": 0}
SLOW = {"timeout_s": 60, "duration": {"kind": "constant", "ms": 40_000}}
TOO_LONG = "x" * 1_048_576
DENIED = {"invoke_errors": [{"error": "AccessDeniedException"}]}
GONE = {"invoke_errors": [{"error": "ResourceNotFoundException"}]}
FAULT = {"invoke_errors": [{"error": "ServiceException"}]}
RATE = {"invoke_errors": [{"error": "TooManyRequestsException"}]}
REFUSED: dict[str, Any] = {"outcomes": ["refused"], "invocations": 0, "billed_ms": [0]}

CASES = [
    # API Gateway REST, beside its own table
    Case(rule="APIGW-5", sentence="more than 10 MB never reaches Lambda",
         scenario=request("api_gateway", traffic=sized(10_485_761)), answers=[413], at_s=[], causes={"1": "PayloadTooLarge"}),
    Case(rule="SYNC-5", sentence="between 6 and 10 MB it is Lambda that refuses",
         scenario=request("api_gateway", traffic=sized(6_291_457)), answers=[500], **REFUSED),
    Case(rule="PERM-4", sentence="without permission the client gets 500",
         scenario=request("api_gateway", failures=DENIED), answers=[500], causes={"1": "AccessDeniedException"}, **REFUSED),
    Case(rule="SYNC-8", sentence="a fault of Lambda's is a 500 too", scenario=request("api_gateway", failures=FAULT), answers=[500],
         causes={"1": "ServiceException"}, **REFUSED),
    # HTTP API
    Case(rule="APIGW-8", sentence="an error of the code is 500, not 502", scenario=request("http_api", failures=ALWAYS), answers=[500]),
    Case(rule="APIGW-8", sentence="a throttle is 503", scenario=request("http_api", function=OFF), answers=[503], invocations=0),
    Case(rule="APIGW-8", sentence="so is a rate limit that the caller of Invoke ran into",
         scenario=request("http_api", failures=RATE), answers=[503], outcomes=["throttled"]),
    Case(rule="APIGW-8", sentence="a deleted function is 500", scenario=request("http_api", failures=GONE), answers=[500], **REFUSED),
    Case(rule="APIGW-8", sentence="format 1.0 wants a status", answers=[500], causes={"1": "MalformedResponse"},
         scenario=request("http_api", {"payload_format_version": "1.0"}, returns("hello"))),
    Case(rule="SYNC-1", sentence="format 2.0 makes a 200 of any JSON", scenario=request("http_api", failures=returns("hello")),
         answers=[200], fates={"1": "delivered"}),
    Case(rule="APIGW-3", sentence="it waits 30 s, and the function runs on", scenario=request("http_api", function=SLOW),
         answers=[503], billed_ms=[40_000], causes={"1": "IntegrationTimeout"}),
    Case(rule="APIGW-7", sentence="its stage's own limit is 429",
         scenario=request("http_api", {"throttling_rate_limit": 1}, traffic={"kind": "burst", "count": 2}), answers=[429, 200], at_s=[0]),
    Case(rule="APIGW-5", sentence="more than 10 MB is 413", scenario=request("http_api", traffic=sized(10_485_761)), answers=[413], at_s=[]),
    Case(rule="PERM-4", sentence="without permission it is 500", scenario=request("http_api", failures=DENIED), answers=[500], **REFUSED),
    # WebSocket API
    Case(rule="APIGW-3", sentence="a WebSocket API waits 29 s", scenario=request("websocket_api", function=SLOW), answers=[504],
         billed_ms=[40_000]),
    Case(rule="APIGW-5", sentence="a message has 128 KB at the most", scenario=request("websocket_api", traffic=sized(131_073)),
         answers=[413], at_s=[]),
    Case(rule="APIGW-10", sentence="a message whose code failed is answered by an error frame",
         scenario=request("websocket_api", failures=ALWAYS), answers=[502], fates={"1": "returned"}),
    Case(rule="APIGW-10", sentence="without a route response nothing goes back", answers=[], fates={"1": "delivered"},
         scenario=request("websocket_api", {"route_response": False})),
    Case(rule="APIGW-10", sentence="a connection whose code failed is refused",
         scenario=request("websocket_api", {"route": "connect"}, ALWAYS), answers=[502], fates={"1": "returned"}),
    Case(rule="APIGW-10", sentence="a throttle refuses the connection too",
         scenario=request("websocket_api", {"route": "connect"}, function=OFF), answers=[500], invocations=0),
    Case(rule="PERM-4", sentence="a message without permission is 500", scenario=request("websocket_api", failures=DENIED),
         answers=[500], **REFUSED),
    # load balancer
    Case(rule="ALB-1", sentence="it waits as long as the function runs",
         scenario=request("alb", function={"timeout_s": 900, "duration": {"kind": "constant", "ms": 800_000}}), answers=[200], at_s=[0]),
    Case(rule="ALB-2", sentence="a request over 1 MB is 413", scenario=request("alb", traffic=sized(1_048_577)), answers=[413], at_s=[]),
    Case(rule="ALB-2", sentence="a response over 1 MB is 502", answers=[502], causes={"1": "PayloadTooLarge"},
         scenario=request("alb", failures=returns({"statusCode": 200, "body": TOO_LONG}))),
    Case(rule="ALB-3", sentence="a throttle is 502", scenario=request("alb", function=OFF), answers=[502], outcomes=["throttled"]),
    Case(rule="ALB-3", sentence="a timeout is 502", scenario=request("alb", failures=scripted({"do": "timeout"})), answers=[502],
         outcomes=["timed_out"]),
    Case(rule="ALB-3", sentence="an error is 502", scenario=request("alb", failures=ALWAYS), answers=[502]),
    Case(rule="ALB-3", sentence="so is an answer without a status", scenario=request("alb", failures=returns("hello")), answers=[502]),
    Case(rule="PERM-5", sentence="so is a permission taken away", scenario=request("alb", failures=DENIED), answers=[502], **REFUSED),
    # function URL
    Case(rule="FURL-1", sentence="one try, as long as the function may run",
         scenario=request("function_url", function=SLOW), answers=[200], at_s=[0]),
    Case(rule="FURL-1", sentence="more than 6 MB is 413", scenario=request("function_url", traffic=sized(6_291_457)), answers=[413], at_s=[]),
    Case(rule="FURL-2", sentence="reserved concurrency 0: every request gets 429", scenario=request("function_url", function=OFF),
         answers=[429], outcomes=["throttled"], invocations=0),
    Case(rule="FURL-2", sentence="ten requests a second for each reserved execution",
         scenario=request("function_url", function={"reserved_concurrent_executions": 1, "duration": {"kind": "constant", "ms": 1}},
                          traffic={"kind": "steady", "count": 13, "rate_per_s": 500}), answers=[200] * 10 + [429] * 3),
    Case(rule="FURL-3", sentence="without permission it is 403", scenario=request("function_url", failures=DENIED), answers=[403], **REFUSED),
    Case(rule="PERM-7", sentence="the fate says so too", scenario=request("function_url", failures=DENIED), fates={"1": "returned"}),
    Case(rule="FURL-4", sentence="an error of the code is 502", scenario=request("function_url", failures=ALWAYS), answers=[502]),
    # Lambda@Edge
    Case(rule="EDGE-1", sentence="an error is 503, and nobody tries again", scenario=request("lambda_edge", failures=ALWAYS), answers=[503],
         at_s=[0]),
    Case(rule="EDGE-1", sentence="so is a throttle", scenario=request("lambda_edge", function=OFF), answers=[503], invocations=0),
    Case(rule="EDGE-1", sentence="a response that makes no sense is 502", scenario=request("lambda_edge", failures=returns({"statusCode": 200})),
         answers=[502]),
    Case(rule="EDGE-1", sentence="a viewer's response has 40 KB at the most", answers=[502],
         scenario=request("lambda_edge", failures=returns({"status": "200", "body": "x" * 41_000}))),
    Case(rule="EDGE-1", sentence="one for the origin may have 1 MB", answers=[200],
         scenario=request("lambda_edge", {"event_type": "origin_request"}, returns({"status": "200", "body": "x" * 41_000}))),
    Case(rule="PERM-15", sentence="a role that does not trust it is 503", scenario=request("lambda_edge", failures=DENIED), answers=[503],
         **REFUSED),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}: {case.sentence}")
def test_case(case: Case) -> None:
    check(case)


THROTTLED = {
    "api_gateway": 500,
    "http_api": 503,
    "websocket_api": 500,
    "alb": 502,
    "function_url": 429,
    "lambda_edge": 503,
}


@pytest.mark.parametrize(("trigger", "status"), THROTTLED.items())
def test_one_throttle_has_as_many_statuses_as_there_are_front_doors(trigger: str, status: int) -> None:
    """CONC-6."""
    records = run(request(trigger, function=OFF))
    assert [record.status_code for record in records if isinstance(record, Answered)] == [status]


@pytest.mark.parametrize(
    ("endpoint", "fields"), [("regional", []), ("private", []), ("edge", ["settings.integration_timeout_ms"])]
)
def test_an_edge_optimized_api_cannot_have_its_timeout_raised(endpoint: str, fields: list[str]) -> None:
    """APIGW-2."""
    try:
        parse_scenario(request("api_gateway", {"endpoint_type": endpoint, "integration_timeout_ms": 29_001}))
        found: list[str] = []
    except ScenarioErrors as refused:
        found = [error.field for error in refused.errors]
    assert found == fields


def test_the_function_of_an_edge_location_has_thirty_seconds() -> None:
    with pytest.raises(ScenarioErrors) as refused:
        parse_scenario(request("lambda_edge", function={"timeout_s": 31}))
    assert [error.field for error in refused.value.errors] == ["function.timeout_s"]
