"""Images to inject: pictures of a folder as the camera would show them to the model, or drawn ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.pictures import MOST_FILE_BYTES, SUFFIXES, decode
from host.base.regular_files import read_below
from host.bench.engine.images import sample_images
from host.data.model_input import to_input

MOST_PICTURES = 1000  # they are held in memory, 9 KB each
SYNTHETIC = 8


@dataclass(frozen=True)
class Picture:
    """image: uint8 (height, width, channels), as the model takes it."""

    name: str
    image: NDArray[np.uint8]


def drawn_pictures(shape: tuple[int, int, int]) -> list[Picture]:
    """Noise and soft shapes, always the same."""
    images = sample_images(shape, SYNTHETIC)
    return [Picture(f"drawn {number}", image) for number, image in enumerate(images)]


def folder_pictures(folder: Path, shape: tuple[int, int, int]) -> list[Picture]:
    """The pictures of a folder, by name. Raises HostError when there is none, or one cannot be read."""
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES)
    except OSError as error:
        raise HostError(f"cannot read {folder}: {error.strerror}", "give a folder") from error
    if not files:
        raise HostError(f"{folder} holds no pictures ({', '.join(sorted(SUFFIXES))})")
    return [Picture(file.name, _fitted(file, shape)) for file in files[:MOST_PICTURES]]


def _fitted(file: Path, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    content = read_below(file.parent, file.name, MOST_FILE_BYTES)
    return to_input(decode(content, str(file)), *shape)
