"""What a meter of current is to the rest: a source of blocks of samples on one time line."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Currents = NDArray[np.float32]
Bits = NDArray[np.uint8]


class MarkerInput(enum.Enum):
    """How a meter sees the marker pin."""

    LEVEL = "level"  # a digital level beside every sample of current
    FALLS = "falls"  # a bit in the sample during which the pin fell, nothing else
    NONE = "none"


@dataclass(frozen=True)
class MeterInfo:
    """rate_hz: samples a second. measures_voltage: blocks bring their own. settings: for the run's conditions."""

    name: str
    serial_number: str
    rate_hz: float
    marker: MarkerInput
    measures_voltage: bool = False
    estimated: bool = False
    settings: dict[str, str] = field(default_factory=dict)


def meter_words(name: str, serial_number: str, rate_hz: float) -> str:
    """A meter in a run's conditions."""
    number = "" if serial_number in ("", "none") else f" {serial_number}"
    return f"{name}{number}, {rate_hz:,.0f} samples/s"


@dataclass(frozen=True)
class Block:
    """Consecutive samples.

    current_a: float32 (n,). bits: uint8 (n,), bit i is digital input i; (0,) when the meter has none. voltage_v:
    float32 (n,) when the meter measures it, else None. lost: samples that are missing right before this block.
    """

    current_a: Currents
    bits: Bits
    lost: int = 0
    voltage_v: Currents | None = None


class PowerMeter(Protocol):
    """An instrument. Every method raises HostError, in one line with the remedy, for what the instrument does."""

    @property
    def info(self) -> MeterInfo:
        """Known once it is open."""

    def start(self, supply_volt: float) -> None:
        """Begins to measure; a meter that is also a source supplies this voltage."""

    def read(self, timeout_s: float) -> Block | None:
        """The next block, None after timeout_s without one."""

    def stop(self) -> None:
        """Ends what start() began. Harmless when nothing runs."""

    def close(self) -> None:
        """Gives the instrument back as it was. Harmless when repeated."""
