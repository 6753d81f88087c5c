"""The ground rules: three invocation models, two kinds of error, and who catches what.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-retries.html
"""

from .rule import Rule, lambda_api, lambda_guide, shape

_RETRIES = lambda_guide("invocation-retries")
_FRAME = "It gives the frame; the rules of each invocation model act."

GROUND: tuple[Rule, ...] = (
    Rule(
        id="GEN-1",
        sentence=(
            "Who retries depends on the invocation model: the caller when it waits for the answer (synchronous), Lambda "
            "when it queues the event (asynchronous), and the kind of source when Lambda polls it (event source mapping)."
        ),
        state="text_only",
        reason=_FRAME,
        source=(lambda_guide("lambda-services"), _RETRIES),
    ),
    Rule(
        id="GEN-2",
        sentence=(
            "An asynchronous event has two owners in turn: the sending service until Lambda answers 202, then Lambda's "
            "own queue. What Lambda does is the same whoever sent it."
        ),
        source=(_RETRIES,),
    ),
    Rule(
        id="GEN-3",
        sentence=(
            "An invocation error means the request never reached the code (a throttle, a missing permission, bad JSON). "
            "A function error means the code ran and failed, and is still answered with 200. Each has its own retries."
        ),
        state="text_only",
        reason="It sorts errors; ERR-1, SYNC-2, SYNC-4, ASYNC-3 and ASYNC-4 act on each kind.",
        source=(lambda_guide("invocation-sync"), lambda_api("Invoke"), shape("Invoke")),
    ),
    Rule(
        id="GEN-4",
        sentence=(
            "Every model delivers at least once, so an event may be handled twice although nothing failed. "
            "Code should not mind."
        ),
        source=(lambda_guide("invocation-async-error-handling"), lambda_guide("invocation-eventsourcemapping")),
        note="How often is not known: a scenario says so itself, for asynchronous triggers, and 0 is the default.",
    ),
    Rule(
        id="GEN-5",
        sentence=(
            "A function's own dead-letter queue (DeadLetterConfig) serves asynchronous invocation only. For synchronous "
            "calls, SQS, streams, Kafka, MQ and DocumentDB it does nothing."
        ),
        state="text_only",
        reason="The form offers the setting only where it does something.",
        source=(lambda_guide("invocation-recursion"), lambda_guide("invocation-async-retain-records")),
    ),
    Rule(
        id="GEN-6",
        sentence=(
            "On-success destinations exist for asynchronous invocation only. Among event source mappings, only Kinesis, "
            "DynamoDB Streams and Kafka may have an on-failure destination."
        ),
        state="text_only",
        reason="The form offers the setting only where it does something.",
        source=(lambda_api("OnSuccess"), shape("OnSuccess"), shape("CreateEventSourceMappingRequest")),
    ),
)
