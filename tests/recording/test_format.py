"""A recording's bytes by container.py's description, put together by hand; and the limits of what is read."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from host.base.errors import HostError
from host.recording.container import (
    ChunkHeader,
    ChunkKind,
    Codec,
    DamageError,
    FileHeader,
    Kind,
    Record,
    pack_chunk,
    pack_file_header,
    records_in,
    unpack_chunk_header,
    unpack_file_header,
    unpack_payload,
)
from host.recording.reader import Reader
from host.recording.writer import Writer
from tests.recording.recordings import Clock, writer_of


def file_header(version: int = 2, port: bytes = b"memory") -> bytes:
    """Offsets 0, 8, 10, 12, 16, 24, 136 and 252."""
    body = b"\x89TMLREC\n" + struct.pack("<HHIQ", version, 256, 0, 1_700_000_000_000_000_000)
    body += port.ljust(112, b"\0") + b"a test".ljust(116, b"\0")
    return body + struct.pack("<I", zlib.crc32(body))


def chunk(
    payload: bytes,
    *,
    kind: int = 0,
    codec: int = 0,
    plain: int | None = None,
    start_ns: int = 0,
    sync: bytes = b"\xabchk",
    stored: int | None = None,
) -> bytes:
    """Offsets 0, 4, 5, 6, 8, 12, 16, 24, 32, 40 and 44."""
    sizes = (len(payload) if stored is None else stored, len(payload) if plain is None else plain)
    head = sync + struct.pack("<BBHII", kind, codec, 0, *sizes)
    head += struct.pack("<QQQI", start_ns, 99, 256, zlib.crc32(payload))
    return head + struct.pack("<I", zlib.crc32(head)) + payload


def record(us: int, kind: int, data: bytes) -> bytes:
    return struct.pack("<II", us, kind << 24 | len(data)) + data


RECORDS = record(0, 2, b"opened") + record(1_500_000, 1, b"to") + record(2_000_001, 0, b"from")


def test_a_file_by_its_description(tmp_path: Path) -> None:
    data = file_header() + chunk(RECORDS, start_ns=7_000_000_000)
    data += chunk(zlib.compress(record(9, 3, b"layout")), codec=1, plain=14, start_ns=10**10)
    (tmp_path / "a.rec").write_bytes(data + chunk(b"", kind=1, start_ns=11 * 10**9))
    with Reader(tmp_path / "a.rec") as reader:
        found = [each for part in reader.chunks() for each in part.records]
        offsets = [(part.offset, part.header.key_offset) for part in reader.chunks()]
        assert (reader.header.port, reader.header.program) == ("memory", "a test")
        assert reader.header.wall_ns == 1_700_000_000_000_000_000
        assert reader.is_ended and reader.duration_s == 11.0
    assert found == [
        Record(7_000_000_000, Kind.MARK, b"opened"),
        Record(8_500_000_000, Kind.TO_DEVICE, b"to"),
        Record(9_000_001_000, Kind.FROM_DEVICE, b"from"),
        Record(10_000_009_000, Kind.LAYOUT, b"layout"),
    ]
    assert offsets[1] == (256 + 48 + len(RECORDS), 256)


def test_what_is_written_is_as_described() -> None:
    """Text that repeats is compressed, and what would become longer is not."""
    header = FileHeader(1_700_000_000_000_000_000, "memory", "a test")
    assert pack_file_header(header) == file_header()
    made = pack_chunk(ChunkKind.RECORDS, RECORDS, 5, 99, 256)
    assert made == chunk(RECORDS, start_ns=5)
    long = pack_chunk(ChunkKind.RECORDS, bytes(1000), 0, 99, 256)
    assert long[5] == 1 and len(long) < 100 and struct.unpack_from("<I", long, 12) == (1000,)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"RIFF" + bytes(300), "is no recording: give a file"),
        (file_header()[:255], "is torn within its first 256 bytes"),
        (file_header(3), "is a recording of version 3, this program reads 1 and 2"),
        (file_header(0), "is a recording of version 0, this program reads 1 and 2"),
        (file_header()[:-1] + b"!", "has a damaged header"),
    ],
)
def test_a_file_that_is_none_says_why(data: bytes, why: str, tmp_path: Path) -> None:
    (tmp_path / "a.rec").write_bytes(data)
    with pytest.raises(HostError, match=f"a.rec {why}"):
        Reader(tmp_path / "a.rec")
    assert unpack_file_header(file_header(1)).version == 1


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("x" * 111, "x" * 111),
        ("x" * 112, "x" * 108 + "…"),
        ("ä" * 56, "ä" * 54 + "…"),
        ("x" + "ä" * 56, "x" + "ä" * 53 + "…"),  # between two characters
    ],
)
def test_a_long_name_is_cut_between_characters(name: str, stored: str) -> None:
    """112 bytes with a zero behind it; the ellipsis is 3 of them."""
    assert unpack_file_header(pack_file_header(FileHeader(0, name, ""))).port == stored


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (chunk(b"", stored=1 << 19, plain=1 << 18), ""),
        (chunk(b"", stored=(1 << 19) + 1), "no chunk"),
        (chunk(b"", plain=(1 << 18) + 1), "no chunk"),
        (chunk(b"", sync=b"\xabchl"), "no chunk"),
        (chunk(b"", kind=2), "chunk of kind 2, codec 0"),
        (chunk(b"", codec=2), "chunk of kind 0, codec 2"),
        (chunk(b"")[:47], "cut short"),
        (chunk(b"")[:47] + b"!", "header damaged"),
    ],
)
def test_what_a_chunk_may_announce(data: bytes, why: str) -> None:
    if not why:
        assert unpack_chunk_header(data).stored_bytes == 524_288
        return
    with pytest.raises(DamageError, match=why):
        unpack_chunk_header(data)


@pytest.mark.parametrize(
    ("stored", "codec", "plain", "crc", "why"),
    [
        (b"abc", Codec.PLAIN, 3, None, ""),
        (b"abc", Codec.PLAIN, 4, None, "another size"),
        (b"abc", Codec.PLAIN, 3, 1, "payload damaged"),
        (b"abc", Codec.ZLIB, 3, None, "does not unpack"),
        (zlib.compress(b"abc"), Codec.ZLIB, 2, None, "another size"),
        (zlib.compress(b"abc"), Codec.ZLIB, 4, None, "another size"),
        (zlib.compress(b"abc"), Codec.ZLIB, 3, None, ""),
    ],
)
def test_a_payload_is_what_its_header_announces(
    stored: bytes, codec: Codec, plain: int, crc: int | None, why: str
) -> None:
    sum_of = zlib.crc32(stored) if crc is None else crc
    header = ChunkHeader(0, codec, len(stored), plain, 0, 0, 0, sum_of)
    if not why:
        assert unpack_payload(header, stored) == b"abc"
        return
    with pytest.raises(DamageError, match=why):
        unpack_payload(header, stored)


def test_a_record_of_an_unknown_kind_is_damage() -> None:
    plain = record(0, 4, b"abcd")
    header = ChunkHeader(0, 0, len(plain), len(plain), 0, 0, 0, 0)
    with pytest.raises(DamageError, match="record of kind 4, 4 bytes"):
        list(records_in(header, plain))


def test_what_stands_behind_the_end_is_left_out_and_counted(tmp_path: Path) -> None:
    """As where two files were joined."""
    whole = file_header() + chunk(RECORDS) + chunk(b"", kind=1, start_ns=3_000_000_000)
    for behind, is_ended in ((b"", True), (bytes(9), False), (whole, False)):
        (tmp_path / "a.rec").write_bytes(whole + behind)
        with Reader(tmp_path / "a.rec") as reader:
            assert len([each for part in reader.chunks() for each in part.records]) == 3
            assert (reader.skipped_bytes, reader.damaged_chunks) == (len(behind), 0)
            assert reader.is_ended is (is_ended or behind == whole)
            assert reader.torn_bytes == (9 if len(behind) == 9 else 0)


@pytest.mark.parametrize(
    ("data", "seconds", "torn"),
    [
        (file_header(), 0.0, 0),
        (file_header() + b"abc", 0.0, 3),
        (file_header() + chunk(RECORDS, start_ns=10**9), 3.000001, 0),
        (file_header() + chunk(RECORDS, start_ns=10**9)[:-1], 0.0, 48 + len(RECORDS) - 1),
        (file_header() + chunk(RECORDS) + chunk(b"", kind=1, start_ns=3 * 10**9), 3.0, 0),
    ],
)
def test_how_long_a_recording_is(data: bytes, seconds: float, torn: int, tmp_path: Path) -> None:
    """Up to its last record, whose time is 2.000001 s from its chunk's, where it was not closed."""
    (tmp_path / "a.rec").write_bytes(data)
    with Reader(tmp_path / "a.rec") as reader:
        assert (reader.duration_s, reader.torn_bytes) == (seconds, torn)


