"""The workloads that the engine is measured with, as scenarios; `simpy_programs` states the same ones in SimPy.

asynchronous: events at random, 300 a second; the code runs 0.1 s and an exponential rest of 0.15 s on average; 20 % fail;
two retries, then a dead-letter queue; 100 executions at once, so that some attempts are throttled.
queue: messages at random, 1,000 a second, in batches of up to 10; one in a hundred fails always; the code runs 0.2 s and an
exponential rest of 0.1 s; a failed batch comes back after 30 s; received five times, a message is caught; at most 50 pollers.
"""

from collections.abc import Callable

from simulations.engine import Scenario, parse_scenario

POISON_EVERY = 100
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


WORKLOADS: dict[str, Callable[[int], Scenario]] = {"asynchronous": asynchronous, "queue": queue}
