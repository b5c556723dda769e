"""Small data sets on disk, for tests of this folder."""

from __future__ import annotations

import zipfile
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray


def picture(seed: int, height: int = 24, width: int = 32, channels: int = 3) -> NDArray[np.uint8]:
    """uint8 (height, width, channels): smooth, and another for every seed."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, channels), np.uint8)
    large = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(large, np.uint8).reshape(height, width, channels)


def png(pixels: NDArray[np.uint8]) -> bytes:
    """(H, W, 1 or 3 RGB) as a PNG file."""
    turned = pixels[..., ::-1] if pixels.shape[2] == 3 else pixels
    return bytes(cv2.imencode(".png", np.ascontiguousarray(turned))[1])


def fill(root: Path, *paths: str, first_seed: int = 0) -> Path:
    """Writes a PNG at each path below root, each another picture."""
    for seed, path in enumerate(paths, start=first_seed):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(png(picture(seed)))
    return root


def zipped(root: Path, archive: Path) -> Path:
    """Everything below root, in a zip."""
    with zipfile.ZipFile(archive, "w") as out:
        for file in sorted(p for p in root.rglob("*") if p.is_file()):
            out.write(file, file.relative_to(root).as_posix())
    return archive
