"""What can degrade a picture, on the model's own pixels: haze, exposure, night, motion, defocus, dark corners.

augment.py holds what is usual; these are seldom and strong, and each picture meets one alone. `host.evaluate --robust`
measures fixed strengths of the same kinds on the scene before the sensor, by other code: a model is never measured on
what it was trained on.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from host.base.colour import GAMMA

Image = NDArray[np.float32]  # (s, s, c), 0..255
Draw = np.random.Generator

MOST_HAZE, MOST_STOPS, MOST_NIGHT = 0.6, 2.2, 3.2  # of the contrast lost; of light, up or down
MOST_SIGMA = 9.0  # grey levels at the model's size: areas were averaged
MOST_MOTION, MOST_DEFOCUS = 0.08, 2.6  # of the side; radius in model pixels
MOST_VIGNETTE = 0.8


def _haze(picture: Image, draw: Draw) -> Image:
    """Stray light: contrast goes, levels rise."""
    lost = draw.uniform(0.2, MOST_HAZE)
    light = draw.uniform(0.4, 0.9) * 255
    return np.asarray(picture * np.float32(1 - lost) + np.float32(lost * light), np.float32)


def _exposed(picture: Image, stops: float) -> Image:
    linear = (picture / np.float32(255)) ** np.float32(GAMMA) * np.float32(2.0**stops)
    return np.asarray(np.float32(255) * np.minimum(linear, 1) ** np.float32(1 / GAMMA), np.float32)


def _exposure(picture: Image, draw: Draw) -> Image:
    return _exposed(picture, draw.uniform(-MOST_STOPS, 0.8 * MOST_STOPS))


def _night(picture: Image, draw: Draw) -> Image:
    dark = _exposed(picture, -draw.uniform(1.5, MOST_NIGHT))
    sigma = np.float32(draw.uniform(2, MOST_SIGMA))
    fine = draw.standard_normal(picture.shape, np.float32) * sigma
    lines = draw.standard_normal((len(picture), 1, 1), np.float32) * sigma / 3
    return np.asarray(dark + fine + lines, np.float32)


def _motion(picture: Image, draw: Draw) -> Image:
    """Along any direction."""
    side = len(picture)
    length = max(3, int(draw.uniform(0.02, MOST_MOTION) * side))
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1
    centre = ((length - 1) / 2, (length - 1) / 2)
    turned = cv2.warpAffine(
        kernel, cv2.getRotationMatrix2D(centre, draw.uniform(0, 180), 1), (length, length)
    )
    return _filtered(picture, np.asarray(turned / max(float(turned.sum()), 1e-6), np.float32))


def _defocus(picture: Image, draw: Draw) -> Image:
    radius = draw.uniform(0.8, MOST_DEFOCUS)
    axis = np.arange(-3, 4, dtype=np.float32)
    inside = np.clip(radius + 0.5 - np.hypot(axis[:, None], axis[None, :]), 0, 1)
    return _filtered(picture, np.asarray(inside / inside.sum(), np.float32))


def _vignette(picture: Image, draw: Draw) -> Image:
    axis = np.linspace(-1, 1, len(picture), dtype=np.float32)
    radius = (axis[:, None] ** 2 + axis[None, :] ** 2) / 2
    left = 1 - np.float32(draw.uniform(0.3, MOST_VIGNETTE)) * radius
    return np.asarray(picture * left[..., None], np.float32)


def _filtered(picture: Image, kernel: NDArray[np.float32]) -> Image:
    return np.asarray(cv2.filter2D(picture, -1, kernel).reshape(picture.shape), np.float32)


DEGRADATIONS: tuple[Callable[[Image, Draw], Image], ...] = (
    _haze,
    _exposure,
    _night,
    _motion,
    _defocus,
    _vignette,
)


def degraded(pictures: NDArray[np.uint8], share: float, draw: Draw) -> NDArray[np.uint8]:
    """uint8 (n, s, s, c) -> the same; so many of them (0..1, drawn one by one) under one condition each."""
    if not share:
        return pictures
    changed = pictures.copy()
    for index in np.flatnonzero(draw.random(len(pictures)) < share):
        meet = DEGRADATIONS[int(draw.integers(len(DEGRADATIONS)))]
        levels = meet(pictures[index].astype(np.float32), draw)
        changed[index] = np.rint(np.clip(levels, 0, 255)).astype(np.uint8)
    return changed
