"""pytest plugin: limits of CPU time, which hold however busy the machine is.

A test that takes more than a minute of it ends the process by SIGPROF: a mutant that loops for ever is noticed. All
tests of a run together may take the seconds that the environment says (BUDGET): no test begins behind them.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

CPU_S = 60.0
BUDGET = "MUTANTS_CPU_S"  # of the environment: seconds, with child processes
SPENT = 77  # exit code


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Iterator[None]:
    """The signal's own action ends the process: a loop in native code never comes back to Python."""
    if sum(os.times()[:4]) > float(os.environ.get(BUDGET, "inf")):
        pytest.exit("the budget of CPU time is spent", SPENT)
    signal.setitimer(signal.ITIMER_PROF, CPU_S)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
