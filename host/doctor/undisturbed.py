"""Counts the frames that a board drops while nobody sends it a command."""

from __future__ import annotations

from typing import Protocol

from host.base.records import Message
from host.doctor.evidence import TOLERATED_DROPS, UNDISTURBED_FRAMES, Undisturbed
from host.link.messages import Fault, Frame, Hello, Mode, Result


class Streaming(Protocol):
    """What is used of host.link.device.Device."""

    @property
    def hello(self) -> Hello:
        """What the board says of itself."""
        ...

    def set_mode(self, mode: Mode) -> None:
        """Changes what the board does."""
        ...

    def receive(self, timeout_s: float) -> Message | None:
        """The oldest message that answers no command; None after so long."""
        ...


MOST_DROPS = int(TOLERATED_DROPS * UNDISTURBED_FRAMES)


def count_undisturbed(device: Streaming, wait_s: float) -> Undisturbed:
    """Of UNDISTURBED_FRAMES those whose number never came; fewer when it is too many by then, or silent.

    A number that is missing counts, whether the board named a fault for it or not. The change of the mode is the
    last command, and what it tore is not counted.
    """
    kind = Result if device.hello.score_count else Frame
    device.set_mode(Mode.RESULTS if kind is Result else Mode.CAPTURE)
    first: int | None = None
    made = whole = faults = 0
    while made < UNDISTURBED_FRAMES and max(made - whole, faults) <= MOST_DROPS:
        message = device.receive(wait_s)
        if message is None:
            break
        faults += isinstance(message, Fault)
        if not isinstance(message, kind):
            continue
        if first is None:
            first, faults = message.frame, 0
        else:
            made, whole = message.frame - first, whole + 1
    return Undisturbed(made, max(made - whole, faults))
