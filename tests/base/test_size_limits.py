"""Each file that others made has a size beyond which it is refused before it is read: one byte more, and not a byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from host.base.errors import HostError
from host.base.pictures import read_picture
from host.base.regular_files import model_bytes
from host.bench.engine.baseline import read_baseline
from host.compiler.labels import labels_for
from host.data.boxes import Rule
from host.data.coco import read_coco
from host.data.manifest_file import read_manifest
from host.flash.image import read_image as read_flash_image
from host.runs.typed_json import read_object
from host.train.manifest import read_credits
from host.virtual.image import read_image as read_board_image

MB = 1 << 20
READERS: dict[str, tuple[int, Callable[[Path], object]]] = {
    "model.tflite": (1024, model_bytes),
    "model.json": (1, lambda path: labels_for(None, path.with_suffix(".tflite"))),
    "credits.json": (1, read_credits),
    "picture.png": (64, read_picture),
    "firmware.bin": (64, read_flash_image),
    "firmware.elf": (256, read_board_image),
    "annotations.json": (1024, lambda path: read_coco(path, path.parent, Rule())),
    "manifest.csv": (256, lambda path: read_manifest(path.parent)),
    "run.json": (1, read_object),
    "baseline.json": (16, read_baseline),
}


@pytest.mark.parametrize("name", READERS)
def test_a_byte_more_than_is_read_is_refused(name: str, tmp_path: Path) -> None:
    most, read = READERS[name]
    path = tmp_path / name
    with path.open("wb") as file:
        file.truncate(most * MB + 1)  # takes no room on the disk
    with pytest.raises(HostError, match=rf"at most {most} are read|larger than {most} MB"):
        read(path)
