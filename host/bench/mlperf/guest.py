"""A virtual board in this process as a Port: reading runs the guest, in its own time, as fast as it can."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from host.link.messages import Hello
from host.link.transport import Port
from host.power.currents import LABEL, supply_current_a
from host.power.meter import MarkerInput, MeterInfo
from host.power.timeline import Timeline
from host.power.trace import Trace
from host.power.virtual_rig import WatchedBoard
from host.virtual.board import CLOCK_HZ
from host.virtual.scene import Synthetic
from host.virtual.server import PREBUILT

SLICE_CYCLES = CLOCK_HZ // 1000
RATE_HZ = 100_000


class GuestPort:
    """See host.link.transport.Port. It knows what the board did, for estimates of energy."""

    name = "virtual board in this process"
    info = MeterInfo(
        name="datasheets",
        serial_number="none",
        rate_hz=RATE_HZ,
        marker=MarkerInput.LEVEL,
        estimated=True,
        settings={"figures": LABEL},
    )

    def __init__(self, elf: Path = PREBUILT) -> None:
        self._out = bytearray()
        self._timeline = Timeline()
        self._marked_from = 0
        self.board = WatchedBoard(elf, Synthetic(), received=self._received)
        self.board.watch(self._timeline)

    def clock(self) -> float:
        """Guest seconds since the board's start."""
        return self.board.cycles / CLOCK_HZ

    def read(self) -> bytes:
        """What the board says: within a millisecond of its time, or as soon as it says something."""
        self.board.run_until(lambda: bool(self._out), SLICE_CYCLES)
        said = bytes(self._out)
        self._out.clear()
        return said

    def write(self, data: bytes) -> None:
        """Arrives while the board runs on."""
        self.board.send(data)

    def close(self) -> None:
        """There is nothing to free."""

    def begin(self) -> None:
        """A trace begins here."""
        self._timeline.forget()
        self._marked_from = self.board.cycles

    def end(self, volts: float) -> tuple[Trace, float]:
        """What a meter would have seen since begin(), and the uncertainty of its mean as a share: datasheets."""
        start, stop = self._marked_from, self.board.cycles
        samples = (stop - start) * RATE_HZ // CLOCK_HZ
        stop = start + samples * CLOCK_HZ // RATE_HZ
        rail = self._timeline.rail_currents(start, stop, samples)
        least, most = (supply_current_a(amperes, volts) for amperes in (0.0, 1.0))
        current = (least + rail * (most - least)).astype(np.float32)
        doubt = self._timeline.uncertainty(start, stop)
        return Trace(RATE_HZ, current, self._timeline.marker(start, stop, samples), volts), doubt

    def _received(self, data: bytes) -> None:
        now = self.board.cycles
        self._timeline.note_sent(now - len(data) * self.board.uarte.byte_cycles(), now)
        self._out += data


def hello_of(port: Port) -> Hello:
    """What the board at a GuestPort, recorded or not, says of itself when it starts."""
    from host.link.inbox import Inbox

    inbox = Inbox()
    while True:
        for message in inbox.feed(port.read()):
            if isinstance(message, Hello):
                return message
