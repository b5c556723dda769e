"""Annotations and manifests that were damaged anywhere are read, or refused in one line: nothing else may happen."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from host.base.errors import HostError
from host.data.__main__ import main
from host.data.boxes import Rule
from host.data.coco import read_coco
from host.data.layout import read_any
from host.data.manifest_csv import parse_csv
from tests.data.pictures import fill

PIECES = (
    b'"',
    b",",
    b"\n",
    b"\r",
    b"\0",
    b"null",
    b"1e999",
    b"-1",
    b"NaN",
    b"{",
    b"[",
    b"\xff",
    b"9" * 30,
)
MUTANTS = 120
COCO = {
    "images": [{"id": 1, "file_name": "a/1.png", "width": 32, "height": 24, "license": 1}],
    "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1, 1, 20, 20]}],
    "categories": [{"id": 1, "name": "person"}],
    "licenses": [{"id": 1, "name": "CC0"}],
}
EDGE_IMPULSE = {
    "files": [
        {
            "path": "a/1.png",
            "category": "training",
            "label": {"type": "label", "label": "x"},
            "boundingBoxes": [{"label": "person", "x": 1, "y": 1, "width": 9, "height": 9}],
        }
    ]
}
FILES = {
    "i.json": json.dumps(COCO).encode(),
    "info.labels": json.dumps(EDGE_IMPULSE).encode(),
    "a/1.txt": b"1 0.5 0.5 0.4 0.4\n0 .1 .1 .2 .2\n1 .1 .1 .4 .1 .4 .4\n",
    "data.yaml": b"names: [car, person]\n",
    "a/1.xml": b"<annotation><filename>1.png</filename><object><name>person</name><bndbox><xmin>1"
    b"</xmin><ymin>2</ymin><xmax>20</xmax><ymax>20</ymax></bndbox></object></annotation>",
    "manifest.csv": "path,label,split,time\na/1.png,Büro,train,29.11.2026 10:00\n".encode(),
}


def mutant(content: bytes, random: np.random.Generator) -> bytes:
    """A piece replaced, put in, taken out or cut off, a few times."""
    changed = bytearray(content)
    for _ in range(int(random.integers(1, 6))):
        at = int(random.integers(0, len(changed) + 1))
        much = int(random.integers(0, 30))
        piece = PIECES[int(random.integers(0, len(PIECES)))]
        change = random.integers(0, 10)
        changed[at : at + much * int(change % 2)] = piece if change < 7 else b""
        if change == 9:
            del changed[at:]
    return bytes(changed)


@pytest.mark.parametrize("name", FILES)
def test_damage_is_one_line_at_most(tmp_path: Path, name: str) -> None:
    random = np.random.default_rng(len(name))
    root = fill(tmp_path, "a/1.png", "a/2.png")
    if name in ("a/1.txt", "data.yaml"):
        for other in ("a/1.txt", "data.yaml"):
            (root / other).write_bytes(FILES[other])
    outcomes = set()
    for _ in range(MUTANTS):
        content = mutant(FILES[name], random)
        (root / name).write_bytes(content)
        try:
            if name == "i.json":
                pictures = read_coco(root / name, root, Rule()).pictures
            elif name == "manifest.csv":
                pictures = parse_csv(content, name).pictures
            else:
                pictures = read_any(root, Rule()).pictures
            outcomes.add(str([picture.label for picture in pictures]))
        except HostError as error:
            assert "\n" not in str(error)
            outcomes.add("refused")
    assert len(outcomes) > 1  # the damage was seen


def test_no_command_waits_for_a_pipe_or_reads_a_device(tmp_path: Path) -> None:
    root = fill(tmp_path / "set", *(f"{label}/{i}.png" for label in "ab" for i in range(6)))
    os.mkfifo(root / "a" / "pipe.png")
    (root / "b" / "zero.png").symlink_to("/dev/zero")
    main(["check", str(root), "--output", str(tmp_path / "report")])
    assert main(["import", str(root), str(tmp_path / "copy")]) == 0
    assert main(["split", str(tmp_path / "copy")]) == 0
    assert len(list((tmp_path / "copy").rglob("*.png"))) == 12
