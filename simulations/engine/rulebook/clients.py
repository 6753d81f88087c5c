"""What AWS's SDKs do on the caller's side of a synchronous call.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

from .rule import RETRY_BEHAVIOR, Rule, lambda_guide

_BOTOCORE = "https://github.com/boto/botocore"
_BLOG = "https://aws.amazon.com/blogs/developer/announcing-updated-retry-behavior-for-aws-sdks-and-tools/"

CLIENTS: tuple[Rule, ...] = (
    Rule(
        id="SDK-1",
        sentence=(
            "An SDK retries in mode legacy, standard or adaptive, set by AWS_RETRY_MODE. AWS_MAX_ATTEMPTS counts the "
            "first try too, so 1 means no retry."
        ),
        values={"attempts_without_retry": 1},
        source=(RETRY_BEHAVIOR,),
    ),
    Rule(
        id="SDK-2",
        sentence=(
            "SDKs never retry a function error, because it comes with status 200. They do retry throttles, 5xx answers "
            "and broken or timed-out connections."
        ),
        source=(lambda_guide("invocation-sync"), RETRY_BEHAVIOR),
    ),
    Rule(
        id="SDK-3",
        sentence=(
            "The SDK for Python in mode legacy, its default before the rules of 2026, makes 5 attempts. Before each retry it waits a "
            "random part of 1 s, 2 s, 4 s and so on."
        ),
        values={"attempts": 5, "wait_s": 1, "factor": 2},
        source=(_BOTOCORE,),
    ),
    Rule(
        id="SDK-4",
        sentence=(
            "Mode standard, before the rules of 2026, makes 3 attempts and waits a random part of 1 s, then 2 s, never "
            "over 20 s. Retries draw on a quota of 500 tokens, 5 for each, 10 after a timeout."
        ),
        values={
            "attempts": 3,
            "wait_s": 1,
            "factor": 2,
            "longest_wait_s": 20,
            "quota": 500,
            "retry_cost": 5,
            "timeout_cost": 10,
        },
        source=(_BOTOCORE,),
    ),
    Rule(
        id="SDK-5",
        sentence=(
            "Mode standard by the rules of 2026 starts its waits at 50 ms after a passing fault and at 1 s after a "
            "throttle, and takes 14 or 5 tokens for them. A wait named by the server is kept, within 5 s."
        ),
        values={
            "attempts": 3,
            "transient_wait_ms": 50,
            "throttle_wait_ms": 1000,
            "factor": 2,
            "longest_wait_s": 20,
            "quota": 500,
            "transient_cost": 14,
            "throttle_cost": 5,
            "retry_after_extra_s": 5,
            "dynamodb_attempts": 4,
            "dynamodb_wait_ms": 25,
        },
        source=(RETRY_BEHAVIOR, _BOTOCORE),
        note="The server names no wait here, as Retry-After is optional; DynamoDB's clients play no part.",
    ),
    Rule(
        id="SDK-6",
        sentence=(
            "The rules of 2026 were switched on with AWS_NEW_RETRIES_2026=true and announced to become the default in November 2026, "
            "with standard in place of legacy. The SDK for Python always follows them since botocore 1.44."
        ),
        state="text_only",
        reason="It decides which of SDK-3, SDK-4 and SDK-5 a client follows; those act.",
        source=(_BLOG, _BOTOCORE),
        note="Read in the code of botocore 1.44.5; 1.43.11 still had them off. Scenarios of the rule pack 2026-11 begin with the older "
        "default, those of 2026-12 with the newer one; of SDKs for other languages no source says that they have switched (CU-1).",
        checked_on="2026-12-01",
    ),
    Rule(
        id="SDK-7",
        sentence=(
            "Mode adaptive is standard with a rate limiter in each client, which may hold back even the first request."
        ),
        source=(RETRY_BEHAVIOR,),
    ),
    Rule(
        id="SDK-8",
        sentence=(
            "The SDK for Python waits 60 s for an answer. If the function takes longer, the SDK gives up and calls "
            "again while the first run goes on: one call may then run three times at once, in mode legacy five times."
        ),
        values={"connect_timeout_s": 60, "read_timeout_s": 60},
        source=(_BOTOCORE, lambda_guide("invocation-sync")),
    ),
)
