"""A frame larger than a packet: its parts make one Frame, in any cut; a lost one costs that frame and is counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from host.base.records import Message
from host.link import messages as wire
from host.link.framing import encode_packet
from host.link.inbox import Inbox
from host.link.pieces import Pieces
from tests.link.fake_board import HELLO

BIG = replace(HELLO, input_height=128, input_width=128, input_channels=3)
PIXELS = np.random.default_rng(5).integers(0, 256, 128 * 128 * 3).astype(np.uint8).tobytes()


def parts(frame: int, size: int = wire.FRAME_PART_BYTES) -> list[Message]:
    return [
        wire.FramePart(frame, at, 128, 128, 3, wire.Source.CAMERA, PIXELS[at : at + size])
        for at in range(0, len(PIXELS), size)
    ]


def received(messages: list[Message], lost: set[int] | None = None) -> tuple[Inbox, list[Message]]:
    """What an inbox makes of packets; `lost`: the numbers of those that do not arrive."""
    inbox, found = Inbox(), list[Message]()
    for number, message in enumerate([BIG, *messages]):
        if number not in (lost or ()):
            found += inbox.feed(encode_packet(message.ID, number, message.pack()))
    return inbox, found[1:]


@pytest.mark.parametrize("size", [wire.FRAME_PART_BYTES, 1_000, 32_000, len(PIXELS)])
def test_parts_make_the_frame(size: int) -> None:
    inbox, found = received([*parts(7, min(size, 32_000)), *parts(8)])
    assert [type(m) for m in found] == [wire.Frame, wire.Frame]
    assert [(m.frame, m.pixels) for m in found if isinstance(m, wire.Frame)] == [
        (7, PIXELS),
        (8, PIXELS),
    ]
    assert inbox.losses(0, 0).total == 0


@pytest.mark.parametrize("lost", [1, 2, 4])
def test_a_lost_part_costs_its_frame_and_is_counted(lost: int) -> None:
    inbox, found = received([*parts(7), *parts(8)], {lost})
    assert [m.frame for m in found if isinstance(m, wire.Frame)] == [8]
    assert inbox.losses(0, 0).wire_lost == 1


def test_parts_of_two_frames_never_mix() -> None:
    first, second = parts(7), parts(8)
    _, found = received([*first[:2], *second[2:], *second])
    assert [m.frame for m in found if isinstance(m, wire.Frame)] == [8]


@pytest.mark.parametrize(
    "change",
    [{"offset": 128 * 128 * 3}, {"channels": 2}, {"height": 0}, {"pixels": b""}, {"width": 64}],
)
def test_a_part_that_cannot_be_true_is_refused(change: dict[str, object]) -> None:
    lie = replace(parts(7)[0], **change)  # type: ignore[type-var]
    inbox, found = received([lie, *parts(8)])
    assert [m.frame for m in found if isinstance(m, wire.Frame)] == [8]
    assert inbox.losses(0, 0).bad_packets == 1


def test_a_frame_that_was_given_up_does_not_come_back() -> None:
    """Whatever follows it: only its first part begins a frame."""
    first, second, third, *rest = (part for part in parts(7) if isinstance(part, wire.FramePart))
    pieces = Pieces()
    assert [pieces.take(part) for part in (first, third, second, third, *rest)] == [None] * (
        4 + len(rest)
    )
    found = [pieces.take(part) for part in (first, second, third, *rest)]
    assert found[:-1] == [None] * (len(found) - 1) and found[-1] is not None
    assert found[-1].pixels == PIXELS and found[-1].frame == 7
    assert pieces.take(second) is None
