"""link.c over a port that takes 64 bytes at a time: the ring is full, and what follows a Frame still gets in."""

from __future__ import annotations

import pytest

from host.link.messages import Ack, Fault, Frame, FramePart, Profile, Result
from tests.link.firmware_link import FirmwareLink

GREY, RGB = 96 * 96, 96 * 96 * 3
# A Result of 64 scores and a Profile of 64 layers, answers, and a fault: what comes until the next Frame.
FOLLOWING = [(Result.ID, 160), (Profile.ID, 260), (Ack.ID, 8), (Ack.ID, 8), (Fault.ID, 16)]


@pytest.mark.parametrize("pixels", [GREY, RGB])
def test_what_follows_a_frame_finds_room_in_a_full_ring(pixels: int) -> None:
    """Nothing is sent while the model runs on a core that is busy: what was free then is all there is."""
    link, sent = FirmwareLink(), list[tuple[int, int]]()
    dropped = link.dropped
    for _ in range(8):  # a Frame, as soon as there is room, faster than the port takes them
        link.wait_for_room(pixels)
        for kind, size in [(Frame.ID, pixels), *FOLLOWING]:
            link.send(kind, size)
            sent.append((kind, size))
    assert link.dropped == dropped
    assert link.sent() == sent


@pytest.mark.parametrize("kind", [Frame.ID, FramePart.ID])
def test_a_frame_that_would_leave_no_room_is_dropped_and_counted(kind: int) -> None:
    link = FirmwareLink()
    dropped = link.dropped
    for _ in range(2):
        link.send(kind, RGB)
    for following, size in FOLLOWING:
        link.send(following, size)
    assert link.dropped == dropped + 1
    assert link.sent() == [(kind, RGB), *FOLLOWING]
