"""The workloads that the engine is measured with, as scenarios; `simpy_programs` states the same ones in SimPy.

asynchronous: events at random, 300 a second; the code runs 0.1 s and an exponential rest of 0.15 s on average; 20 % fail;
two retries, then a dead-letter queue; 100 executions at once, so that some attempts are throttled.
queue: messages at random, 1,000 a second, in batches of up to 10; one in a hundred fails always; the code runs 0.2 s and an
exponential rest of 0.1 s; a failed batch comes back after 30 s; received five times, a message is caught; at most 50 pollers.
stream: 1,000 records a second, in ten shards that are read once a second, in batches of up to 100; one in a
thousand fails always; the code runs 0.1 s, 1 ms a record and an exponential rest of 0.05 s; a failed batch is cut in two at
once, a failed record is tried three times more, one second apart, and then caught.
"""

from collections.abc import Callable

from simulations.engine import Scenario, parse_scenario

POISON_EVERY = 100
STREAM_POISON_EVERY = 1_000
_SEED = 1


def asynchronous(events: int) -> Scenario:
    return parse_scenario(
        {
            "trigger": "s3",
            "seed": _SEED,
            "traffic": {"kind": "poisson", "count": events, "rate_per_s": 300},
            "function": {
                "timeout_s": 60,
                "reserved_concurrent_executions": 100,
                "duration": {"kind": "exponential", "minimum_ms": 100, "mean_ms": 150},
            },
            "failures": {"error_rate": 0.2},
            "settings": {"dead_letter_config": "sqs", "maximum_retry_attempts": 2, "maximum_event_age_s": 21_600},
        }
    )


def queue(events: int) -> Scenario:
    return parse_scenario(
        {
            "trigger": "sqs",
            "seed": _SEED,
            "traffic": {"kind": "poisson", "count": events, "rate_per_s": 1_000},
            "function": {
                "timeout_s": 30,
                "duration": {"kind": "exponential", "minimum_ms": 200, "mean_ms": 100},
            },
            "failures": {"poison": [str(number) for number in range(POISON_EVERY, events + 1, POISON_EVERY)]},
            "settings": {
                "batch_size": 10,
                "visibility_timeout_s": 30,
                "max_receive_count": 5,
                "maximum_concurrency": 50,
                "receive_order": "fifo",
                "error_reduction": "none",
            },
        }
    )


def stream(events: int) -> Scenario:
    return parse_scenario(
        {
            "trigger": "kinesis",
            "seed": _SEED,
            "traffic": {"kind": "steady", "count": events, "rate_per_s": 1_000},
            "function": {
                "timeout_s": 30,
                "duration": {"kind": "exponential", "minimum_ms": 100, "mean_ms": 50, "per_event_ms": 1},
            },
            "failures": {
                "poison": [str(number) for number in range(STREAM_POISON_EVERY, events + 1, STREAM_POISON_EVERY)]
            },
            "settings": {
                "shard_count": 10,
                "batch_size": 100,
                "bisect_batch_on_function_error": True,
                "maximum_retry_attempts": 3,
                "retry_first_wait_s": 1,
                "retry_longest_wait_s": 1,
                "retry_jitter_percent": 0,
                "on_failure": "sqs",
            },
        }
    )


WORKLOADS: dict[str, Callable[[int], Scenario]] = {"asynchronous": asynchronous, "queue": queue, "stream": stream}
