"""The firmware's link in C under sanitizers, at the ends of its buffers: nothing is written behind them."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from host.link.framing import CRC, HEADER, encode_cobs, encode_packet
from host.link.messages import MAX_COMMAND_PAYLOAD_BYTES
from tests.conftest import unavailable
from tests.link.test_firmware_link import RING_BYTES, OutboxState, PacketState, library
from tests.native import FIRMWARE, ROOT, compile_shared
from tests.sanitized import environment

LINE_BYTES = 512
LIBRARY = library()
OVERFLOW = """
import ctypes, sys
from pathlib import Path
from tests.native import compile_shared
library = ctypes.CDLL(str(compile_shared("overflow", [Path(sys.argv[1])])))
library.overflow(8)
"""


class TextState(ctypes.Structure):
    """struct text, and bytes behind it that nobody may touch."""

    _fields_ = [
        ("state", ctypes.c_int),
        ("line", ctypes.c_char * (LINE_BYTES + 1)),
        ("count", ctypes.c_size_t),
        ("guard", ctypes.c_uint8 * 64),
    ]


def feed(data: bytes) -> int:
    """An inbox of its own takes the bytes: how many packets it gave."""
    inbox = (ctypes.c_uint64 * 64)()
    packet = PacketState()
    return sum(LIBRARY.inbox_feed(inbox, byte, ctypes.byref(packet)) for byte in data)


def outbox(used: int) -> tuple[ctypes.Array[ctypes.c_uint8], OutboxState]:
    """A ring that is already so full."""
    ring = (ctypes.c_uint8 * RING_BYTES)()
    state = OutboxState()
    LIBRARY.outbox_open(ctypes.byref(state), ring, ctypes.c_size_t(RING_BYTES))
    state.head = used
    return ring, state


@pytest.mark.parametrize("extra", [0, 1, 2, 3, 200])
def test_the_longest_packet_is_taken_and_a_longer_one_is_not(extra: int) -> None:
    data = encode_packet(0x42, 5, b"\x01" * (MAX_COMMAND_PAYLOAD_BYTES + extra))
    good = feed(data + encode_packet(0x40, 6, b""))
    assert good == (2 if extra == 0 else 1), "the packet behind it is whole again"


def test_the_longest_packet_with_more_behind_it_is_none() -> None:
    body = HEADER.pack(0x42, 0, 5) + b"\x07" * MAX_COMMAND_PAYLOAD_BYTES
    body += CRC.pack(zlib.crc32(body))
    assert feed(encode_cobs(body) + b"\0") == 1
    for extra in (b"\x01", b"\0", bytes(300)):
        assert feed(encode_cobs(body + extra) + b"\0") == 0


def test_a_packet_that_is_a_byte_too_long_is_not_completed_by_what_lies_behind_its_buffer() -> None:
    """Behind it lies the count of its bytes: the last byte of this one's CRC-32 is that."""
    size = HEADER.size + MAX_COMMAND_PAYLOAD_BYTES + 1 + CRC.size
    for number in range(100_000):
        payload = number.to_bytes(4, "little").ljust(MAX_COMMAND_PAYLOAD_BYTES + 1, b"\x07")
        if zlib.crc32(HEADER.pack(0x42, 0, 5) + payload) >> 24 == size & 0xFF:
            assert feed(encode_packet(0x42, 5, payload)) == 0
            return
    raise AssertionError("no such payload")


def test_a_block_that_the_delimiter_cuts_is_no_packet_though_its_checksum_fits() -> None:
    """The code byte announces more than comes: the bytes so far have the right CRC."""
    body = HEADER.pack(0x40, 1, 0x0101) + b"\x01\x02"
    body += CRC.pack(zlib.crc32(body))
    whole = encode_cobs(body)
    assert feed(whole + b"\0") == 1
    last = max(i for i in range(len(whole)) if i + whole[i] == len(whole))
    longer = bytearray(whole)
    longer[last] += 3
    assert feed(bytes(longer) + b"\0") == 0


