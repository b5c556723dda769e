"""Makes a photograph of a rendered picture: depth blur, tone curve, lens and sensor faults."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.pictures.shapes import Array


def develop(
    light: Array,
    depth: Array,
    focus: float,
    blur: float,
    exposure: float,
    seed: int,
) -> NDArray[np.uint8]:
    """Linear RGB (h, w, 3) and depth (h, w) in metres -> (h, w, 3) BGR uint8.

    `blur` is the width in pixels, at 640 across, of the blur of things infinitely far behind focus.
    """
    height, width = depth.shape
    out_of_focus = np.abs(1 - np.float32(focus) / np.maximum(depth, 0.1)) * blur * width / 640
    lens = _blurred(light, np.clip(out_of_focus, 0, blur * width / 640))
    y, x = np.mgrid[-0.5 : 0.5 : height * 1j, -0.5 : 0.5 : width * 1j]
    lens = lens * (1 - 0.45 * (x * x + y * y))[..., None] * exposure
    glare = cv2.GaussianBlur(np.minimum(lens, 4), (0, 0), width / 40)
    tone = _tone(0.96 * lens + 0.04 * glare)
    rng = np.random.default_rng(seed)
    grain = rng.normal(0, 1, (height, width, 1)) + 0.4 * rng.normal(0, 1, (height, width, 3))
    pixels = tone * 255 + 1.1 * grain
    return np.asarray(np.clip(pixels[..., ::-1] + 0.5, 0, 255), np.uint8)


def _blurred(light: Array, widths: Array) -> Array:
    """Each pixel from the picture blurred by about its own width."""
    result, previous, reached = light.copy(), light, 0.0
    for level in (1.0, 2.0, 3.5, 5.5, 8.0):
        if widths.max() <= reached:
            break
        current = np.asarray(cv2.GaussianBlur(light, (0, 0), level * 0.6), np.float32)
        share = np.clip((widths - reached) / (level - reached), 0, 1)[..., None]
        inside = (widths > reached)[..., None]
        result = np.where(inside, previous * (1 - share) + current * share, result)
        previous, reached = current, level
    return np.asarray(result, np.float32)


def _tone(light: Array) -> Array:
    """Linear light 0.. -> display values 0..1: a film-like shoulder, then the sRGB curve."""
    x = np.maximum(light, 0) * 0.68
    film = x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14)
    grey = film @ np.array([[0.299], [0.587], [0.114]], np.float32)
    film = np.clip(0.82 * film + 0.18 * grey, 0, 1)
    return np.asarray(np.where(film > 0.0031, 1.055 * film ** (1 / 2.4) - 0.055, film * 12.92))
