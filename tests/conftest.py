# SPDX-License-Identifier: BSD-2-Clause
"""For all tests: the tools can be imported, and a run ends with `N passed, N failed`."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))


def pytest_configure(config):
    config.addinivalue_line("markers", "wide: run by `make wide` only")


def pytest_collection_modifyitems(config, items):
    """WIDE=1 runs what is marked so, and nothing else; without it, all the rest is run."""
    wide, usual = [], []
    for item in items:
        (wide if item.get_closest_marker("wide") else usual).append(item)
    if os.environ.get("WIDE"):
        wide, usual = usual, wide
    config.hook.pytest_deselected(items=wide)
    items[:] = usual


def is_worker(config):
    return hasattr(config, "workerinput")


def counts(config):
    """(passed, failed, skipped) of the tests so far; what broke in its set-up has failed."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    stats = reporter.stats if reporter else {}
    return tuple(
        sum(len(stats.get(outcome, ())) for outcome in outcomes)
        for outcomes in (("passed", "xpassed"), ("failed", "error"), ("skipped", "xfailed"))
    )


def pytest_sessionfinish(session, exitstatus):
    """A run in which nothing was tested has not passed."""
    passed, failed, _ = counts(session.config)
    if not is_worker(session.config) and exitstatus == 0 and passed + failed == 0:
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED


def pytest_terminal_summary(terminalreporter):
    """What the mutations of tests/model came to."""
    for report in terminalreporter.stats.get("passed", ()):
        for name, value in getattr(report, "user_properties", ()):
            if name == "mutations":
                terminalreporter.write_line(f"mutations: {value}")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    if is_worker(config) or config.option.collectonly:
        return
    passed, failed, skipped = counts(config)
    tail = f", {skipped} skipped" if skipped else ""
    print(f"{passed} passed, {failed} failed{tail}", flush=True)
