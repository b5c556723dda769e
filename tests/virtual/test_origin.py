"""An image that calls itself nano33ble is an estimate behind the virtual board's port; other bytes pass untouched."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.link.framing import Decoder, encode_packet
from host.link.messages import Frame, Hello
from host.virtual.origin import Origin
from tests.system.board import Bench

FRAME = encode_packet(Frame.ID, 8, Frame(1, 2, 3, 1, 0, bytes(range(6))).pack())


@pytest.fixture(scope="module")
def flashed() -> Hello:
    """What the flashed image says of itself."""
    return dataclasses.replace(Bench("synthetic").hello, board="nano33ble")


@pytest.mark.parametrize("step", [1, 7, 64, 10_000])
def test_a_hello_names_the_place_and_its_neighbours_pass(flashed: Hello, step: int) -> None:
    hello = encode_packet(Hello.ID, 7, flashed.pack())
    stream = b"half a packet\0" + FRAME + hello + FRAME + hello + hello
    origin = Origin()
    pieces = [stream[at : at + step] for at in range(0, len(stream), step)]
    out = b"".join(origin.feed(piece) for piece in pieces)
    packets = Decoder().feed(out)
    assert out.startswith(b"half a packet\0" + FRAME)
    assert [packet.type for packet in packets] == [2, 1, 2, 1, 1]
    for packet in packets:
        if packet.type == Hello.ID:
            assert packet.sequence == 7
            assert Hello.unpack(packet.payload) == dataclasses.replace(flashed, board="virtual")
    assert out.count(FRAME) == 2


def test_a_damaged_hello_and_one_of_another_version_pass_as_they_are(flashed: Hello) -> None:
    whole = encode_packet(Hello.ID, 7, flashed.pack())
    damaged = whole[:20] + bytes([whole[20] ^ 0x55 or 1]) + whole[21:]
    other = encode_packet(Hello.ID, 0, b"\x01\x02\x03\x04\x09\x00")
    assert Origin().feed(damaged + other) == damaged + other


@given(st.binary(max_size=300), st.integers(1, 50))
def test_no_byte_is_held_back_for_long_or_lost(data: bytes, step: int) -> None:
    origin = Origin()
    out = b"".join(origin.feed(data[at : at + step]) for at in range(0, len(data), step))
    out += origin.feed(b"\0")
    assert out == data + b"\0"
