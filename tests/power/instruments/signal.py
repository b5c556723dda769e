"""A current that is known at every moment: what a simulated instrument measures, and the truth to compare with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MARKER = 0x01


@dataclass(frozen=True)
class Signal:
    """amperes: float64 (n,) at rate_hz. bits: uint8 (n,), the marker is bit 0."""

    rate_hz: float
    amperes: NDArray[np.float64]
    bits: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.amperes)

    @property
    def edges(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Samples at which the marker rises and falls."""
        steps = np.diff((self.bits & MARKER).astype(np.int8))
        return np.flatnonzero(steps == 1) + 1, np.flatnonzero(steps == -1) + 1

    def energy_j(self, volts: float, start: int = 0, stop: int | None = None) -> float:
        """Of samples start..stop-1."""
        return float(self.amperes[start:stop].sum()) * volts / self.rate_hz


def inferences(
    count: int,
    rate_hz: float = 100_000,
    *,
    high_s: float = 0.155,
    low_s: float = 0.001,
    rest_s: float = 0.5,
    busy_a: float = 0.0213,
    rest_a: float = 0.0042,
    seed: int = 1,
) -> Signal:
    """Rest, `count` inferences of about high_s with a ripple and slightly different lengths, rest."""
    random = np.random.default_rng(seed)
    parts: list[tuple[int, float, int]] = [(round(rest_s * rate_hz), rest_a, 0)]
    for _ in range(count):
        length = round(high_s * rate_hz * random.uniform(0.97, 1.03))
        parts += [
            (length, busy_a * random.uniform(0.98, 1.02), MARKER),
            (round(low_s * rate_hz), rest_a * 1.3, 0),
        ]
    parts.append((round(rest_s * rate_hz), rest_a, 0))
    amperes = np.concatenate([np.full(n, a) for n, a, _ in parts])
    bits = np.concatenate([np.full(n, b, np.uint8) for n, _, b in parts])
    ripple = 1 + 0.05 * np.sin(np.arange(len(amperes)) * 0.37)
    return Signal(rate_hz, amperes * ripple, bits)


def all_ranges(rate_hz: float = 100_000, seconds: float = 0.4) -> Signal:
    """Currents from 5 microamperes to 400 mA, so that an instrument must switch its range."""
    levels = (5e-6, 40e-6, 300e-6, 2e-3, 9e-3, 45e-3, 150e-3, 400e-3, 9e-3, 40e-6)
    length = round(seconds * rate_hz)
    amperes = np.repeat(np.array(levels), length)
    ripple = 1 + 0.1 * np.sin(np.arange(len(amperes)) * 0.11)
    return Signal(rate_hz, amperes * ripple, np.zeros(len(amperes), np.uint8))
