"""A head: skull, face, eyes and hair. Its own axes: x sideways, y up, z out of the face."""

from __future__ import annotations

import numpy as np

from tools.pictures.paint import Paint, cloudy, colour, local, mix, noise, step
from tools.pictures.render import Solid
from tools.pictures.shapes import Array, Frame, Shape, blend, cut, vector

EYE = (0.031, 0.007, 0.0725)
MOUTH = -0.066


def head_solids(
    centre: Array, axes: Array, scale: float, skin: str, hair: str, hair_style: str
) -> list[Solid]:
    """The solids of a head at `centre` (3,), whose axes are the columns of `axes`."""
    build = Frame(centre, axes, scale)
    paint = local(_face_paint(skin, hair, scale), centre, axes)
    solids = [
        Solid(_face(build), paint, gloss=0.1, soft=0.3),
        Solid(_eyes(build), local(_eye_paint(skin, scale), centre, axes), gloss=0.3),
    ]
    if hair_style != "bald":
        shape, look = _hair(build, hair_style), local(_hair_paint(hair, scale), centre, axes)
        solids.append(Solid(shape, look, gloss=0.05, bump=0.3, bump_size=0.012 * scale))
    return solids


def _face(b: Frame) -> Shape:
    skull = b.ball((0, 0.025, -0.012), (0.077, 0.095, 0.098))
    jaw = b.ball((0, -0.055, 0.022), (0.053, 0.062, 0.062))
    chin = b.ball((0, -0.103, 0.052), (0.022, 0.018, 0.02))
    cheeks = [b.ball((x, -0.03, 0.05), (0.03, 0.032, 0.03)) for x in (-0.036, 0.036)]
    brow = b.line((-0.035, 0.032, 0.074), (0.035, 0.032, 0.074), 0.014, 0.014)
    shape = blend(0.035 * b.scale, skull, jaw, chin, *cheeks, brow)
    for x in (-EYE[0], EYE[0]):
        shape = cut(shape, b.ball((x, 0.006, 0.092), (0.018, 0.0095, 0.016)), 0.012 * b.scale)
    nose = b.line((0, 0.016, 0.083), (0, -0.026, 0.098), 0.009, 0.013)
    wings = b.line((-0.011, -0.03, 0.09), (0.011, -0.03, 0.09), 0.009, 0.009)
    lips = b.line((-0.016, MOUTH, 0.077), (0.016, MOUTH, 0.077), 0.009, 0.009)
    ears = [b.ball((x, -0.004, -0.008), (0.012, 0.034, 0.02)) for x in (-0.079, 0.079)]
    return blend(0.012 * b.scale, shape, nose, wings, lips, *ears)


def _eyes(b: Frame) -> Shape:
    return blend(0, *(b.ball((x, *EYE[1:]), (0.0125,) * 3) for x in (-EYE[0], EYE[0])))


def _hair(b: Frame, style: str) -> Shape:
    cap = b.ball((0, 0.036, -0.018), (0.088, 0.1, 0.106))
    brow = b.ball((0, -0.008, 0.1), (0.067, 0.082, 0.1))
    face = blend(0.03 * b.scale, brow, b.block((0, -0.13, 0.09), (0.13, 0.2, 0.14), 0.05))
    shape = cut(cut(cap, face, 0.02 * b.scale), b.block((0, -0.2, 0), (1, 0.25, 1), 0), 0.01)
    if style == "long":
        falls = [
            b.line((x, 0.03, -0.035), (x * 1.25, -0.19, -0.02), 0.036, 0.042)
            for x in (-0.062, 0.062)
        ]
        back = b.line((0, 0.02, -0.06), (0, -0.2, -0.06), 0.06, 0.065)
        shape = blend(0.03 * b.scale, shape, back, *falls)
    if style == "bun":
        shape = blend(0.02 * b.scale, shape, b.ball((0, 0.12, -0.075), (0.042, 0.038, 0.042)))
    if style == "cap":
        brim = b.ball((0, 0.058, 0.1), (0.068, 0.009, 0.062))
        shape = blend(0.01 * b.scale, shape, brim, b.ball((0, 0.055, -0.012), (0.092, 0.09, 0.108)))
        shape = cut(shape, b.block((0, -0.075, 0.09), (0.134, 0.24, 0.15), 0.02), 0.01 * b.scale)
    return shape


def _face_paint(skin: str, hair: str, s: float) -> Paint:
    base, dark = colour(skin), colour(hair)
    lip = base * vector((0.85, 0.42, 0.42))
    blush = base * vector((1.05, 0.75, 0.7))

    def paint(p: Array) -> Array:
        x, y, z = np.abs(p[0]) / s, p[1] / s, p[2] / s
        front = z > 0.02
        tone = mix(base, base * 0.86, cloudy(p, 0.04 * s, 3))
        cheek = np.exp(-(((x - 0.042) / 0.022) ** 2) - ((y + 0.03) / 0.024) ** 2) * front
        tone = mix(tone, blush, 0.8 * cheek)
        curve = y - MOUTH + 0.002 - 15 * x * x
        mouth = step(0.023 - x, 0, 0.004) * step(0.0095 - np.abs(curve), 0, 0.004) * front
        tone = mix(tone, lip, 0.9 * mouth)
        gap = step(0.022 - x, 0, 0.004) * np.exp(-((curve / 0.0018) ** 2)) * front
        arch = y - 0.037 + 9 * (x - 0.034) ** 2
        brow = step(0.019 - np.abs(x - 0.034), 0, 0.006) * np.exp(-((arch / 0.0048) ** 2)) * front
        lid = np.exp(-(((x - EYE[0]) / 0.015) ** 2) - ((y - 0.021) / 0.0035) ** 2) * front
        nostril = np.exp(-(((x - 0.008) / 0.004) ** 2) - ((y + 0.037) / 0.003) ** 2) * front
        tone = mix(tone, dark * 0.6, np.maximum(0.9 * brow, 0.75 * lid))
        return mix(tone, base * 0.12, np.maximum(0.8 * gap, 0.8 * nostril))

    return paint


def _eye_paint(skin: str, s: float) -> Paint:
    white, iris, pupil = colour("b8aea6"), colour("3a2618"), colour("080606")
    lid = colour(skin) * 0.75

    def paint(p: Array) -> Array:
        off = np.hypot((np.abs(p[0]) / s - EYE[0]) * 1.0, p[1] / s - EYE[1])
        eye = mix(mix(pupil, iris, step(off, 0.0034, 0.001)), white, step(off, 0.0066, 0.0012))
        height = p[1] / s - EYE[1]
        lash = np.exp(-(((height - 0.0042) / 0.0012) ** 2))
        return mix(mix(eye, lid, step(height, 0.0048, 0.001)), pupil, 0.85 * lash)

    return paint


def _hair_paint(hair: str, s: float) -> Paint:
    base = colour(hair)

    def paint(p: Array) -> Array:
        strands = noise(p * vector((9, 1.2, 1.2)), 0.012 * s)
        return np.asarray(base * (0.55 + 0.9 * strands), np.float32)

    return paint
