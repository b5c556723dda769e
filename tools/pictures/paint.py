"""Paints: functions from (3, n) world points to (3, n) linear RGB, with repeatable noise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tools.pictures.shapes import UPRIGHT, Array, Vector, vector

Paint = Callable[[Array], Array]
_SIDE = 64
_LATTICE = np.random.default_rng(7).random((_SIDE, _SIDE, _SIDE)).astype(np.float32)


def colour(text: str) -> Array:
    """(3, 1) linear RGB of an sRGB colour written like "c08040"."""
    srgb = np.array([int(text[i : i + 2], 16) for i in (0, 2, 4)]) / 255
    return vector((np.where(srgb > 0.04, ((srgb + 0.055) / 1.055) ** 2.4, srgb / 12.92)).tolist())


def noise(points: Array, size: float) -> Array:
    """(n,) smooth noise in 0..1 whose lumps are about `size` metres."""
    q = points / np.float32(size) + np.float32(1000.5)
    cell = np.floor(q).astype(np.int32)
    t = q - cell
    t = t * t * (3 - 2 * t)
    low, high = cell & (_SIDE - 1), (cell + 1) & (_SIDE - 1)
    total: Array = np.zeros(points.shape[1], np.float32)
    for corner in range(8):
        picks = [(high if corner >> axis & 1 else low)[axis] for axis in range(3)]
        weights = [(t if corner >> axis & 1 else 1 - t)[axis] for axis in range(3)]
        total += _LATTICE[picks[0], picks[1], picks[2]] * weights[0] * weights[1] * weights[2]
    return total


def cloudy(points: Array, size: float, octaves: int = 4) -> Array:
    """(n,) noise with finer and finer detail, about 0..1."""
    layers = [noise(points, size / 2.03**i) * 0.5**i for i in range(octaves)]
    return np.asarray(sum(layers) / np.float32(2 - 0.5 ** (octaves - 1)), np.float32)


def mix(first: Array, second: Array, share: Array) -> Array:
    """(3, n): first where share is 0, second where it is 1."""
    return np.asarray(first + (second - first) * np.clip(share, 0, 1), np.float32)


def step(values: Array, edge: float, width: float) -> Array:
    """0 below the edge, 1 above it, softened over `width`."""
    share = (values - np.float32(edge)) / np.float32(width) + 0.5
    return np.asarray(np.clip(share, 0, 1))


def plain(text: str, unevenness: float = 0.12, size: float = 0.15) -> Paint:
    """One colour with a little cloudiness, as real things have."""
    base = colour(text)

    def paint(p: Array) -> Array:
        lightness = 1 + np.float32(unevenness) * (2 * cloudy(p, size, 3) - 1)
        return np.asarray(base * lightness, np.float32)

    return paint


def two_tone(dark: str, light: str, size: float, contrast: float = 2.5) -> Paint:
    """Cloudy mixture of two colours: grass, leaves, stone, bark."""
    first, second = colour(dark), colour(light)
    return lambda p: mix(first, second, (cloudy(p, size) - 0.5) * np.float32(contrast) + 0.5)


def striped(first: str, second: str, pitch: float, axis: int = 1, share: float = 0.5) -> Paint:
    """Stripes across an axis, each pair `pitch` metres wide."""
    under, over = plain(first), plain(second)

    def paint(p: Array) -> Array:
        place = np.abs(np.mod(p[axis] / np.float32(pitch), 1) - 0.5) * 2
        return mix(under(p), over(p), step(place, 1 - share, 0.08))

    return paint


def tiled(base: str, joint: str, size: Vector, rounds: float, tones: float = 0.25) -> Paint:
    """Tiles, planks or bricks: rows of `size` along the axes, the joints `rounds` metres wide."""
    face, gap = colour(base), colour(joint)
    pitch = vector(size)

    def paint(p: Array) -> Array:
        q = p / pitch
        q[0] += 0.5 * np.mod(np.floor(q[1] + 1e-3) + np.floor(q[2] + 1e-3), 2)
        cell = np.floor(q + 1e-3)
        edge = (np.minimum(q - cell, 1 - (q - cell)) * pitch)[pitch[:, 0] < 50].min(axis=0)
        tone = (
            1 + np.float32(tones) * (2 * noise(cell * 7.3, 1) - 1) + 0.15 * (cloudy(p, 0.2) - 0.5)
        )
        return mix(face * tone, gap, 1 - step(edge, rounds, rounds))

    return paint


def local(paint: Callable[[Array], Array], centre: Vector | Array, axes: Array = UPRIGHT) -> Paint:
    """The paint in coordinates that start at `centre` and run along the columns of `axes`."""
    origin = vector(centre)
    return lambda p: paint(np.asarray(axes.T @ (p - origin), np.float32))
