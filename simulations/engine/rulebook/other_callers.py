"""The remaining services that call a function and wait, each with its own patience and its own retries.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
"""

from .rule import LOCALSTACK, Rule, aws_page, eventbridge_guide, shape

_CLOUDFRONT = "AmazonCloudFront/latest/DeveloperGuide/"

OTHER_CALLERS: tuple[Rule, ...] = (
    Rule(
        id="COG-1",
        sentence=(
            "Cognito waits 5 s for its trigger and tries up to 3 times if trying again makes sense, but not after a 5xx "
            "of Lambda. A function error fails the sign-in or sign-up step."
        ),
        values={"error_status": 400, "answer_limit_s": 5, "attempts": 3},
        source=(aws_page("cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers"),),
        note="The names of the errors an app gets are Cognito's, their status is from memory. Custom sender triggers are not synchronous.",
    ),
    Rule(
        id="EDGE-1",
        sentence=(
            "Lambda@Edge does not retry: the viewer gets 502 for an invalid response and 503 for an error, a timeout or "
            "a throttle. The function has 30 s; logs and metrics are in the Region nearest to the viewer."
        ),
        values={
            "malformed": 502,
            "function_error": 503,
            "throttled": 503,
            "timeout_s": 30,
            "viewer_response_bytes": 40_960,
            "origin_response_bytes": 1_048_576,
        },
        source=(
            aws_page(_CLOUDFRONT + "cloudfront-limits"),
            aws_page(_CLOUDFRONT + "lambda-at-edge-function-restrictions"),
            aws_page(_CLOUDFRONT + "http-503-service-unavailable"),
            aws_page(_CLOUDFRONT + "lambda-edge-testing-debugging"),
        ),
        note="That nothing retries is from memory; older pages name shorter timeouts (CU-11).",
    ),
    Rule(
        id="CON-1",
        sentence=(
            "Amazon Connect retries throttles and 500s up to 3 times within 8 s and then takes the Error branch. "
            "A chain of functions has 20 s in all."
        ),
        values={"retries": 3, "limit_s": 8, "chain_limit_s": 20, "response_bytes": 32_768},
        state="not_modelled",
        reason="There is no trigger for Connect here, so no run could show it.",
        source=(aws_page("connect/latest/adminguide/connect-lambda-functions"),),
    ),
    Rule(
        id="FH-1",
        sentence=(
            "Data Firehose buffers records for a transformation and gives it 5 minutes. It retries 3 times after a timeout "
            "or throttle, then skips the batch and writes its records under processing-failed/ in S3, where records the code "
            "gave up go too."
        ),
        values={"buffer_interval_s": 60, "answer_limit_s": 300, "retries": 3, "prefix": "processing-failed/"},
        source=(
            aws_page("firehose/latest/dev/data-transformation-failure-handling"),
            aws_page("firehose/latest/dev/data-transformation"),
        ),
    ),
    Rule(
        id="S3B-1",
        sentence=(
            "S3 Batch Operations calls the function once for an object. TemporaryFailure is tried again before the job "
            "ends, PermanentFailure is final; an object the answer leaves out counts as treatMissingKeysAs says."
        ),
        values={"treat_missing_keys_as": "TemporaryFailure"},
        state="not_modelled",
        reason="There is no trigger for S3 Batch Operations here, so no run could show it.",
        source=(aws_page("AmazonS3/latest/userguide/batch-ops-invoke-lambda"),),
    ),
    Rule(
        id="LEX-1",
        sentence="A Lex V2 bot calls one function for each alias and language and waits; no retry is documented.",
        values={"limit_s": 30},
        state="not_modelled",
        reason="There is no trigger for Lex here, so no run could show it.",
        source=(aws_page("lexv2/latest/dg/lambda"),),
        note="The limit of about 30 s is from memory.",
    ),
    Rule(
        id="SEC-1",
        sentence=(
            "Secrets Manager calls the same function four times for one rotation: create, set, test, finish. "
            "If a step fails, the whole rotation is tried again within its window."
        ),
        values={"calls": 4},
        state="not_modelled",
        reason="There is no trigger for Secrets Manager here, so no run could show it.",
        source=(aws_page("secretsmanager/latest/userguide/rotate-secrets_lambda"),),
        note="AWS does not say whether the calls are synchronous.",
    ),
    Rule(
        id="PIPE-1",
        sentence=(
            "EventBridge Pipes sees failures of the code only with REQUEST_RESPONSE, the default. Its own faults are "
            "retried until the record expires and count for nothing; yours follow the limits of the source."
        ),
        values={"default_invocation_type": "REQUEST_RESPONSE"},
        source=(
            eventbridge_guide("eb-pipes-error-troubleshooting"),
            shape("PipeTargetLambdaFunctionParameters", "pipes"),
        ),
        note=(
            "Failures make the pipe poll less; how much less is MODEL-6. A fault of Lambda (5xx) stands for one of the pipe: it is "
            "retried while the message is hidden, and AWS keeps the receive that follows out of maxReceiveCount, which is not simulated. "
            "From Kafka and Amazon MQ your own failures are retried like those of the pipe (PIPE-13)."
        ),
    ),
    Rule(
        id="PIPE-2",
        sentence=(
            "A pipe listens to partial answers without being told to. What the function names as failed is retried, and with it, "
            "from a stream, all that comes after."
        ),
        source=(eventbridge_guide("eb-pipes-batching-concurrency"),),
        note="AWS says that the rest is retried automatically; that a stream goes on from the lowest failed record is STREAM-8.",
    ),
    Rule(
        id="PIPE-3",
        sentence=(
            "Enrichment is a synchronous call before the target's. A batch that is retried goes through the whole pipe again, "
            "its enrichment too."
        ),
        source=(eventbridge_guide("eb-pipes-batching-concurrency"), eventbridge_guide("pipes-enrichment")),
        note="An enrichment that outlasts the visibility timeout is no error: the message comes back and is received again.",
    ),
    Rule(
        id="PIPE-4",
        sentence=(
            "A pipe's filters are those of an event source mapping, and may ignore case in prefix and suffix. They cannot use what "
            "polling adds to a record, such as eventName."
        ),
        values={
            "operators": "$or anything-but equals-ignore-case exists numeric prefix prefix:equals-ignore-case suffix "
            "suffix:equals-ignore-case",
        },
        state="text_only",
        reason="It limits what a filter may say, and the form keeps it.",
        source=(eventbridge_guide("eb-pipes-event-filtering"), eventbridge_guide("eb-create-pattern-operators")),
    ),
    Rule(
        id="PIPE-5",
        sentence=(
            "A pipe has no dead-letter queue of its own for SQS: the queue's redrive policy counts. For a stream it may have one, "
            "an SQS queue or an SNS topic, which is told the pipe, the condition and where the records are."
        ),
        source=(
            eventbridge_guide("eb-pipes-error-troubleshooting"),
            shape("PipeSourceKinesisStreamParameters", "pipes"),
            LOCALSTACK,
        ),
        note=(
            "What it is told is known from messages that users have shown and from an emulator: as from a mapping, with context and "
            "partnerResourceArn in place of requestContext and responseContext. Links of the rule pack 2026-11 keep those of a mapping."
        ),
        checked_on="2026-12-01",
    ),
    Rule(
        id="PIPE-6",
        sentence=(
            "With FIRE_AND_FORGET a pipe hands its records to Lambda's own queue and is done: the source deletes them or moves "
            "past them, and what the code does with them is asynchronous invocation."
        ),
        source=(eventbridge_guide("eb-pipes-event-target"), shape("PipeTargetLambdaFunctionParameters", "pipes")),
        note="A run hands records over one by one, and the function has no dead-letter queue or destination here.",
    ),
    Rule(
        id="PIPE-7",
        sentence=(
            "An enrichment whose code fails, or a call that the pipe's role may not make, or that finds no function, fails the whole "
            "batch; it follows the limits of the source. A throttle is tried again and counts for nothing."
        ),
        source=(
            eventbridge_guide("eb-pipes-error-troubleshooting"),
            eventbridge_guide("eb-pipes-batching-concurrency"),
            eventbridge_guide("eb-pipes-logs-execution-steps"),
        ),
        note=(
            "AWS counts missing permissions among the errors of the customer, and knows no partial failure of an enrichment. That a "
            "throttle is among the failures it retries by itself is how we read it. The error names are those of a pipe's log."
        ),
    ),
    Rule(
        id="PIPE-8",
        sentence=(
            "An execution of a pipe, enrichment and function together, takes 5 minutes at the most. Then it has timed out and counts "
            "as failed, while the function that was called goes on to its end."
        ),
        values={"execution_s": 300},
        source=(eventbridge_guide("eb-pipes-batching-concurrency"), eventbridge_guide("eb-pipes-monitoring")),
        note=(
            "AWS counts such executions in ExecutionTimeout. That the function goes on is how Lambda treats any caller that stops "
            "waiting."
        ),
    ),
    Rule(
        id="PIPE-9",
        sentence=(
            "A pipe whose calls are refused with 4xx errors nearly without a break, for want of a permission or of the function, can be "
            "disabled by AWS; its StateReason says why."
        ),
        source=(eventbridge_guide("eb-pipes-error-troubleshooting"),),
        note="AWS names no number. A setting says after how many in a row; empty, the pipe goes on.",
    ),
    Rule(
        id="PIPE-10",
        sentence=(
            "A pipe counts its executions, their events and bytes, how long each stage took, and those that failed, failed in part, were "
            "throttled or timed out. Two of its metrics, Invocations and Duration, have the names of Lambda's."
        ),
        state="text_only",
        reason="The report counts it from the records; nothing happens in time.",
        source=(eventbridge_guide("eb-pipes-monitoring"),),
        note=(
            "The report writes (pipe) behind those two names. AWS does not say whether a throttled function counts in "
            "ExecutionThrottled; we count it there."
        ),
    ),
    Rule(
        id="PIPE-11",
        sentence=(
            "From a FIFO queue a pipe has one batch of a message group on its way at a time. If it fails, the pipe tries its messages "
            "until that has an end, before it receives more of the group."
        ),
        state="text_only",
        reason="SQS-16 says what happens to the group; the form keeps the limits of a batch.",
        source=(eventbridge_guide("eb-pipes-sqs"), eventbridge_guide("eb-pipes-batching-concurrency")),
        note=(
            "That a batch holds 10 messages at the most and has no window is what Lambda's guide says of mappings (ESM-1); the pages "
            "on pipes speak of a window for standard queues only. With FIRE_AND_FORGET nothing keeps the order behind the queue."
        ),
    ),
    Rule(
        id="PIPE-12",
        sentence=(
            "How many batches a pipe has on their way at once depends on its source: up to 5 from Amazon MQ, one for each partition "
            "of a topic, one for each shard times its ParallelizationFactor, 1,250 from SQS."
        ),
        values={"amazon_mq": 5, "sqs": 1_250},
        source=(eventbridge_guide("eb-pipes-batching-concurrency"),),
        note="AWS does not say whether RabbitMQ has one consumer, as with a mapping (MQ-1); its page names Amazon MQ as a whole.",
    ),
    Rule(
        id="PIPE-13",
        sentence=(
            "From Kafka or Amazon MQ a batch that failed is tried again as a whole until it works or its messages have expired. A pipe "
            "has no limit of retries, partial answer or dead-letter queue for them; a broker has its own."
        ),
        source=(
            eventbridge_guide("eb-pipes-error-troubleshooting"),
            eventbridge_guide("eb-pipes-mq"),
            eventbridge_guide("eb-pipes-msk"),
        ),
        note=(
            "AWS retries your errors there as it does its own, so ActiveMQ's six redeliveries, which Lambda's guide names for mappings "
            "(MQ-3), end nothing. Partial answers are named for SQS and streams only; one from here is taken for success."
        ),
    ),
    Rule(
        id="SES-2",
        sentence=(
            "A receipt rule of SES that waits for its function gives it 30 s. It may answer STOP_RULE, STOP_RULE_SET or "
            "CONTINUE; anything else counts as CONTINUE."
        ),
        values={"limit_s": 30, "default_disposition": "CONTINUE"},
        state="not_modelled",
        reason="The SES trigger here invokes with Event, the usual way; a rule that waits for its answer is not offered.",
        source=(aws_page("ses/latest/dg/receiving-email-action-lambda"),),
    ),
    Rule(
        id="S3OL-1",
        sentence="S3 Object Lambda calls synchronously; new customers cannot use it since 2025-11-07.",
        state="not_modelled",
        reason="It is closed to new customers.",
        source=(aws_page("AmazonS3/latest/userguide/olap-writing-lambda"),),
    ),
    Rule(
        id="APPS-1",
        sentence="AppSync resolvers call with RequestResponse by default and may call with Event.",
        state="not_modelled",
        reason="There is no trigger for AppSync here, so no run could show it.",
        source=(aws_page("appsync/latest/devguide/resolver-reference-lambda-js"),),
    ),
    Rule(
        id="ALX-1",
        sentence="An Alexa skill waits 8 s for its function.",
        values={"limit_s": 8},
        state="not_modelled",
        reason="There is no trigger for Alexa here, so no run could show it.",
        basis="memory",
    ),
)
