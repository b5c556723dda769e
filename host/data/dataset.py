"""A folder or a zip of labelled pictures -> a Dataset: which pictures, which labels, and how to read one.

Accepted: a folder or zip with a manifest; else SPLIT/CLASS/NAME or CLASS/NAME, where SPLIT is train, val or test,
also inside a folder around everything, as archives have it.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.regular_files import NO_RIGHT, list_files
from host.base.text import first_few
from host.data.by_folders import by_folders, is_place, split_name, split_of
from host.data.labels import matching, require_classes, resolve
from host.data.manifest import Picture, Rows, absent_line
from host.data.manifest_csv import CSV_NAME, MOST_BYTES, parse_csv
from host.data.manifest_file import has_manifest, read_manifest
from host.data.tree import is_hidden, left_out_line, not_a_picture, reader, stream, tree_files

MOST_SETS = 5  # that are named
NO_LABEL = "without a label in the manifest"
Read = Callable[[Picture], bytes]


@dataclass(frozen=True)
class Dataset:
    """pictures: sorted by path, every one with a label of `labels`. root: the folder or the zip.

    dropped_rows: torn lines of the manifest that were left out. left_out: why -> how many files are no pictures of
    the set. notes: what was concluded about it, a line each.
    """

    root: Path
    pictures: tuple[Picture, ...]
    labels: tuple[str, ...]
    dropped_rows: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    notes: tuple[str, ...] = ()

    def remarks(self) -> list[str]:
        """Lines for people: everything that they would otherwise not learn about how the set was read."""
        torn = f"the manifest's last line is cut off: {self.dropped_rows} row left out"
        lines = [*self.notes, left_out_line(self.left_out), torn if self.dropped_rows else ""]
        return [line for line in lines if line]

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
        with reader(self.root) as read:
            yield lambda picture: read(picture.path)


class Found(NamedTuple):
    """What lies at a path, before labels are compared."""

    pictures: tuple[Picture, ...]
    dropped: int
    left_out: Counter[str]
    notes: tuple[str, ...]


def read_dataset(
    path: Path, labels: Sequence[str] = (), *, least_labels: int = 2, split: str = ""
) -> Dataset:
    """The labelled pictures at `path`; unlabelled rows are left out.

    labels: those of the result, in this order (`no person` takes in `non_person`); () takes those found, sorted.
    split: train, val or test alone. Raises HostError with a remedy for: no such path, no picture, a label that
    is none of `labels` (with the one meant), a label without pictures, fewer than `least_labels` labels.
    """
    if not path.exists():
        raise HostError(f"{path} is not there", "give a folder or a zip of pictures")
    listed = _listed(path)
    pictures = [p for p in listed.pictures if p.label and (not split or p.split == split)]
    where = f"the {split} split of {path}" if split else str(path)
    if not pictures:
        line = left_out_line(listed.left_out)
        raise HostError(
            f"{where} has no labelled pictures: it needs {CSV_NAME}, CLASS/NAME.png, "
            f"or train/CLASS/NAME.png and val/CLASS/NAME.png{f' ({line})' if line else ''}"
        )
    known = tuple(labels) or _found_labels(pictures)
    there = tuple(dict.fromkeys(p.label for p in pictures))
    named = [
        p
        if p.label in known
        else replace(p, label=resolve(p.label, known, f"{path}: {p.path}", there))
        for p in sorted(pictures, key=lambda p: p.path)
    ]
    dataset = Dataset(path, tuple(named), known, listed.dropped, listed.left_out, listed.notes)
    if not labels:
        _refuse_empty_folders(path, known)
    require_classes(dataset.counts, known, least_labels, where)
    return dataset


def _listed(path: Path) -> Found:
    """By the manifest where there is one, else by folders."""
    if path.is_dir() and has_manifest(path):
        return _by_manifest(read_manifest(path), lambda name: (path / name).exists())
    _refuse_sets(path)
    files = tree_files(path)
    if not path.is_dir() and CSV_NAME in files.names:
        with stream(path, CSV_NAME, MOST_BYTES) as file:
            content = file.read()
        names = frozenset(files.names)
        there = names.__contains__
        return _by_manifest(parse_csv(content, f"{path}: {CSV_NAME}", there), there)
    found = by_folders(files.names)
    _refuse_places(path, {picture.label for picture in found.pictures}, files.names)
    return Found(found.pictures, 0, found.left_out + files.left_out, found.notes)


def _refuse_sets(path: Path) -> None:
    """A folder of data sets: their names are no labels."""
    sets = [folder for folder in _folders(path) if has_manifest(folder)] if path.is_dir() else []
    if sets and not all(split_name(folder.name) for folder in sets):
        shown = ", ".join(first_few([str(folder) for folder in sets], MOST_SETS))
        raise HostError(
            f"{path} holds data sets ({shown}) and is none", f"give one of them: {sets[0]}"
        )


def _refuse_places(path: Path, labels: set[str], names: Sequence[str]) -> None:
    """`images/` and `train/` are no classes: their labels are somewhere else, or nowhere."""
    if not labels or not all(map(is_place, labels)):
        return
    tables = [name for name in names if name.lower().endswith((".csv", ".tsv", ".json", ".xlsx"))]
    listed = f"; its labels may be in {tables[0]}, which is not read" if tables else ""
    raise HostError(
        f"{path} has no labelled pictures: {min(labels)}/ is no class{listed}",
        f"sort them into CLASS/NAME.png, or write a {CSV_NAME} with the columns path,label",
    )


def _by_manifest(rows: Rows, exists: Callable[[str], bool]) -> Found:
    pictures = tuple(p if p.split else replace(p, split=split_of(p.path)) for p in rows.pictures)
    bare = Counter({NO_LABEL: n} if (n := sum(not p.label for p in pictures)) else {})
    gone = absent_line(pictures, exists)
    return Found(pictures, rows.dropped, bare, (*rows.notes, gone) if gone else rows.notes)


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
    for folder in _class_folders(path):
        if folder.is_symlink():
            raise HostError(
                f"{folder} is a link, and links to folders are not followed",
                "copy the set with what they point to: "
                f"{shlex.join(('cp', '-rL', str(path), 'COPY'))}",
            )
        listed = list_files(folder)
        if NO_RIGHT in listed.left_out:
            what = f"{listed.left_out[NO_RIGHT]} of the class {folder.name!r} may not be read"
            raise HostError(what, f"allow yourself to read {folder} (chmod, its owner)")
        names = [name for name in listed.names if not is_hidden(name)]
        reasons = [not_a_picture(name) for name in names]
        if not any(reason is None for reason in reasons) and (any(reasons) or not names):
            line = left_out_line(Counter(reason for reason in reasons if reason))
            raise HostError(
                f"the class {folder.name!r} has no pictures in "
                f"{folder}{f' ({line})' if line else ''}",
                "put some there, or remove the folder",
            )


def _class_folders(path: Path) -> list[Path]:
    """Those directly below, below splits, or below a folder around everything."""
    inside = _folders(path)
    while len(inside) == 1 and not split_name(inside[0].name) and _folders(inside[0]):
        inside = _folders(inside[0])
    found = []
    for folder in inside:
        found += _folders(folder) if split_name(folder.name) else [folder]
    return found


def _folders(path: Path) -> list[Path]:
    return sorted(p for p in path.iterdir() if p.is_dir() and p.name[0] not in "._")
