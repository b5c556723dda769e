"""What a board answered so far, on disk, so that a run that was cut off goes on where it stopped.

A line for each picture: CRC-32 of its pixels, the score bytes in hex, the cycles. The first line names the model and
the board. A line without its line break was torn, and is asked again.
"""

from __future__ import annotations

import errno
import os
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.files import private_folder

NAME = "board_answers.txt"
MOST_BYTES = 64 << 20
LINE = re.compile(r"([0-9a-f]{8}) ((?:[0-9a-f]{2})+) (\d{1,10})")


@dataclass(frozen=True)
class Answer:
    """What a board said of a picture. raw: its int8 scores as bytes; cycles: of the inference, by its own counter."""

    raw: bytes
    cycles: int


class Journal:
    """Answers by picture. path: None keeps them in memory alone. about: one line that must be equal to go on."""

    def __init__(self, path: Path | None, about: str) -> None:
        self._known: dict[int, Answer] = {}
        self._path, self._file = path, None
        if path is not None:
            self._file = self._open(path, f"# {about}\n")

    def __len__(self) -> int:
        return len(self._known)

    def find(self, image: NDArray[np.uint8]) -> Answer | None:
        """The answer to this picture, None when it was not asked yet."""
        return self._known.get(zlib.crc32(image.tobytes()))

    def add(self, image: NDArray[np.uint8], answer: Answer) -> None:
        """Keeps an answer. Raises HostError when it cannot be written; it is known all the same."""
        crc = zlib.crc32(image.tobytes())
        self._known[crc] = answer
        if self._file is None:
            return
        line = f"{crc:08x} {answer.raw.hex()} {answer.cycles}\n".encode()
        try:
            if self._file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            raise HostError(
                f"cannot write {self._path}: {error.strerror}; what was answered so far is kept "
                "there",
                "make room and repeat the command",
            ) from error

    def close(self) -> None:
        """Frees the file."""
        if self._file is not None:
            self._file.close()

    def _open(self, path: Path, first: str) -> BinaryIO:
        try:
            private_folder(path.parent)
            whole = self._read(path, first) if path.exists() else 0
            file = path.open("ab", buffering=0)
            file.truncate(whole)
            if not whole:
                file.write(first.encode())
        except OSError as error:
            raise HostError(
                f"cannot write {path}: {error.strerror}", "choose another --output"
            ) from error
        return file

    def _read(self, path: Path, first: str) -> int:
        """Takes over what is there; the bytes of its whole lines."""
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise HostError(f"{path} is larger than {MOST_BYTES >> 20} MB: it is not one of ours")
        whole = content.rpartition(b"\n")[0].decode(errors="replace")
        lines = whole.split("\n") if whole else []
        if not lines:
            return 0
        if lines[0] + "\n" != first:
            raise HostError(
                f"{path} has answers of another model or board",
                "delete it, or choose another --output",
            )
        for number, line in enumerate(lines[1:], start=2):
            found = LINE.fullmatch(line)
            if found is None:
                raise HostError(f"{path} line {number} is damaged", "delete the file")
            raw = bytes.fromhex(found[2])
            self._known[int(found[1], 16)] = Answer(raw, int(found[3]))
        return len(whole.encode()) + 1