class Taking:
    """A file that says of each write how much it took."""

    def __init__(self, take: Callable[[bytes], int | None]) -> None:
        self.content, self.take = bytearray(), take

    def write(self, data: bytes) -> int | None:
        taken = self.take(data)
        self.content += data[: taken or 0]
        return taken

    def truncate(self, size: int) -> int:
        del self.content[size:]
        return size

    def close(self) -> None:
        """Nothing to free."""


@pytest.mark.parametrize("nothing", [0, None])
def test_a_file_that_takes_nothing_is_an_error(nothing: int | None) -> None:
    with pytest.raises(OSError, match="takes no more bytes"):
        writer_of(Taking(lambda data: nothing), Clock())


def test_a_file_that_takes_a_write_in_parts_has_all_of_it() -> None:
    files = [Taking(lambda data: min(7, len(data))), Taking(len)]
    for file in files:
        clock = Clock()
        writer = writer_of(file, clock)
        writer.add(Kind.MARK, b"opened")
        writer.close()
        assert writer.written_bytes == len(file.content)
    assert files[0].content == files[1].content


def test_a_record_waits_for_less_than_a_second() -> None:
    file, clock = Taking(len), Clock()
    writer: Writer = writer_of(file, clock)
    writer.add(Kind.FROM_DEVICE, b"a")
    clock.now_ns += 999_999_999
    writer.tick()
    assert len(file.content) == 256
    clock.now_ns += 1
    writer.tick()
    assert len(file.content) == 256 + 48 + 9
    writer.add(Kind.FROM_DEVICE, b"b")
    clock.now_ns += 1_000_000_000
    writer.add(Kind.FROM_DEVICE, b"c")  # the chunk before is written first
    assert len(file.content) == 256 + 2 * (48 + 9)
