"""What ends a hold, a wait for the light or a measurement: the host said something. Zeros say nothing."""

from __future__ import annotations

import pytest

from host.link.framing import encode_packet
from host.link.line import USB_PACKET_BYTES
from host.link.messages import Hold, Ping
from tests.link.firmware_link import NOTHING, FirmwareLink

HOLD = encode_packet(Hold.ID, 7, Hold(0, 100, 0).pack())
PING = encode_packet(Ping.ID, 8, Ping(1).pack())
FULL = HOLD + bytes(-len(HOLD) % USB_PACKET_BYTES)


def test_the_zeros_that_fill_a_packet_are_no_call() -> None:
    link = FirmwareLink()
    link.arrive(FULL)
    assert link.received() == Hold.ID
    assert not link.host_calls()
    link.arrive(bytes(1000))  # later, and more than a read takes
    assert not link.host_calls()
    assert link.received() == NOTHING


@pytest.mark.parametrize("data", [PING, PING[:1], b"\0\0" + PING, b"na", b"%"])
def test_anything_else_is_one_and_stays(data: bytes) -> None:
    link = FirmwareLink()
    link.arrive(FULL)
    assert link.received() == Hold.ID
    link.arrive(data)
    assert link.host_calls() and link.host_calls()
    assert link.received() == (Ping.ID if PING in data else NOTHING)


def test_a_zero_that_ends_a_packet_is_one() -> None:
    link = FirmwareLink()
    link.arrive(PING[:-1])
    assert link.received() == NOTHING
    link.arrive(b"\0")
    assert link.host_calls()
    assert link.received() == Ping.ID
