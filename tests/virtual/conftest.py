"""A chip without a CPU for each test that names it."""

from __future__ import annotations

import pytest

from tests.virtual.guest import Guest


@pytest.fixture
def guest() -> Guest:
    return Guest()
