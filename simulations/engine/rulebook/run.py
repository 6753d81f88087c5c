"""What we assume where AWS leaves it open (MODEL-*), and what the scenario and the run decide themselves (RUN-*)."""

from .rule import Rule, lambda_guide

ASSUMPTIONS: tuple[Rule, ...] = (
    Rule(
        id="MODEL-1",
        sentence="Of the idle environments, the one used last takes the next invocation.",
        basis="assumed",
    ),
    Rule(
        id="MODEL-2",
        sentence="An idle environment is kept for 10 minutes; after that the next invocation starts cold.",
        values={"idle_s": 600},
        basis="assumed",
    ),
    Rule(
        id="MODEL-3",
        sentence=(
            "A standard queue hands out its visible messages in random order, or first those that have been visible longest "
            "if the scenario says so. AWS promises no order."
        ),
        values={"random": "random", "oldest_first": "fifo"},
        basis="assumed",
    ),
    Rule(
        id="MODEL-4",
        sentence=(
            "A receive brings up to 10 messages. A poller receives until the batch is full or its batching window, "
            "counted from the first message, is over. The batch that is open longest fills first; a message that becomes "
            "visible again before its batch is closed is no longer in it."
        ),
        basis="assumed",
    ),
    Rule(
        id="MODEL-5",
        sentence=(
            "A poller with a throttled batch waits 1 s before it tries again, then twice as long each time, up to 60 s."
        ),
        values={"first_wait_s": 1, "factor": 2, "longest_wait_s": 60},
        basis="assumed",
    ),
    Rule(
        id="MODEL-6",
        sentence="After each failed batch Lambda uses one poller fewer for the queue, but not fewer than 2; after a throttled one too, if chosen.",
        values={"step": 1},
        basis="assumed",
    ),
    Rule(
        id="MODEL-7",
        sentence=(
            "While messages wait and all pollers are busy, one poller is added every 0.2 s, which makes 300 a minute. "
            "Of those above 5, one that receives nothing for 20 s stops; after a minute without work 2 are left."
        ),
        values={"step": 1, "interval_ms": 200, "idle_s": 20, "low_after_s": 60},
        basis="assumed",
    ),
    Rule(
        id="MODEL-8",
        sentence=(
            "When several things fall on one instant, runs end first, then messages return, then events arrive, then "
            "the pollers scale, then they poll."
        ),
        values={"order": "run ends, returns, arrivals, scaling, polls"},
        basis="assumed",
        state="text_only",
        reason="Orders the records of one instant; no record comes from it.",
    ),
    Rule(
        id="MODEL-9",
        sentence=(
            "A delete that comes after the visibility timeout still removes the message, "
            "unless it was received again in the meantime."
        ),
        basis="assumed",
    ),
    Rule(
        id="MODEL-10",
        sentence=(
            "AWS says that the waits of SNS and EventBridge between two calls are random in part, but not how much. "
            "We leave 1 % of each wait to chance, by which it gets shorter."
        ),
        values={"percent": 1},
        basis="assumed",
        state="text_only",
        reason="It shapes each wait; the record of the wait names the rule that plans it.",
    ),
    Rule(
        id="MODEL-11",
        sentence="The ten growing waits of SNS double, from 1 s up to 20 s.",
        values={"factor": 2},
        basis="assumed",
    ),
    Rule(
        id="MODEL-12",
        sentence=(
            "EventBridge, Scheduler and CloudWatch Logs wait 1 s, then twice as long each time, up to 8 minutes: so 185 "
            "retries fill the 24 hours. When the next one would come too late, they give up at once."
        ),
        values={"first_wait_s": 1, "factor": 2, "longest_wait_s": 480},
        basis="assumed",
    ),
    Rule(
        id="MODEL-13",
        sentence=(
            "S3, IoT, SES and CloudFormation call Lambda three times more, after 1 s, 2 s and 4 s, when an error may pass; "
            "when the function is gone or may not be called they give up at once. AWS documents none of this."
        ),
        values={"retries": 3},
        basis="assumed",
    ),
    Rule(
        id="MODEL-14",
        sentence="A subscription filter that CloudWatch Logs disabled stays so for the whole 10 minutes that AWS names at most.",
        values={"disabled_s": 600},
        basis="assumed",
    ),
    Rule(
        id="MODEL-15",
        sentence=(
            "A duplicate without an error comes 1 s after the event was handled. It has the event's remaining retries, and "
            "whatever becomes of it, the event's fate stays."
        ),
        values={"wait_s": 1},
        basis="assumed",
    ),
    Rule(
        id="MODEL-16",
        sentence=(
            "A function that writes to where its events come from causes one event each time it works for the first time "
            "with one, and that arrives 1 s later."
        ),
        values={"wait_s": 1},
        basis="assumed",
    ),
    Rule(
        id="MODEL-17",
        sentence="A loop that Lambda is told to allow has no end; we cut each chain after 100 events, or where you say.",
        values={"events": 100},
        basis="assumed",
    ),
    Rule(
        id="MODEL-18",
        sentence="Within a flexible time window each moment is as likely as any other.",
        basis="assumed",
    ),
    Rule(
        id="MODEL-19",
        sentence=(
            "A function that works sends its response to CloudFormation at the end of its run; one that fails sends none."
        ),
        basis="assumed",
        state="text_only",
        reason="It says what a run's end means to the stack; the record of the end names its own rule.",
    ),
    Rule(
        id="MODEL-20",
        sentence=(
            "The limit of 10 requests a second for each reserved concurrency is a bucket that holds the requests of one second "
            "and fills evenly."
        ),
        basis="assumed",
        state="text_only",
        reason="It says how FURL-2 counts, which acts.",
    ),
    Rule(
        id="MODEL-21",
        sentence="All calls of a run go through one client object of the SDK, with one retry quota and one rate limiter.",
        basis="assumed",
        state="text_only",
        reason="It says whose quota and limiter SDK-4, SDK-5 and SDK-7 mean; those act.",
    ),
    Rule(
        id="MODEL-22",
        sentence="Cognito tries a throttled call again, and does so, as after an answer that came too late, at once.",
        values={"wait_ms": 0},
        basis="assumed",
    ),
    Rule(
        id="MODEL-23",
        sentence="Data Firehose tries a batch again after 1 s, and does not try one again whose code failed.",
        values={"wait_s": 1},
        basis="assumed",
    ),
    Rule(
        id="MODEL-50",
        sentence=(
            "Of the message groups that can be received from, a FIFO queue serves the one with the oldest message first, or any if the "
            "scenario says so, then the next, until the batch is full. AWS promises the order within a group only."
        ),
        basis="assumed",
    ),
    Rule(
        id="MODEL-51",
        sentence=(
            "The pollers of a FIFO queue are as many as those of a standard queue, and get more and fewer in the same way. "
            "AWS says only that the number of active groups limits them."
        ),
        basis="assumed",
        state="text_only",
        reason="It says that SQS-11 and MODEL-7 count for FIFO queues too; those act.",
    ),
    Rule(
        id="MODEL-52",
        sentence=(
            "When Lambda refuses the call of a poller (the function is gone, a key may not be used, a fault of Lambda), the poller "
            "goes on as after a throttle: it tries again while the messages are hidden, and each receive counts."
        ),
        basis="assumed",
        note="A mapping outlives its function; only LastProcessingResult names the problem.",
    ),
    Rule(
        id="MODEL-53",
        sentence=(
            "What a poller of provisioned mode may receive in a second (10 calls, 1 MB) it may receive at once; then it goes on as "
            "the second refills. 10 pollers more every 6 s make AWS's 1,000 more invocations a minute."
        ),
        basis="assumed",
        state="text_only",
        reason="It says how SQS-13 counts, which acts.",
    ),
    Rule(
        id="MODEL-30",
        sentence=(
            "Metrics over time are shown in the shortest period of CloudWatch's console, from 1 minute to 30 days, in which the "
            "run has no more than 120 points; each data point counts where its record begins."
        ),
        values={"periods": "60 300 900 3600 21600 86400 604800 2592000"},
        basis="assumed",
        state="text_only",
        reason="It says how the figures of a run are summed up, not what happens in it.",
    ),
    Rule(
        id="MODEL-40",
        sentence=(
            "A Kafka mapping on demand begins with one poller. Their number doubles when the lag has not fallen from one look to "
            "the next, and halves when nothing waits or the function was throttled; the change comes 3 minutes later."
        ),
        values={"pollers": 1, "delay_s": 180},
        basis="assumed",
        source=(lambda_guide("kafka-scaling-modes"),),
        note=(
            "AWS gives no number for the first pollers, and no measure for a lag that is too high. In provisioned mode the change "
            "comes at once. Neighbouring partitions share a poller; a batch that waits goes with its partitions to their new "
            "poller, which tries it at once, and one that runs ends first."
        ),
    ),
)

RUN: tuple[Rule, ...] = (
    Rule(
        id="RUN-1",
        sentence="The run ended because the fate of every event is decided and nothing is left to happen.",
        basis="scenario",
    ),
    Rule(
        id="RUN-2",
        sentence="The run ended because the scenario's horizon was reached; what was going on then is unsettled.",
        basis="scenario",
    ),
    Rule(
        id="RUN-3",
        sentence="The run was cut because it reached the number of events a run may have.",
        basis="scenario",
    ),
    Rule(
        id="RUN-4",
        sentence="The run was cut because it reached the number of records a run may write.",
        basis="scenario",
    ),
    Rule(
        id="RUN-5",
        sentence="The event arrives when the scenario's traffic says so.",
        basis="scenario",
    ),
    Rule(
        id="RUN-6",
        sentence="The scenario's failure plan decides whether the code succeeds, fails, or runs too long.",
        basis="scenario",
    ),
    Rule(
        id="RUN-7",
        sentence=(
            "The event source mapping stops polling when the scenario says so. What it has received from a queue it brings "
            "to an end; a stream's batch that is running ends, and is not tried again."
        ),
        basis="scenario",
    ),
)
