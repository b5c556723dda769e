"""What screens and pages show and steer of a recording that is played: of a replay.ReplayPort, from any thread."""

from __future__ import annotations

from typing import Protocol


class Playback(Protocol):
    """stays_at_end: silence at the end instead of EndOfRecordingError, as one can go back."""

    paused: bool
    stays_at_end: bool
    duration_s: float

    @property
    def position_s(self) -> float:
        """What was played last."""

    @property
    def at_end(self) -> bool:
        """All was played."""

    def seek(self, seconds: float) -> None:
        """Goes on from there."""

    def pause(self, paused: bool) -> None:
        """Halts it, or lets it go on."""
