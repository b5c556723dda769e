"""What a picture alone gives away: dark, overexposed, blurred, empty (by cleanvision), too small or too narrow.

cleanvision opens files by name and knows few of Pillow's modes: it gets what our decoder made of them, scaled down.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from host.base.colour import luma_of
from host.base.files import png_bytes
from host.base.opencv import shrunk
from host.data.findings import Finding, Kind
from host.data.manifest import Picture

QUALITY = {  # of cleanvision: what it calls it -> what we do
    "dark": Kind.DARK,
    "light": Kind.LIGHT,
    "blurry": Kind.BLURRED,
    "low_information": Kind.EMPTY,
}
MOST_SIDE = 512  # cleanvision's measures of brightness, entropy and blur change little above
LEAST_SIDE = 48  # half of the smallest model's 96: below, each pixel is blown up to four
NARROWEST = 0.35  # shorter side by longer: cleanvision's own limit


@dataclass(frozen=True)
class Look:
    """brightness: mean luma 0..255. size: width, height."""

    brightness: float
    size: tuple[int, int]
    is_grey: bool

    @property
    def text(self) -> str:
        """Size and colour as one value to compare labels with."""
        return f"{self.size[0]}x{self.size[1]}"


def look_of(pixels: NDArray[np.uint8]) -> Look:
    """pixels: uint8 (H, W, 1 or 3)."""
    brightness = float(luma_of(pixels).mean())
    return Look(brightness, (pixels.shape[1], pixels.shape[0]), pixels.shape[2] == 1)


def shape_findings(pictures: Sequence[Picture], looks: Sequence[Look]) -> list[Finding]:
    """Pictures that a model's square would distort or blow up. That sizes differ is no fault."""
    found = []
    for picture, look in zip(pictures, looks, strict=True):
        short, long = sorted(look.size)
        if short < LEAST_SIDE or short < NARROWEST * long:
            found.append(Finding(Kind.ODD, (picture.path,), look.text))
    return found


@contextlib.contextmanager
def workplace() -> Iterator[Path]:
    """A folder for copies of the pictures, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="check-") as name:
        yield Path(name)


def lay_out(folder: Path, number: int, pixels: NDArray[np.uint8]) -> None:
    """A copy of picture `number` for quality_findings."""
    scale = MOST_SIDE / max(pixels.shape[:2])
    if scale < 1:
        size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
        pixels = shrunk(pixels, *size)
    (folder / f"{number:07d}.png").write_bytes(png_bytes(pixels))


def quality_findings(folder: Path, pictures: Sequence[Picture]) -> list[Finding]:
    """What cleanvision finds in the copies in `folder`, numbered by their place in `pictures`."""
    from cleanvision import Imagelab

    silence = io.StringIO()
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(silence),
        contextlib.redirect_stderr(silence),
    ):
        warnings.simplefilter("ignore")  # it talks to people; its answer is what counts
        lab = Imagelab(filepaths=sorted(str(p) for p in folder.iterdir()), verbose=False)
        lab.find_issues({name: {} for name in QUALITY}, n_jobs=1, verbose=False)
    table = lab.issues
    found = []
    for name, kind in QUALITY.items():
        if f"is_{name}_issue" not in table:
            continue
        flagged = table[table[f"is_{name}_issue"]].sort_values(f"{name}_score")
        for path, score in flagged[f"{name}_score"].items():
            picture = pictures[int(Path(str(path)).stem)]
            found.append(Finding(kind, (picture.path,), f"{name.replace('_', ' ')} {score:.2f}"))
    return found
