"""The file of a recording: one header, then chunks to the end of the file. Bytes in, values out; no files, no clocks.

All integers are little-endian. The file only grows; a chunk is there whole, or the file is torn at it.

    file header, 256 bytes
      0  8   magic 89 54 4D 4C 52 45 43 0A (\\x89TMLREC\\n: shows a transfer that changed line ends)
      8  u16 version of this container, 2        10  u16 bytes of this header, 256
     12  u32 0
     16  u64 wall clock at the start, ns since 1970 UTC
     24 112  name of the port, UTF-8, NUL padded
    136 116  the program that recorded, UTF-8, NUL padded
    252  u32 CRC-32 of the 252 bytes before

    chunk header, 48 bytes
      0  4   sync AB 63 68 6B
      4  u8  kind: 0 records, 1 the end (an empty chunk behind a recording that was closed)
      5  u8  codec of the payload: 0 plain, 1 zlib        6  u16 0
      8  u32 bytes of the payload as stored, at most 2^19 12  u32 bytes of the payload unpacked, at most 2^18
     16  u64 ns since the start of the recording, monotonic; never less than that of the chunk before
     24  u64 wall clock at that moment, ns since 1970 UTC
     32  u64 offset in the file of the last chunk so far, this one included, with a key record; 0: none yet
     40  u32 CRC-32 of the payload as stored               44  u32 CRC-32 of the 44 bytes before
    the payload: records, one behind the other
      0  u32 us since the chunk's time
      4  u32 kind << 24 | bytes: kind 0 from the device, 1 to the device, 2 a mark (UTF-8: what happened to the port),
         3 the layout of the messages as text (UTF-8, host/link/layout.py; since version 2)
      8  the bytes

A reader that meets damage looks for the next sync whose header is good. As times grow and chunks are short, a moment is
found by bisection of the file: there is no index that a crash could lose. A key record holds the beginning of a Hello.
"""

from __future__ import annotations

import enum
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

MAGIC = b"\x89TMLREC\n"
NANOSECONDS = 1_000_000_000  # of a second: times are kept in them
VERSION = 2
READABLE = (1, VERSION)
LAYOUT_SINCE = 2
SYNC = b"\xabchk"
FILE_HEADER = struct.Struct("<8sHHIQ112s116s")
CHUNK_HEADER = struct.Struct("<4sBBHIIQQQI")
CRC = struct.Struct("<I")
FILE_HEADER_BYTES = FILE_HEADER.size + CRC.size
CHUNK_HEADER_BYTES = CHUNK_HEADER.size + CRC.size
RECORD = struct.Struct("<II")
KIND_SHIFT, LENGTH_MASK = 24, (1 << 24) - 1
MOST_PLAIN_BYTES = 1 << 18
MOST_STORED_BYTES = 1 << 19
LARGEST_CHUNK_BYTES = CHUNK_HEADER_BYTES + MOST_STORED_BYTES
NAME_BYTES, PROGRAM_BYTES = 112, 116
CUT = "…".encode()
COMPRESSION = 1  # zlib 1: higher levels gain 1 % on camera pictures and take up to twice the time


class Kind(enum.IntEnum):
    """Of a record."""

    FROM_DEVICE = 0
    TO_DEVICE = 1
    MARK = 2
    LAYOUT = 3


class ChunkKind(enum.IntEnum):
    """Of a chunk."""

    RECORDS = 0
    END = 1


class Codec(enum.IntEnum):
    """How a payload is stored."""

    PLAIN = 0
    ZLIB = 1


class DamageError(Exception):
    """Bytes that are not what they should be; the reader skips and counts them."""


@dataclass(frozen=True)
class FileHeader:
    """Who recorded what, and when. wall_ns: since 1970 UTC."""

    wall_ns: int
    port: str
    program: str
    version: int = VERSION


@dataclass(frozen=True)
class ChunkHeader:
    """What stands before a payload. start_ns: since the recording began; key_offset: see the module's text."""

    kind: int
    codec: int
    stored_bytes: int
    plain_bytes: int
    start_ns: int
    wall_ns: int
    key_offset: int
    payload_crc: int

    @property
    def total_bytes(self) -> int:
        """The header's and the payload's."""
        return CHUNK_HEADER_BYTES + self.stored_bytes


@dataclass(frozen=True)
class Record:
    """Bytes that passed at one moment, as one read or write carried them. time_ns: since the recording began."""

    time_ns: int
    kind: Kind
    data: bytes


