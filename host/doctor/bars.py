"""The sensor's colour bars -> which data line is stuck or crossed, and whether luma arrives at all. Pure functions.

Eight bars of known brightness stand side by side, so each data line has a known pattern of eight levels. The
patterns of D1 and D7 are the same: the bars cannot tell these two apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from host.base.colour import LUMA as WEIGHTS

BARS = 8
LINES = 8
# White, yellow, cyan, green, magenta, red, blue, black: 100 % colour bars.
COLOURS = ((1, 1, 1), (1, 1, 0), (0, 1, 1), (0, 1, 0), (1, 0, 1), (1, 0, 0), (0, 0, 1), (0, 0, 0))
LUMA = tuple(round(255 * float(np.dot(WEIGHTS, colour))) for colour in COLOURS)
FLAT = 2  # grey steps that a flat bar may vary by
NEAR = 16  # grey steps that a real sensor's bars may differ from the nominal
CHROMA_NEAR = 8


@dataclass(frozen=True)
class Bars:
    """levels: of the 8 bars, left to right, 0..255. spread: the largest variation within one bar."""

    levels: tuple[int, ...]
    spread: int


@dataclass(frozen=True)
class Wiring:
    """What the bars say of the data lines. stuck: (line, level). crossed: lines that exchanged places."""

    stuck: tuple[tuple[int, int], ...] = ()
    crossed: tuple[tuple[int, int], ...] = ()
    unexplained: tuple[int, ...] = ()

    @property
    def straight(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.stuck or self.crossed or self.unexplained)


def measure_bars(image: NDArray[np.uint8]) -> Bars:
    """image: uint8 (height, width, channels), the model's input of a frame of bars; their middles are looked at."""
    height, width = image.shape[:2]
    rows = image[height // 4 : height - height // 4, :, 0]
    edges = [bar * width // BARS for bar in range(BARS + 1)]
    margins = [max(1, (right - left) // 4) for left, right in pairwise(edges)]
    parts = [rows[:, edges[i] + margins[i] : edges[i + 1] - margins[i]] for i in range(BARS)]
    spread = max(int(part.max()) - int(part.min()) for part in parts)
    return Bars(tuple(round(float(part.mean())) for part in parts), spread)


def pattern(line: int, levels: tuple[int, ...]) -> tuple[int, ...]:
    """The levels of one data line over the bars, 0 or 1."""
    return tuple(level >> line & 1 for level in levels)


def read_wiring(levels: tuple[int, ...]) -> Wiring:
    """Exactly: each line's pattern is constant, that of a line of the sensor, or unexplained."""
    sent = {line: pattern(line, LUMA) for line in range(LINES)}
    seen = {line: pattern(line, levels) for line in range(LINES)}
    stuck = tuple((n, level) for n, p in seen.items() for level in (0, 1) if set(p) == {level})
    moved = [n for n, p in seen.items() if len(set(p)) > 1 and p != sent[n]]
    sources = {n: [s for s in sent if sent[s] == seen[n]] for n in moved}
    # of two candidates, the one that is missing at its own place
    carries = {n: next((s for s in found if s in moved), None) for n, found in sources.items()}
    pairs = {tuple(sorted((n, s))) for n, s in carries.items() if s is not None}
    crossed = tuple((a, b) for a, b in sorted(pairs) if carries.get(a) == b and carries.get(b) == a)
    explained = {line for pair in crossed for line in pair}
    return Wiring(stuck, crossed, tuple(n for n in moved if n not in explained))


def apply_wiring(wiring: Wiring, levels: tuple[int, ...] = LUMA) -> tuple[int, ...]:
    """What a board with this wiring reads of the sensor's levels."""
    return tuple(_through(level, wiring) for level in levels)


def nearest_wiring(levels: tuple[int, ...]) -> tuple[Wiring, float, float]:
    """For bars that are not exactly nominal: the single defect that fits best, its mean error and that of none.

    D0 with D1 is not among them: exchanging these changes less than the bars differ from the nominal.
    """
    single = [Wiring(stuck=((line, level),)) for line in range(2, LINES) for level in (0, 1)]
    single += [Wiring(crossed=(p,)) for p in combinations(range(LINES), 2) if p != (0, 1)]
    best = min(single, key=lambda wiring: _error(levels, wiring))
    return best, _error(levels, best), _error(levels, Wiring())


def is_chroma(bars: Bars) -> bool:
    """Whether the colour bytes were taken for the grey ones: a bar's U and V alternate."""
    expected = [(u + v) / 2 for u, v in (chroma(colour) for colour in COLOURS)]
    error = max(abs(level - wanted) for level, wanted in zip(bars.levels, expected, strict=True))
    return error <= CHROMA_NEAR


def chroma(colour: tuple[int, int, int]) -> tuple[float, float]:
    """U and V, 0..255, of BT.601."""
    red, _, blue = colour
    luma = float(np.dot(WEIGHTS, colour))
    u, v = 128 + 255 * 0.564 * (blue - luma), 128 + 255 * 0.713 * (red - luma)
    return min(255.0, u), min(255.0, v)


def _through(level: int, wiring: Wiring) -> int:
    for a, b in wiring.crossed:
        low, high = level >> a & 1, level >> b & 1
        level = level & ~(1 << a | 1 << b) | low << b | high << a
    for line, value in wiring.stuck:
        level = level & ~(1 << line) | value << line
    return level


def _error(levels: tuple[int, ...], wiring: Wiring) -> float:
    """Mean difference in grey steps."""
    pairs = zip(levels, apply_wiring(wiring), strict=True)
    return sum(abs(seen - wanted) for seen, wanted in pairs) / len(levels)
