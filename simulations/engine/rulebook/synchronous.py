"""Synchronous invocation and API Gateway: the caller waits for the answer and owns every retry.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-sync.html
"""

from .rule import Rule, api_gateway_guide, lambda_api, lambda_guide, shape

_INVOKE = lambda_api("Invoke")
_API_ERRORS = lambda_guide("services-apigateway-errors")
_GATEWAY_RESPONSES = api_gateway_guide("supported-gateway-response-types")
_REST_LIMITS = api_gateway_guide("api-gateway-execution-service-limits-table")
_HTTP_QUOTAS = api_gateway_guide("http-api-quotas")
_WEBSOCKET_LIMITS = api_gateway_guide("apigateway-execution-service-websocket-limits-table")

SYNCHRONOUS: tuple[Rule, ...] = (
    Rule(
        id="SYNC-1",
        sentence=(
            "Whenever the code ran, Lambda answers a synchronous Invoke with status 200, even if the code failed. "
            "An Event invocation is answered with 202, a DryRun with 204."
        ),
        values={"ok": 200, "accepted": 202, "dry_run": 204},
        source=(_INVOKE, shape("InvocationResponse")),
    ),
    Rule(
        id="SYNC-2",
        sentence=(
            "A failure of the code shows in the X-Amz-Function-Error header and in a JSON error object as the body. "
            "A caller that looks only at the status code takes it for a success."
        ),
        values={"function_error": "Unhandled"},
        source=(_INVOKE, shape("InvocationResponse"), lambda_guide("invocation-async-retain-records")),
    ),
    Rule(
        id="SYNC-3",
        sentence="Lambda does not retry a synchronous invocation; trying again is up to the caller.",
        source=(lambda_guide("invocation-retries"),),
    ),
    Rule(
        id="SYNC-4",
        sentence=(
            "When no concurrency is free, Lambda refuses the call with 429 TooManyRequestsException and runs no code. "
            "Its Reason says which limit was reached."
        ),
        values={
            "throttled": 429,
            "account_reason": "ConcurrentInvocationLimitExceeded",
            "function_reason": "ReservedFunctionConcurrentInvocationLimitExceeded",
            "rate_reason": "FunctionInvocationRateLimitExceeded",
            "function_rate_reason": "ReservedFunctionInvocationRateLimitExceeded",
            "caller_rate_reason": "CallerRateLimitExceeded",
            "snapshot_reason": "ConcurrentSnapshotCreateLimitExceeded",
        },
        source=(_INVOKE, shape("TooManyRequestsException")),
    ),
    Rule(
        id="SYNC-5",
        sentence=(
            "Request and response may be 6 MB each. A streamed response may reach 200 MB: "
            "its first 6 MB run at full speed, the rest at 2 MBps."
        ),
        values={
            "request_bytes": 6_291_456,
            "response_bytes": 6_291_456,
            "streamed_response_bytes": 209_715_200,
            "streamed_uncapped_bytes": 6_291_456,
            "streamed_bytes_per_s": 2_097_152,
            "header_bytes": 1_048_576,
        },
        source=(lambda_guide("gettingstarted-limits"),),
        note="Of responses only their size at a load balancer and at Lambda@Edge is looked at.",
    ),
    Rule(
        id="SYNC-6",
        sentence=(
            "LogType Tail returns the last 4 KB of the log, and ClientContext reaches the code, "
            "only when the invocation is synchronous."
        ),
        values={"log_tail_bytes": 4096},
        state="text_only",
        reason="It adds to the answer and changes nothing in time.",
        source=(_INVOKE, shape("InvocationRequest")),
    ),
    Rule(
        id="SYNC-7",
        sentence="The caller gets the answer as soon as the code returns; Lambda does not wait for external extensions.",
        state="text_only",
        reason="Runs here have no extensions.",
        source=(lambda_guide("invocation-sync"),),
    ),
    Rule(
        id="SYNC-8",
        sentence=(
            "The Invoke API names what went wrong by status. SDKs try again after 429 and after 5xx; a request that "
            "is wrong in itself (other 4xx) stays wrong, so they leave it."
        ),
        values={
            "bad_request": 400,
            "access_denied": 403,
            "not_found": 404,
            "start_timeout": 408,
            "conflict": 409,
            "too_large": 413,
            "unsupported_media_type": 415,
            "too_many_requests": 429,
            "service_exception": 500,
            "resource_not_ready": 502,
        },
        source=(_INVOKE, shape("Invoke")),
        note="Whether SDKs retry 408 depends on the SDK.",
    ),
)

