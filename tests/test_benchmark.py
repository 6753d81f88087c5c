"""The benchmark runs and says what it measured; how fast anything is, no test decides."""

import re
from io import StringIO

from django.core.management import call_command


def test_the_engine_is_compared_with_simpy() -> None:
    said = StringIO()
    small = {"events": [200, 400], "repeats": 1, "least": 0, "memory": [200, 400]}
    call_command("benchmark", "engine", **small, stdout=said)
    lines = said.getvalue().splitlines()
    assert len([line for line in lines if re.search(r" us +\d+\.\dx +\d+\.\dx$", line)]) == 10, lines
    assert len([line for line in lines if line.strip().startswith("SimPy (deque)")]) == 4, lines
    assert any(line.strip().startswith("time per event at 400 / at 200") for line in lines)
    assert any(line.startswith("memory") and line.endswith("times as much") for line in lines)
