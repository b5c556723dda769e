"""Pictures of any source into a folder of ours: files as they are, a row for each, what is there already left alone."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from host.base.files import folder_name, private_folder, write_private
from host.base.pictures import MOST_FILE_BYTES, decode
from host.base.regular_files import UnreadableError, read_below
from host.data.dataset import Dataset
from host.data.hold import held
from host.data.labels import folders_of, matching
from host.data.litter import sweep
from host.data.manifest import Picture
from host.data.manifest_file import read_whole, write_manifest

HALF = 16  # digits of a hash that a row may have instead of all
Say = Callable[[str], None]


@dataclass(frozen=True)
class Imported:
    """added: rows that are new; known: pictures that were there by their SHA-256; unreadable: left out.

    restored: whose row was there and whose file was not.
    """

    added: tuple[Picture, ...]
    known: int
    unreadable: int
    restored: int = 0


def import_into(
    folder: Path,
    dataset: Dataset,
    about: Picture,
    say: Say,
    progress: Callable[[Iterable[Picture]], Iterable[Picture]] = lambda pictures: pictures,
) -> Imported:
    """Copies. about: source, licence and split for rows that have none. Stopped, what was copied has its rows."""
    private_folder(folder)
    with held(folder):
        sweep(folder)
        return _import(folder, dataset, about, say, progress)


def _import(
    folder: Path,
    dataset: Dataset,
    about: Picture,
    say: Say,
    progress: Callable[[Iterable[Picture]], Iterable[Picture]],
) -> Imported:
    pictures = read_whole(folder)
    rows = {picture.sha256: picture.path for picture in pictures if picture.sha256}
    labels = tuple(dict.fromkeys(picture.label for picture in pictures))
    folders_of((*labels, *(picture.label for picture in dataset.pictures)))
    added: list[Picture] = []
    known = unreadable = restored = 0
    try:
        with dataset.open() as read:
            for picture in progress(dataset.pictures):
                try:
                    content = read(picture)
                    decode(content, picture.path)
                except UnreadableError as error:
                    say(f"left out: {error}")
                    unreadable += 1
                    continue
                digest = hashlib.sha256(content).hexdigest()
                if (there := rows.get(digest) or rows.get(digest[:HALF])) is not None:
                    if (folder / there).exists():
                        known += 1
                    else:
                        _restore(folder / there, content)
                        restored += 1
                    continue
                label = matching(picture.label, labels) or picture.label
                path = rows[digest] = _place(folder, label, picture.path, content)
                added.append(
                    _filled(replace(picture, path=path, label=label, sha256=digest), about)
                )
    finally:
        write_manifest(folder, [*pictures, *added])
    return Imported(tuple(added), known, unreadable, restored)


def _restore(path: Path, content: bytes) -> None:
    private_folder(path.parent)
    write_private(path, content)


def _place(folder: Path, label: str, old: str, content: bytes) -> str:
    """Writes the file under a name of its own: LABEL/NAME.png. A copy from a run that was stopped is taken over."""
    private_folder(folder / folder_name(label))
    name, number = Path(old), 1
    path = f"{folder_name(label)}/{name.stem}{name.suffix.lower()}"
    while os.path.lexists(folder / path) and not _is_same(folder, path, content):
        number += 1
        path = f"{folder_name(label)}/{name.stem}_{number}{name.suffix.lower()}"
    write_private(folder / path, content)
    return path


def _is_same(folder: Path, path: str, content: bytes) -> bool:
    try:
        return read_below(folder, path, MOST_FILE_BYTES) == content
    except UnreadableError:
        return False


def _filled(picture: Picture, about: Picture) -> Picture:
    return replace(
        picture,
        split=picture.split or about.split,
        source=picture.source or about.source,
        licence=picture.licence or about.licence,
    )
