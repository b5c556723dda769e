"""link.c over a port that takes 64 bytes at a time: the ring is full, and what follows a Frame still gets in."""

from __future__ import annotations

import ctypes

import pytest

from host.link.framing import Decoder
from host.link.messages import Ack, Fault, Frame, Profile, Result
from tests.link.test_firmware_link import LINK
from tests.native import FIRMWARE, ROOT, compile_shared

SOURCES = [LINK / f"{name}.c" for name in ("link", "outbox", "inbox", "text")]
SOURCES += [FIRMWARE / "src" / "crc32.c", ROOT / "tests" / "link" / "slow_port.c"]
GREY, RGB = 96 * 96, 96 * 96 * 3
ROOM_MS = 1_000
# A Result of 64 scores and a Profile of 64 layers, answers, and a fault: what comes until the next Frame.
FOLLOWING = [(Result.ID, 160), (Profile.ID, 260), (Ack.ID, 8), (Ack.ID, 8), (Fault.ID, 16)]


class Link:
    """The firmware's link, started afresh."""

    def __init__(self) -> None:
        self._c = ctypes.CDLL(str(compile_shared("full_ring", SOURCES)))
        self._c.port_sent.restype = ctypes.POINTER(ctypes.c_uint8)
        self._c.link_dropped.restype = ctypes.c_uint32
        self._c.link_make_room.argtypes = [ctypes.c_size_t, ctypes.c_uint32]
        self._c.link_start()

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


@pytest.mark.parametrize("pixels", [GREY, RGB])
def test_what_follows_a_frame_finds_room_in_a_full_ring(pixels: int) -> None:
    """Nothing is sent while the model runs on a core that is busy: what was free then is all there is."""
    link, said = Link(), list[tuple[int, int]]()
    dropped = link.dropped
    for _ in range(8):  # a Frame, as soon as there is room, faster than the port takes them
        link.wait_for_room(pixels)
        for kind, size in [(Frame.ID, pixels), *FOLLOWING]:
            link.send(kind, size)
            said.append((kind, size))
    assert link.dropped == dropped
    assert link.sent() == said


def test_a_frame_that_would_leave_no_room_is_dropped_and_counted() -> None:
    link = Link()
    dropped = link.dropped
    for _ in range(2):
        link.send(Frame.ID, RGB)
    for kind, size in FOLLOWING:
        link.send(kind, size)
    assert link.dropped == dropped + 1
    assert link.sent() == [(Frame.ID, RGB), *FOLLOWING]
