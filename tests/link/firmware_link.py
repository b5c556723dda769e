"""The firmware's link.c in C on this PC, over the serial port of slow_port.c."""

from __future__ import annotations

import ctypes

from host.link.framing import Decoder
from tests.link.test_firmware_link import LINK, PacketState
from tests.native import FIRMWARE, ROOT, compile_shared

SOURCES = [LINK / f"{name}.c" for name in ("link", "outbox", "inbox", "text")]
SOURCES += [FIRMWARE / "src" / "crc32.c", ROOT / "tests" / "link" / "slow_port.c"]
ROOM_MS, NOTHING = 1_000, 0
PACKET, TEXT, TEXT_ENDED = 1, 2, 3  # enum link_event
HEAD_BYTES = 16  # of a message; the others are its tail


class FirmwareLink:
    """The firmware's link, started afresh."""

    def __init__(self) -> None:
        self._c = ctypes.CDLL(str(compile_shared("link_on_slow_port", SOURCES)))
        self._c.port_sent.restype = ctypes.POINTER(ctypes.c_uint8)
        self._c.link_dropped.restype = ctypes.c_uint32
        self._c.link_make_room.argtypes = [ctypes.c_size_t, ctypes.c_uint32]
        self._c.port_pass.argtypes = [ctypes.c_uint64]
        self._c.port_now.restype = ctypes.c_uint64
        self._c.link_line.restype = ctypes.c_char_p
        for name in ("link_host_calls", "link_has_room", "port_is_fed"):
            getattr(self._c, name).restype = ctypes.c_bool
        self._arrived = self._said = b""
        self._c.link_start()
        self.arrive(bytes(1))  # ends what an earlier one left
        self.received()
        self.sent_bytes()
        self._c.link_start()

    @property
    def dropped(self) -> int:
        """Messages that found no room."""
        return int(self._c.link_dropped())

    @property
    def refused(self) -> int:
        """Packets of the host's that were none."""
        return int(self._c.link_bad())

    def has_room(self, size: int) -> bool:
        """Whether a Frame of so many bytes finds room."""
        return bool(self._c.link_has_room(ctypes.c_size_t(size)))

    def wait_for_room(self, size: int, milliseconds: int = ROOM_MS) -> int:
        """As the firmware does before it sends a Frame: microseconds that it took."""
        began = self.now_us
        self._c.link_make_room(size, milliseconds)
        return self.now_us - began

    def drain(self, milliseconds: int) -> int:
        """Until everything has left: microseconds that it took."""
        began = self.now_us
        self._c.link_drain(milliseconds)
        return self.now_us - began

    @property
    def now_us(self) -> int:
        """The board's time."""
        return int(self._c.port_now())

    def let_pass(self, microseconds: int) -> None:
        """Nothing happens for so long."""
        self._c.port_pass(microseconds)

    def host_reads(self, whether: bool) -> None:
        """Whether the port takes what is sent from now on."""
        self._c.port_take(whether)

    def is_fed(self) -> bool:
        """Whether the port's interrupt, which comes now, is to come again."""
        return bool(self._c.port_is_fed())

    def send(self, kind: int, size: int) -> None:
        """A message of zeros."""
        sizes = min(size, HEAD_BYTES), max(size - HEAD_BYTES, 0)
        head, tail = map(ctypes.c_size_t, sizes)
        self._c.link_send(kind, bytes(sizes[0]), head, bytes(sizes[1]), tail)

    def say(self, said: bytes) -> None:
        """Text."""
        self._said = said
        self._c.link_say(self._said, ctypes.c_size_t(len(said)))

    def sent_bytes(self) -> bytes:
        """What left until the ring was empty."""
        self._c.link_drain(10 * ROOM_MS)
        size = ctypes.c_size_t()
        data = self._c.port_sent(ctypes.byref(size))
        return bytes(data[: size.value])

    def sent(self) -> list[tuple[int, int]]:
        """Type and size of each message among them."""
        return [(p.type, len(p.payload)) for p in Decoder().feed(self.sent_bytes())]

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

    def heard(self) -> tuple[int, bytes]:
        """What came next, of enum link_event, and the line of a TEXT."""
        event = int(self._c.link_receive(ctypes.byref(PacketState())))
        line = self._c.link_line(ctypes.byref(ctypes.c_bool()))
        return event, line if event == TEXT else b""
