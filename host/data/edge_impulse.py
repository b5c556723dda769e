"""Edge Impulse's format: training/ and testing/ with info.labels, and files named LABEL.NAME.png for its uploader.

Format: docs.edgeimpulse.com, "Labels acquisition format". What it has no place for (our val split, session, source,
licence, tags) travels in each file's metadata.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from host.base.files import folder_name
from host.data.manifest import Picture, row_of

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


def paths_of(pictures: Sequence[Picture]) -> list[str]:
    """training/LABEL.NAME.png or testing/LABEL.NAME.png of each; NAME is made of the whole old path, without dots."""
    made = []
    for picture in pictures:
        old = Path(picture.path)
        name = folder_name(old.with_suffix("").as_posix().replace("/", "_"), r"\w+-")
        label = folder_name(picture.label, r"\w+-")
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
