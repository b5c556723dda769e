"""What disturbs a camera: light, lens, motion and mounting, each as a change of the scene's picture.

Strengths are fixed, so that models can be compared; each is one that a person can still recognise, but `crop_60`,
which may cut off what the label tells. Pictures are gamma coded; light is added and scaled where the lens does it, in
linear light.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from host.base.colour import GAMMA

Image = NDArray[np.uint8]  # (480, 640, 3), RGB
Condition = Callable[[Image, np.random.Generator], Image]

CLEAN = "clean"
STOPS_DOWN, STOPS_UP, NIGHT_STOPS = 2.0, 1.5, 2.5
GAIN_SIGMA, NIGHT_SIGMA, LINE_SIGMA = 25.0, 30.0, 3.0  # grey levels of a VGA pixel; of a line
MOTION_PIXELS, DEFOCUS_RADIUS = 25, 9  # of 640: four model pixels along; nearly three across
CORNER_LIGHT = 0.3  # left in the corners
CROP = 0.6  # of each side


def _exposed(picture: Image, stops: float) -> NDArray[np.float32]:
    """float32, 0..255: with so many stops more light."""
    linear = (picture.astype(np.float32) / np.float32(255)) ** np.float32(GAMMA)
    light = np.minimum(linear * np.float32(2.0**stops), np.float32(1))
    return np.asarray(np.float32(255) * light ** np.float32(1 / GAMMA), np.float32)


def _rounded(levels: NDArray[np.float32]) -> Image:
    return np.asarray(np.rint(np.clip(levels, 0, 255)), np.uint8)


def _noisy(levels: NDArray[np.float32], sigma: float, draw: np.random.Generator) -> Image:
    """Every pixel's own noise, and that which a whole line shares: averaging over areas leaves the latter."""
    fine = draw.standard_normal(levels.shape, np.float32) * np.float32(sigma)
    lines = draw.standard_normal((levels.shape[0], 1, 1), np.float32) * np.float32(LINE_SIGMA)
    return _rounded(np.asarray(levels + fine + lines, np.float32))


def _haze(picture: Image, draw: np.random.Generator) -> Image:
    """Half the contrast and 80 grey levels of stray light."""
    return _rounded(picture.astype(np.float32) * np.float32(0.5) + np.float32(80))


def _dark(picture: Image, draw: np.random.Generator) -> Image:
    return _rounded(_exposed(picture, -STOPS_DOWN))


def _bright(picture: Image, draw: np.random.Generator) -> Image:
    return _rounded(_exposed(picture, STOPS_UP))


def _gain(picture: Image, draw: np.random.Generator) -> Image:
    return _noisy(picture.astype(np.float32), GAIN_SIGMA, draw)


def _night(picture: Image, draw: np.random.Generator) -> Image:
    return _noisy(_exposed(picture, -NIGHT_STOPS), NIGHT_SIGMA, draw)


def _motion(picture: Image, draw: np.random.Generator) -> Image:
    return np.asarray(cv2.blur(picture, (MOTION_PIXELS, 1)), np.uint8)


def _defocus(picture: Image, draw: np.random.Generator) -> Image:
    side = 2 * DEFOCUS_RADIUS + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)).astype(np.float32)
    return np.asarray(cv2.filter2D(picture, -1, disc / disc.sum()), np.uint8)


def _vignette(picture: Image, draw: np.random.Generator) -> Image:
    rows, columns = (np.linspace(-1, 1, side, dtype=np.float32) for side in picture.shape[:2])
    radius = (rows[:, None] ** 2 + columns[None, :] ** 2) / 2
    left = 1 - np.float32(1 - CORNER_LIGHT) * radius
    return _rounded(np.asarray(picture * left[..., None], np.float32))


def _turned(picture: Image, draw: np.random.Generator) -> Image:
    """A quarter turn; the sensor's 4:3 view of it, filled."""
    height, width = picture.shape[:2]
    quarter = np.ascontiguousarray(np.rot90(picture))
    return np.asarray(cv2.resize(quarter, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _upside_down(picture: Image, draw: np.random.Generator) -> Image:
    return np.ascontiguousarray(picture[::-1, ::-1])


def _mirror(picture: Image, draw: np.random.Generator) -> Image:
    return np.ascontiguousarray(picture[:, ::-1])


def _crop(picture: Image, draw: np.random.Generator) -> Image:
    """The middle, enlarged: the camera stands nearer."""
    height, width = picture.shape[:2]
    top, left = round(height * (1 - CROP) / 2), round(width * (1 - CROP) / 2)
    part = np.ascontiguousarray(picture[top : height - top, left : width - left])
    return np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


CONDITIONS: Mapping[str, Condition] = MappingProxyType(
    {
        CLEAN: lambda picture, draw: picture,
        "haze": _haze,
        "exposure_low": _dark,
        "exposure_high": _bright,
        "gain_noise": _gain,
        "night": _night,
        "motion_blur": _motion,
        "defocus": _defocus,
        "vignette": _vignette,
        "rotated_90": _turned,
        "rotated_180": _upside_down,
        "mirrored": _mirror,
        "crop_60": _crop,
    }
)
