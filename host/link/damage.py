"""A bad cable on purpose: a Port that loses, changes, repeats and cuts bytes at random, from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from host.link.transport import Port, is_emulated, waits_for_reader

PIECE_BYTES = 512  # damage is drawn for pieces of at most this size
LONGEST_CUT_BYTES = 64


@dataclass(frozen=True)
class FaultRates:
    """Chance of each kind of damage to a piece of at most PIECE_BYTES, 0..1."""

    drop: float = 0.0  # the piece vanishes
    flip: float = 0.0  # one bit of it changes
    duplicate: float = 0.0  # it comes twice
    truncate: float = 0.0  # up to LONGEST_CUT_BYTES vanish at its end

    @classmethod
    def even(cls, rate: float) -> FaultRates:
        """The same chance for each kind."""
        return cls(rate, rate, rate, rate)


@dataclass(frozen=True)
class FaultCounts:
    """What was done so far, in pieces."""

    dropped: int = 0
    flipped: int = 0
    duplicated: int = 0
    truncated: int = 0

    @property
    def total(self) -> int:
        """Pieces damaged, in any way."""
        return self.dropped + self.flipped + self.duplicated + self.truncated


class FaultyBytes:
    """Damages byte strings. Pure but for its random state and its counts."""

    def __init__(self, rates: FaultRates, seed: int) -> None:
        self.counts = FaultCounts()
        self._rates = rates
        self._random = random.Random(seed)

    def damage(self, data: bytes) -> bytes:
        """`data` after the bad cable."""
        pieces = (data[at : at + PIECE_BYTES] for at in range(0, len(data), PIECE_BYTES))
        return b"".join(self._piece(piece) for piece in pieces)

    def _piece(self, piece: bytes) -> bytes:
        rates, chance = self._rates, self._random.random
        if chance() < rates.drop:
            self.counts = replace(self.counts, dropped=self.counts.dropped + 1)
            return b""
        if chance() < rates.flip:
            self.counts = replace(self.counts, flipped=self.counts.flipped + 1)
            changed = bytearray(piece)
            changed[self._random.randrange(len(piece))] ^= 1 << self._random.randrange(8)
            piece = bytes(changed)
        if chance() < rates.duplicate:
            self.counts = replace(self.counts, duplicated=self.counts.duplicated + 1)
            piece += piece
        if chance() < rates.truncate:
            self.counts = replace(self.counts, truncated=self.counts.truncated + 1)
            piece = piece[: -self._random.randint(1, min(len(piece), LONGEST_CUT_BYTES))]
        return piece


class FaultyPort:
    """A Port behind a bad cable: what the board says is damaged; what the host says, too."""

    def __init__(self, port: Port, rates: FaultRates, seed: int = 0) -> None:
        self.name = f"{port.name} (damaged on purpose)"
        self.waits_for_reader, self.is_emulated = waits_for_reader(port), is_emulated(port)
        self.received = FaultyBytes(rates, seed)
        self.sent = FaultyBytes(rates, seed + 1)
        self._port = port

    def read(self) -> bytes:
        """What arrived, damaged."""
        return self.received.damage(self._port.read())

    def write(self, data: bytes) -> None:
        """Sends `data`, damaged."""
        self._port.write(self.sent.damage(data))

    def close(self) -> None:
        """Closes the port behind."""
        self._port.close()
