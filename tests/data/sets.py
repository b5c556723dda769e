"""A small labelled set, annotation files, and what was read of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from host.data.dataset import Dataset
from host.data.manifest import Picture
from tests.data.pictures import fill

ROWS = (
    Picture("p/a.png", "person", "train", "s1", "here", "CC0", ("dim", "near"), (("x", 0.5),)),
    Picture("p/b.c.png", "person", "val", "s2", "here", "CC0"),
    Picture("q/a.png", "no person", "test", time="2026-01-02T00:00:00+00:00"),
    Picture("q/d.png", "no person", "train", model_hash="1234abcd", board="virtual 12"),
)


def contents(dataset: Dataset) -> set[tuple[str, str, bytes]]:
    """(label, split, file) of each picture."""
    with dataset.open() as read:
        return {(p.label, p.split, read(p)) for p in dataset.pictures}


def coco(tmp_path: Path, **changes: Any) -> Path:
    """Six images with boxes of several shares; the sixth has no file. changes: of the file's lists."""
    boxes = {1: (1, 50, 50), 2: (1, 7, 7), 3: (18, 90, 90), 4: (1, 10, 5)}  # of 100 x 100
    content: dict[str, Any] = {
        "images": [
            {"id": i, "file_name": f"{i}.png", "width": 100, "height": 100, "license": i % 2}
            for i in range(1, 7)
        ],
        "annotations": [
            {"image_id": i, "category_id": c, "bbox": [0, 0, w, h], "area": 1}
            for i, (c, w, h) in boxes.items()
        ],
        "categories": [{"id": 1, "name": "person"}, {"id": 18, "name": "dog"}],
        "licenses": [{"id": 1, "name": "CC BY"}],
    }
    path = tmp_path / "instances_val2017.json"
    path.write_text(json.dumps({**content, **changes}))
    fill(tmp_path / "images", *(f"val2017/{i}.png" for i in range(1, 6)))
    return path


def output(dataset: Dataset) -> dict[str, tuple[str, str]]:
    """Name -> (label, split)."""
    return {p.path: (p.label, p.split) for p in dataset.pictures}


def texts(root: Path, files: dict[str, str]) -> Path:
    """Writes text files below root."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def voc(file: str, boxes: list[tuple[str, tuple[int, ...]]], size: str = "") -> str:
    """An annotation. boxes: (name, (xmin, ymin, xmax, ymax))."""
    objects = "".join(
        f"<object><name>{name}</name><bndbox><xmin>{a}</xmin><ymin>{b}</ymin><xmax>{c}</xmax>"
        f"<ymax>{d}</ymax></bndbox></object>"
        for name, (a, b, c, d) in boxes
    )
    return f"<annotation><filename>{file}</filename>{size}{objects}</annotation>"
