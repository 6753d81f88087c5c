"""Services that invoke asynchronously: what they do until Lambda has accepted the event.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
"""

from .rule import COMPUTE_BLOG, Rule, aws_page, eventbridge_guide, lambda_guide, shape

_S3_EVENTS = aws_page("AmazonS3/latest/userguide/EventNotifications")
_SNS_DLQ = aws_page("sns/latest/dg/sns-dead-letter-queues")

SENDERS: tuple[Rule, ...] = (
    Rule(
        id="S3-1",
        sentence=(
            "S3 notifies at least once, mostly within seconds but at times after a minute or more, and in no order. "
            "How long it tries to reach Lambda is not documented."
        ),
        source=(_S3_EVENTS,),
        note="The retries here are MODEL-13; a notification starts on its way at the time the traffic says.",
    ),
    Rule(
        id="S3-2",
        sentence=(
            "s3:ObjectCreated:Put means PUT alone; s3:ObjectCreated:* also means POST, COPY and multipart uploads. "
            "A function that writes into the bucket that notifies it can make a loop."
        ),
        state="text_only",
        reason="It decides which uploads notify, and the traffic holds the notifications themselves; a loop is MODEL-16.",
        source=(_S3_EVENTS,),
    ),
    Rule(
        id="SNS-1",
        sentence=(
            "When Lambda cannot be reached, SNS tries 100,015 times over 23 days: 3 times at once, 2 times after 1 s, "
            "10 times with growing waits up to 20 s, then every 20 s. After that the subscription's dead-letter queue "
            "takes the notification, or it is lost."
        ),
        values={
            "attempts": 100_015,
            "immediate": 3,
            "before_backoff": 2,
            "before_backoff_s": 1,
            "backoff": 10,
            "backoff_first_s": 1,
            "backoff_longest_s": 20,
            "after_backoff": 100_000,
            "after_backoff_s": 20,
            "longest_days": 23,
        },
        source=(aws_page("sns/latest/dg/sns-message-delivery-retries"),),
        note="The first attempt is one of the three at once. The attempts end the retries, a little after 23 days.",
    ),
    Rule(
        id="SNS-2",
        sentence=(
            "When the function is gone or the permission is missing, SNS does not retry: "
            "the notification goes straight to the subscription's dead-letter queue or is lost."
        ),
        values={"retries": 0},
        source=(_SNS_DLQ,),
    ),
    Rule(
        id="SNS-3",
        sentence="Code that fails is no failure to SNS: Lambda answered 202, and SNS is done.",
        state="text_only",
        reason="It says who does nothing: after ASYNC-1 the rules of Lambda's queue act.",
        source=(lambda_guide("invocation-retries"),),
    ),
    Rule(
        id="EB-1",
        sentence=(
            "EventBridge tries to reach Lambda for up to 24 hours and 185 retries, with growing random waits. Both "
            "can be lowered per target, down to 60 s and 0; then the target's dead-letter queue takes the event."
        ),
        values={
            "maximum_retry_attempts": 185,
            "maximum_event_age_s": 86_400,
            "minimum_event_age_s": 60,
        },
        source=(
            eventbridge_guide("eb-rule-retry-policy"),
            eventbridge_guide("eb-custom-bus-retry"),
            shape("RetryPolicy", "events"),
        ),
        note="Of a rule on a classic bus. A newer kind of custom bus starts with 5 retries within 300 s.",
    ),
    Rule(
        id="EB-2",
        sentence=(
            "A missing permission or a deleted target is not retried: the event goes straight to the target's "
            "dead-letter queue, with the error, its code and the number of retries as attributes."
        ),
        values={
            "permission_code": "NO_PERMISSIONS",
            "missing_code": "NO_RESOURCE",
            "throttle_code": "THROTTLING",
            "fault_code": "INTERNAL_ERROR",
            "attempts_condition": "MaximumRetryAttempts",
            "age_condition": "MaximumEventAgeInSeconds",
        },
        source=(eventbridge_guide("eb-rule-dlq"),),
        note="Which of AWS's codes stands for which of Lambda's exceptions is, except for NO_PERMISSIONS, from memory.",
    ),
    Rule(
        id="EB-3",
        sentence="An event that is put on a bus may have 1 MB, as an asynchronous invocation; PutEvents refuses a larger one.",
        values={"entry_bytes": 1_048_576},
        state="text_only",
        reason="It limits the size of events, and the form keeps it.",
        source=(COMPUTE_BLOG + "more-room-to-build-serverless-services-now-support-payloads-up-to-1-mb/",),
        note="Until January 2026 it was 256 KB.",
        checked_on="2026-11-30",
    ),
    Rule(
        id="SCH-1",
        sentence=(
            "EventBridge Scheduler retries up to 185 times within 24 hours, both adjustable, and uses an execution role "
            "instead of the function's policy. A flexible window spreads calls over up to a day."
        ),
        values={
            "maximum_retry_attempts": 185,
            "maximum_event_age_s": 86_400,
            "minimum_event_age_s": 60,
            "minimum_window_minutes": 1,
            "maximum_window_minutes": 1_440,
        },
        source=(aws_page("scheduler/latest/UserGuide/configuring-schedule-dlq"), shape("RetryPolicy", "scheduler")),
        note="That 185 and 24 hours are the defaults, and the names of Scheduler's metrics, are from memory.",
    ),
    Rule(
        id="CWL-1",
        sentence=(
            "CloudWatch Logs retries throttles and faults for 24 hours. If access is denied or the function gone, the "
            "subscription pauses for up to 10 minutes, and the logs of that time are skipped."
        ),
        values={"longest_s": 86_400, "pause_s": 600, "filters_per_group": 2},
        source=(aws_page("AmazonCloudWatch/latest/logs/Subscriptions"),),
        note="The log event that met the error is lost with those that are skipped. The names of the metrics are from memory.",
    ),
    Rule(
        id="CWA-1",
        sentence=(
            "A CloudWatch alarm tries until Lambda accepts, except when the function is missing or not permitted."
        ),
        state="not_modelled",
        reason="There is no trigger for CloudWatch alarm here, so no run could show it.",
        source=(aws_page("AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda"),),
    ),
    Rule(
        id="IOT-1",
        sentence=(
            "An IoT rule invokes asynchronously. If that cannot be done, its errorAction runs once for the rule and the "
            "message; how often it tries before is not documented."
        ),
        source=(
            aws_page("iot/latest/developerguide/lambda-rule-action"),
            aws_page("iot/latest/developerguide/rule-error-handling"),
        ),
        note="The names of the metrics are from memory.",
    ),
    Rule(
        id="IOT-2",
        sentence="A message to AWS IoT may have 128 KB; the broker refuses a larger one.",
        values={"message_bytes": 131_072},
        state="text_only",
        reason="It limits the size of messages, and the form keeps it.",
        source=(aws_page("general/latest/gr/iot-core"), aws_page("iot/latest/developerguide/topicdata")),
        checked_on="2026-11-30",
    ),
    Rule(
        id="SES-1",
        sentence="A receipt rule of SES mostly invokes asynchronously; the event leaves out the body of the mail.",
        source=(aws_page("ses/latest/dg/receiving-email-action-lambda"),),
        note="What SES does when Lambda refuses the call is not documented: MODEL-13.",
    ),
    Rule(
        id="CFN-1",
        sentence=(
            "CloudFormation invokes a custom resource asynchronously and waits until the function has sent its answer "
            "to a signed address, at most ServiceTimeout, an hour by default. Retries of a crash do not end that wait."
        ),
        values={"service_timeout_s": 3600, "minimum_service_timeout_s": 1},
        source=(
            lambda_guide("services-cloudformation"),
            aws_page("AWSCloudFormation/latest/UserGuide/template-custom-resources"),
        ),
        note="A request is returned if the stack learns of the failure, lost if Lambda drops it while the stack still waits.",
    ),
    Rule(
        id="CP-1",
        sentence=(
            "A CodePipeline action invokes asynchronously and hangs until its timeout unless the function reports the "
            "job's success or failure."
        ),
        state="not_modelled",
        reason="There is no trigger for CodePipeline here, so no run could show it.",
        source=(aws_page("codepipeline/latest/userguide/action-reference-Lambda"),),
    ),
    Rule(
        id="CC-1",
        sentence="A CodeCommit trigger invokes asynchronously; nothing is special about it after that.",
        state="not_modelled",
        reason="There is no trigger for CodeCommit here, so no run could show it.",
        source=(lambda_guide("lambda-services"),),
    ),
    Rule(
        id="CFG-1",
        sentence="A custom rule of AWS Config invokes asynchronously and expects the function to call PutEvaluations.",
        state="not_modelled",
        reason="There is no trigger for AWS Config here, so no run could show it.",
        source=(lambda_guide("lambda-services"),),
        note="PutEvaluations is from memory.",
    ),
)
