"""Records -> chunks at the end of a file, in constant memory. The file and the clocks are passed in."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Protocol

from host.recording.container import (
    MOST_PLAIN_BYTES,
    NANOSECONDS,
    RECORD,
    ChunkKind,
    FileHeader,
    Kind,
    pack_chunk,
    pack_file_header,
    pack_record,
)

FLUSH_BYTES = 1 << 16
FLUSH_S = 1.0  # what a killed program loses at most
PIECE_BYTES = MOST_PLAIN_BYTES - FLUSH_BYTES - RECORD.size


class ChunkFile(Protocol):
    """What a writer needs of a file: unbuffered, so that a write that returned is with the system."""

    def write(self, data: bytes, /) -> int | None:
        """Writes some of `data`; how much."""

    def truncate(self, size: int, /) -> int:
        """Cuts the file."""

    def close(self) -> None:
        """Frees the file."""


class Writer:
    """Writes one recording. For one thread at a time. Every method may raise OSError.

    After an OSError nothing more can be written; the file then ends with the last whole chunk.
    """

    def __init__(
        self,
        file: ChunkFile,
        header: FileHeader,
        monotonic_ns: Callable[[], int],
        wall_ns: Callable[[], int],
    ) -> None:
        self.written_bytes = 0
        self._file, self._monotonic_ns, self._wall_ns = file, monotonic_ns, wall_ns
        self._began_ns = monotonic_ns()
        self._plain = bytearray()  # records that wait
        self._start_ns = self._start_wall_ns = 0
        self._has_key = False
        self._key_offset = 0
        self._append(pack_file_header(header))

    @property
    def now_ns(self) -> int:
        """Since the recording began."""
        return max(0, self._monotonic_ns() - self._began_ns)

    def add(self, kind: Kind, data: bytes, is_key: bool = False) -> None:
        """Keeps bytes that passed just now. is_key: a Hello begins in them."""
        for at in range(0, len(data), PIECE_BYTES):
            self._add_piece(kind, data[at : at + PIECE_BYTES], is_key and at == 0)

    def tick(self) -> None:
        """Writes what has waited for FLUSH_S; to be called at least as often."""
        if self._plain and self.now_ns - self._start_ns >= FLUSH_S * NANOSECONDS:
            self.flush()

    def flush(self) -> None:
        """Writes what waits."""
        if not self._plain:
            return
        key = self.written_bytes if self._has_key else self._key_offset
        chunk = pack_chunk(
            ChunkKind.RECORDS, bytes(self._plain), self._start_ns, self._start_wall_ns, key
        )
        self._plain.clear()
        self._has_key = False
        self._append(chunk)
        self._key_offset = key

    def close(self) -> None:
        """Writes what waits and the end, and frees the file."""
        try:
            self.flush()
            end = pack_chunk(ChunkKind.END, b"", self.now_ns, self._wall_ns(), self._key_offset)
            self._append(end)
        finally:
            self._file.close()

    def abandon(self) -> None:
        """Frees the file as it is, after an OSError."""
        with contextlib.suppress(OSError):
            self._file.close()

    def _add_piece(self, kind: Kind, piece: bytes, is_key: bool) -> None:
        now = self.now_ns
        if self._plain and now - self._start_ns >= FLUSH_S * NANOSECONDS:
            self.flush()
        if not self._plain:
            self._start_ns, self._start_wall_ns = now, self._wall_ns()
        self._plain += pack_record((now - self._start_ns) // 1000, kind, piece)
        self._has_key |= is_key
        if len(self._plain) >= FLUSH_BYTES:
            self.flush()

    def _append(self, data: bytes) -> None:
        """All of it or none: a full disk takes a part of a write first."""
        left = memoryview(data)
        try:
            while left:
                taken = self._file.write(bytes(left)) or 0
                if taken == 0:
                    raise OSError("the file takes no more bytes")
                left = left[taken:]
        except OSError:
            with contextlib.suppress(OSError):
                self._file.truncate(self.written_bytes)
            raise
        self.written_bytes += len(data)
