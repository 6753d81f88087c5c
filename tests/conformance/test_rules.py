"""Rules about rules: what counts as modelled has a case that makes the engine name it, and only known rules are named."""

import pkgutil
from importlib import import_module

from simulations.engine import RULES
from tests import conformance
from tests.conformance.cases import Case, named, run

# the run's own rules are named in every run or by the limits that tests of the run set
_OF_THE_RUN = {rule for rule in RULES if rule.startswith("RUN-")}


def cases() -> list[Case]:
    """The rows of every table."""
    modules = [
        import_module(f"tests.conformance.{module.name}") for module in pkgutil.iter_modules(conformance.__path__)
    ]
    return [case for module in modules for case in getattr(module, "CASES", ())]


def test_every_modelled_rule_has_a_case() -> None:
    modelled = {rule.id for rule in RULES.values() if rule.state == "modelled"} - _OF_THE_RUN
    assert modelled - {case.rule for case in cases()} == set()


def test_a_case_names_a_modelled_rule() -> None:
    assert [case.rule for case in cases() if RULES[case.rule].state != "modelled"] == []


def test_every_rule_that_a_case_names_is_known() -> None:
    unknown = set[str]()
    for case in cases():
        unknown |= named(run(case.scenario)) - RULES.keys()
    assert unknown == set()
