"""Numbers as people quote them."""

from __future__ import annotations

import math

PREFIXES = ((1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"))


def prefixed(value: float | None, unit: str, digits: int = 3) -> str:
    """0.0123, "J" -> 12.3 mJ; a dash for what is not known."""
    if value is None or not math.isfinite(value):
        return "–"
    if not value:
        return f"0 {unit}"
    scale, prefix = next((p for p in PREFIXES if abs(value) >= p[0]), PREFIXES[-1])
    return f"{value / scale:.{digits}g} {prefix}{unit}"


def split_unit(text: str) -> tuple[str, str]:
    """12.3 mJ -> 12.3, mJ."""
    value, _, unit = text.partition(" ")
    return value, unit


def milliseconds(value: float) -> str:
    """Three decimals: 64 cycles are a thousandth of a millisecond."""
    return f"{value:,.3f}"
