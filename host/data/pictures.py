"""The bytes of a picture file -> pixels -> a model's input. Every size is bounded before it is used."""

from __future__ import annotations

import io
import warnings

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.preprocess import area_average

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".pgm", ".ppm")
FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "PPM")
MOST_FILE_BYTES = 64 << 20
MOST_PIXELS = 32_000_000  # a larger picture is refused: whole it would take 100 MB
LUMA_BITS = 14
# BT.601 in 1/2^14: the very numbers of OpenCV's YCrCb, by which the virtual sensor makes its luma
LUMA_WEIGHTS = (4899, 9617, 1868)


class UnreadableError(HostError):
    """A file that is no whole picture; the line says which and why."""


def decode(content: bytes, name: str) -> NDArray[np.uint8]:
    """A picture file -> uint8 (H, W, 1) when it is grey, else (H, W, 3) RGB, upright by its EXIF.

    Raises UnreadableError when it is none, cut off, or larger than MOST_PIXELS.
    """
    from PIL import (
        Image,
        ImageOps,
        UnidentifiedImageError,
    )  # here: the viewer's installation has no Pillow

    if not content:
        raise UnreadableError(f"{name} is empty: delete it, or copy it again")
    if len(content) > MOST_FILE_BYTES:
        raise UnreadableError(f"{name} has {len(content) >> 20} MB: at most 64 are read")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as file:
                if file.width * file.height > MOST_PIXELS:
                    raise UnreadableError(
                        f"{name} has {file.width}x{file.height} pixels: scale it below 32 million"
                    )
                upright = ImageOps.exif_transpose(file)
                return _array(upright)
    except UnreadableError:
        raise
    # Pillow's decoders raise many kinds for damaged bytes; each means the same here
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError,
            ArithmeticError, MemoryError, Image.DecompressionBombError,
            Image.DecompressionBombWarning) as error:  # fmt: skip
        why = str(error).split("\n")[0][:80]
        if isinstance(error, UnidentifiedImageError):  # it tells where in memory it looked
            why = "of no format that is known here"
        raise UnreadableError(
            f"{name} is not a picture that can be read ({why}): delete it, or copy it again"
        ) from error


def _array(file: object) -> NDArray[np.uint8]:
    from PIL import Image

    assert isinstance(file, Image.Image)
    if file.mode in ("I;16", "I;16B", "I;16L", "I"):  # 16 bits: the upper 8 are what a screen shows
        return (np.asarray(file).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8)[..., None]
    if file.mode in ("1", "L", "LA"):
        return np.asarray(file.convert("L"), np.uint8)[..., None]
    return np.asarray(file.convert("RGB"), np.uint8)


def luma_of(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """uint8 (H, W, 1 or 3) -> (H, W): BT.601 full range, rounded, as the sensor gives it."""
    if pixels.shape[2] == 1:
        return pixels[..., 0]
    weighted = pixels.astype(np.int32) @ np.array(LUMA_WEIGHTS, np.int32)
    return ((weighted + (1 << LUMA_BITS - 1)) >> LUMA_BITS).astype(np.uint8)


def to_input(
    pixels: NDArray[np.uint8], height: int, width: int, channels: int
) -> NDArray[np.uint8]:
    """uint8 (H, W, 1 or 3) -> (height, width, channels): luma (or each colour), then the firmware's averaging."""
    if channels == 1 or pixels.shape[2] == 1:
        return area_average(luma_of(pixels), height, width, channels)
    planes = [area_average(pixels[..., i], height, width) for i in range(3)]
    return np.concatenate(planes, axis=2)
