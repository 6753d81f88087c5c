"""Who catches what Lambda, a queue or a sender gives up, by the setting that switches it on, and what a write to it is billed as.

Rule BILL-11.
"""

from typing import Any

from simulations.engine.trigger import Trigger

# the catchers of Lambda's own queue and of a queue, by the setting that switches them on
CATCHERS = {
    "dead_letter_config": "function_dlq",
    "on_failure": "on_failure",
    "on_success": "on_success",
    "max_receive_count": "queue_dlq",
}
# what one write to a kind of target is billed as
WRITES = {
    "sqs": "sqs.standard",
    "sns": "sns.publish",
    "eventbridge": "eventbridge.custom",
    "s3": "s3.put",
    "lambda": "lambda.requests",
}


def catcher_prices(trigger: Trigger, settings: Any) -> dict[str, str]:
    """By the name that a record gives a catcher: what one write to it is billed as."""
    found: dict[str, str] = {}
    for setting, by in (CATCHERS | trigger.catchers).items():
        target = getattr(settings, setting, None)
        if isinstance(target, str) and target in WRITES and by != "catch":
            found[by] = WRITES[target]
    return found
