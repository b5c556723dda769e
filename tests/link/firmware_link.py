"""The firmware's link.c in C on this PC, over the serial port of slow_port.c."""

from __future__ import annotations

import ctypes

from host.link.framing import Decoder
from tests.link.test_firmware_link import LINK, PacketState
from tests.native import FIRMWARE, ROOT, compile_shared

SOURCES = [LINK / f"{name}.c" for name in ("link", "outbox", "inbox", "text")]
SOURCES += [FIRMWARE / "src" / "crc32.c", ROOT / "tests" / "link" / "slow_port.c"]
ROOM_MS, NOTHING = 1_000, 0


class FirmwareLink:
    """The firmware's link, started afresh."""

    def __init__(self) -> None:
        self._c = ctypes.CDLL(str(compile_shared("link_on_slow_port", SOURCES)))
        self._c.port_sent.restype = ctypes.POINTER(ctypes.c_uint8)
        self._c.link_dropped.restype = ctypes.c_uint32
        self._c.link_make_room.argtypes = [ctypes.c_size_t, ctypes.c_uint32]
        self._c.link_host_calls.restype = ctypes.c_bool
        self._c.link_start()
        self.arrive(bytes(1))  # ends what an earlier one left
        self.received()

    @property
    def dropped(self) -> int:
        """Messages that found no room."""
        return int(self._c.link_dropped())

    def wait_for_room(self, size: int) -> None:
        """As the firmware does before it sends a Frame."""
        self._c.link_make_room(size, ROOM_MS)

    def send(self, kind: int, size: int) -> None:
        """A message of zeros."""
        self._c.link_send(kind, bytes(size), ctypes.c_size_t(size), None, ctypes.c_size_t(0))

    def sent(self) -> list[tuple[int, int]]:
        """Type and size of each message that left until the ring was empty."""
        self._c.link_drain(10 * ROOM_MS)
        size = ctypes.c_size_t()
        data = self._c.port_sent(ctypes.byref(size))
        return [(p.type, len(p.payload)) for p in Decoder().feed(bytes(data[: size.value]))]

    def arrive(self, data: bytes) -> None:
        """The host sends this."""
        self._arrived = data
        self._c.port_arrive(self._arrived, ctypes.c_size_t(len(data)))

    def host_calls(self) -> bool:
        """Whether the host said something that was not received yet."""
        return bool(self._c.link_host_calls())

    def received(self) -> int:
        """The type of the next packet, NOTHING when there is none."""
        packet = PacketState()
        return packet.type if self._c.link_receive(ctypes.byref(packet)) != NOTHING else NOTHING
