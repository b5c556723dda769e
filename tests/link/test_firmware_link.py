"""The firmware's packets against the host's: what one side encodes, the other decodes, and faults are noticed."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host.link import messages
from host.link.framing import Decoder, encode_packet
from tests.native import FIRMWARE, compile_shared

LINK = FIRMWARE / "src" / "link"
RING_BYTES = 2048


class OutboxState(ctypes.Structure):
    """struct outbox."""

    _fields_ = [
        ("ring", ctypes.c_void_p),
        ("size", ctypes.c_size_t),
        ("head", ctypes.c_size_t),
        ("tail", ctypes.c_size_t),
        ("dropped", ctypes.c_uint32),
        ("sequence", ctypes.c_uint16),
    ]


class PacketState(ctypes.Structure):
    """struct packet."""

    _fields_ = [
        ("type", ctypes.c_uint8),
        ("sequence", ctypes.c_uint16),
        ("payload", ctypes.POINTER(ctypes.c_uint8)),
        ("payload_bytes", ctypes.c_size_t),
    ]


def library() -> ctypes.CDLL:
    sources = [LINK / "outbox.c", LINK / "inbox.c", FIRMWARE / "src" / "crc32.c"]
    loaded = ctypes.CDLL(str(compile_shared("link", sources)))
    loaded.outbox_put.argtypes = [
        ctypes.c_void_p,
        ctypes.c_uint8,
        ctypes.c_char_p,
        ctypes.c_size_t,
        ctypes.c_char_p,
        ctypes.c_size_t,
    ]
    loaded.outbox_put.restype = ctypes.c_bool
    loaded.outbox_put_plain.restype = ctypes.c_bool
    loaded.outbox_peek.restype = ctypes.c_size_t
    loaded.outbox_release.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    loaded.inbox_feed.argtypes = [ctypes.c_void_p, ctypes.c_uint8, ctypes.c_void_p]
    loaded.inbox_feed.restype = ctypes.c_bool
    loaded.crc32_add.restype = ctypes.c_uint32
    return loaded


class Outbox:
    """The firmware's queue, driven from here."""

    def __init__(self, ring_bytes: int = RING_BYTES) -> None:
        self.library = library()
        self.ring = ctypes.create_string_buffer(ring_bytes)
        self.state = OutboxState()
        self.library.outbox_open(ctypes.byref(self.state), self.ring, ctypes.c_size_t(ring_bytes))

    def put(self, kind: int, head: bytes, tail: bytes = b"") -> bool:
        return bool(
            self.library.outbox_put(
                ctypes.byref(self.state), kind, head, len(head), tail, len(tail)
            )
        )

    def drain(self, at_most: int = RING_BYTES) -> bytes:
        out = b""
        while True:
            piece = ctypes.POINTER(ctypes.c_uint8)()
            room = self.library.outbox_peek(ctypes.byref(self.state), ctypes.byref(piece))
            count = min(room, at_most - len(out))
            if count == 0:
                return out
            out += bytes(piece[:count])
            self.library.outbox_release(ctypes.byref(self.state), count)


class Inbox:
    """The firmware's receiver. Its struct is opaque here: a zeroed block that is large enough."""

    def __init__(self) -> None:
        self.library = library()
        self.state = ctypes.create_string_buffer(1024)

    def feed(self, data: bytes) -> list[tuple[int, int, bytes]]:
        packets = []
        for byte in data:
            packet = PacketState()
            if self.library.inbox_feed(self.state, byte, ctypes.byref(packet)):
                payload = bytes(packet.payload[: packet.payload_bytes])
                packets.append((packet.type, packet.sequence, payload))
        return packets


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 255), st.binary(max_size=700)), min_size=1, max_size=8))
def test_the_host_reads_what_the_firmware_writes(packets: list[tuple[int, bytes]]) -> None:
    outbox, decoder = Outbox(), Decoder()
    for number, (kind, payload) in enumerate(packets):
        half = len(payload) // 2
        assert outbox.put(kind, payload[:half], payload[half:])
        (packet,) = decoder.feed(outbox.drain())
        assert (packet.type, packet.sequence, packet.payload) == (kind, number, payload)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 255),
            st.integers(0, 65535),
            st.binary(max_size=messages.MAX_COMMAND_PAYLOAD_BYTES),
        ),
        max_size=8,
    )
)
def test_the_firmware_reads_what_the_host_writes(packets: list[tuple[int, int, bytes]]) -> None:
    data = b"".join(encode_packet(*packet) for packet in packets)
    assert Inbox().feed(data) == packets


