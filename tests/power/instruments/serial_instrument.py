"""An instrument behind a pseudo-terminal: its port, and the thread that answers there."""

from __future__ import annotations

import contextlib
import os
import pty
import threading
import tty
from abc import ABC, abstractmethod
from typing import Self


class SerialInstrument(ABC):
    """`with` starts its thread and ends it. port: what a meter opens."""

    def __init__(self) -> None:
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join(5)
        for descriptor in (self._master, self._slave):
            with contextlib.suppress(OSError):
                os.close(descriptor)

    @abstractmethod
    def _serve(self) -> None:
        """Until _stopped is set: commands out of _master, answers into it."""
