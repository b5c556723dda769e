"""Framing: what goes in comes out, and garbage is counted, never raised."""

from __future__ import annotations

import zlib
from dataclasses import astuple, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host.link.damage import PIECE_BYTES, FaultCounts, FaultRates, FaultyBytes, FaultyPort
from host.link.framing import (
    CRC,
    HEADER,
    LARGEST_ENCODED,
    Decoder,
    Packet,
    decode_cobs,
    decode_packet,
    encode_cobs,
    encode_packet,
)
from host.link.messages import MAX_PAYLOAD_BYTES
from tests.link.fake_board import FakeBoard, MemoryPort

ZEROS_AND_OTHERS = st.lists(st.sampled_from([b"\0", b"\1", b"\xff" * 200, b"\0" * 90, b"ab"])).map(
    b"".join
)


@given(st.one_of(st.binary(max_size=1200), ZEROS_AND_OTHERS))
def test_cobs_has_no_zero_and_comes_back(data: bytes) -> None:
    encoded = encode_cobs(data)
    assert 0 not in encoded
    assert decode_cobs(encoded) == data


def test_cobs_matches_the_published_examples() -> None:
    run = bytes(range(1, 255))
    assert encode_cobs(b"\0") == b"\1\1"
    assert encode_cobs(b"\x11\x22\0\x33") == b"\3\x11\x22\2\x33"
    assert decode_cobs(b"\xff" + run) == run  # an encoder may leave out the last 0x01
    assert decode_cobs(b"\xff" + run + b"\1") == run
    assert decode_cobs(b"\xff" + run + b"\2\xff") == run + b"\xff"


@given(st.integers(0, 255), st.integers(0, 65535), ZEROS_AND_OTHERS, st.integers(1, 40))
def test_packets_come_back_in_any_portions(
    kind: int, sequence: int, payload: bytes, size: int
) -> None:
    data = encode_packet(kind, sequence, payload)
    decoder = Decoder()
    found = [p for at in range(0, len(data), size) for p in decoder.feed(data[at : at + size])]
    assert found == [Packet(kind, sequence, payload)]
    assert decoder.counts.stray_bytes == 0


@given(st.binary(max_size=4000))
def test_garbage_is_counted_and_the_next_packet_arrives(garbage: bytes) -> None:
    decoder = Decoder()
    assert decoder.feed(garbage + b"\0") == []
    assert decoder.feed(encode_packet(1, 2, b"three")) == [Packet(1, 2, b"three")]
    assert decoder.counts.stray_bytes == sum(map(len, garbage.split(b"\0")))


@settings(max_examples=50)
@given(st.data())
def test_no_single_damaged_byte_goes_unseen(data: st.DataObject) -> None:
    whole = encode_packet(2, 7, bytes(range(64)) * 3)
    at = data.draw(st.integers(0, len(whole) - 2))
    change = data.draw(st.integers(1, 255))
    damaged = whole[:at] + bytes([whole[at] ^ change]) + whole[at + 1 :]
    assert Decoder().feed(damaged) == []


def test_the_largest_payload_fits_and_a_longer_run_is_oversize() -> None:
    decoder = Decoder()
    payload = bytes([7]) * MAX_PAYLOAD_BYTES
    assert decoder.feed(encode_packet(2, 0, payload)) == [Packet(2, 0, payload)]
    assert decoder.feed(encode_packet(2, 1, payload + b"1234567890" * 40)) == []
    assert decoder.counts.oversize == 1
    assert decoder.feed(encode_packet(1, 2, b"on")) == [Packet(1, 2, b"on")]


def test_memory_stays_bounded_without_a_delimiter() -> None:
    decoder = Decoder()
    for _ in range(200):
        decoder.feed(b"x" * 4096)
        assert len(decoder._pending) <= LARGEST_ENCODED
    assert decoder.counts.oversize == 1
    assert decoder.counts.stray_bytes == 200 * 4096


def test_text_without_a_delimiter_is_received() -> None:
    decoder = Decoder()
    decoder.feed(b"Camera settings:\r\n\twidth = 176\r\n")
    assert decoder.received().endswith(b"width = 176\r\n")


@pytest.mark.parametrize("kind", ["drop", "flip", "duplicate", "truncate"])
def test_a_bad_cable_counts_what_it_damages(kind: str) -> None:
    """By pieces; a whole cable counts nothing and changes nothing."""
    whole = FaultyBytes(FaultRates(), 1)
    data = bytes(range(256)) * 16
    assert whole.damage(data) == data and whole.counts == FaultCounts()
    bad = FaultyBytes(replace(FaultRates(), **{kind: 1.0}), 1)
    pieces = -(-len(data) // PIECE_BYTES)
    assert bad.damage(data) != data
    assert bad.counts.total == pieces == max(astuple(bad.counts))


def test_a_flip_is_of_any_one_bit_anywhere() -> None:
    bad, seen = FaultyBytes(replace(FaultRates(), flip=1.0), 1), set[tuple[int, int]]()
    for _ in range(200):
        after = bad.damage(bytes(64))
        ((at, bit),) = [(at, byte) for at, byte in enumerate(after) if byte]
        seen.add((at, bit))
    assert {bit for _, bit in seen} == {1 << n for n in range(8)}
    assert len({at for at, _ in seen}) > 50


def test_a_bad_cable_is_pulled_with_its_port() -> None:
    port = MemoryPort(FakeBoard())
    FaultyPort(port, FaultRates()).close()
    assert port.closed


def test_no_damage_passes_unseen_in_10000_frames_and_recovery_takes_one_packet() -> None:
    """Every packet that the faults did not touch arrives, but for the one behind a lost delimiter."""
    random = np.random.default_rng(1)
    faults = FaultyBytes(FaultRates(drop=0.002, flip=0.005, duplicate=0.002, truncate=0.004), 3)
    decoder = Decoder()
    sent: dict[int, bytes] = {}
    touched_before, lost_clean, arrived, damaged = False, 0, 0, 0
    for number in range(10_000):
        payload = random.integers(0, 256, 2304, dtype=np.uint8).tobytes()
        sent[number] = payload
        before = faults.counts.total
        data = faults.damage(encode_packet(2, number, payload))
        touched = faults.counts.total > before
        damaged += touched
        found = decoder.feed(data)
        for packet in found:
            assert sent[packet.sequence] == packet.payload, "undetected damage"
        arrived += len({packet.sequence for packet in found})
        if not touched and not touched_before:
            assert [p.sequence for p in found] == [number]
        lost_clean += not touched and not found
        touched_before = touched
    assert damaged > 300
    assert arrived >= 10_000 - damaged - lost_clean
    assert lost_clean <= damaged


def test_a_packet_of_another_format_is_refused_though_its_checksum_fits() -> None:
    """The reserved byte is for a format to come."""
    body = HEADER.pack(1, 0, 7) + b"payload"
    right = encode_cobs(body + CRC.pack(zlib.crc32(body)))
    assert decode_packet(right) == Packet(1, 7, b"payload")
    body = HEADER.pack(1, 1, 7) + b"payload"
    assert decode_packet(encode_cobs(body + CRC.pack(zlib.crc32(body)))) is None
