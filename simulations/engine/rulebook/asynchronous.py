"""Asynchronous invocation: Lambda keeps the event in its own queue, retries it, and hands what failed to a catcher.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

from .rule import COMPUTE_BLOG, LOCALSTACK, Rule, lambda_api, lambda_guide, shape

_ERRORS = lambda_guide("invocation-async-error-handling")
_RETAIN = lambda_guide("invocation-async-retain-records")
_METRICS_BLOG = COMPUTE_BLOG + "introducing-new-asynchronous-invocation-metrics-for-aws-lambda/"
_CONFIG = (lambda_api("PutFunctionEventInvokeConfig"), shape("PutFunctionEventInvokeConfigRequest"))

ASYNCHRONOUS: tuple[Rule, ...] = (
    Rule(
        id="ASYNC-1",
        sentence=(
            "Lambda stores an asynchronous event in its internal queue and answers 202 at once, "
            "whether or not the function has concurrency free."
        ),
        source=(lambda_guide("lambda-services"), _METRICS_BLOG),
    ),
    Rule(
        id="ASYNC-2",
        sentence="An asynchronous event may be up to 1 MB; a larger one is refused before it is queued.",
        values={"maximum_payload_bytes": 1_048_576},
        source=(lambda_guide("gettingstarted-limits"),),
        note="Until 2025-10-24 the limit was 256 KB.",
    ),
    Rule(
        id="ASYNC-3",
        sentence=(
            "When the code fails or times out, Lambda tries again up to MaximumRetryAttempts times, by default twice: "
            "the first retry starts one minute after the failure, the second two minutes after the next."
        ),
        values={"first_retry_s": 60, "second_retry_s": 120, "maximum_retry_attempts": 2},
        source=(_ERRORS,),
    ),
    Rule(
        id="ASYNC-4",
        sentence=(
            "A throttled event, or one that met a fault of Lambda itself, goes back to the queue and is tried again for "
            "up to 6 hours, with waits that grow from 1 s to 5 minutes. None of this spends a retry."
        ),
        source=(_ERRORS,),
        note="The waits grow further when the queue is long; AWS does not say by how much.",
    ),
    Rule(
        id="ASYNC-5",
        sentence=(
            "MaximumEventAgeInSeconds bounds how long Lambda keeps an event, whatever it waits for: "
            "60 s at least, 6 hours at most and by default."
        ),
        values={"maximum_event_age_s": 21_600, "minimum_event_age_s": 60},
        source=_CONFIG,
    ),
    Rule(
        id="ASYNC-6",
        sentence=(
            "With a reserved concurrency of 0 nothing is tried: each event goes straight to the dead-letter queue or "
            "on-failure destination, or is lost, and counts as dropped."
        ),
        source=(_RETAIN, _METRICS_BLOG),
    ),
    Rule(
        id="ASYNC-7",
        sentence=(
            "When a function cannot keep up, events grow old in the queue, "
            "and Lambda drops those past their maximum age without ever running the code."
        ),
        source=(_ERRORS,),
    ),
    Rule(
        id="ASYNC-8",
        sentence=(
            "These settings belong to a function, a version or an alias. PutFunctionEventInvokeConfig replaces all of "
            "them, UpdateFunctionEventInvokeConfig only those it names."
        ),
        state="text_only",
        reason="It is about where settings are kept; nothing happens in time.",
        source=(lambda_guide("invocation-async-configuring"),),
    ),
    Rule(
        id="ASYNC-9",
        sentence=(
            "We let a throttled event wait 1 s, then twice as long each time, up to 5 minutes. "
            "AWS names the first and the longest wait, not the steps between them."
        ),
        values={"first_wait_s": 1, "factor": 2, "longest_wait_s": 300},
        basis="assumed",
        source=(_ERRORS,),
    ),
    Rule(
        id="ASYNC-10",
        sentence=(
            "If the next try would come after the event's maximum age, Lambda gives the event up at once instead of "
            "waiting. With a maximum age of 60 s a function error is therefore never retried."
        ),
        basis="emulator",
        source=(LOCALSTACK,),
        note="For a try that was throttled this is our assumption.",
    ),
    Rule(
        id="ASYNC-11",
        sentence=(
            "Throttled tries between two failures leave the retries untouched, "
            "and once the code has run, the waits after a throttle start small again."
        ),
        source=(_ERRORS, LOCALSTACK),
        note="AWS documents the first half; the second is what an emulator assumes.",
    ),
)

CATCHERS: tuple[Rule, ...] = (
    Rule(
        id="DEST-1",
        sentence=(
            "An on-failure destination is a standard SQS queue, a standard SNS topic, an S3 bucket, a function or an "
            "EventBridge bus. On-success takes the same except S3; FIFO queues and topics are not possible."
        ),
        source=(_RETAIN, lambda_api("FunctionEventInvokeConfig"), shape("FunctionEventInvokeConfig")),
    ),
    Rule(
        id="DEST-2",
        sentence=(
            "A function's dead-letter queue is a standard SQS queue or a standard SNS topic. "
            "If the function has an on-failure destination too, both receive the event."
        ),
        source=(_RETAIN, *_CONFIG),
    ),
    Rule(
        id="DEST-3",
        sentence=(
            "The dead-letter queue receives the event as it was, with RequestID, ErrorCode (the HTTP status) and "
            "the first 1 KB of ErrorMessage as attributes."
        ),
        values={"error_message_bytes": 1024},
        source=(_RETAIN,),
    ),
    Rule(
        id="DEST-4",
        sentence=(
            "A destination receives a JSON record about the invocation: when, which request, under which condition, "
            "after how many invocations, and both the event and the function's last response."
        ),
        values={"version": "1.0"},
        source=(_RETAIN,),
    ),
    Rule(
        id="DEST-5",
        sentence=(
            "The record's condition is Success, RetriesExhausted, EventAgeExceeded or ZeroReservedConcurrency. "
            "With the last one the code never ran: the count is 0 and there is no response."
        ),
        values={
            "success": "Success",
            "retries_exhausted": "RetriesExhausted",
            "event_age_exceeded": "EventAgeExceeded",
            "zero_reserved_concurrency": "ZeroReservedConcurrency",
            "zero_reserved_invoke_count": 0,
        },
        basis="emulator",
        source=(_RETAIN, LOCALSTACK),
        note="AWS's own sample shows RetriesExhausted only; the last two are known from an emulator and from code in use.",
    ),
    Rule(
        id="DEST-6",
        sentence=(
            "On EventBridge the record's source is lambda and its detail-type Lambda Function Invocation Result, with "
            "- Success or - Failure. In S3 its key starts with aws/lambda/async/, the function's name and the date."
        ),
        values={
            "source": "lambda",
            "success_detail_type": "Lambda Function Invocation Result - Success",
            "failure_detail_type": "Lambda Function Invocation Result - Failure",
            "s3_prefix": "aws/lambda/async/",
        },
        source=(_RETAIN,),
    ),
    Rule(
        id="DEST-7",
        sentence=(
            "If the dead-letter queue cannot be written to, the event is gone and DeadLetterErrors rises. If a "
            "destination cannot, DestinationDeliveryFailures rises. Neither is tried again."
        ),
        source=(_RETAIN, lambda_guide("monitoring-metrics-types")),
    ),
    Rule(
        id="DEST-8",
        sentence="SNS takes 256 KB at most, so a record with a large event may not fit, and its delivery fails.",
        values={"sns_maximum_bytes": 262_144},
        source=(_RETAIN, lambda_api("OnFailure"), shape("OnFailure")),
        note="The guide says that delivery may fail, the API model that the payload is left out (CU-9); we let it fail. "
        "A topic takes up to 1 MiB if its MaximumMessageSize was raised; here none was.",
    ),
    Rule(
        id="DEST-9",
        sentence="X-Ray links the queued event, its processing and the destination; a throttled event shows as pending.",
        state="text_only",
        reason="Traces of X-Ray are not drawn.",
        source=("https://github.com/awsdocs/aws-lambda-developer-guide",),
        note="From the guide of 2019.",
    ),
)

RECURSION: tuple[Rule, ...] = (
    Rule(
        id="REC-1",
        sentence=(
            "Lambda stops a loop by default: after about 16 invocations in one chain of requests the next one does "
            "not happen. Other triggers of the function go on."
        ),
        values={"invocations": 16},
        source=(lambda_guide("invocation-recursion"),),
    ),
    Rule(
        id="REC-2",
        sentence=(
            "The guard sees loops through Lambda, SQS, SNS and S3 only, and only if the function uses a recent AWS SDK. "
            "A loop through DynamoDB goes unnoticed."
        ),
        state="text_only",
        reason="Where a loop can be switched on, the guard sees it, as with a recent SDK.",
        source=(lambda_guide("invocation-recursion"),),
    ),
    Rule(
        id="REC-3",
        sentence=(
            "A stopped asynchronous event goes to the function's dead-letter queue or on-failure destination. A stopped "
            "SQS message keeps coming back until maxReceiveCount moves it to the queue's dead-letter queue."
        ),
        values={"refused": 400},
        source=(lambda_guide("invocation-recursion"),),
        note="Which condition a destination's record then names is not documented; here it is the exception's name.",
    ),
    Rule(
        id="REC-4",
        sentence=(
            "RecursiveInvocationsDropped counts a stopped loop at once; the mail about it may take 3.5 hours and comes "
            "once a day for a function. RecursiveLoop Allow switches guard and metric off."
        ),
        values={"mail_delay_s": 12_600, "mail_interval_s": 86_400},
        state="text_only",
        reason="The report counts the metric; no mail is sent.",
        source=(lambda_guide("invocation-recursion"),),
    ),
)
