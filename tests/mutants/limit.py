"""pytest plugin: a test that takes more than a minute of this process's CPU time ends the process by SIGPROF.

A mutant that loops for ever is noticed by it, however busy the machine is; a limit of wall time would call a slow
machine a noticed change.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

CPU_S = 60.0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Iterator[None]:
    """The signal's own action ends the process: a loop in native code never comes back to Python."""
    signal.setitimer(signal.ITIMER_PROF, CPU_S)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
