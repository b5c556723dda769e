"""Images to inject: pictures of a folder as the camera would show them to the model, or drawn ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.bench.engine.images import sample_images
from host.preprocess import area_average

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".pgm", ".ppm"}
MOST_PICTURES = 1000  # they are held in memory, 9 KB each
MOST_BYTES = 64 << 20
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
        raise HostError(f"cannot read {folder}: {error.strerror}; give a folder") from error
    if not files:
        raise HostError(f"{folder} holds no pictures ({', '.join(sorted(SUFFIXES))})")
    return [Picture(file.name, _fitted(file, shape)) for file in files[:MOST_PICTURES]]


def _fitted(file: Path, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    if file.stat().st_size > MOST_BYTES:
        raise HostError(
            f"{file} is larger than {MOST_BYTES >> 20} MB: that is no picture to inject"
        )
    height, width, channels = shape
    kind = cv2.IMREAD_GRAYSCALE if channels == 1 else cv2.IMREAD_COLOR_RGB
    found = cv2.imread(str(file), kind)
    if found is None:
        raise HostError(f"{file} is no picture that OpenCV can read: take it out of the folder")
    planes = np.asarray(found, np.uint8).reshape(*found.shape[:2], -1)
    fitted = [area_average(planes[:, :, i], height, width) for i in range(planes.shape[2])]
    return np.concatenate(fitted, axis=2)
