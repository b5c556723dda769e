"""What stands outside: trees, houses, cars, animals, a sky."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tools.pictures.paint import Paint, cloudy, colour, local, mix, plain, step, tiled, two_tone
from tools.pictures.render import Solid
from tools.pictures.shapes import (
    Array,
    Frame,
    Shape,
    blend,
    box,
    cone,
    cut,
    ground,
    length,
    vector,
    wrinkled,
)

GRASS = two_tone("39531f", "71863a", 0.5, 1.6)
LEAVES = two_tone("2a4a1a", "74933f", 0.35, 2.0)
BARK = two_tone("2f251c", "5e4e3d", 0.08)


def day_sky(zenith: str, horizon: str, clouds: float = 0.6) -> Callable[[Array], Array]:
    """A sky by direction: a gradient with clouds, 0 (clear) to 1."""
    top, low = colour(zenith), colour(horizon)

    def sky(d: Array) -> Array:
        up = np.clip(d[1], 0.02, 1)
        light = mix(low, top, np.sqrt(up) * 1.2)
        plane = np.stack([d[0] / up, np.zeros_like(up), d[2] / up])
        cover = step(cloudy(plane, 2.2, 5), 1.05 - 0.75 * clouds, 0.35) * np.clip(up * 6, 0, 1)
        return mix(light, colour("f4f4f6"), cover * 0.85)

    return sky


def even_sky(text: str) -> Callable[[Array], Array]:
    """One colour all round: what lies behind the viewer in a room."""
    base = colour(text)
    return lambda d: np.broadcast_to(base, d.shape).astype(np.float32)


def lawn() -> Solid:
    """Endless grass."""
    fine = two_tone("39531f", "7d8f45", 0.06, 1.4)
    return Solid(
        ground(), lambda p: np.asarray(0.6 * GRASS(p) + 0.4 * fine(p)), bump=0.9, bump_size=0.05
    )


def path(x: float, width: float, slant: float = 0.0) -> Solid:
    """A gravel path that runs away from the viewer."""
    far = (x + slant * 40, 0.0, 40.0)
    shape = box(((x + far[0]) / 2, -0.02, 20), (width, 0.05, 60), 0.02, _towards(slant))
    return Solid(
        shape, two_tone("8a7d68", "b3a68e", 0.15), bump=0.4, bump_size=0.03, casts_shadow=False
    )


def _towards(slant: float) -> Array:
    c, s = np.cos(np.arctan(slant)), np.sin(np.arctan(slant))
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], np.float32)


def tree(x: float, z: float, height: float, seed: int) -> list[Solid]:
    """A leafy tree: a forked trunk and lumps of leaves."""
    rng = np.random.default_rng(seed)
    fork = height * 0.42
    trunk = [cone((x, -0.1, z), (x + 0.1, fork, z), height * 0.035, height * 0.022)]
    lumps = []
    for turn in np.linspace(0, 2 * np.pi, 9)[:-1] + rng.uniform(0, 0.5, 8):
        out, up = rng.uniform(0.1, 0.24) * height, rng.uniform(0.55, 0.82) * height
        tip = (x + float(np.cos(turn)) * out, up, z + float(np.sin(turn)) * out)
        trunk.append(cone((x + 0.1, fork, z), tip, height * 0.016, 0.02))
        lumps.append(_lump(tip, height * rng.uniform(0.12, 0.17)))
    lumps.append(_lump((x, height * 0.84, z), height * 0.16))
    crown = wrinkled(blend(0.1 * height, *lumps), 0.05 * height, 0.13 * height, seed)
    return [
        Solid(wrinkled(blend(0.1, *trunk), 0.02, 0.2), BARK, bump=0.8, bump_size=0.06),
        Solid(wrinkled(crown, 0.012 * height, 0.05 * height), LEAVES, bump=1.2, bump_size=0.12),
    ]


def _lump(place: tuple[float, float, float], radius: float) -> Shape:
    return cone(place, place, radius, radius)


def bush(x: float, z: float, size: float, seed: int) -> Solid:
    """A round bush."""
    rng = np.random.default_rng(seed)
    lumps = [
        _lump(
            (
                x + rng.uniform(-0.6, 0.6) * size,
                rng.uniform(0.25, 0.6) * size,
                z + rng.uniform(-0.4, 0.4) * size,
            ),
            0.42 * size,
        )
        for _ in range(6)
    ]
    shape = wrinkled(wrinkled(blend(0.2 * size, *lumps), 0.08 * size, 0.3 * size, seed), 0.05, 0.1)
    return Solid(shape, LEAVES, bump=1.2, bump_size=0.08)


def facade(
    z: float,
    left: float,
    right: float,
    height: float,
    wall: Paint,
    seed: int,
    ground_floor: float = 0.6,
) -> list[Solid]:
    """A house front that faces us at depth z, with rows of windows."""
    width = right - left
    body = box(((left + right) / 2, height / 2, z + 3), (width, height, 6))
    count = max(1, int(width / 2.4))
    panes, frames = [], []
    for y in np.arange(ground_floor + 1.0, height - 1.0, 2.9).tolist():
        for i in range(count):
            x = left + width * (i + 0.5) / count
            body = cut(body, box((x, y, z), (1.1, 1.6, 0.3)))
            panes.append(box((x, y, z + 0.14), (1.1, 1.6, 0.04)))
            frames += [
                box((x, y, z + 0.08), (0.06, 1.6, 0.06)),
                box((x, y + 0.25, z + 0.08), (1.1, 0.06, 0.06)),
                box((x, y - 0.85, z - 0.02), (1.35, 0.1, 0.3)),
            ]
    glass = two_tone("141a20", "3a4650", 1.1)
    cornice = box(((left + right) / 2, height, z + 2.9), (width + 0.2, 0.3, 6.4))
    return [
        Solid(body, wall, bump=0.1, bump_size=0.05),
        Solid(blend(0, *panes), glass, gloss=0.9),
        Solid(blend(0, *frames, cornice), plain("d9d4c8")),
    ]


def street(curb: float, far_curb: float) -> list[Solid]:
    """Pavement up to depth `curb`, a road to `far_curb`, pavement again."""
    road = two_tone("38383a", "4c4b4a", 0.5, 1.2)
    flags = tiled("8f8b84", "66625c", (0.6, 100, 0.6), 0.012)
    markings = colour("c9c7c0")

    def paint(p: Array) -> Array:
        on_road = ((p[2] > curb) & (p[2] < far_curb)).astype(np.float32)
        line = (np.abs(p[2] - (curb + far_curb) / 2) < 0.07) & (np.mod(p[0], 3) < 1.6)
        return mix(flags(p), mix(road(p), markings, line.astype(np.float32)), on_road)

    edges = [box((0, 0, z), (60, 0.16, 0.16), 0.03) for z in (curb, far_curb)]
    return [
        Solid(ground(), paint, bump=0.15, bump_size=0.02),
        Solid(blend(0, *edges), plain("9a968e"), casts_shadow=False),
    ]


def car(place: Frame, paint: str) -> list[Solid]:
    """A hatchback, 4 m long, its nose towards -x of the frame."""
    lower = place.block((0, 0.58, 0), (4.0, 0.62, 1.7), 0.2)
    nose = place.line((-1.5, 0.66, -0.5), (-1.5, 0.66, 0.5), 0.24, 0.24)
    shape = blend(0.12, lower, nose, _cabin(place))
    wells, tyres, rims = [], [], []
    turned_axes = Frame(place.centre, place.axes[:, [2, 1, 0]], place.scale)
    for x in (-1.25, 1.25):
        for z in (-0.76, 0.76):
            wells.append(turned_axes.drum((z, 0.33, x), 0.38, 0.4, 0.03))
            tyres.append(turned_axes.drum((z * 0.98, 0.31, x), 0.31, 0.2, 0.04))
            rims.append(turned_axes.drum((z * 1.0, 0.31, x), 0.19, 0.2, 0.01))
    for well in wells:
        shape = cut(shape, well)
    lamps = [place.ball((-1.9, 0.68, z), (0.12, 0.08, 0.16)) for z in (-0.6, 0.6)]
    lamps += [place.block((-2.0, 0.42, 0), (0.04, 0.11, 0.5))]
    body, glass, trim = plain(paint, 0.03), plain("11161b", 0.05), plain("15161a")

    def look(p: Array) -> Array:
        x, y, z = p
        high = (y > 0.95) & (y < 1.34)
        screen_edge, rear_edge = -1.06 + (y - 0.85) * 1.45, 1.72 - (y - 0.85) * 0.62
        inside = (x > screen_edge + 0.16) & (x < rear_edge - 0.2) & (np.abs(x - 0.33) > 0.04)
        side = (np.abs(z) > 0.5) & high & inside
        across = np.abs(z) < 0.72 - (y - 0.85) * 0.36
        front = across & high & ((x < screen_edge + 0.06) | (x > rear_edge - 0.06))
        sill = (y < 0.36) | (np.abs(x + 0.42) < 0.006) & (y > 0.4) & (y < 1.3) & (np.abs(z) > 0.5)
        tone = np.where(side | front, glass(p), body(p))
        return np.asarray(np.where(sill, trim(p), tone), np.float32)

    return [
        Solid(shape, local(look, place.centre, place.axes), gloss=0.4),
        Solid(blend(0, *tyres), plain("1b1b1c")),
        Solid(blend(0, *rims), plain("9b9da0"), gloss=0.8),
        Solid(blend(0, *lamps), plain("e8e8e4"), gloss=0.9),
    ]


def _cabin(place: Frame) -> Shape:
    """A car's cabin: planes for screen, rear, sides and roof, edges rounded."""
    origin = vector(place.at((0, 0, 0)))
    planes = (
        (-0.57, 0.82, 0.0, 1.21),
        (0.85, 0.53, 0.0, 1.84),
        (0.0, 0.34, 0.94, 1.0),
        (0, 1, 0, 1.36),
    )

    def distance(p: Array) -> Array:
        x, y, z = place.axes.T @ (p - origin)
        faces = [a * x + b * y + c * np.abs(z) - np.float32(d) for a, b, c, d in planes]
        outside = length(np.maximum(np.stack([*faces[:3], faces[3]]), 0))
        deep = np.minimum(np.maximum.reduce(faces), 0)
        return np.asarray(np.maximum(outside + deep - 0.07, 0.5 - y), np.float32)

    return Shape(distance, place.at((0.3, 0.95, 0)), 1.75)


