"""A USB serial device in a test: the firmware's part is played by writing the controller's registers between slices."""

from __future__ import annotations

from collections.abc import Callable

from host.virtual.board import VirtualBoard
from host.virtual.scene import Noise
from tests.virtual.build_probes import PROBES

USBD, MILLISECOND, SLICE = 0x40027000, 64_000, 2_000
CONTROL_BUFFER, IN_BUFFER, OUT_BUFFER = 0x20001000, 0x20002000, 0x20003000
STARTEPIN0, STARTEPIN2, STARTEPOUT0, STARTEPOUT2 = 0x004, 0x00C, 0x028, 0x030
RCVOUT, STATUS, STALL = 0x04C, 0x050, 0x054
USBRESET, ENDEPIN0, EP0DATADONE, ENDEPOUT0, ENDEPOUT2, EP0SETUP, EPDATA = (
    0x100, 0x108, 0x128, 0x130, 0x138, 0x15C, 0x160,
)  # fmt: skip
SHORTS, EPDATASTATUS, SETUP, SIZE2, ENABLE, PULLUP, EPINEN, EPOUTEN = (
    0x200, 0x46C, 0x480, 0x4A8, 0x500, 0x504, 0x510, 0x514,
)  # fmt: skip
REMEDY_199 = 0xC1C
DEVICE = bytes.fromhex("12 01 00 02 ef 02 01 40 41 23 5a 80 00 01 00 02 00 01")
CONFIGURATION = bytes.fromhex(
    "09 02 3e 00 02 01 00 c0 32  09 04 00 00 01 02 02 01 00  05 24 00 10 01  04 24 02 06"
    "07 05 83 03 10 00 10  09 04 01 00 02 0a 00 00 00  07 05 82 02 40 00 00  07 05 02 02 40 00 00"
)
PRODUCT = b"\x0a\x03" + "Nano".encode("utf-16-le")


class SerialDevice:
    """A board with such a device. lines: DTR and RTS; baud: as the host set them; received: from the host."""

    def __init__(self, echo: bool = False) -> None:
        self.warnings: list[str] = []
        self.output = bytearray()
        self.board = VirtualBoard(PROBES, Noise(1), received=self.output.extend, say=self._warn)
        self.board.run(MILLISECOND)
        self.lines = self.baud = 0
        self.states: list[tuple[int, int]] = []  # baud and lines after each change
        self.received = bytearray()
        self.to_send = bytearray()
        self._echo, self._loaded = echo, False
        self._reply = self._coding = b""

    def _warn(self, line: str) -> None:
        self.warnings.append(line)

    def power_up(self) -> None:
        """Enables the controller and shows the device."""
        for address, value in ((0x4006EC00, 0x9375), (0x4006ED14, 3), (0x4006EC00, 0x9375)):
            self.board.bus.write(address, 4, value)
        self._write(REMEDY_199, 0x82)
        self._write(ENABLE, 1)
        self.board.run(MILLISECOND)
        self._write(PULLUP, 1)

    def run_until(self, done: Callable[[], bool], milliseconds: int = 400) -> bool:
        """Guest time goes by, the device answering."""
        for _ in range(milliseconds * MILLISECOND // SLICE):
            if done():
                return True
            self.board.run(SLICE)
            self._serve()
        return done()

    def _read(self, offset: int) -> int:
        return self.board.bus.read(USBD + offset, 4)

    def _write(self, offset: int, value: int) -> None:
        self.board.bus.write(USBD + offset, 4, value)

    def _happened(self, event: int) -> bool:
        happened = bool(self._read(event))
        self._write(event, 0)
        return happened

    def _serve(self) -> None:
        if self._happened(USBRESET):
            self._loaded = False
        if self._happened(EP0SETUP):
            self._set_up(bytes(self._read(SETUP + 4 * n) for n in range(8)))
        if self._happened(EP0DATADONE):
            self._data_moved()
        if self._happened(ENDEPOUT0):
            coding = self.board.memory.read(CONTROL_BUFFER, 7) or b""
            self.baud = int.from_bytes(coding[:4], "little")
            self._note()
            self._write(STATUS, 1)
        if self._happened(EPDATA):
            self._data_endpoints()
        if self._happened(ENDEPOUT2):
            data = self.board.memory.read(OUT_BUFFER, self._read(0x700 + 0x28 + 8)) or b""
            self.received += data
            if self._echo:
                self.to_send += data
        self._send()

    # -- the control endpoint -----------------------------------------------------------------------------------

    def _set_up(self, packet: bytes) -> None:
        kind, number, value, length = packet[0], packet[1], packet[3], packet[6] | packet[7] << 8
        if (kind, number) == (0x80, 6):
            descriptor = {1: DEVICE, 2: CONFIGURATION, 3: PRODUCT}.get(value)
            self._answer(descriptor[:length] if descriptor else None)
        elif (kind, number) == (0x00, 9):
            self._write(EPINEN, 0x0D)
            self._write(EPOUTEN, 0x05)
            self._write(SIZE2, 0)
            self._write(STATUS, 1)
        elif (kind, number) == (0x21, 0x20):
            self._write(RCVOUT, 1)
        elif (kind, number) == (0x21, 0x22):
            self.lines = packet[2]
            self._note()
            self._write(STATUS, 1)
        elif (kind, number) != (0x00, 5):
            self._write(STALL, 1)

    def _note(self) -> None:
        self.states.append((self.baud, self.lines))

    def _answer(self, data: bytes | None) -> None:
        if data is None:
            self._write(STALL, 1)
            return
        self._reply = data
        self._load(0x600, STARTEPIN0, CONTROL_BUFFER, data[:64])

    def _load(self, place: int, start: int, buffer: int, data: bytes) -> None:
        assert self.board.memory.write_ram(buffer, data)
        self._write(place, buffer)
        self._write(place + 4, len(data))
        self._write(start, 1)

    def _data_moved(self) -> None:
        if self._read(SETUP) & 0x80:
            self._write(STATUS, 1)
        else:
            self._write(0x700, CONTROL_BUFFER)
            self._write(0x704, 7)
            self._write(STARTEPOUT0, 1)

    # -- data ---------------------------------------------------------------------------------------------------

    def _data_endpoints(self) -> None:
        moved = self._read(EPDATASTATUS)
        self._write(EPDATASTATUS, moved)
        if moved & 1 << 2:
            self._loaded = False
        if moved & 1 << 18:
            self._write(0x728, OUT_BUFFER)
            self._write(0x72C, self._read(SIZE2))
            self._write(STARTEPOUT2, 1)

    def _send(self) -> None:
        if self.to_send and not self._loaded and self.lines & 1:
            self._loaded = True
            part = bytes(self.to_send[:64])
            del self.to_send[:64]
            self._load(0x600 + 0x28, STARTEPIN2, IN_BUFFER, part)
