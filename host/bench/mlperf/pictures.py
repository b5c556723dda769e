"""The pictures of a run: a folder or a zip of it, in MLPerf Tiny's form or sorted into folders; or the bundled ones."""

from __future__ import annotations

import csv
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from host.base.colour import luma_of
from host.base.errors import HostError
from host.base.pictures import MOST_FILE_BYTES, SUFFIXES, decode
from host.base.places import DRAWINGS
from host.base.regular_files import list_files, read_below
from host.data.model_input import to_input

# MLPerf Tiny: file, classes, class, a picture a line; the files are raw bytes
TRUTH = "y_labels.csv"
NOBODY = {"no_person", "no person", "non_person", "not_person", "nobody", "none", "0"}
SOMEBODY = {"person", "1"}
MOST_ZIP_BYTES = 4 << 30
MOST_FILES = 200_000

Shape = tuple[int, int, int]


@dataclass(frozen=True)
class Labelled:
    """A file and its class: 1 when there is a person."""

    path: Path
    truth: int


def list_pictures(folder: Path | None) -> list[Labelled]:
    """All of a folder, in order. Raises HostError when there are none."""
    if folder is None:
        files = sorted(DRAWINGS.glob("*.jpg"))
        return [Labelled(path, int("person" in path.name)) for path in files]
    truth = next((folder / n for n in list_files(folder).names if Path(n).name == TRUTH), None)
    found = _from_truth(truth) if truth else _from_folders(folder)
    if not found:
        raise HostError(
            f"{folder} has no pictures",
            f"give a folder with {TRUTH}, or one with the folders person and no_person",
        )
    return found


@contextmanager
def opened(data: Path | None) -> Iterator[Path | None]:
    """A folder as it is, a zip unpacked for a while."""
    if data is None or data.is_dir():
        yield data
        return
    if not zipfile.is_zipfile(data):
        raise HostError(f"{data} is neither a folder nor a zip file")
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(data) as packed:
        entries = packed.infolist()
        if len(entries) > MOST_FILES or sum(e.file_size for e in entries) > MOST_ZIP_BYTES:
            raise HostError(
                f"{data} unpacks to more than {MOST_ZIP_BYTES >> 30} GB or too many files"
            )
        packed.extractall(folder)  # leaves out absolute names and `..`
        yield Path(folder)


def read_input(path: Path, shape: Shape) -> NDArray[np.uint8]:
    """uint8 of the model's shape (height, width, channels); raw files must have exactly its bytes."""
    data = read_below(path.parent, path.name, MOST_FILE_BYTES)
    if path.suffix.lower() != ".bin":
        return to_input(decode(data, str(path)), *shape)
    if len(data) == int(np.prod(shape)):
        return np.frombuffer(data, np.uint8).reshape(shape)
    if shape[2] == 1 and len(data) == 3 * int(np.prod(shape)):
        colour = np.frombuffer(data, np.uint8).reshape(*shape[:2], 3)
        return luma_of(colour).reshape(shape)
    raise HostError(f"{path} has {len(data)} bytes, the model takes {int(np.prod(shape))}")


def _from_truth(truth: Path) -> list[Labelled]:
    found = []
    with truth.open(newline="", encoding="utf-8") as lines:
        for row in csv.reader(lines):
            if len(row) < 3 or not row[2].strip().isdigit():
                raise HostError(f"{truth}: expected file, classes, class in each line, found {row}")
            path = (truth.parent / row[0].strip()).resolve()
            if not path.is_relative_to(truth.parent.resolve()) or not path.is_file():
                raise HostError(f"{truth} names {row[0]!r}, which is not beside it")
            found.append(Labelled(path, int(int(row[2]) != 0)))
    return found


def _from_folders(folder: Path) -> list[Labelled]:
    found = []
    for path in (folder / name for name in list_files(folder).names):
        parent = path.parent.name.lower()
        known = parent in SOMEBODY | NOBODY
        if known and path.suffix.lower() in (*SUFFIXES, ".bin"):
            found.append(Labelled(path, int(parent in SOMEBODY)))
    return found
