"""A recording's file -> chunks and records, from any moment, past any damage, in constant memory."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from host.base.closing import Closing
from host.base.errors import HostError
from host.base.records import WireError
from host.base.regular_files import open_regular
from host.link.layout import OURS, WireLayout, parse_layout
from host.recording.container import (
    CHUNK_HEADER_BYTES,
    FILE_HEADER_BYTES,
    LARGEST_CHUNK_BYTES,
    LAYOUT_SINCE,
    NANOSECONDS,
    SYNC,
    ChunkHeader,
    ChunkKind,
    DamageError,
    Kind,
    Record,
    records_in,
    unpack_chunk_header,
    unpack_file_header,
    unpack_payload,
)

# In so many, chunks are looked at one by one; a torn file's last whole one is there
NEAR_BYTES = 4 * LARGEST_CHUNK_BYTES


@dataclass(frozen=True)
class Chunk:
    """A chunk and where it lies. records: empty when its payload was damaged."""

    offset: int
    header: ChunkHeader
    records: tuple[Record, ...]

    @property
    def next_offset(self) -> int:
        """Where the one behind it begins."""
        return self.offset + self.header.total_bytes


class Reader(Closing):
    """One recording, open for reading; while it is still being written, too. For one thread at a time.

    damaged_chunks, skipped_bytes: what iteration met so far and left out.
    """

    def __init__(self, path: Path) -> None:
        """Raises HostError when there is no recording of ours at `path`."""
        self.path = path
        self.damaged_chunks = self.skipped_bytes = 0
        self._file = open_regular(path)
        try:
            self.header = unpack_file_header(self._at(0, FILE_HEADER_BYTES))
        except (DamageError, HostError) as error:
            self._file.close()
            if isinstance(error, HostError):
                raise
            raise HostError(f"{path} {error}") from error

    def close(self) -> None:
        """Frees the file."""
        self._file.close()

    @functools.cached_property
    def layouts(self) -> tuple[WireLayout, ...]:
        """Those by which its messages can be read: today's, and the first one that it carries."""
        if self.header.version < LAYOUT_SINCE:
            return (OURS,)
        counts = self.damaged_chunks, self.skipped_bytes
        records = (record for chunk in self.chunks() for record in chunk.records)
        texts = (record.data for record in records if record.kind == Kind.LAYOUT)
        found = next((layout for layout in map(_layout, texts) if layout is not None), OURS)
        self.damaged_chunks, self.skipped_bytes = counts
        return (OURS, found)

    @property
    def size_bytes(self) -> int:
        """Of the file now."""
        return os.fstat(self._file.fileno()).st_size

    def chunks(self, offset: int = FILE_HEADER_BYTES) -> Iterator[Chunk]:
        """All from `offset` on; damaged ones without records. Ends at the END chunk, or where the file is torn."""
        at = offset
        while True:
            header = self._header_at(at)
            if header is None:
                found = self._sync_from(at + 1, self.size_bytes)
                if found is None:
                    return
                self.skipped_bytes += found - at
                at = found
                continue
            stored = self._at(at + CHUNK_HEADER_BYTES, header.stored_bytes)
            if len(stored) < header.stored_bytes:
                return  # torn here
            yield Chunk(at, header, self._records(header, stored))
            if header.kind == ChunkKind.END:  # as where two files were joined
                self.skipped_bytes += max(0, self.size_bytes - at - header.total_bytes)
                return
            at += header.total_bytes

    def last(self) -> tuple[int, ChunkHeader] | None:
        """The last whole chunk; None in a recording without one."""
        size = self.size_bytes
        at = self._sync_from(max(FILE_HEADER_BYTES, size - NEAR_BYTES), size)
        found = None
        while at is not None:
            header = self._header_at(at)
            if header is not None and at + header.total_bytes <= size:
                found = (at, header)
                at = self._sync_from(at + header.total_bytes, size)
            else:
                at = self._sync_from(at + 1, size)
        return found

    @property
    def torn_bytes(self) -> int:
        """Behind the last whole chunk."""
        last = self.last()
        end = FILE_HEADER_BYTES if last is None else last[0] + last[1].total_bytes
        return self.size_bytes - end

    @property
    def is_ended(self) -> bool:
        """It was closed by the program that recorded, not killed or still going on."""
        last = self.last()
        return last is not None and last[1].kind == ChunkKind.END and self.torn_bytes == 0

    @property
    def duration_s(self) -> float:
        """Up to the last record, or to the end where it was closed."""
        last = self.last()
        if last is None:
            return 0.0
        end_ns = last[1].start_ns
        for chunk in self._one(last[0]):
            end_ns = max([end_ns, *(record.time_ns for record in chunk.records[-1:])])
        return end_ns / NANOSECONDS

    def offset_at(self, seconds: float) -> int:
        """Where the last chunk lies that began before `seconds`, else the first: all later records follow."""
        wanted = round(seconds * NANOSECONDS)
        low, high = FILE_HEADER_BYTES, self.size_bytes
        while high - low > NEAR_BYTES:
            middle = (low + high) // 2
            found = self._sync_from(middle, high)
            header = None if found is None else self._header_at(found)
            if found is not None and header is not None and header.start_ns < wanted:
                low = found
            else:
                high = middle
        return self._walk(low, wanted)

    def _walk(self, low: int, wanted: int) -> int:
        at: int | None = low if self._header_at(low) else self._sync_from(low, self.size_bytes)
        best = low if at is None else at
        while at is not None and (header := self._header_at(at)) is not None:
            if header.start_ns >= wanted or header.kind == ChunkKind.END:
                break
            best = at
            following = at + header.total_bytes
            at = (
                following
                if self._header_at(following)
                else self._sync_from(following, self.size_bytes)
            )
        return best

    def _one(self, offset: int) -> Iterator[Chunk]:
        """The chunk at an offset, without counting damage."""
        header = self._header_at(offset)
        if header is not None:
            with contextlib.suppress(DamageError):
                stored = self._at(offset + CHUNK_HEADER_BYTES, header.stored_bytes)
                plain = unpack_payload(header, stored)
                yield Chunk(offset, header, tuple(records_in(header, plain)))

    def _records(self, header: ChunkHeader, stored: bytes) -> tuple[Record, ...]:
        try:
            return tuple(records_in(header, unpack_payload(header, stored)))
        except DamageError:
            self.damaged_chunks += 1
            return ()

    def _header_at(self, offset: int) -> ChunkHeader | None:
        try:
            return unpack_chunk_header(self._at(offset, CHUNK_HEADER_BYTES))
        except DamageError:
            return None

    def _sync_from(self, offset: int, end: int) -> int | None:
        """Where the next good chunk header begins, at `offset` or behind it; none is looked for from `end` on."""
        at = offset
        while at < end:
            block = self._at(at, LARGEST_CHUNK_BYTES)
            place = block.find(SYNC)
            while place >= 0:
                if self._header_at(at + place) is not None:
                    return at + place
                place = block.find(SYNC, place + 1)
            if len(block) < len(SYNC):
                return None
            at += len(block) - len(SYNC) + 1
        return None

    def _at(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes from `offset`."""
        try:
            self._file.seek(offset)
            parts = []
            while count > 0 and (part := self._file.read(count)):
                parts.append(part)
                count -= len(part)
            return b"".join(parts)
        except OSError as error:
            raise HostError(f"cannot read the recording {self.path}: {error.strerror}") from error


def _layout(text: bytes) -> WireLayout | None:
    """None for what is no layout: a file is not to be trusted."""
    try:
        return parse_layout(text.decode())
    except (WireError, UnicodeDecodeError):
        return None
