"""The simulation of Lambda's invocation models: pure Python, no Django.

`simulate(scenario)` yields records in time order; everything else is a fold over them.
"""

from simulations.engine.compare import compare_reports
from simulations.engine.limits import FieldError
from simulations.engine.report import ENGINE_VERSION, Report, ReportBuilder, make_report
from simulations.engine.rules import RULES
from simulations.engine.run import simulate, simulate_rows
from simulations.engine.scenario import SCENARIO_VERSION, Scenario, ScenarioErrors, parse_scenario
from simulations.engine.totals import Totals, make_totals
from simulations.engine.triggers import TRIGGERS

__all__ = [
    "ENGINE_VERSION",
    "RULES",
    "SCENARIO_VERSION",
    "TRIGGERS",
    "FieldError",
    "Report",
    "ReportBuilder",
    "Scenario",
    "ScenarioErrors",
    "Totals",
    "compare_reports",
    "make_report",
    "make_totals",
    "parse_scenario",
    "simulate",
    "simulate_rows",
]
