"""Picture files -> pixels, by the one decoder of every tool. Every size is bounded before it is used."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from host.base.regular_files import UnreadableError, read_file

SUFFIXES = (".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".webp", ".pgm", ".ppm")
FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "PPM")
MOST_FILE_BYTES = 64 << 20
OF_A_SET = "delete it, or copy it again"
BY_NAME = f"give a picture: {', '.join(SUFFIXES)}"  # it may be anything, and is nobody's to delete
MOST_PIXELS = 32_000_000  # a larger picture is refused: whole it would take 100 MB


def decode(content: bytes, name: str, remedy: str = OF_A_SET) -> NDArray[np.uint8]:
    """A picture file -> uint8 (H, W, 1) when it is grey, else (H, W, 3) RGB, upright by its EXIF.

    remedy: for a file that is none. Raises UnreadableError when it is none, cut off, or larger than MOST_PIXELS.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    if not content:
        raise UnreadableError(f"{name} is empty", remedy)
    if len(content) > MOST_FILE_BYTES:
        raise UnreadableError(f"{name} has {len(content) >> 20} MB: at most 64 are read")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's doubts about a file are no user's concern
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as file:
                if file.width * file.height > MOST_PIXELS:
                    raise UnreadableError(
                        f"{name} has {file.width}x{file.height} pixels", "scale it below 32 million"
                    )
                upright = ImageOps.exif_transpose(file)
                return _array(upright)
    except UnreadableError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadableError(f"{name} has too many pixels", "scale it below 32 million") from error
    # Pillow's decoders raise many kinds for damaged bytes; each means the same here
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError,
            ArithmeticError, MemoryError) as error:  # fmt: skip
        why = str(error).split("\n")[0][:80]
        if isinstance(error, UnidentifiedImageError):  # it tells where in memory it looked
            why = "of no format that is known here"
        raise UnreadableError(
            f"{name} is not a picture that can be read ({why})", remedy
        ) from error


def read_picture(path: Path) -> NDArray[np.uint8]:
    """The pixels of a file that the user named, as `decode` gives them. Raises UnreadableError."""
    return decode(read_file(path, MOST_FILE_BYTES), str(path), BY_NAME)


def size_of(content: bytes, name: str) -> tuple[int, int]:
    """(width, height) upright, from the header alone. Raises UnreadableError."""
    from PIL import Image

    turned = (5, 6, 7, 8)  # EXIF's orientations that lie on their side
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=FORMATS) as file:
                width, height = file.size
                return (height, width) if file.getexif().get(274) in turned else (width, height)
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, MemoryError) as error:
        raise UnreadableError(f"{name} is not a picture that can be read") from error


def _array(file: object) -> NDArray[np.uint8]:
    from PIL import Image

    assert isinstance(file, Image.Image)
    if file.mode in ("I;16", "I;16B", "I;16L", "I"):  # 16 bits: the upper 8 are what a screen shows
        return (np.asarray(file).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8)[..., None]
    if file.mode in ("1", "L", "LA"):
        return np.asarray(file.convert("L"), np.uint8)[..., None]
    return np.asarray(file.convert("RGB"), np.uint8)
