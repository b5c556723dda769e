"""Control transfers as the host runs them: setup, data and status stage, one transfer at a time (USB 2.0, 8.5.3)."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from host.virtual.chip import Chip
from host.virtual.usb.bus import FRAME_CYCLES, UsbBus
from host.virtual.usb.usbd import PACKET_BYTES, Usbd

TIMEOUT_CYCLES = 1000 * FRAME_CYCLES
SET_ADDRESS = b"\x00\x05"
Answer = Callable[[bytes | None], None]


@dataclass(frozen=True)
class Request:
    """The eight bytes of a SETUP packet. data: what goes out in the data stage; length: what may come in."""

    kind: int
    number: int
    value: int = 0
    index: int = 0
    length: int = 0
    data: bytes = b""

    @property
    def incoming(self) -> bool:
        """Whether the data stage, if there is one, goes to the host."""
        return bool(self.kind & 0x80)

    @property
    def packet(self) -> bytes:
        """As on the wire."""
        length = self.length if self.incoming else len(self.data)
        return struct.pack("<BBHHH", self.kind, self.number, self.value, self.index, length)


class _Stage(Enum):
    SETUP = "setup"
    DATA = "data"
    STATUS = "status"


class ControlPipe:
    """The default pipe. `complain` gets a line about every transfer that fails."""

    def __init__(
        self, chip: Chip, bus: UsbBus, device: Usbd, complain: Callable[[str], None]
    ) -> None:
        self._chip, self._bus, self._device, self._complain = chip, bus, device, complain
        self.clear()

    def clear(self) -> None:
        """Forgets everything; nobody is answered."""
        self._queue: deque[tuple[Request, Answer]] = deque()
        self._current: tuple[Request, Answer] | None = None
        self._stage = _Stage.SETUP
        self._moved = b""
        self._status_allowed = self._requested = False
        self._chip.schedule.cancel("usb timeout")

    def transfer(self, request: Request, answer: Answer) -> None:
        """Calls `answer` with the data that came in, or None when the device stalled or said nothing."""
        self._queue.append((request, answer))
        self._start()

    def _start(self) -> None:
        if self._current is not None or not self._queue:
            return
        self._current = self._queue.popleft()
        self._stage, self._moved = _Stage.SETUP, b""
        self._status_allowed = self._requested = False
        self._chip.schedule.at("usb timeout", self._chip.now() + TIMEOUT_CYCLES, self._time_out)
        self._ask(8, self._set_up)

    def _ask(self, count: int, action: Callable[[Request], None]) -> None:
        """A transaction for the transfer that runs now; late ones of an earlier transfer do nothing."""
        current = self._current
        self._requested = True

        def act() -> None:
            if current is not None and self._current is current:
                self._requested = False
                action(current[0])

        self._bus.request(count, act)

    def _set_up(self, request: Request) -> None:
        wants_data = request.length if request.incoming else len(request.data)
        self._stage = _Stage.DATA if wants_data else _Stage.STATUS
        if request.packet[:2] == SET_ADDRESS:
            self._status_allowed = True  # the controller answers by itself
        self._device.setup(request.packet)
        self._go_on()

    # -- what the device allows ---------------------------------------------------------------------------------

    def data_ready(self) -> None:
        """Data lies in the endpoint, or a packet would be taken."""
        if self._current is None or self._requested or self._stage is not _Stage.DATA:
            return
        request = self._current[0]
        if request.incoming:
            loaded = self._device.loaded(0)
            if loaded is not None:
                self._ask(loaded, self._take)
        else:
            self._ask(min(PACKET_BYTES, len(request.data) - len(self._moved)), self._give)

    def status_ready(self) -> None:
        """The device acknowledges the status stage."""
        self._status_allowed = True
        self._go_on()

    def stalled(self) -> None:
        """The device refuses."""
        if self._current is not None:
            self._complain(f"the device refused {self._current[0].packet.hex(' ')}")
            self._finish(None)

    def _take(self, request: Request) -> None:
        data = self._device.take(0)
        if data is None:
            return
        self._moved += data
        if len(data) < PACKET_BYTES or len(self._moved) >= request.length:
            self._stage = _Stage.STATUS
        self._go_on()

    def _give(self, request: Request) -> None:
        part = request.data[len(self._moved) : len(self._moved) + PACKET_BYTES]
        self._moved += part
        if len(self._moved) >= len(request.data):
            self._stage = _Stage.STATUS
        self._device.give(0, part)
        self._go_on()

    def _go_on(self) -> None:
        if self._current is None or self._requested:
            return
        if self._stage is _Stage.STATUS and self._status_allowed:
            self._ask(0, lambda request: self._finish(self._moved))
        elif self._stage is _Stage.DATA and self._current[0].incoming:
            self.data_ready()

    # -- its end ------------------------------------------------------------------------------------------------

    def _time_out(self) -> None:
        if self._current is not None:
            packet = self._current[0].packet.hex(" ")
            self._complain(f"no answer to {packet} in its {self._stage.value} stage")
            self._finish(None)

    def _finish(self, data: bytes | None) -> None:
        self._chip.schedule.cancel("usb timeout")
        current, self._current = self._current, None
        if current is not None:
            current[1](data)
        self._start()
