"""The marker pin in a meter's samples: where inferences begin and end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from host.power.meter import Bits

Positions = NDArray[np.int64]
CHANNELS = 8


@dataclass(frozen=True)
class Pulses:
    """Pulse i holds the samples rises[i]..falls[i]-1; int64 (n,) each."""

    rises: Positions
    falls: Positions

    def __len__(self) -> int:
        return len(self.rises)


def find_pulses(bits: Bits, channel: int) -> Pulses:
    """The whole pulses of a digital channel. One that is high at either end of the samples is not whole."""
    levels = (bits >> channel & 1).astype(np.int8)
    edges = np.diff(levels)
    rises, falls = np.flatnonzero(edges == 1) + 1, np.flatnonzero(edges == -1) + 1
    if len(falls) and levels[0]:
        falls = falls[1:]
    return Pulses(rises[: len(falls)].astype(np.int64), falls.astype(np.int64))


def pulses_between_falls(bits: Bits, channel: int) -> Pulses:
    """For a meter that tells falls alone: from one fall to the next, while inferences follow each other."""
    falls = np.flatnonzero(bits >> channel & 1).astype(np.int64)
    return Pulses(falls[:-1], falls[1:])


def busy_channels(bits: Bits) -> list[int]:
    """The channels that change."""
    if not len(bits):
        return []
    changed = int(np.bitwise_or.reduce(bits)) & ~int(np.bitwise_and.reduce(bits))
    return [channel for channel in range(CHANNELS) if changed >> channel & 1]
