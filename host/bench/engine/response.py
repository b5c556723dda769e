"""What any board says of an injected image when it profiles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from host.link.messages import Profile, Result


@dataclass(frozen=True)
class Answer:
    """A result and the profile behind it."""

    result: Result
    profile: Profile

    @property
    def operator_cycles(self) -> list[int]:
        """By the board's own counter, in the packed model's order."""
        cycles: list[int] = np.frombuffer(self.profile.cycles, "<u4").tolist()
        return cycles
