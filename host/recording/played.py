"""A recording as a board that its caller plays: what comes next is said by the recording's bytes, never by a clock.

A Device reads in a thread of its own, which runs ahead of its caller; in a recording at full speed by any distance.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.records import Message
from host.link.client import Client
from host.link.line import Line
from host.link.messages import Mode, Result
from host.link.transport import Port


class PlayedBoard(Client):
    """What a Device offers to a tool that listens. Settings are acknowledged; a recording stays as it was."""

    def __init__(self, port: Port, clock: Callable[[], float] = time.monotonic) -> None:
        """port: a ReplayPort, recorded again or not. Raises HostError when its Hello is of another wire."""
        super().__init__(Line(port, clock=clock))
        self.set_mode(Mode.IDLE)
        self.greet()

    def receive(self, timeout_s: float) -> Message | None:
        """The next message; None after timeout_s, and in Mode.IDLE, which keeps it. Raises EndOfRecordingError."""
        if self.mode is not Mode.IDLE:
            return super().receive(timeout_s)
        self.line.pause(timeout_s)
        return None

    def inject(self, image: NDArray[np.uint8]) -> Result:
        """Raises HostError."""
        raise HostError(f"{self.name} is a recording, it takes no pictures", "give --port a board")
