"""Load balancers, VPC Lattice, function URLs and Step Functions: callers that wait for the function.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
"""

from .rule import Rule, aws_page, lambda_api, lambda_guide, shape, step_functions_guide

_ALB = "elasticloadbalancing/latest/application/"
_ALB_LAMBDA = aws_page(_ALB + "lambda-functions")
_ALB_TROUBLE = aws_page(_ALB + "load-balancer-troubleshooting")
_SFN_ERRORS = step_functions_guide("concepts-error-handling")

WEB_CALLERS: tuple[Rule, ...] = (
    Rule(
        id="ALB-1",
        sentence="A load balancer never retries; it waits until the function answers or reaches its own timeout.",
        source=(_ALB_LAMBDA,),
    ),
    Rule(
        id="ALB-2",
        sentence=(
            "Request body and response may be 1 MB each: a larger request gets 413, a larger response 502. "
            "Function and target group share account and Region, and a target group holds one function."
        ),
        values={
            "request_bytes": 1_048_576,
            "response_bytes": 1_048_576,
            "request_too_large": 413,
            "response_too_large": 502,
            "websocket": 400,
        },
        source=(_ALB_LAMBDA, _ALB_TROUBLE),
    ),
    Rule(
        id="ALB-3",
        sentence=(
            "A load balancer answers 502 when the code failed, timed out, was throttled or answered badly; 504 only when "
            "Lambda itself does not respond; 503 when no target is registered."
        ),
        values={
            "refused": 502,
            "function_error": 502,
            "timeout": 502,
            "throttled": 502,
            "malformed": 502,
            "lambda_silent": 504,
            "no_target": 503,
        },
        source=(_ALB_TROUBLE,),
        note="A silent Lambda and a missing target are not simulated.",
    ),
    Rule(
        id="ALB-4",
        sentence=(
            "Repeated headers and query keys keep only their last value, unless lambda.multi_value_headers.enabled is "
            "on; then events and responses carry lists."
        ),
        state="text_only",
        reason="It shapes the event; nothing happens in time.",
        source=(_ALB_LAMBDA,),
    ),
    Rule(
        id="ALB-5",
        sentence="Health checks of a function are off by default; each one that is made is a billed invocation.",
        state="not_modelled",
        reason="Health checks are not simulated: they are no events of the scenario.",
        basis="memory",
    ),
    Rule(
        id="VPCL-1",
        sentence=(
            "VPC Lattice calls a function of the same account and Region synchronously, with 6 MB each way. "
            "No retry is documented."
        ),
        values={"request_bytes": 6_291_456, "response_bytes": 6_291_456},
        state="not_modelled",
        reason="There is no trigger for VPC Lattice here, so no run could show it.",
        source=(aws_page("vpc-lattice/latest/ug/lambda-functions"),),
    ),
    Rule(
        id="FURL-1",
        sentence=(
            "A function URL does not retry and waits as long as the function may run. It answers in one piece (BUFFERED, "
            "6 MB) or as a stream (RESPONSE_STREAM, 200 MB)."
        ),
        values={"buffered_bytes": 6_291_456, "streamed_bytes": 209_715_200},
        source=(lambda_api("CreateFunctionUrlConfig"), shape("InvokeMode")),
        note="That the URL does not retry is from memory.",
    ),
    Rule(
        id="FURL-2",
        sentence=(
            "A throttled request to a function URL gets 429. With a reserved concurrency of 0 every request does."
        ),
        values={"throttled": 429, "requests_per_s_factor": 10},
        source=(lambda_guide("urls-configuration"),),
        note="Read in the guide of 2023; the page still stands at the same place.",
    ),
    Rule(
        id="FURL-3",
        sentence=(
            "Without permission a function URL answers 403, even with AuthType NONE. URLs made since October 2025 need "
            "both lambda:InvokeFunctionUrl and lambda:InvokeFunction."
        ),
        values={"denied": 403},
        source=(lambda_guide("urls-auth"),),
    ),
    Rule(
        id="FURL-4",
        sentence="A failed or timed-out function shows as a 5xx answer of its URL, counted in Url5xxCount.",
        values={"function_error": 502},
        source=(lambda_guide("urls-monitoring"),),
        note="That the code is 502 is from memory.",
    ),
)

STEP_FUNCTIONS: tuple[Rule, ...] = (
    Rule(
        id="SFN-1",
        sentence="Without a Retry block the first error fails the state machine, unless a Catch takes it.",
        source=(_SFN_ERRORS,),
    ),
    Rule(
        id="SFN-2",
        sentence=(
            "A retrier waits IntervalSeconds, times BackoffRate for each further retry, up to MaxDelaySeconds: by "
            "default 1, 2, 4 s and no more than 3 retries. JitterStrategy FULL draws each wait between 0 and that."
        ),
        values={
            "longest_execution_s": 31_536_000,
            "interval_s": 1,
            "maximum_attempts": 3,
            "backoff_rate": 2.0,
            "jitter_strategy": "NONE",
        },
        source=(_SFN_ERRORS,),
        note="The year that an execution may take is from the page on quotas; the whole block stands in one setting.",
    ),
    Rule(
        id="SFN-3",
        sentence=(
            "A throttle is called Lambda.TooManyRequestsException, a timeout of the function Sandbox.Timedout, and an "
            "exception by its type. States.Timeout is the state's own clock."
        ),
        values={
            "throttled": "Lambda.TooManyRequestsException",
            "timeout": "Sandbox.Timedout",
            "older_timeout": "Lambda.Unknown",
            "state_timeout": "States.Timeout",
        },
        source=(_SFN_ERRORS,),
        note="That other refusals of Lambda are called Lambda and the exception's name is from memory.",
    ),
    Rule(
        id="SFN-4",
        sentence=(
            "Each retrier counts its own retries, anew at each visit of the state. States.TaskFailed matches all errors "
            "but States.Timeout; every retry is billed as a transition."
        ),
        source=(_SFN_ERRORS,),
    ),
    Rule(
        id="SFN-5",
        sentence=(
            "The list of errors that AWS advises to retry has no throttle in it: "
            "Lambda.TooManyRequestsException must be added by hand."
        ),
        values={"cdk_interval_s": 2, "cdk_maximum_attempts": 6, "cdk_backoff_rate": 2.0},
        source=(step_functions_guide("sfn-best-practices"),),
        note="What the CDK adds by itself was read in templates it made.",
    ),
    Rule(
        id="SFN-6",
        sentence=(
            "With InvocationType Event the task is done as soon as Lambda answers 202; the asynchronous rules follow."
        ),
        source=(step_functions_guide("connect-lambda"),),
    ),
    Rule(
        id="SFN-7",
        sentence=(
            "Input and output of an execution and of each state may have 256 KiB, much less than Lambda takes; a longer input "
            "starts no execution."
        ),
        values={"input_bytes": 262_144},
        state="text_only",
        reason="It limits the size of events, and the form keeps it; what the code returns is not measured.",
        source=(step_functions_guide("limits"), shape("SensitiveData", "stepfunctions")),
        checked_on="2026-11-30",
    ),
)
