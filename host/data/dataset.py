"""A folder or a zip of labelled pictures -> a Dataset: which pictures, which labels, and how to read one.

Accepted: a folder or zip with a manifest; else SPLIT/CLASS/NAME or CLASS/NAME, where SPLIT is train, val or test.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.data.labels import matching, require_classes, resolve
from host.data.manifest import (
    CSV_NAME,
    MOST_BYTES,
    PARQUET_NAME,
    SPLIT_NAMES,
    Picture,
    parse_csv,
    read_manifest,
)
from host.data.pictures import MOST_FILE_BYTES, SUFFIXES, UnreadableError

Read = Callable[[Picture], bytes]


@dataclass(frozen=True)
class Dataset:
    """pictures: sorted by path, every one with a label of `labels`. root: the folder or the zip.

    dropped_rows: torn lines of the manifest that were left out.
    """

    root: Path
    pictures: tuple[Picture, ...]
    labels: tuple[str, ...]
    dropped_rows: int = 0

    @property
    def classes(self) -> NDArray[np.int64]:
        """(N,) index into `labels` of each picture."""
        index = {label: number for number, label in enumerate(self.labels)}
        return np.array([index[picture.label] for picture in self.pictures], np.int64)

    @property
    def counts(self) -> Counter[str]:
        """Pictures of each label."""
        return Counter(picture.label for picture in self.pictures)

    def of_split(self, *splits: str) -> Dataset:
        """The pictures of these splits alone ("": those that belong to none)."""
        return self.where(lambda picture: picture.split in splits)

    def where(self, keep: Callable[[Picture], bool]) -> Dataset:
        """The pictures for which `keep` is true; the labels stay."""
        return replace(self, pictures=tuple(p for p in self.pictures if keep(p)))

    @contextmanager
    def open(self) -> Iterator[Read]:
        """A function Picture -> bytes of its file, for as long as the zip is open. It raises UnreadableError."""
        if self.root.is_dir():
            yield lambda picture: _file_bytes(self.root, picture.path)
            return
        with _open_zip(self.root) as archive:
            yield lambda picture: _zip_bytes(archive, self.root, picture.path)


def read_dataset(
    path: Path, labels: Sequence[str] = (), *, least_labels: int = 2, split: str = ""
) -> Dataset:
    """The labelled pictures at `path`; unlabelled rows are left out.

    labels: those of the result, in this order (`no person` takes in `non_person`); () takes those found, sorted.
    split: train, val or test alone. Raises HostError with a remedy for: no such path, no picture, a label that
    is none of `labels` (with the one meant), a label without pictures, fewer than `least_labels` labels.
    """
    if not path.exists():
        raise HostError(f"{path} is not there: give a folder or a zip of pictures")
    pictures, dropped = _listed(path)
    pictures = [p for p in pictures if p.label and (not split or p.split == split)]
    where = f"the {split} split of {path}" if split else str(path)
    if not pictures:
        raise HostError(
            f"{where} has no labelled pictures: it needs {CSV_NAME}, CLASS/NAME.png, "
            "or train/CLASS/NAME.png and val/CLASS/NAME.png"
        )
    known = tuple(labels) or _found_labels(pictures)
    named = [
        replace(p, label=resolve(p.label, known, f"{path}: {p.path}"))
        for p in sorted(pictures, key=lambda p: p.path)
    ]
    dataset = Dataset(path, tuple(named), known, dropped)
    if not labels:
        _refuse_empty_folders(path, known)
    require_classes(dataset.counts, known, least_labels, where)
    return dataset


def split_of(path: str) -> str:
    """From the first folder of a path: train, val, test, or ""."""
    first = path.split("/")[0].lower()
    return SPLIT_NAMES.get(first, "") if "/" in path else ""


def file_names(path: Path) -> list[str]:
    """Every file of a folder or zip, below it, with forward slashes, sorted. Raises HostError."""
    if path.is_dir():
        return sorted(f.relative_to(path).as_posix() for f in path.rglob("*") if f.is_file())
    with _open_zip(path) as archive:
        return sorted(name for name in archive.namelist() if not name.endswith("/"))


def _listed(path: Path) -> tuple[list[Picture], int]:
    """(pictures, dropped rows), by the manifest where there is one."""
    if path.is_dir():
        if (path / CSV_NAME).exists() or (path / PARQUET_NAME).exists():
            rows = read_manifest(path)
            return [_with_split(p) for p in rows.pictures], rows.dropped
        return _by_folders(file_names(path)), 0
    with _open_zip(path) as archive:
        if CSV_NAME in archive.namelist():
            if archive.getinfo(CSV_NAME).file_size > MOST_BYTES:
                raise HostError(f"{path}: its {CSV_NAME} has more than 256 MB")
            rows = parse_csv(_entry(archive, path, CSV_NAME), f"{path}: {CSV_NAME}")
            return [_with_split(p) for p in rows.pictures], rows.dropped
        return _by_folders(archive.namelist()), 0


def _with_split(picture: Picture) -> Picture:
    return picture if picture.split else replace(picture, split=split_of(picture.path))


def _by_folders(paths: Iterable[str]) -> list[Picture]:
    """CLASS/NAME and SPLIT/CLASS/NAME; whatever lies deeper belongs to the class too."""
    found = []
    for text in paths:
        parts = PurePosixPath(text).parts
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
        if hidden or ".." in parts or PurePosixPath(text).suffix.lower() not in SUFFIXES:
            continue
        split = split_of(text) if len(parts) > 2 else ""
        label = parts[1 if split else 0] if len(parts) > 1 else ""
        found.append(Picture(text, label, split))
    return found


def _found_labels(pictures: Sequence[Picture]) -> tuple[str, ...]:
    """One spelling for each class, the most frequent, sorted."""
    counts = Counter(picture.label for picture in pictures)
    chosen: list[str] = []
    for label, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        if matching(label, chosen) is None:
            chosen.append(label)
    return tuple(sorted(chosen))


def _refuse_empty_folders(path: Path, known: Sequence[str]) -> None:
    """A class's folder without a picture is a mistake that would otherwise pass unseen."""
    if not path.is_dir() or (path / CSV_NAME).exists():
        return
    for folder in sorted(p for p in path.iterdir() if p.is_dir() and p.name[0] not in "._"):
        groups = [folder] if folder.name.lower() not in SPLIT_NAMES else sorted(folder.iterdir())
        for group in (g for g in groups if g.is_dir()):
            if not any(file.suffix.lower() in SUFFIXES for file in group.rglob("*")):
                raise HostError(
                    f"the class {group.name!r} has no pictures in {group}: "
                    "put some there, or remove the folder"
                )


@contextmanager
def _open_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise HostError(
            f"{path} is neither a folder nor a zip that can be read: {error}"
        ) from error
    with archive:
        yield archive


def _entry(archive: zipfile.ZipFile, path: Path, name: str) -> bytes:
    try:
        return archive.read(name)
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise HostError(f"{path}: {name} cannot be read ({error}): copy the zip again") from error


def _zip_bytes(archive: zipfile.ZipFile, path: Path, name: str) -> bytes:
    try:
        size = archive.getinfo(name).file_size
    except KeyError as error:
        raise UnreadableError(f"{path} lacks {name}, which its manifest names") from error
    if size > MOST_FILE_BYTES:
        raise UnreadableError(f"{path}: {name} has {size >> 20} MB: at most 64 are read")
    try:
        return _entry(archive, path, name)
    except HostError as error:
        raise UnreadableError(str(error)) from error


def _file_bytes(root: Path, name: str) -> bytes:
    path = root / name
    try:
        if path.stat().st_size > MOST_FILE_BYTES:
            raise UnreadableError(f"{path} has more than 64 MB: scale it down")
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"cannot read {path}: {error.strerror}") from error