API_GATEWAY: tuple[Rule, ...] = (
    Rule(
        id="APIGW-1",
        sentence="API Gateway invokes the function once for each request and never retries it.",
        source=(_API_ERRORS,),
    ),
    Rule(
        id="APIGW-2",
        sentence=(
            "A REST API waits for its integration for 50 ms at least and 29 s at most. "
            "Regional and private APIs may be given more on request, edge-optimized ones may not."
        ),
        values={"integration_timeout_ms": 29_000, "minimum_integration_timeout_ms": 50},
        source=(_REST_LIMITS,),
        note="That the limit can be raised since June 2024 is from memory; it may cost some of the throttle quota.",
    ),
    Rule(
        id="APIGW-3",
        sentence="An HTTP API waits 30 s at most, a WebSocket API 29 s; neither limit can be raised.",
        values={
            "http_timeout_ms": 30_000,
            "websocket_timeout_ms": 29_000,
            "minimum_websocket_timeout_ms": 50,
        },
        source=(_HTTP_QUOTAS, _WEBSOCKET_LIMITS),
    ),
    Rule(
        id="APIGW-4",
        sentence=(
            "A REST proxy integration in transfer mode STREAM may take 15 minutes. It is cut after 5 idle minutes, "
            "on an edge-optimized API after 30 s; the function may go on running after that."
        ),
        values={
            "longest_s": 900,
            "idle_s": 300,
            "edge_idle_s": 30,
            "uncapped_bytes": 10_485_760,
            "bytes_per_s": 2_097_152,
        },
        state="not_modelled",
        reason="Responses are not streamed here.",
        source=(api_gateway_guide("response-transfer-mode"),),
    ),
    Rule(
        id="APIGW-5",
        sentence=(
            "API Gateway takes payloads of 10 MB, but Lambda's own 6 MB is reached first. "
            "A WebSocket message may have 128 KB in frames of 32 KB, and a connection lasts 2 h, 10 idle minutes at most."
        ),
        values={
            "payload_bytes": 10_485_760,
            "websocket_message_bytes": 131_072,
            "websocket_frame_bytes": 32_768,
            "websocket_idle_s": 600,
            "websocket_connection_s": 7200,
        },
        source=(_REST_LIMITS, _HTTP_QUOTAS, _WEBSOCKET_LIMITS),
        note="Frames and the life of a connection are not simulated.",
    ),
    Rule(
        id="APIGW-6",
        sentence=(
            "When API Gateway stops waiting, the function does not stop: it runs on to its own end or timeout, "
            "and that time is billed."
        ),
        source=(api_gateway_guide("response-transfer-mode"),),
        note="AWS says it for streamed responses; for the others it is a community observation.",
    ),
    Rule(
        id="APIGW-7",
        sentence=(
            "A REST API with proxy integration answers 502 when the code failed or returned a malformed response, 500 "
            "when Lambda refused the call (a throttle too), 504 at its own integration timeout, and 429 when the API's "
            "own rate limit stops the request before Lambda."
        ),
        values={
            "function_error": 502,
            "malformed": 502,
            "refused": 500,
            "integration_timeout": 504,
            "rate_limited": 429,
            "too_large": 413,
            "denied": 403,
            "unauthorized": 401,
            "authorizer_failure": 500,
            "unmapped_custom_integration": 200,
        },
        source=(_API_ERRORS, _GATEWAY_RESPONSES, api_gateway_guide("handle-errors-in-lambda-integration")),
        note="Authorizers and custom integrations are not simulated.",
    ),
    Rule(
        id="APIGW-8",
        sentence=(
            "An HTTP API answers 500 when the code failed or its response is malformed, "
            "and 503 at its timeout or when Lambda throttles."
        ),
        values={"refused": 500, "function_error": 500, "malformed": 500, "integration_timeout": 503, "throttled": 503},
        basis="memory",
        note="No page states these codes; several third parties report 504 at the timeout.",
    ),
    Rule(
        id="APIGW-9",
        sentence=(
            "A custom REST integration that sends the header X-Amz-Invocation-Type with 'Event' invokes the function "
            "asynchronously; from then on the asynchronous rules apply."
        ),
        state="text_only",
        reason="What follows is any asynchronous invocation; choose one of those triggers to see it.",
        source=(api_gateway_guide("set-up-lambda-integration-async"),),
    ),
    Rule(
        id="APIGW-10",
        sentence=(
            "A WebSocket client is connected only once the $connect integration has answered; if it fails, the "
            "connection is refused. Answers to messages go back only where a route response is configured."
        ),
        values={"function_error": 502, "refused": 500, "integration_timeout": 504, "too_large": 413},
        source=(
            api_gateway_guide("apigateway-websocket-api-route-keys-connect-disconnect"),
            api_gateway_guide("apigateway-websocket-api-integration-responses"),
        ),
        note="The status codes are from memory; an error frame carries none, and its code here is the one that API Gateway logs. That $disconnect may be missed is from memory.",
    ),
    Rule(
        id="APIGW-11",
        sentence="A Lambda authorizer of an HTTP API has 10 s to answer.",
        values={"authorizer_timeout_s": 10},
        state="not_modelled",
        reason="Authorizers are not simulated.",
        source=(_HTTP_QUOTAS,),
    ),
)