def _dog_legs(place: Frame) -> list[Shape]:
    legs = []
    for z in (-0.08, 0.08):
        sway = 0.05 if z > 0 else -0.03
        legs += [
            place.line((-0.24, 0.42, z), (-0.25 + sway, 0.22, z), 0.06, 0.035),
            place.line((-0.25 + sway, 0.22, z), (-0.25 + sway, 0.04, z), 0.034, 0.03),
            place.ball((-0.28 + sway, 0.03, z), (0.055, 0.03, 0.035)),
        ]
        legs += [
            place.line((0.38, 0.46, z), (0.36 - sway, 0.28, z), 0.085, 0.05),
            place.line((0.36 - sway, 0.28, z), (0.44 - sway, 0.17, z), 0.045, 0.032),
            place.line((0.44 - sway, 0.17, z), (0.42 - sway, 0.04, z), 0.03, 0.028),
            place.ball((0.38 - sway, 0.03, z), (0.055, 0.03, 0.035)),
        ]
    return legs


def dog(place: Frame, coat: str, belly: str) -> list[Solid]:
    """A standing dog, 60 cm at the shoulder, its nose towards -x of the frame."""
    trunk = [
        place.ball((-0.2, 0.48, 0), (0.2, 0.165, 0.125)),
        place.ball((0.18, 0.5, 0), (0.26, 0.13, 0.11)),
        place.ball((0.36, 0.5, 0), (0.14, 0.14, 0.12)),
    ]
    neck = place.line((-0.28, 0.54, 0), (-0.43, 0.72, 0), 0.1, 0.08)
    head = [
        place.ball((-0.47, 0.77, 0), (0.115, 0.095, 0.09)),
        place.line((-0.52, 0.745, 0), (-0.66, 0.72, 0), 0.058, 0.04),
    ]
    tail = [
        place.line((0.47, 0.55, 0), (0.62, 0.68, 0.02), 0.035, 0.028),
        place.line((0.62, 0.68, 0.02), (0.68, 0.82, 0.03), 0.028, 0.015),
    ]
    ears = [
        place.line((-0.42, 0.83, z), (-0.385, 0.7, z * 1.25), 0.035, 0.028) for z in (-0.085, 0.085)
    ]
    over, under = plain(coat, 0.3, 0.2), plain(belly)

    def look(p: Array) -> Array:
        white = np.maximum(step(-p[1], -0.14, 0.06), step(-p[0], 0.6, 0.04))
        return mix(over(p), under(p), white)

    fur = wrinkled(blend(0.07, *trunk, neck, *head, *_dog_legs(place), *tail), 0.003, 0.06)
    nose = [place.ball((-0.695, 0.735, 0), (0.022, 0.02, 0.025))]
    nose += [place.ball((-0.555, 0.8, z), (0.014, 0.015, 0.014)) for z in (-0.058, 0.058)]
    return [
        Solid(fur, local(look, place.centre, place.axes), bump=0.35, bump_size=0.03),
        Solid(blend(0.02, *ears), plain(coat), bump=0.4, bump_size=0.015),
        Solid(blend(0, *nose), plain("0c0a0a"), gloss=0.8),
    ]


