"""What all tests share: Hypothesis profiles, and no test that is skipped in silence."""

import os
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest

IN_CI = bool(os.environ.get("CI"))
BROWSER = Path(__file__).parent / "browser"

# dev looks somewhere new at every run and remembers what failed; ci looks further, and gives the same verdict for the same code
hypothesis.settings.register_profile("dev", max_examples=40, deadline=None)
hypothesis.settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True, print_blob=True)
# for an hour of looking: `pytest tests/properties --hypothesis-profile=soak`
hypothesis.settings.register_profile("soak", max_examples=1_000, deadline=None, print_blob=True)
hypothesis.settings.load_profile("ci" if IN_CI else "dev")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the browser tests by their folder, and keep the browser out of every other test."""
    strays = []
    for item in items:
        if BROWSER in item.path.parents:
            item.add_marker(pytest.mark.browser)
        elif {"page", "browser", "context"} & set(getattr(item, "fixturenames", ())):
            strays.append(item.nodeid)
    if strays:
        raise pytest.UsageError(f"tests that use a browser live in tests/browser: {', '.join(strays)}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is a failed one, unless it carries `may_skip` with a reason."""
    report = yield
    expected_failure = hasattr(report, "wasxfail")
    if IN_CI and report.skipped and not expected_failure and not item.get_closest_marker("may_skip"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped; here every test has what it needs: {report.longrepr}"
    return report
