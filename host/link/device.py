"""A board behind a port that may die: a Client over a Connection, which tells it everything again."""

from __future__ import annotations

import time
from collections.abc import Callable

from host.link import messages as wire
from host.link.client import Client
from host.link.connection import Connection
from host.link.line import Timing
from host.link.transport import Port


class Device(Client):
    """For one thread at a time; another one reads."""

    def __init__(
        self,
        port: Port,
        *,
        reopen: Callable[[], Port] | None = None,
        timing: Timing | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Shakes hands. reopen: opens the port again after it died; mode and settings are then repeated."""
        connection = Connection(port, self._begin_again, reopen, timing, clock)
        super().__init__(connection)
        try:
            connection.start()
            self.greet()
        except BaseException:
            self.close()
            raise

    def _begin_again(self) -> None:
        """In the reading thread: the board or the port restarted, so mode and settings are sent again."""
        self._handshake()
        for setting, value in self._settings.items():
            self._command(wire.Set(setting, value))
        if self._mode is not None:
            self._command(wire.SetMode(self._mode))