@pytest.mark.parametrize(
    "payload", [b"", b"\0" * 300, bytes(range(1, 256)) * 2, b"x" * 253, b"x" * 254]
)
def test_runs_around_254_bytes_survive(payload: bytes) -> None:
    outbox = Outbox()
    assert outbox.put(7, payload)
    data = outbox.drain()
    assert data.count(0) == 1
    assert Decoder().feed(data)[0].payload == payload


def test_a_full_queue_drops_whole_messages_and_counts_them() -> None:
    outbox, decoder = Outbox(), Decoder()
    payload = b"abc" * 200
    sent = [outbox.put(2, payload) for _ in range(5)]
    assert sent == [True, True, True, False, False]
    assert outbox.state.dropped == 2
    assert [p.sequence for p in decoder.feed(outbox.drain())] == [0, 1, 2]
    assert outbox.put(2, payload)
    assert [p.sequence for p in decoder.feed(outbox.drain())] == [5], "the gap shows the loss"


def test_a_queue_that_is_sent_in_small_pieces_stays_in_order() -> None:
    outbox, decoder = Outbox(), Decoder()
    seen = []
    for number in range(300):
        outbox.put(3, number.to_bytes(4, "little"), b"t" * 31)
        seen += [p.payload[:4] for p in decoder.feed(outbox.drain(at_most=64))]
    seen += [p.payload[:4] for p in decoder.feed(outbox.drain())]
    assert seen == [number.to_bytes(4, "little") for number in range(300)]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=600))
def test_noise_is_refused_and_the_next_packet_understood(noise: bytes) -> None:
    inbox = Inbox()
    assert inbox.feed(noise + b"\0") == []
    assert inbox.feed(encode_packet(0x44, 9, b"12345678")) == [(0x44, 9, b"12345678")]


@settings(max_examples=100, deadline=None)
@given(st.binary(min_size=1, max_size=200), st.integers(0, 10_000), st.integers(1, 255))
def test_a_damaged_byte_is_always_noticed(payload: bytes, where: int, flip: int) -> None:
    data = bytearray(encode_packet(0x43, 5, payload))
    data[where % len(data)] ^= flip
    for packet in Inbox().feed(bytes(data) + b"\0"):
        assert packet == (0x43, 5, payload)


def test_ten_thousand_frames_of_the_firmware_through_a_bad_cable() -> None:
    """Bytes are dropped, flipped and cut off; no damaged frame may pass, and every clean one must."""
    random = np.random.default_rng(3)
    outbox, decoder = Outbox(ring_bytes=16384), Decoder()
    passed = damaged = 0
    for number in range(10_000):
        pixels = number.to_bytes(4, "little") * 2304
        assert outbox.put(messages.Frame.ID, b"head", pixels)
        data = bytearray(outbox.drain(16384))
        harm = int(random.integers(0, 8))
        where = int(random.integers(0, len(data)))
        if harm == 0:
            del data[where]
        elif harm == 1:
            data[where] ^= 1 << int(random.integers(0, 8))
        elif harm == 2:
            del data[where:]
        damaged += harm < 3
        for packet in decoder.feed(bytes(data)):
            passed += 1
            assert packet.payload == b"head" + packet.sequence.to_bytes(4, "little") * 2304
    assert damaged > 3000
    # a cut-off frame takes the next one with it; nothing else is lost but what was damaged
    assert passed >= 10_000 - 2 * damaged
    assert decoder.counts.bad_packets > 0


def test_too_long_a_packet_is_refused_without_harm() -> None:
    inbox = Inbox()
    assert inbox.feed(encode_packet(0x43, 1, b"y" * 3000)) == []
    assert inbox.feed(encode_packet(0x44, 2, b"ok")) == [(0x44, 2, b"ok")]


def test_the_checksum_is_zlibs() -> None:
    import zlib

    data = bytes(range(256)) * 3
    assert library().crc32_add(0, data, ctypes.c_size_t(len(data))) == zlib.crc32(data)
