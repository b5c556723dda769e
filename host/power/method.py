"""How energy is measured: how many windows, how long, which input sees the marker."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Method:
    """MLPerf Tiny's: the median of 5 windows of at least 10 s and at least 10 inferences. channel: of the marker."""

    windows: int = 5
    seconds: float = 10.0
    inferences: int = 10
    channel: int = 0

    @property
    def short(self) -> str:
        """Why figures of this method are none to quote; empty when they are."""
        least = Method()
        enough = self.seconds >= least.seconds and self.inferences >= least.inferences
        if enough and self.windows >= least.windows:
            return ""
        return (
            f"SHORT: {self.windows} windows of {self.seconds:g} s and {self.inferences} inferences instead of "
            f"{least.windows} of {least.seconds:g} s and {least.inferences}: not a figure to quote"
        )