def sheep(place: Frame) -> list[Solid]:
    """A grazing sheep, its nose towards -x of the frame."""
    wool = wrinkled(
        wrinkled(
            blend(
                0.15,
                place.ball((-0.15, 0.62, 0), (0.38, 0.29, 0.26)),
                place.ball((0.25, 0.64, 0), (0.36, 0.28, 0.26)),
            ),
            0.012,
            0.13,
        ),
        0.01,
        0.31,
    )
    legs = [
        place.line((x, 0.45, z), (x, 0.04, z), 0.045, 0.035)
        for x in (-0.3, 0.38)
        for z in (-0.12, 0.12)
    ]
    head = [
        place.line((-0.42, 0.62, 0), (-0.6, 0.42, 0), 0.1, 0.085),
        place.line((-0.6, 0.42, 0), (-0.66, 0.2, 0), 0.08, 0.05),
    ]
    ears = [
        place.line((-0.58, 0.47, z), (-0.56, 0.44, z * 2.2), 0.025, 0.02) for z in (-0.08, 0.08)
    ]
    return [
        Solid(wool, two_tone("a59c88", "d8d0bd", 0.1), bump=0.9, bump_size=0.035),
        Solid(blend(0.04, *legs, *head, *ears), plain("2a2522"), bump=0.2),
    ]


