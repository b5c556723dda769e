"""What was counted during one inference: plain values, for programs that run no virtual board themselves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """The counters at one moment, since profiling began (flash_reads: bus accesses of at most a word)."""

    cycles: int
    instructions: int
    flash_reads: int

    def __add__(self, other: Reading) -> Reading:
        return Reading(
            self.cycles + other.cycles,
            self.instructions + other.instructions,
            self.flash_reads + other.flash_reads,
        )

    def __sub__(self, other: Reading) -> Reading:
        return Reading(
            self.cycles - other.cycles,
            self.instructions - other.instructions,
            self.flash_reads - other.flash_reads,
        )


@dataclass(frozen=True)
class Window:
    """One inference. calls: at each call of the watched function; stack_bytes: deepest below SP at the start."""

    start: Reading
    calls: tuple[Reading, ...]
    end: Reading
    stack_bytes: int

    @property
    def total(self) -> Reading:
        """What all of it cost."""
        return self.end - self.start
