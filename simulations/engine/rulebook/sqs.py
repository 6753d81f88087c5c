"""SQS: Lambda's pollers receive batches, invoke the function and delete what worked; the queue does the rest.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
"""

from .rule import Rule, aws_page, lambda_guide, shape, sqs_guide

_WITH_SQS = lambda_guide("with-sqs")
_ERRORS = lambda_guide("services-sqs-errorhandling")
_CONFIGURE = lambda_guide("services-sqs-configure")
_SCALING = lambda_guide("services-sqs-scaling")
_QUEUE = (
    aws_page("AWSSimpleQueueService/latest/APIReference/API_CreateQueue"),
    shape("CreateQueue", "sqs"),
)
_DLQ = sqs_guide("sqs-dead-letter-queues")
_OLD_GUIDE = "https://github.com/awsdocs/aws-lambda-developer-guide"
_VALID_MESSAGES = "https://repost.aws/knowledge-center/lambda-retrying-valid-sqs-messages"
_REPRODUCED = (
    "https://zaccharles.medium.com/reproducing-the-sqs-trigger-and-lambda-concurrency-limit-issue-f4c09d384a18"
)

SQS: tuple[Rule, ...] = (
    Rule(
        id="SQS-1",
        sentence=(
            "Lambda's pollers receive messages, invoke the function with the batch and delete all of it when the code "
            "succeeded. From the moment it is received a message is hidden for the queue's VisibilityTimeout."
        ),
        values={"receive_maximum": 10, "delete_maximum": 10},
        source=(_WITH_SQS,),
    ),
    Rule(
        id="SQS-2",
        sentence=(
            "When the code fails, nothing is deleted and nothing is retried at once: the whole batch becomes visible "
            "again when its visibility timeout has passed."
        ),
        source=(_ERRORS, _OLD_GUIDE),
    ),
    Rule(
        id="SQS-3",
        sentence=(
            "When the function is throttled, the poller keeps trying the same batch with growing waits until the "
            "visibility timeout passes, then forgets it. The messages are still in the queue and come back."
        ),
        source=(_ERRORS,),
        note="AWS writes that Lambda drops the message; its queue keeps it all the same (CU-5). That there are fewer pollers after "
        "throttles is SQS-14.",
    ),
    Rule(
        id="SQS-4",
        sentence=(
            "Every receive counts, also one after which the function was throttled. "
            "A valid message can so reach maxReceiveCount and land in the dead-letter queue without ever being handled."
        ),
        basis="community",
        source=(_VALID_MESSAGES, _REPRODUCED),
        note="Seen by users and described in AWS's knowledge center, not in the guide. It was reproduced with a low reserved concurrency in "
        "2019, and is still reported in 2025.",
        checked_on="2026-12-01",
    ),
    Rule(
        id="SQS-5",
        sentence=(
            "When a message would be received more than maxReceiveCount times, SQS moves it to the queue's dead-letter "
            "queue instead. AWS advises 5 or more; the value is 10 if none is given."
        ),
        values={"default_max_receive_count": 10, "recommended_max_receive_count": 5},
        source=(*_QUEUE, _CONFIGURE),
    ),
    Rule(
        id="SQS-6",
        sentence=(
            "In the dead-letter queue of a standard queue a message keeps its age: one day old, it has one day less to "
            "live there. In that of a FIFO queue its age starts again."
        ),
        state="text_only",
        reason="The run ends for a message when it enters the dead-letter queue.",
        source=(_DLQ,),
    ),
    Rule(
        id="SQS-7",
        sentence=(
            "SQS deletes a message when its retention period is over: by default after 4 days, set between 1 minute "
            "and 14 days. Without a redrive policy this is how a message that always fails is lost."
        ),
        values={"default_retention_s": 345_600, "minimum_retention_s": 60, "maximum_retention_s": 1_209_600},
        source=_QUEUE,
    ),
    Rule(
        id="SQS-8",
        sentence=(
            "VisibilityTimeout is 30 s by default and 12 hours at most. AWS advises six times the function's timeout, "
            "plus the batching window."
        ),
        values={"default_visibility_timeout_s": 30, "maximum_visibility_timeout_s": 43_200, "recommended_factor": 6},
        state="text_only",
        reason="It is a setting's limits and an advice; SQS-1, SQS-2 and SQS-9 show what the setting does.",
        source=(_CONFIGURE,),
    ),
    Rule(
        id="SQS-9",
        sentence=(
            "A function timeout longer than the visibility timeout is refused when the mapping is made. If the queue "
            "changes later, a message comes back while its first run is going on, and is handled twice."
        ),
        source=(_CONFIGURE,),
        note="The second half is inferred; that the late delete can fail too (MODEL-9).",
    ),
    Rule(
        id="SQS-10",
        sentence=(
            "At low traffic a poller may wait up to 20 s for messages before it invokes the function, "
            "even when the batching window is shorter."
        ),
        values={"long_poll_s": 20},
        source=(_WITH_SQS,),
    ),
    Rule(
        id="SQS-11",
        sentence=(
            "Lambda starts with 5 concurrent batches, adds up to 300 a minute while messages wait, and stops at 1,250. "
            "When little comes in, it goes back to 5 and down to 2."
        ),
        values={"start": 5, "per_minute": 300, "most": 1250, "low": 2},
        source=(_SCALING, _OLD_GUIDE),
        note="Until 2023 it was 60 a minute and 1,000 at most, and old pages still say so (CU-3).",
    ),
    Rule(
        id="SQS-12",
        sentence=(
            "MaximumConcurrency (2 to 1,000) holds back the pollers, so messages wait in the queue unreceived. Reserved "
            "concurrency holds back the function, so batches are throttled and receives are used up."
        ),
        values={"minimum": 2, "maximum": 1000, "recommended_reserved": 5},
        source=(_SCALING, _CONFIGURE),
    ),
    Rule(
        id="SQS-13",
        sentence=(
            "In provisioned mode each poller takes 1 MB/s, 10 concurrent invocations and 10 receives a second, and "
            "concurrency may grow by 1,000 a minute. It excludes MaximumConcurrency and costs extra."
        ),
        values={
            "bytes_per_s": 1_048_576,
            "invocations_per_poller": 10,
            "receives_per_s": 10,
            "per_minute": 1000,
            "minimum_pollers": 2,
            "default_maximum_pollers": 200,
        },
        source=(
            _WITH_SQS,
            _SCALING,
            "https://aws.amazon.com/about-aws/whats-new/2025/11/aws-lambda-provisioned-mode-sqs-esm/",
        ),
        note="It exists since 14 November 2025, then with up to 20,000 batches at once; AWS's pages differ about the most pollers (CU-4).",
        checked_on="2026-11-30",
    ),
    Rule(
        id="SQS-14",
        sentence=(
            "When the code fails or the function is throttled, Lambda takes it as a sign of trouble and lowers its concurrency for this "
            "queue. With ReportBatchItemFailures it does not."
        ),
        source=(_ERRORS,),
        note=(
            "AWS does not say how far or how fast; MODEL-6 is our answer. After throttles it is a setting that is off unless it is chosen: "
            "with one poller fewer for each throttled batch hardly a healthy message would end in the dead-letter queue, and users report "
            "that they do (SQS-4). What Lambda really does lies between the two."
        ),
        checked_on="2026-12-01",
    ),
    Rule(
        id="SQS-15",
        sentence=(
            "A message may be up to 1 MiB. A standard queue lets about 120,000 messages be in flight, and a batch holds "
            "at most 6 MB."
        ),
        values={"maximum_message_bytes": 1_048_576, "in_flight": 120_000, "batch_bytes": 6_291_456},
        source=(shape("SendMessage", "sqs"), sqs_guide("sqs-visibility-timeout")),
        note="Until August 2025 a message could have 256 KiB. The 6 MB include metadata, which is not simulated.",
    ),
    Rule(
        id="SQS-16",
        sentence=(
            "A FIFO queue keeps the order within each MessageGroupId. A failed message blocks its own group until it is "
            "done; other groups go on, and there are never more invocations at once than active groups."
        ),
        source=(_SCALING, sqs_guide("FIFO-queues-understanding-logic")),
    ),
    Rule(
        id="SQS-17",
        sentence=(
            "With a FIFO queue the function must stop at its first failure and report that message and all it did not "
            "reach, or the order breaks. A dead-letter queue breaks it in any case."
        ),
        source=(_ERRORS, _DLQ),
    ),
    Rule(
        id="SQS-18",
        sentence=(
            "On a standard queue a MessageGroupId marks a tenant. One with 30 or more messages in flight, and more than 10 % of all, "
            "is noisy: SQS serves the others first, until its backlog is gone or it is silent for 5 minutes. There is no order and "
            "no limit for each tenant."
        ),
        values={"in_flight": 30, "share_percent": 10, "silent_s": 300},
        source=(sqs_guide("sqs-fair-queues"), sqs_guide("sqs-fair-queues-detailed")),
        note="AWS also counts a tenant's recent share of the processing time; how recent it does not say, and it is not simulated. How many "
        "tenants are noisy, and how the others fare, is MET-20.",
    ),
    Rule(
        id="SQS-19",
        sentence=(
            "SQS bills every receive call of Lambda's pollers, empty ones too. In provisioned mode a poller may make 10 "
            "a second."
        ),
        state="text_only",
        reason="It decides the cost, not what happens: the calls are counted and priced with the run.",
        source=(_SCALING,),
    ),
    Rule(
        id="SQS-20",
        sentence=(
            "With ReportBatchItemFailures the messages named in batchItemFailures stay and the others are deleted. An "
            "empty answer means all worked; a malformed one, or an unknown id, means all failed. Without the setting "
            "the list is ignored and everything is deleted."
        ),
        values={"list_key": "batchItemFailures", "item_key": "itemIdentifier"},
        source=(_ERRORS,),
    ),
    Rule(
        id="SQS-21",
        sentence=(
            "A FIFO queue refuses to delete a message whose visibility timeout is over. The message comes back and is handled "
            "again, although the first run worked."
        ),
        source=(
            aws_page("AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage"),
            shape("ReceiveMessageRequest", "sqs"),
        ),
    ),
    Rule(
        id="SQS-22",
        sentence=(
            "A message with the MessageDeduplicationId of one that was sent to the FIFO queue less than 5 minutes ago is accepted "
            "and never delivered, also when the first one has been deleted. ContentBasedDeduplication makes the id from the body."
        ),
        values={"interval_s": 300},
        source=(
            sqs_guide("FIFO-key-terms"),
            sqs_guide("FIFO-queues-exactly-once-processing"),
            shape("SendMessageRequest", "sqs"),
        ),
    ),
    Rule(
        id="SQS-23",
        sentence=(
            "A FIFO queue looks for groups among its oldest 120,000 messages only. When one blocked group fills them, messages of "
            "other groups that were sent later wait too."
        ),
        values={"scanned": 120_000},
        source=(sqs_guide("avoid-backlog-with-the-same-message-group-id"), sqs_guide("quotas-fifo")),
        note="Until November 2024 it was 20,000, and old pages still say so.",
    ),
)