def bench(place: Frame) -> list[Solid]:
    """A park bench, 1.6 m, its front towards -z."""
    slats = [place.block((0, 0.44, z), (1.6, 0.03, 0.09), 0.01) for z in (-0.16, -0.05, 0.06, 0.17)]
    slats += [
        place.block((0, y, 0.24 + 0.1 * (y - 0.5)), (1.6, 0.09, 0.03), 0.01)
        for y in (0.58, 0.71, 0.84)
    ]
    irons = []
    for x in (-0.7, 0.7):
        irons += [
            place.line((x, 0, -0.2), (x, 0.42, -0.18), 0.025, 0.025),
            place.line((x, 0, 0.25), (x, 0.9, 0.28), 0.025, 0.025),
            place.line((x, 0.42, -0.18), (x, 0.42, 0.25), 0.025, 0.025),
        ]
    return [
        Solid(blend(0, *slats), two_tone("5b3a22", "8d6239", 0.09), gloss=0.15),
        Solid(blend(0, *irons), plain("202224"), gloss=0.4),
    ]


def roof_house(place: Frame) -> list[Solid]:
    """A small house with a pitched roof, 8 m wide, front towards -z."""
    body = place.block((0, 1.6, 3), (8, 3.2, 6))
    doors, panes, trims = [], [], []
    for x in (-2.6, 2.4):
        body = cut(body, place.block((x, 1.6, 0), (1.3, 1.3, 0.3)))
        panes.append(place.block((x, 1.6, 0.12), (1.3, 1.3, 0.05)))
        trims += [
            place.block((x, 1.6, 0.04), (0.07, 1.3, 0.08)),
            place.block((x, 1.6, 0.04), (1.3, 0.07, 0.08)),
            place.block((x, 0.9, -0.05), (1.6, 0.1, 0.3)),
        ]
        trims += [place.block((x + s * 0.98, 1.6, -0.05), (0.5, 1.4, 0.05), 0.01) for s in (-1, 1)]
    doors.append(place.block((0, 1.05, -0.02), (1.0, 2.1, 0.1), 0.02))
    trims += [place.block((0, 0.08, -0.5), (1.6, 0.16, 1.0), 0.02)]
    slope = Frame(place.centre, place.axes, place.scale)
    gable = _gable(slope)
    chimney = place.block((2.2, 5.2, 3.4), (0.7, 2.2, 0.7))
    brick = tiled("8a4b38", "a89a8c", (0.24, 0.08, 100), 0.01)
    return [
        Solid(body, plain("d6c8a8", 0.1, 0.8), bump=0.15, bump_size=0.04),
        Solid(blend(0, *panes), two_tone("161c22", "47545e", 0.9), gloss=0.9),
        Solid(blend(0, *trims), plain("4b6a5c")),
        Solid(blend(0, *doors), plain("6d2c22"), gloss=0.3),
        Solid(
            gable,
            local(tiled("7d4534", "4e2a20", (0.3, 0.22, 100), 0.02), place.centre, place.axes),
            bump=0.3,
            bump_size=0.05,
        ),
        Solid(chimney, brick),
    ]


def _gable(place: Frame) -> Shape:
    """The roof: a wedge whose ridge runs along x."""
    origin = vector(place.at((0, 3.1, 3)))

    def distance(p: Array) -> Array:
        x, y, z = place.axes.T @ (p - origin)
        slope = (np.abs(z) * 0.62 + y - 2.2) * np.float32(0.85)
        return np.asarray(np.maximum(np.maximum(slope, -y), np.abs(x) - 4.3), np.float32)

    return Shape(distance, place.at((0, 4.2, 3)), 6.0)
