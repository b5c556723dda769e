"""link.c over a port: what finds room, how long it waits, and what it hears."""

from __future__ import annotations

import pytest

from host.link.framing import encode_packet
from host.link.messages import Ack, Frame, FramePart, Ping
from tests.link.firmware_link import NOTHING, PACKET, TEXT, TEXT_ENDED, FirmwareLink

CLOCK_US = 100  # between two looks at slow_port.c's clock
# 32,768 bytes with one free, so 32,767 for the packet: its 0x00, a code byte, 128 more of runs of 254 bytes,
# a header of 4, a CRC of 4, and 2,048 that are kept for what follows a Frame.
LARGEST = 32_767 - 1 - 1 - 128 - 4 - 4 - 2_048
PAUSE_US = 500_000


def test_the_largest_frame_leaves_room_for_what_follows_it() -> None:
    link = FirmwareLink()
    assert link.has_room(LARGEST) and not link.has_room(LARGEST + 1)


@pytest.mark.parametrize(
    ("kind", "taken"), [(Frame.ID, False), (FramePart.ID, False), (Ack.ID, True)]
)
def test_only_frames_leave_room_for_what_follows(kind: int, taken: bool) -> None:
    link = FirmwareLink()
    link.send(kind, LARGEST + 1)
    assert link.sent() == ([(kind, LARGEST + 1)] if taken else [])


@pytest.mark.parametrize("milliseconds", [1, 350])
def test_a_frame_waits_for_room_as_long_as_it_may_and_one_that_never_fits_not_at_all(
    milliseconds: int,
) -> None:
    link = FirmwareLink()
    link.host_reads(False)
    link.send(Ack.ID, 8)
    assert 0 <= link.wait_for_room(LARGEST, milliseconds) - 1_000 * milliseconds <= CLOCK_US
    assert link.wait_for_room(LARGEST + 1, milliseconds) == 0
    link.host_reads(True)
    assert link.wait_for_room(LARGEST, milliseconds) < 1_000 * milliseconds


@pytest.mark.parametrize("milliseconds", [1, 200])
def test_a_drain_ends_when_all_has_left_or_its_time_is_over(milliseconds: int) -> None:
    link = FirmwareLink()
    link.host_reads(False)
    link.send(Ack.ID, 8)
    assert 0 <= link.drain(milliseconds) - 1_000 * milliseconds <= CLOCK_US
    link.host_reads(True)
    assert link.drain(milliseconds) < 1_000 * milliseconds
    assert link.sent() == [(Ack.ID, 8)]


def test_the_ports_interrupt_comes_again_as_long_as_something_waits() -> None:
    link = FirmwareLink()
    assert not link.is_fed()
    link.host_reads(False)
    link.say(b"x")
    assert link.is_fed() and link.is_fed()
    link.host_reads(True)
    assert link.sent_bytes() == b"x"
    assert not link.is_fed()


@pytest.mark.parametrize(("pause_us", "is_text"), [(PAUSE_US, False), (PAUSE_US + 1, True)])
def test_a_command_behind_noise_is_one_after_a_pause(pause_us: int, is_text: bool) -> None:
    """By the time since the last byte, however often the firmware looked meanwhile."""
    link = FirmwareLink()
    link.arrive(b"\x05noise")
    assert link.heard() == (NOTHING, b"")
    link.let_pass(pause_us // 2)
    assert link.heard() == (NOTHING, b"")
    link.let_pass(pause_us - pause_us // 2 - CLOCK_US)
    heard = []
    for letter in b"name%":
        link.arrive(bytes([letter]))
        heard.append(link.heard())
    assert heard[:4] == [(NOTHING, b"")] * 4
    assert heard[4] == ((TEXT, b"name") if is_text else (NOTHING, b""))


def test_lines_of_text_come_one_by_one_and_their_end_is_answered_by_a_zero() -> None:
    link = FirmwareLink()
    link.arrive(b"name%profile%")
    assert [link.heard() for _ in range(3)] == [(TEXT, b"name"), (TEXT, b"profile"), (NOTHING, b"")]
    assert not link.host_calls()
    link.send(Frame.ID, 100)
    assert link.sent_bytes() == b"", "no message among text"
    link.arrive(b"help%\0")
    assert link.host_calls()
    assert link.heard() == (TEXT, b"help")
    assert link.host_calls(), "the end of text waits"
    assert link.heard() == (TEXT_ENDED, b"")
    assert not link.host_calls()
    assert link.sent_bytes() == b"\0"


def test_the_packet_behind_text_is_whole() -> None:
    link = FirmwareLink()
    link.arrive(b"name%\0" + encode_packet(Ping.ID, 8, Ping(1).pack()))
    assert [link.heard()[0] for _ in range(3)] == [TEXT, TEXT_ENDED, PACKET]


def test_whatever_is_no_packet_counts_as_refused_but_zeros() -> None:
    link = FirmwareLink()
    before = link.refused
    link.arrive(bytes(70))
    assert link.heard()[0] == NOTHING and link.refused == before
    for number, noise in enumerate((b"\x02\x05", bytes([7]) * 300), start=1):
        link.arrive(noise + b"\0")
        assert link.heard()[0] == NOTHING and link.refused == before + number
