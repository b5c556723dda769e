"""A folder of labelled pictures that grows: each picture is on the disk, then its row, before `add` returns.

FOLDER/manifest.csv and FOLDER/LABEL/SESSION_NUMBER.png. A crash at any moment loses at most the picture being written;
opening the folder again repairs a torn row and gives a picture without a row its row back.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.files import (
    PRIVATE_FILE,
    cannot_write,
    folder_name,
    png_bytes,
    private_folder,
    write_private,
)
from host.base.open_flags import known
from host.base.pictures import MOST_FILE_BYTES
from host.base.regular_files import UnreadableError, read_below
from host.data.hold import take
from host.data.labels import folders_of, matching, with_meant
from host.data.litter import sweep
from host.data.manifest import Picture, absent_line
from host.data.manifest_csv import CSV_NAME, csv_bytes, csv_line, extra_columns, header_line
from host.data.manifest_file import (
    PARQUET_NAME,
    has_manifest,
    parquet_bytes,
    read_manifest,
    refuse_to_lose,
)

APPENDING = os.O_WRONLY | os.O_APPEND | os.O_CREAT | known("O_BINARY")


class Journal:
    """One writer's hold on a folder. `pictures`: all rows, oldest first. `repaired`: what opening mended, in words."""

    def __init__(self, folder: Path, labels: Sequence[str]) -> None:
        """Opens or makes the folder. Raises HostError when another writes there, or its labels are others."""
        self.folder = folder
        self.repaired: tuple[str, ...] = ()
        private_folder(folder)
        self._lock = take(folder)
        try:
            sweep(folder)
            found = self._recovered({f: label for label, f in folders_of(labels).items()})
            self.labels = _agreed(folder, labels, found)
            self.pictures = [replace(p, label=matching(p.label, self.labels) or "") for p in found]
            self._extra = extra_columns(self.pictures)
            whole = csv_bytes(self.pictures) if self.pictures else header_line()
            write_private(folder / CSV_NAME, whole)
            (folder / PARQUET_NAME).unlink(missing_ok=True)  # until close: a copy is never older
        except BaseException:
            self._lock.unlink(missing_ok=True)
            raise
        self._end = len(whole)
        self._starts: list[int] = []  # where each row of this run begins

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # What went wrong first is what a user should read.
        with contextlib.suppress(HostError) if kind else contextlib.nullcontext():
            self.close()

    @property
    def counts(self) -> Counter[str]:
        """Pictures of each label."""
        return Counter(picture.label for picture in self.pictures)

    @property
    def added(self) -> int:
        """Pictures of this run."""
        return len(self._starts)

    def add(self, pixels: NDArray[np.uint8], about: Picture) -> Picture:
        """Keeps uint8 (H, W, 1 or 3) as PNG; `about`: all but path and sha256, session and label among it.

        Raises HostError when it cannot be kept; then nothing of it is left and all before it is safe.
        """
        content = png_bytes(pixels)
        path = self._new_path(about)
        private_folder((self.folder / path).parent)
        write_private(self.folder / path, content)
        picture = replace(about, path=path, sha256=hashlib.sha256(content).hexdigest())
        try:
            self._append(csv_line(picture, self._extra))
        except HostError:
            (self.folder / path).unlink(missing_ok=True)
            raise
        self.pictures.append(picture)
        return picture

    def undo(self) -> Picture | None:
        """Removes the newest picture of this run; None when there is none. Raises HostError."""
        if not self._starts:
            return None
        path = self.folder / CSV_NAME
        try:
            if path.stat().st_size != self._end:
                raise HostError(f"another program changed {path}", "remove the picture's row there")
            os.truncate(path, self._starts[-1])
            (self.folder / self.pictures[-1].path).unlink(missing_ok=True)
        except OSError as error:
            raise cannot_write(path, error) from error
        self._end = self._starts.pop()
        return self.pictures.pop()

    def close(self) -> None:
        """Writes the Parquet copy and lets go of the folder. The copy is a convenience: failing it loses nothing."""
        try:
            write_private(self.folder / PARQUET_NAME, parquet_bytes(self.pictures))
        finally:
            self._lock.unlink(missing_ok=True)

    def _append(self, line: bytes) -> None:
        path = self.folder / CSV_NAME
        try:
            number = os.open(path, APPENDING, PRIVATE_FILE)
            try:
                self._end = os.fstat(number).st_size
                written = os.write(number, line)
                if written < len(line):
                    written += os.write(number, line[written:])  # says why it cannot
                os.fsync(number)
            except OSError:
                os.ftruncate(number, self._end)
                raise
            finally:
                os.close(number)
        except OSError as error:
            raise cannot_write(path, error) from error
        self._starts.append(self._end)
        self._end += len(line)

    def _new_path(self, about: Picture) -> str:
        folder, number = folder_name(about.label), len(self.pictures) + 1
        while (self.folder / (path := f"{folder}/{about.session}_{number:05d}.png")).exists():
            number += 1
        return path

    def _recovered(self, labels: Mapping[str, str]) -> list[Picture]:
        """The rows that are whole, and new ones for pictures that have none. labels: of folders."""
        lines: list[str] = []
        found: list[Picture] = []
        if has_manifest(self.folder):
            rows = read_manifest(self.folder)
            refuse_to_lose(rows)
            found = list(rows.pictures)
            if rows.dropped:
                lines.append(
                    f"the last row of {CSV_NAME} was cut off and is dropped: {rows.torn[:80]!r}"
                )
            gone = absent_line(found, lambda path: (self.folder / path).exists())
            lines += [*rows.notes, gone] if gone else rows.notes
        known = {picture.path for picture in found}
        orphans = [p for p in _by_folder(self.folder, labels) if p.path not in known]
        if orphans:
            lines.append(f"{len(orphans)} picture(s) without a row took their folder as label")
        self.repaired = tuple(lines)
        return found + orphans


def _by_folder(folder: Path, labels: Mapping[str, str]) -> list[Picture]:
    """The PNG files of the label folders as rows: what a crash between picture and row leaves behind."""
    found = []
    for path in sorted(folder.glob("*/*.png")):
        if not path.name.startswith("."):
            session = path.stem.rpartition("_")[0]
            relative = path.relative_to(folder).as_posix()
            try:
                digest = hashlib.sha256(read_below(folder, relative, MOST_FILE_BYTES)).hexdigest()
            except UnreadableError:
                continue  # a link or a pipe: no capture made it
            name = path.parent.name
            label = labels.get(name, name)
            found.append(Picture(relative, label, session=session, sha256=digest))
    return found


def _agreed(folder: Path, wanted: Sequence[str], found: Sequence[Picture]) -> tuple[str, ...]:
    """The labels asked for. Raises HostError when the folder holds another."""
    for picture in found:
        if picture.label and not matching(picture.label, wanted):
            there = tuple(dict.fromkeys(p.label for p in found if p.label))
            meant = with_meant(wanted, there)
            hint = "".join(
                f"; did you mean {near!r} by {typed!r}?"
                for typed, near in zip(wanted, meant, strict=True)
                if typed != near
            )
            # the order is that of the keys
            whole = (*meant, *(label for label in there if matching(label, meant) is None))
            raise HostError(
                f"{folder} holds pictures labelled {', '.join(there)}{hint}",
                f"give --labels {shlex.quote(','.join(whole))}, or another --output",
            )
    return tuple(wanted)
