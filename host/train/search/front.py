"""Trials that are done, and which of them nothing else beats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from host.train.architecture import Architecture
from host.train.search.cost import Cost


@dataclass(frozen=True)
class Point:
    """One trained network. accuracy: 0..1 of the validation pictures, after the short training of a trial."""

    number: int
    architecture: Architecture
    cost: Cost
    accuracy: float

    def beats(self, other: Point) -> bool:
        """At least as good in accuracy, cycles and RAM, and better in one."""
        ours = (-self.accuracy, self.cost.cycles, self.cost.ram_bytes)
        theirs = (-other.accuracy, other.cost.cycles, other.cost.ram_bytes)
        return ours != theirs and all(a <= b for a, b in zip(ours, theirs, strict=True))


def front(points: Sequence[Point]) -> list[Point]:
    """Those that no other beats, by cycles. Of equal ones all stay."""
    best = [p for p in points if not any(other.beats(p) for other in points)]
    return sorted(best, key=lambda p: (p.cost.cycles, p.number))
