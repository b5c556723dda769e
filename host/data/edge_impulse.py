"""Edge Impulse's export: training/ and testing/ with info.labels, and files named LABEL.NAME.png for its uploader.

Format: docs.edgeimpulse.com, "Labels acquisition format". What it has no place for (our val split, session, source,
licence, tags) travels in each file's metadata.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from host.base.errors import HostError
from host.base.files import folder_name
from host.base.pictures import SUFFIXES
from host.data.dataset import Dataset, Read
from host.data.manifest import Picture, picture_of, row_of
from host.data.manifest_csv import CSV_NAME
from host.data.tree import tree_files

INFO = "info.labels"
VERSION = 1
FOLDERS = {"training": "train", "testing": "test"}
METADATA = (
    "split",
    "session",
    "source",
    "licence",
    "tags",
    "scores",
    "model_hash",
    "board",
    "time",
)


def is_export(path: Path) -> bool:
    """Whether a folder or zip looks like one: info.labels, or LABEL.NAME.png straight in training/ or testing/."""
    names = tree_files(path).names
    if CSV_NAME in names:
        return False
    return any(_is_info(name) for name in names) or any(_named_label(name) for name in names)


def read_export(path: Path) -> Dataset:
    """Raises HostError when info.labels makes no sense or names no picture."""
    files = tree_files(path)
    names = files.names
    found = {name: Picture(name, _named_label(name), _split(name)) for name in names}
    found = {name: p for name, p in found.items() if p.label}
    empty = Dataset(path, (), ())
    with empty.open() as read:
        for name in filter(_is_info, names):
            found |= {picture.path: picture for picture in _listed(read, name, set(names))}
    pictures = tuple(sorted(found.values(), key=lambda p: p.path))
    if not pictures:
        raise HostError(f"{path} is no export of Edge Impulse with labelled pictures")
    return Dataset(path, pictures, tuple(sorted({p.label for p in pictures})))


def paths_of(pictures: Sequence[Picture]) -> list[str]:
    """training/LABEL.NAME.png or testing/LABEL.NAME.png of each; NAME is made of the whole old path, without dots."""
    made = []
    for picture in pictures:
        old = Path(picture.path)
        name = folder_name(old.with_suffix("").as_posix().replace("/", "_")).replace(".", "_")
        label = folder_name(picture.label).replace(".", "_")
        folder = "testing" if picture.split in ("val", "test") else "training"
        made.append(f"{folder}/{label}.{name}{old.suffix.lower()}")
    return made


def info_bytes(pictures: Sequence[Picture]) -> bytes:
    """info.labels of pictures that lie at paths_of()."""
    files = [
        {
            "path": p.path,
            "name": Path(p.path).stem,
            "category": p.path.split("/")[0],
            "label": {"type": "label", "label": p.label},
            "metadata": {key: text for key in METADATA if (text := row_of(p)[key])},
            "boundingBoxes": [],
        }
        for p in pictures
    ]
    return json.dumps({"version": VERSION, "files": files}, indent=1).encode()


def _listed(read: Read, name: str, names: set[str]) -> list[Picture]:
    """The pictures of one info.labels; files that are not there and samples without a label are left out."""
    folder = name.rpartition("/")[0]
    try:
        content = json.loads(read(Picture(name, "")))
        entries = [_entry(each, folder) for each in content["files"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise HostError(
            f"{name} is not in Edge Impulse's format ({type(error).__name__}: {error})"
        ) from error
    return [p for p in entries if p.label and p.path in names]


def _entry(each: Any, folder: str) -> Picture:
    path = f"{folder}/{each['path']}" if folder else str(each["path"])
    label = each.get("label") or {}
    metadata = each.get("metadata") or {}
    row = {key: str(metadata[key]) for key in METADATA if key in metadata}
    picture = picture_of({**row, "path": path, "label": str(label.get("label") or "")})
    split = FOLDERS.get(str(each.get("category")), "") or _split(path)
    return picture if picture.split else replace(picture, split=split)


def _is_info(name: str) -> bool:
    return name == INFO or name in {f"{folder}/{INFO}" for folder in FOLDERS}


def _split(name: str) -> str:
    return FOLDERS.get(name.split("/")[0], "")


def _named_label(name: str) -> str:
    """LABEL of training/LABEL.NAME.png; else ""."""
    folder, _, file = name.rpartition("/")
    parts = file.split(".")
    is_sample = folder in FOLDERS and len(parts) > 2 and f".{parts[-1].lower()}" in SUFFIXES
    return parts[0] if is_sample else ""
