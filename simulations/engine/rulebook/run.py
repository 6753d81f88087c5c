"""What we assume where AWS leaves it open (MODEL-*), and what the scenario and the run decide themselves (RUN-*)."""

from .rule import Rule

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
        sentence="After each failed batch Lambda uses one poller fewer for the queue, but not fewer than 2.",
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
