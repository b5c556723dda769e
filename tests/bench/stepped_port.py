"""A virtual board in this process whose time does not depend on how busy this computer is."""

from __future__ import annotations

import threading

from host.link.framing import DELIMITER, Decoder
from host.link.messages import Ack, Hello, Mode, Pong, SetMode
from host.link.transport import WAIT_S
from host.virtual.local_port import SLICE_CYCLES, LocalPort

ANSWERS = frozenset((Ack.ID, Hello.ID, Pong.ID))


class SteppedPort(LocalPort):
    """Time stands still while there is no request, and behind every message until its listener looks at the clock."""

    def __init__(self) -> None:
        super().__init__()
        self._goes_on = threading.Event()
        self._commands, self._answers = Decoder(), Decoder()
        self._counting = threading.Lock()
        self._owed = 1  # answers; the first is the Hello that it starts with
        self._streams = False
        while not self._arrived.endswith(DELIMITER):  # its first Hello
            self.board.run(SLICE_CYCLES)

    def clock(self) -> float:
        """Who looks at the clock of a streaming board has taken what it said: it goes on."""
        now = super().clock()
        if self._streams:
            self._goes_on.set()
        return now

    def read(self) -> bytes:
        """What it says; then it waits, but not while it owes an answer."""
        if not self._goes_on.wait(WAIT_S):
            return b""
        output = super().read()
        answers = sum(packet.type in ANSWERS for packet in self._answers.feed(output))
        with self._counting:  # a request that comes meanwhile is still owed its answer
            self._owed = max(0, self._owed - answers)
            if output.endswith(DELIMITER) and not self._owed:
                self._goes_on.clear()
        return output

    def write(self, data: bytes) -> None:
        """Lets it run until it has answered."""
        commands = self._commands.feed(data)
        for packet in commands:
            if packet.type == SetMode.ID:
                self._streams = SetMode.unpack(packet.payload) != SetMode(int(Mode.IDLE))
        super().write(data)
        with self._counting:
            self._owed += len(commands)
            self._goes_on.set()