def pack_file_header(header: FileHeader) -> bytes:
    """FILE_HEADER_BYTES bytes; long names are cut."""
    body = FILE_HEADER.pack(
        MAGIC,
        header.version,
        FILE_HEADER_BYTES,
        0,
        header.wall_ns,
        _text_bytes(header.port, NAME_BYTES),
        _text_bytes(header.program, PROGRAM_BYTES),
    )
    return body + CRC.pack(zlib.crc32(body))


def unpack_file_header(data: bytes) -> FileHeader:
    """Raises DamageError with what is wrong, in words that go behind "FILE"."""
    if data[: len(MAGIC)] != MAGIC:
        raise DamageError("is no recording: give a file that --record wrote")
    if len(data) < FILE_HEADER_BYTES:
        raise DamageError("is torn within its first 256 bytes")
    _, version, _, _, wall_ns, port, program = FILE_HEADER.unpack_from(data)
    if version not in READABLE:
        known = " and ".join(map(str, READABLE))
        raise DamageError(f"is a recording of version {version}, this program reads {known}")
    if zlib.crc32(data[: FILE_HEADER.size]) != CRC.unpack_from(data, FILE_HEADER.size)[0]:
        raise DamageError("has a damaged header")
    return FileHeader(wall_ns, _text(port), _text(program), version)


def pack_record(delta_us: int, kind: Kind, data: bytes) -> bytes:
    """A record; delta_us: since its chunk's time."""
    return RECORD.pack(delta_us, kind << KIND_SHIFT | len(data)) + data


def pack_chunk(
    kind: ChunkKind, plain: bytes, start_ns: int, wall_ns: int, key_offset: int
) -> bytes:
    """A whole chunk; its payload is compressed where that makes it smaller."""
    packed = zlib.compress(plain, COMPRESSION)
    codec, stored = (Codec.ZLIB, packed) if len(packed) < len(plain) else (Codec.PLAIN, plain)
    head = CHUNK_HEADER.pack(
        SYNC,
        kind,
        codec,
        0,
        len(stored),
        len(plain),
        start_ns,
        wall_ns,
        key_offset,
        zlib.crc32(stored),
    )
    return head + CRC.pack(zlib.crc32(head)) + stored


def unpack_chunk_header(data: bytes) -> ChunkHeader:
    """From at least CHUNK_HEADER_BYTES bytes. Raises DamageError when it is none, or announces too much."""
    if len(data) < CHUNK_HEADER_BYTES:
        raise DamageError("cut short")
    head = data[: CHUNK_HEADER.size]
    if zlib.crc32(head) != CRC.unpack_from(data, CHUNK_HEADER.size)[0]:
        raise DamageError("header damaged")
    sync, kind, codec, _, stored, plain, start_ns, wall_ns, key, crc = CHUNK_HEADER.unpack(head)
    if sync != SYNC or stored > MOST_STORED_BYTES or plain > MOST_PLAIN_BYTES:
        raise DamageError("no chunk")
    if kind not in ChunkKind.__members__.values() or codec not in Codec.__members__.values():
        raise DamageError(f"chunk of kind {kind}, codec {codec}")
    return ChunkHeader(kind, codec, stored, plain, start_ns, wall_ns, key, crc)


def unpack_payload(header: ChunkHeader, stored: bytes) -> bytes:
    """The records' bytes, never more than the header announces. Raises DamageError."""
    if len(stored) != header.stored_bytes or zlib.crc32(stored) != header.payload_crc:
        raise DamageError("payload damaged")
    if header.codec == Codec.PLAIN:
        plain = stored
    else:
        unpacker = zlib.decompressobj()
        try:
            plain = unpacker.decompress(stored, header.plain_bytes + 1)
        except zlib.error as error:
            raise DamageError("payload does not unpack") from error
    if len(plain) != header.plain_bytes:
        raise DamageError("payload of another size")
    return plain


def records_in(header: ChunkHeader, plain: bytes) -> Iterator[Record]:
    """The records of a payload. Raises DamageError at one that does not fit."""
    at, end = 0, len(plain)
    while at < end:
        if end - at < RECORD.size:
            raise DamageError("record cut short")
        delta_us, word = RECORD.unpack_from(plain, at)
        at += RECORD.size
        kind, length = word >> KIND_SHIFT, word & LENGTH_MASK
        if kind not in Kind.__members__.values() or length > end - at:
            raise DamageError(f"record of kind {kind}, {length} bytes")
        yield Record(header.start_ns + 1000 * delta_us, Kind(kind), plain[at : at + length])
        at += length


def _text_bytes(text: str, room: int) -> bytes:
    """UTF-8, cut between characters; then an ellipsis says so."""
    whole = text.encode()
    if len(whole) < room:
        return whole
    return whole[: room - 1 - len(CUT)].decode(errors="ignore").encode() + CUT


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode(errors="replace")
