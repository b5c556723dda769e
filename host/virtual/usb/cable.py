"""What the USB controller says to whoever is at the other end of its cable."""

from __future__ import annotations

from typing import Protocol


class Cable(Protocol):
    """What the host at the other end learns."""

    def attached(self, pulled_up: bool) -> None:
        """The pull-up on D+ went on or off."""

    def in_ready(self, endpoint: int) -> None:
        """An IN token would be answered with data now."""

    def out_ready(self, endpoint: int) -> None:
        """An OUT packet would be taken now."""

    def status_ready(self) -> None:
        """The status stage of the control transfer would be acknowledged now."""

    def stalled(self, address: int) -> None:
        """This endpoint answers with STALL now; 0 is the control endpoint."""

    def woken(self) -> None:
        """The device drives resume."""


class NoCable:
    """Nobody at the other end."""

    def attached(self, pulled_up: bool) -> None:
        """See Cable."""

    def in_ready(self, endpoint: int) -> None:
        """See Cable."""

    def out_ready(self, endpoint: int) -> None:
        """See Cable."""

    def status_ready(self) -> None:
        """See Cable."""

    def stalled(self, address: int) -> None:
        """See Cable."""

    def woken(self) -> None:
        """See Cable."""
