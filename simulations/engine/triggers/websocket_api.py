"""API Gateway WebSocket API with Lambda proxy integration: a client connects, or sends a message over its connection.

Implements AG:apigateway-websocket-api-route-keys-connect-disconnect and AG:apigateway-execution-service-websocket-limits-table:
29 s at the most (APIGW-3), messages of 128 KB (APIGW-5), and what a client sees on each route (APIGW-10).
"""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

from simulations.engine.delivery import gateway
from simulations.engine.delivery.gateway import ThrottlingBurstLimit, ThrottlingRateLimit, message
from simulations.engine.delivery.synchronous import Answer, Call, Caller, Calls, Patience, Problem, Size, by_kind
from simulations.engine.function import Run
from simulations.engine.limits import INVALID, FieldError, plain, setting
from simulations.engine.rules import number
from simulations.engine.sim import Sim
from simulations.engine.trace import Cause, Fate
from simulations.engine.trigger import Charge, Choices, Idle, LeftOut, ServiceMetric, Trigger
from simulations.engine.units import US_PER_MS, us_from_ms


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The route that requests take, its integration, and its stage's throttling."""

    route: Annotated[
        Literal["connect", "default", "disconnect"],
        plain(
            "RouteKey", "A connection being made ($connect), a message over one ($default), or its end ($disconnect)."
        ),
    ] = "default"
    route_response: Annotated[
        bool,
        plain("RouteResponse", "Whether the answer to a message goes back to the client; without it, only errors do."),
    ] = True
    integration_timeout_ms: Annotated[
        int,
        setting("TimeoutInMillis", "How long API Gateway waits for the function.", unit="ms", ge=50, le=29_000),
    ] = number("APIGW-3", "websocket_timeout_ms")
    connection_minutes: Annotated[
        int, setting("Connection minutes", "For the bill only: how long each connection stays, two hours at the most; empty leaves "
                     "connections out of it.", unit="min", ge=1, le=number("APIGW-5", "websocket_connection_s") // 60)
    ] | None = None  # fmt: skip
    messages_per_connection: Annotated[
        int, setting("Messages of a connection", "For the bill only: how many messages come over each connection.",
                     ge=1, le=1_000_000)
    ] = 1  # fmt: skip
    throttling_rate_limit: ThrottlingRateLimit = None
    throttling_burst_limit: ThrottlingBurstLimit = None


_ERROR = "Internal server error"
_ANSWERS = {
    "function_error": message("APIGW-10", "function_error", _ERROR),
    "timed_out": message("APIGW-10", "function_error", _ERROR),
    "malformed": message("APIGW-10", "function_error", _ERROR),
    "throttled": message("APIGW-10", "refused", _ERROR),
    "refused": message("APIGW-10", "refused", _ERROR),
    "AccessDeniedException": message("PERM-4", "denied", _ERROR, settles="PERM-4"),
    "gave_up": message("APIGW-10", "integration_timeout", "Endpoint request timed out"),
}
_TOO_LARGE = Answer(number("APIGW-10", "too_large"), {"message": "Message too long"}, "APIGW-5")


def _returned(route: str, run: Run) -> Answer | Problem:
    """$connect needs a status, which decides about the connection; a message's answer is whatever was returned."""
    return gateway.proxy(run) if route == "connect" else gateway.inferred(run)


def _start(sim: Sim, settings: Settings) -> None:
    sim.function.response = gateway.PROXY_OK
    silent = settings.route == "disconnect" or (settings.route == "default" and not settings.route_response)

    def delivered(at: int, call: Call, _run: Run) -> None:
        """APIGW-10: nothing goes back without a route response."""
        sim.settle_all(at, "APIGW-10", call.events, Fate.DELIVERED)

    timeout = us_from_ms(settings.integration_timeout_ms)
    caller = Caller(
        rule="APIGW-1",
        returned=lambda run: _returned(settings.route, run),
        answer=by_kind(_ANSWERS),
        patience=Patience(timeout, "Integration timeout", "APIGW-3", Cause.INTEGRATION_TIMEOUT, "APIGW-6"),
        sizes=(Size(number("APIGW-5", "websocket_message_bytes"), _TOO_LARGE),),
        delivered=delivered if silent else None,
    )
    calls = Calls(sim, caller)
    sim.feed(gateway.stage(sim, calls, settings.throttling_rate_limit, settings.throttling_burst_limit))


def _check(choices: Choices) -> Iterable[FieldError]:
    yield from gateway.check_stage(choices.settings)
    settings: Settings = choices.settings
    if settings.route != "default" and settings.messages_per_connection != 1:
        message = "On this route each event is a connection: there is one of them for each."
        yield FieldError("settings.messages_per_connection", INVALID, message)


WEBSOCKET_API = Trigger(
    key="websocket_api",
    label="API Gateway WebSocket API",
    noun="message",
    model="synchronous",
    settings=Settings,
    start=_start,
    check=_check,
    rules=(
        "SYNC-1", "SYNC-2", "SYNC-3", "SYNC-4", "SYNC-5", "SYNC-8", "APIGW-1", "APIGW-3", "APIGW-5", "APIGW-6", "APIGW-7",
        "APIGW-10", "PERM-4",
    ),
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integrations.html",
    summary="A client connects or sends a message and the function is invoked once; what fails comes back as an error frame or "
    "a refused connection.",
    idle=(Idle(settings=("route_response",), of="route", values=("default",), because="only a message has a route response"),),
    metrics=(
        ServiceMetric("ConnectCount", "arrived", only={"route": "connect"}),
        ServiceMetric("MessageCount", "arrived", only={"route": "default"}),
        ServiceMetric("ClientError", "own_4xx"),
        ServiceMetric("IntegrationError", "own_5xx"),
        ServiceMetric("IntegrationLatency", "integration", US_PER_MS),
    ),
    charges=(
        Charge(what="WebSocket API messages", price_key="apigw.ws.message", of="admitted", counted="messages to the function, in pieces of 32 KB"),
        Charge(what="WebSocket API answers", price_key="apigw.ws.message", of="answers", counted="messages back to the client", only={"route_response": True}),
        Charge(what="WebSocket API connection minutes", price_key="apigw.ws.minute", of="connection_minutes", counted="connections times the minutes that each stays"),
    ),
    left_out=(LeftOut(sentence="API Gateway: the minutes of each connection; say how long one stays to price them.", only={"connection_minutes": None}),),
)  # fmt: skip
