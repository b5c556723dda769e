"""A Dataset -> the layouts that other tools read: Keras folders, Edge Impulse, or a zip with a manifest."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from host.base.errors import HostError
from host.base.files import png_bytes, private_file, private_folder, write_private
from host.base.pictures import decode
from host.data import edge_impulse
from host.data.dataset import Dataset
from host.data.labels import folders_of
from host.data.manifest import Picture
from host.data.manifest_csv import CSV_NAME, csv_bytes

PORTABLE = (".png", ".jpg", ".jpeg")  # what Keras and Edge Impulse both read; others become PNG
ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the same pictures make the same zip
Write = Callable[[str, bytes], None]


def export_folder(dataset: Dataset, output: Path, layout: str) -> int:
    """layout: keras or edge-impulse. How many pictures were written. Raises HostError, also for a full `output`."""
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise HostError(f"{output} is not an empty folder", "give a new one")

    def write(path: str, content: bytes) -> None:
        private_folder((output / path).parent)
        write_private(output / path, content)

    return (_edge_impulse if layout == "edge-impulse" else _keras)(dataset, write)


def export_zip(dataset: Dataset, output: Path) -> int:
    """SPLIT/CLASS/NAME and manifest.csv in one file: what read_dataset takes. How many pictures were written."""
    rows = _renamed(dataset.pictures, _shared_paths(dataset.pictures))
    with private_file(output) as sink, zipfile.ZipFile(sink, "w") as archive:
        for picture, content in _contents(dataset):
            archive.writestr(zipfile.ZipInfo(rows[picture.path].path, ZIP_TIME), content)
        table = zipfile.ZipInfo(CSV_NAME, ZIP_TIME)
        table.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(table, csv_bytes(list(rows.values())))
    return len(rows)


def _keras(dataset: Dataset, write: Write) -> int:
    """SPLIT/CLASS/NAME, or CLASS/NAME when no picture has a split: image_dataset_from_directory's layout."""
    has_splits = any(picture.split for picture in dataset.pictures)
    bare = sum(not picture.split for picture in dataset.pictures)
    if has_splits and bare:
        raise HostError(
            f"{bare} pictures belong to no split", "run `python -m host.data split` first"
        )
    paths = []
    folders = folders_of(picture.label for picture in dataset.pictures)
    for picture in dataset.pictures:
        folder = folders[picture.label]
        place = f"{picture.split}/{folder}" if has_splits else folder
        paths.append(f"{place}/{Path(picture.path).name}")
    rows = _renamed(dataset.pictures, paths)
    for picture, content in _contents(dataset):
        write(*_portable(rows[picture.path].path, content))
    return len(rows)


def _edge_impulse(dataset: Dataset, write: Write) -> int:
    rows = _renamed(dataset.pictures, edge_impulse.paths_of(dataset.pictures))
    written = []
    for picture, content in _contents(dataset):
        path, portable = _portable(rows[picture.path].path, content)
        write(path, portable)
        written.append(replace(rows[picture.path], path=path))
    write(edge_impulse.INFO, edge_impulse.info_bytes(written))
    return len(written)


def _contents(dataset: Dataset) -> Iterator[tuple[Picture, bytes]]:
    with dataset.open() as read:
        for picture in dataset.pictures:
            yield picture, read(picture)


def _portable(path: str, content: bytes) -> tuple[str, bytes]:
    if path.lower().endswith(PORTABLE):
        return path, content
    return f"{path.rpartition('.')[0]}.png", png_bytes(decode(content, path))


def _shared_paths(pictures: Sequence[Picture]) -> list[str]:
    folders = folders_of(picture.label for picture in pictures)
    return [f"{p.split or 'unsplit'}/{folders[p.label]}/{Path(p.path).name}" for p in pictures]


def _renamed(pictures: Sequence[Picture], paths: Sequence[str]) -> dict[str, Picture]:
    """Old path -> the row at its new path; a new path that is taken (whatever its suffix) gets a number."""
    taken: set[str] = set()
    rows = {}
    for picture, path in zip(pictures, paths, strict=True):
        stem, _, suffix = path.rpartition(".")
        free, number = stem, 1
        while free.lower() in taken:
            number += 1
            free = f"{stem}_{number}"
        taken.add(free.lower())
        rows[picture.path] = replace(picture, path=f"{free}.{suffix}")
    return rows
