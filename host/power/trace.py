"""Blocks of a meter -> one trace, its slices, and their energies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from host.power.meter import Bits, Block, Currents

S = TypeVar("S", bound=np.generic)


@dataclass(frozen=True)
class Gap:
    """`lost` samples are missing in front of the sample at position `at`."""

    at: int
    lost: int


@dataclass(frozen=True)
class Trace:
    """Samples in order. current_a: float32 (n,). bits: uint8 (n,) or (0,). voltage_v: float32 (n,) or one value."""

    rate_hz: float
    current_a: Currents
    bits: Bits
    voltage_v: Currents | float
    gaps: tuple[Gap, ...] = ()

    def __len__(self) -> int:
        return len(self.current_a)

    @property
    def seconds(self) -> float:
        """Its length, lost samples included."""
        return (len(self) + self.lost) / self.rate_hz

    @property
    def lost(self) -> int:
        """Samples missing inside."""
        return sum(gap.lost for gap in self.gaps)

    @property
    def power_w(self) -> NDArray[np.float64]:
        """float64 (n,)."""
        return np.asarray(self.current_a, np.float64) * self.voltage_v

    @property
    def energy_j(self) -> float:
        """Of the samples that are there."""
        return float(self.power_w.sum()) / self.rate_hz

    @property
    def mean_current_a(self) -> float:
        """NaN when there is no sample."""
        return float(self.current_a.mean(dtype=np.float64)) if len(self) else float("nan")

    @property
    def mean_voltage_v(self) -> float:
        """NaN when there is no sample."""
        if isinstance(self.voltage_v, float):
            return self.voltage_v
        return float(self.voltage_v.mean(dtype=np.float64)) if len(self) else float("nan")

    @property
    def mean_power_w(self) -> float:
        """NaN when there is no sample."""
        return self.energy_j * self.rate_hz / len(self) if len(self) else float("nan")

    def part(self, start: int, stop: int) -> Trace:
        """Samples start..stop-1, bounds clipped; gaps inside, not the one in front of the first sample."""
        start, stop = max(0, start), min(len(self), max(start, stop))
        voltage = self.voltage_v
        return Trace(
            rate_hz=self.rate_hz,
            current_a=self.current_a[start:stop],
            bits=self.bits[start:stop],
            voltage_v=voltage if isinstance(voltage, float) else voltage[start:stop],
            gaps=tuple(Gap(g.at - start, g.lost) for g in self.gaps if start < g.at < stop),
        )


def join(blocks: Iterable[Block], rate_hz: float, supply_volt: float) -> Trace:
    """All blocks in a row. supply_volt: where they bring no voltage of their own."""
    received = list(blocks)
    gaps, at = [], 0
    for block in received:
        if block.lost:
            gaps.append(Gap(at, block.lost))
        at += len(block.current_a)
    voltages = [b.voltage_v for b in received if b.voltage_v is not None]
    measured = len(voltages) == len(received) and bool(received)
    return Trace(
        rate_hz=rate_hz,
        current_a=_joined([b.current_a for b in received], np.float32),
        bits=_joined([b.bits for b in received], np.uint8),
        voltage_v=_joined(voltages, np.float32) if measured else float(supply_volt),
        gaps=tuple(gaps),
    )


def _joined(parts: list[NDArray[S]], kind: type[S]) -> NDArray[S]:
    return np.concatenate(parts).astype(kind, copy=False) if parts else np.empty(0, kind)
