"""A curve in one line of text."""

from __future__ import annotations

from collections.abc import Sequence

LEVELS = "▁▂▃▄▅▆▇█"
MOST_COLUMNS = 60


def level(share: float) -> str:
    """0..1 -> one of the eight blocks."""
    return LEVELS[min(len(LEVELS) - 1, max(0, int(share * len(LEVELS))))]


def sparkline(values: Sequence[float], columns: int = MOST_COLUMNS) -> str:
    """The lowest value lowest, the highest highest; of many, as many as there are columns, the last one among them."""
    if not values:
        return ""
    step = -(-len(values) // columns)
    shown = list(values[::-1][::step])[::-1]
    low, high = min(shown), max(shown)
    return "".join(level((value - low) / (high - low) if high > low else 0.5) for value in shown)
