"""What an OV7675 and its scene do to a picture: light, exposure, vignette, blur, noise, eight bits.

In: uint8 views of a batch; out: uint8 again, since the model gets nothing finer from the board.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from host.base import colour

LUMA = np.array(colour.LUMA, np.float32)  # as the sensor's Y


@dataclass(frozen=True)
class Camera:
    """How strongly each effect may act; all zero leaves pictures as they are.

    share: of the pictures, the others stay as they are; gain: up to this factor brighter or darker;
    gamma: exponent's spread; offset: grey levels (0..255); vignette: share of light lost in the corners;
    blur: sigma in model pixels; noise: sigma in grey levels; pattern: sigma of the noise that whole columns
    and rows share; tint: spread of the colour channels' gains.
    """

    share: float = 0.5
    gain: float = 1.4
    gamma: float = 0.25
    offset: float = 20.0
    vignette: float = 0.35
    blur: float = 0.8
    noise: float = 7.0
    pattern: float = 1.5
    tint: float = 0.12


def to_grey(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """uint8 (n, h, w, 3) RGB -> uint8 (n, h, w, 1) BT.601 luma, rounded."""
    return np.asarray(np.rint(pictures.astype(np.float32) @ LUMA)[..., None], np.uint8)


def as_camera(
    pictures: NDArray[np.uint8], camera: Camera, random: np.random.Generator
) -> NDArray[np.uint8]:
    """uint8 (n, s, s, c) -> the same, as a camera in some light may have seen it; half of them mirrored."""
    mirrored = random.random(len(pictures)) < 0.5
    turned = np.where(mirrored[:, None, None, None], pictures[:, :, ::-1], pictures)
    through = random.random(len(pictures)) < camera.share
    if through.any():
        turned[through] = _through_lens(turned[through], camera, random)
    return np.asarray(turned, np.uint8)


def _through_lens(
    pictures: NDArray[np.uint8], camera: Camera, random: np.random.Generator
) -> NDArray[np.uint8]:
    seen = np.stack([_blurred(picture, camera, random) for picture in pictures])
    count, size, _, channels = seen.shape
    each = (count, 1, 1, 1)
    light: NDArray[np.float32] = np.asarray(seen / np.float32(255), np.float32)
    light = light ** np.exp(random.normal(0, camera.gamma, each)).astype(np.float32)
    light *= np.exp(random.uniform(-1, 1, each) * np.log(camera.gain)).astype(np.float32)
    if channels > 1:
        tints = random.uniform(-camera.tint, camera.tint, (count, 1, 1, channels))
        light *= (1 + tints).astype(np.float32)
    light *= _vignettes(count, size, camera, random)
    offsets = random.uniform(-camera.offset, camera.offset, each).astype(np.float32)
    levels = np.asarray(light * np.float32(255) + offsets, np.float32)
    levels += _noise(levels, camera, random)
    return np.asarray(np.rint(np.clip(levels, 0, 255)), np.uint8)


def _blurred(
    picture: NDArray[np.uint8], camera: Camera, random: np.random.Generator
) -> NDArray[np.uint8]:
    sigma = max(random.uniform(-1, 1) * camera.blur, 0.0)  # half of all pictures stay sharp
    if sigma < 0.2:
        return picture
    blurred = cv2.GaussianBlur(np.ascontiguousarray(picture), (0, 0), sigma)
    return np.asarray(blurred.reshape(picture.shape), np.uint8)


def _vignettes(
    count: int, size: int, camera: Camera, random: np.random.Generator
) -> NDArray[np.float32]:
    axis = np.linspace(-1, 1, size, dtype=np.float32)
    radius = (axis[:, None] ** 2 + axis[None, :] ** 2)[None, :, :, None] / 2
    strength = random.uniform(0, camera.vignette, (count, 1, 1, 1)).astype(np.float32)
    return np.asarray(1 - strength * radius, np.float32)


def _noise(
    levels: NDArray[np.float32], camera: Camera, random: np.random.Generator
) -> NDArray[np.float32]:
    """Shot noise grows with the light, read noise does not; little of either is the commonest case."""
    count, size, _, channels = levels.shape
    strength = (random.uniform(0, 1, (count, 1, 1, 1)) ** 2).astype(np.float32)
    sigma = strength * np.float32(camera.noise) * np.sqrt(0.3 + 0.7 * np.clip(levels, 0, 255) / 255)
    fine = random.standard_normal((count, size, size, channels), np.float32) * sigma
    columns = random.standard_normal((count, 1, size, 1), np.float32)
    rows = random.standard_normal((count, size, 1, 1), np.float32)
    return np.asarray(fine + (columns + rows) * strength * np.float32(camera.pattern), np.float32)