@pytest.mark.parametrize("payload", [0, 1, 245, 253, 254, 255, 600, 758])
def test_a_packet_that_just_fits_goes_in_and_comes_out_whole(payload: int) -> None:
    """For every fill of the ring: what is put is what a host reads, or it is dropped and counted."""
    data = bytes(255 - i % 7 for i in range(payload))  # no zero: COBS makes it longest
    encoded = encode_packet(1, 0, data)
    used_before = range(RING_BYTES - len(encoded) - 8, RING_BYTES)
    fits: list[bool] = []
    for used in used_before:
        ring, state = outbox(used)
        took = LIBRARY.outbox_put(ctypes.byref(state), 1, data, len(data), b"", 0)
        fits.append(bool(took))
        assert state.dropped == (not took)
        added = (state.head - used) % RING_BYTES
        assert 0 < used + added < RING_BYTES if took else added == 0
        if took:
            out = bytes(ring[(used + i) % RING_BYTES] for i in range(added))
            assert out == encoded
    assert fits == [len(encoded) < RING_BYTES - used for used in used_before], "a byte stays free"


@pytest.mark.parametrize("used", [0, 1, 100, RING_BYTES - 2])
def test_plain_text_goes_in_whole_or_not_at_all(used: int) -> None:
    """A byte of the ring stays free: where head and tail meet it is empty."""
    room = RING_BYTES - 1 - used
    for count in (room, room + 1, 2 * RING_BYTES):
        ring, state = outbox(used)
        text = bytes(i % 251 + 1 for i in range(count))
        assert LIBRARY.outbox_put_plain(ctypes.byref(state), text, count) == (count <= room)
        added = (state.head - used) % RING_BYTES
        assert added == (count if count <= room else 0)
        assert bytes(ring[(used + i) % RING_BYTES] for i in range(added)) == text[:added]


@pytest.mark.parametrize("letters", [0, 1, LINE_BYTES - 1, LINE_BYTES, LINE_BYTES + 1, 5000])
def test_a_line_of_text_stays_in_its_buffer(letters: int) -> None:
    c = ctypes.CDLL(str(compile_shared("text_bounds", [FIRMWARE / "src" / "link" / "text.c"])))
    c.text_is_too_long.restype = ctypes.c_bool
    text = TextState(guard=(ctypes.c_uint8 * 64)(*([0xA5] * 64)))
    for byte in b"name%":
        c.text_feed(ctypes.byref(text), byte)
    text.count = 0
    for _ in range(letters):
        c.text_feed(ctypes.byref(text), ord("x"))
    assert c.text_is_too_long(ctypes.byref(text)) == (letters > LINE_BYTES)
    c.text_feed(ctypes.byref(text), ord("%"))
    assert text.line == b"x" * min(letters, LINE_BYTES)
    assert bytes(text.guard) == b"\xa5" * 64


def test_these_hold_under_sanitizers() -> None:
    """The same tests in a process whose C checks every access; without this one, of course."""
    me = Path(__file__)
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", str(me)]
    command += ["-k", "not sanitizers"]
    ran = subprocess.run(command, cwd=ROOT, env=_environment(), capture_output=True, text=True)
    assert ran.returncode == 0, (ran.stdout + ran.stderr)[-2000:]


def test_the_sanitizers_see_a_byte_behind_a_buffer(tmp_path: Path) -> None:
    source = tmp_path / "overflow.c"
    source.write_text(
        "#include <stdint.h>\nvoid overflow(int at);\n"
        "static uint8_t room[8];\nvoid overflow(int at) { room[at] = 1; }\n"
    )
    command = [sys.executable, "-c", OVERFLOW, str(source)]
    ran = subprocess.run(command, cwd=ROOT, env=_environment(), capture_output=True, text=True)
    assert ran.returncode != 0 and "out of bounds" in ran.stderr


def _environment() -> dict[str, str]:
    try:
        return environment()
    except RuntimeError as error:
        unavailable(str(error))
        raise
