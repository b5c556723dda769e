"""The firmware and what it costs, measured once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.base.places import PREBUILT
from host.bench.engine.figures import Report
from host.bench.engine.measure import measure
from tests.conftest import unavailable


@pytest.fixture(scope="session")
def firmware() -> Path:
    """The virtual board's firmware."""
    if not PREBUILT.exists():
        unavailable(f"{PREBUILT.name} is not here: python -m tools.firmware builds it")
    return PREBUILT


@pytest.fixture(scope="session")
def report(firmware: Path) -> Report:
    """The built-in model on two images."""
    return measure(firmware, None, True, 2)
