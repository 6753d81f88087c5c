"""Every rule the simulation knows, in the order they are told; the only place that holds AWS's numbers.

The engine names a rule in each record it writes and takes the rule's numbers from `values`, so that the sentence a
person reads and the code that acts cannot drift apart. The rules stand in `rulebook`, one file a section.
"""

from .rulebook.asynchronous import ASYNCHRONOUS, CATCHERS, RECURSION
from .rulebook.brokers import BROKERS, BROKERS_ASSUMED
from .rulebook.callers import STEP_FUNCTIONS, WEB_CALLERS
from .rulebook.clients import CLIENTS
from .rulebook.cost import COST
from .rulebook.function import CONCURRENCY, LIFECYCLE, NEWER_COMPUTE
from .rulebook.ground import GROUND
from .rulebook.mappings import FILTERING, MAPPING_METRICS, MAPPINGS
from .rulebook.metrics import METRICS
from .rulebook.other_callers import OTHER_CALLERS
from .rulebook.permissions import PERMISSIONS
from .rulebook.rule import Basis, Rule, State, Value
from .rulebook.run import ASSUMPTIONS, RUN
from .rulebook.senders import SENDERS
from .rulebook.settings import SETTINGS
from .rulebook.sqs import SQS
from .rulebook.streams import STREAMS
from .rulebook.synchronous import API_GATEWAY, SYNCHRONOUS
from .rulebook.tutorial import TUTORIAL
from .rulebook.uncertain import UNCERTAIN

__all__ = ["RULES", "SECTIONS", "Basis", "Rule", "State", "Value", "number", "value"]

SECTIONS: dict[str, tuple[Rule, ...]] = {
    "Ground rules": GROUND,
    "Synchronous invocation": SYNCHRONOUS,
    "SDKs as callers": CLIENTS,
    "API Gateway": API_GATEWAY,
    "Load balancers, VPC Lattice and function URLs": WEB_CALLERS,
    "Step Functions": STEP_FUNCTIONS,
    "Other synchronous callers": OTHER_CALLERS,
    "Asynchronous invocation": ASYNCHRONOUS,
    "Dead-letter queues and destinations": CATCHERS,
    "Recursive loops": RECURSION,
    "Senders of asynchronous events": SENDERS,
    "Event source mappings": MAPPINGS,
    "Filtering": FILTERING,
    "SQS": SQS,
    "Kinesis and DynamoDB Streams": STREAMS,
    "Kafka, Amazon MQ and DocumentDB": BROKERS,
    "Metrics of event source mappings": MAPPING_METRICS,
    "Concurrency and throttling": CONCURRENCY,
    "Lifecycle of the function": LIFECYCLE,
    "Newer compute options": NEWER_COMPUTE,
    "Cost": COST,
    "Metrics": METRICS,
    "Permissions": PERMISSIONS,
    "Names of settings": SETTINGS,
    "Contradictions and gaps": UNCERTAIN,
    "Beside the tutorial": TUTORIAL,
    "What we assume": (*ASSUMPTIONS, *BROKERS_ASSUMED),
    "The run itself": RUN,
}


def _by_id(sections: dict[str, tuple[Rule, ...]]) -> dict[str, Rule]:
    """All rules by id, in order; an id is given once only."""
    rules: dict[str, Rule] = {}
    for section in sections.values():
        for rule in section:
            assert rule.id not in rules, f"rule {rule.id} is written twice"
            rules[rule.id] = rule
    return rules


RULES: dict[str, Rule] = _by_id(SECTIONS)


def value(rule_id: str, name: str) -> Value:
    """One of a rule's values, in the unit its name ends with."""
    return RULES[rule_id].values[name]


def number(rule_id: str, name: str) -> int:
    """One of a rule's whole numbers, in the unit its name ends with."""
    found = RULES[rule_id].values[name]
    assert isinstance(found, int), f"{name} of {rule_id} is {found!r}, not a whole number"
    return found
