"""A small part of python -m tests.attack.held; what is killed there is too slow for here."""

from __future__ import annotations

import pytest

from tests.attack.held import HELD


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("mutants", 0.01),
        ("sheets", 0.02),
        ("stream", 0.003),
        ("reconnects", 0.005),
        ("lines", 0.03),
    ],
)
def test_it_holds(name: str, share: float) -> None:
    summary, held = HELD[name](share)
    assert held, summary
