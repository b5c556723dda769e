"""Numbers as people quote them."""

from __future__ import annotations

import math

import pytest

from host.report.units import milliseconds, prefixed, split_unit


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0123, "12.3 mJ"),
        (0.0, "0 J"),
        (1.0, "1 J"),
        (0.999, "999 mJ"),
        (1000.0, "1 kJ"),
        (999.0, "999 J"),
        (1e6, "1 MJ"),
        (-2e-6, "-2 µJ"),
        (5e-10, "0.5 nJ"),
        (None, "–"),
        (math.nan, "–"),
        (math.inf, "–"),
    ],
)
def test_the_prefix_fits_the_size(value: float | None, text: str) -> None:
    assert prefixed(value, "J") == text


def test_units_apart_and_milliseconds() -> None:
    assert split_unit("12.3 mJ") == ("12.3", "mJ")
    assert milliseconds(1234.56789) == "1,234.568"
