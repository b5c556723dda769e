"""Rooms and what stands in them. Furniture fronts look towards the viewer (-z) when not turned."""

from __future__ import annotations

import numpy as np

from tools.pictures.paint import Paint, colour, plain, striped, two_tone
from tools.pictures.render import Solid
from tools.pictures.shapes import Frame, Shape, blend, cut, standing, tilted, wrinkled

WOOD = two_tone("5b3a22", "8d6239", 0.09)
PALE_WOOD = two_tone("a98557", "c9a879", 0.12)


def wall(axis: int, place: float, towards: float, paint: Paint, gloss: float = 0.0) -> Solid:
    """An endless wall across an axis at `place`; its open side is `towards` (+1 or -1)."""
    shape = Shape(
        lambda p: np.asarray((p[axis] - np.float32(place)) * towards, np.float32), (0, 0, 0), np.inf
    )
    return Solid(shape, paint, gloss=gloss)


def room(
    width: float, depth: float, height: float, walls: Paint, floor: Paint, shine: float = 0.1
) -> list[Solid]:
    """Floor, ceiling, back and side walls; open behind the viewer."""
    return [
        wall(1, 0, 1, floor, shine),
        wall(1, height, -1, plain("e8e6e0", 0.04)),
        wall(2, depth, -1, walls),
        wall(0, -width / 2, 1, walls),
        wall(0, width / 2, -1, walls),
    ]


def sofa(place: Frame, paint: Paint) -> list[Solid]:
    """A two-seater, 2 m wide."""
    parts = [
        place.block((0, 0.22, 0), (1.9, 0.26, 0.85), 0.06),
        place.block((0, 0.55, 0.36), (1.9, 0.62, 0.22), 0.1),
        *(place.block((x, 0.36, 0), (0.22, 0.5, 0.88), 0.09) for x in (-0.95, 0.95)),
    ]
    seats = [place.block((x, 0.4, -0.05), (0.82, 0.18, 0.75), 0.07) for x in (-0.42, 0.42)]
    backs = [place.block((x, 0.66, 0.24), (0.8, 0.42, 0.18), 0.08) for x in (-0.42, 0.42)]
    soft = wrinkled(blend(0.01, *seats, *backs), 0.012, 0.3)
    legs = [
        place.block((x, 0.05, z), (0.06, 0.1, 0.06)) for x in (-0.9, 0.9) for z in (-0.35, 0.35)
    ]
    return [
        Solid(blend(0.03, *parts), paint, bump=0.15, bump_size=0.02),
        Solid(soft, paint, bump=0.15, bump_size=0.02),
        Solid(blend(0, *legs), WOOD),
    ]


def cushion(place: Frame, paint: Paint) -> Solid:
    """A square cushion, 45 cm."""
    return Solid(wrinkled(place.block((0, 0.2, 0), (0.45, 0.4, 0.14), 0.065), 0.01, 0.2), paint)


def table(place: Frame, width: float, depth: float, height: float, paint: Paint) -> Solid:
    """A plain table on four legs."""
    x, z = width / 2 - 0.06, depth / 2 - 0.06
    legs = [
        place.block((sx * x, height / 2, sz * z), (0.06, height - 0.02, 0.06), 0.008)
        for sx in (-1, 1)
        for sz in (-1, 1)
    ]
    top = place.block((0, height, 0), (width, 0.04, depth), 0.01)
    return Solid(blend(0, top, *legs), paint, gloss=0.25)


def chair(place: Frame, paint: Paint) -> Solid:
    """A wooden chair."""
    rails = [place.block((0, y, 0.19), (0.38, 0.06, 0.02), 0.008) for y in (0.62, 0.74, 0.86)]
    back = [place.line((x, 0, 0.2), (x, 0.92, 0.23), 0.02, 0.018) for x in (-0.19, 0.19)]
    front = [place.line((x, 0, -0.19), (x, 0.45, -0.18), 0.018, 0.02) for x in (-0.19, 0.19)]
    seat = place.block((0, 0.46, 0), (0.42, 0.04, 0.42), 0.015)
    return Solid(blend(0.01, seat, *rails, *back, *front), paint, gloss=0.2)


def floor_lamp(place: Frame, glow: float) -> list[Solid]:
    """A standing lamp, 1.6 m; the shade glows, light itself comes from a Light put there."""
    rod = blend(
        0,
        place.line((0, 0, 0), (0, 1.4, 0), 0.012, 0.012),
        place.ball((0, 0, 0), (0.15, 0.03, 0.15)),
    )
    shade = place.line((0, 1.36, 0), (0, 1.52, 0), 0.19, 0.13)
    return [
        Solid(rod, plain("3a3632"), gloss=0.5),
        Solid(shade, plain("f2d9a8", 0.05), glow=glow, casts_shadow=False),
    ]


def pot_plant(place: Frame, leaves: int = 16, seed: int = 1) -> list[Solid]:
    """A plant of long leaves in a pot, about 1 m tall."""
    rng = np.random.default_rng(seed)
    pot = cut(
        place.line((0, 0.1, 0), (0, 0.26, 0), 0.13, 0.17), place.block((0, 0.45, 0), (1, 0.3, 1))
    )
    blades = []
    for turn in rng.uniform(0, 2 * np.pi, leaves):
        out, high = rng.uniform(0.15, 0.42), rng.uniform(0.45, 1.0)
        x, z = float(np.cos(turn)), float(np.sin(turn))
        middle = (x * out * 0.45, high * 0.8, z * out * 0.45)
        blades.append(place.line((0, 0.2, 0), middle, 0.012, 0.04))
        blades.append(place.line(middle, (x * out, high, z * out), 0.04, 0.006))
    return [
        Solid(pot, plain("a5583a"), bump=0.1),
        Solid(blend(0.01, *blades), two_tone("1f4a1c", "4f8a3a", 0.1), gloss=0.2),
    ]


def window(place: Frame, width: float, height: float, glow: float) -> list[Solid]:
    """A bright window with its frame; the frame's origin is the middle of the window."""
    sky = colour("cfe0f2")
    pane = place.block((0, 0, 0.02), (width, height, 0.02))
    bars = [
        place.block((0, y, -0.02), (width + 0.1, 0.06, 0.06)) for y in (-height / 2, height / 2)
    ]
    bars += [
        place.block((x, 0, -0.02), (0.06, height + 0.1, 0.06)) for x in (-width / 2, 0, width / 2)
    ]
    bars.append(place.block((0, -height / 2 - 0.05, -0.04), (width + 0.2, 0.03, 0.12)))
    return [
        Solid(pane, lambda p: sky * (0.75 + 0.25 * np.sin(p[1:2] * 2.2)), glow=glow),
        Solid(blend(0, *bars), plain("ece8e0", 0.05), gloss=0.2),
    ]


def curtain(place: Frame, height: float, paint: Paint) -> Solid:
    """A hanging curtain, 60 cm wide, in folds."""
    folds = [
        place.line((x, 0, 0.03 * (i % 2)), (x, height, 0.03 * (i % 2)), 0.06, 0.045)
        for i, x in enumerate(np.arange(-0.3, 0.31, 0.085).tolist())
    ]
    return Solid(blend(0.04, *folds), paint)


def door(place: Frame, paint: Paint) -> list[Solid]:
    """A closed door with its frame, 0.9 x 2.05 m; origin at the foot of its middle."""
    leaf = place.block((0, 1.02, 0), (0.86, 2.02, 0.06), 0.005)
    for y, high in ((0.5, 0.6), (1.42, 0.85)):
        leaf = cut(leaf, place.block((0, y, -0.05), (0.56, high, 0.07)), 0.01)
    sides = [place.block((x, 1.04, -0.01), (0.09, 2.1, 0.1), 0.01) for x in (-0.47, 0.47)]
    sides.append(place.block((0, 2.1, -0.01), (1.03, 0.09, 0.1), 0.01))
    knob = place.line((0.36, 1.02, -0.1), (0.26, 1.02, -0.1), 0.014, 0.012)
    return [
        Solid(leaf, paint, gloss=0.1),
        Solid(blend(0, *sides), plain("e4dfd4", 0.05)),
        Solid(knob, plain("8f8a80"), gloss=0.9),
    ]


def framed_picture(place: Frame, width: float, height: float, paint: Paint) -> list[Solid]:
    """A picture on a wall."""
    return [
        Solid(place.block((0, 0, 0), (width + 0.1, height + 0.1, 0.04), 0.01), WOOD, gloss=0.2),
        Solid(place.block((0, 0, -0.018), (width, height, 0.02)), paint),
    ]


def bookshelf(place: Frame, seed: int = 3) -> list[Solid]:
    """A shelf full of books, 1 m wide and 1.9 m tall."""
    rng = np.random.default_rng(seed)
    boards = [place.block((0, y, 0), (1.0, 0.03, 0.28)) for y in (0.04, 0.5, 0.96, 1.42, 1.88)]
    boards += [place.block((x, 0.95, 0), (0.03, 1.9, 0.28)) for x in (-0.5, 0.5)]
    boards.append(place.block((0, 0.95, 0.14), (1.0, 1.9, 0.02)))
    solids = [Solid(blend(0, *boards), PALE_WOOD)]
    inks = ("7a2f2a", "2d4a68", "3f5a3a", "b59a5a", "5a3c5e", "c8c0b0", "31343a")
    for floor in (0.055, 0.515, 0.975, 1.435):
        groups: dict[str, list[Shape]] = {ink: [] for ink in inks}
        x = -0.45
        while x < 0.44:
            wide, tall = rng.uniform(0.02, 0.05), rng.uniform(0.24, 0.38)
            book = place.block((x + wide / 2, floor + tall / 2, 0.02), (wide, tall, 0.2), 0.004)
            groups[str(rng.choice(inks))].append(book)
            x += wide + 0.003 + (0.08 if rng.random() < 0.06 else 0)
        solids += [Solid(blend(0, *books), plain(ink)) for ink, books in groups.items() if books]
    return solids


def rug(place: Frame, width: float, depth: float, first: str, second: str) -> Solid:
    """A striped rug."""
    shape = place.block((0, 0.006, 0), (width, 0.02, depth), 0.006)
    return Solid(shape, striped(first, second, 0.22, axis=0, share=0.35), bump=0.3, bump_size=0.01)


def laptop(place: Frame) -> Solid:
    """An open laptop, 34 cm wide, its screen towards +z of the frame."""
    lid = Frame(
        np.array(place.at((0, 0.12, -0.16)), np.float32), place.axes @ tilted(-18), place.scale
    )
    base = place.block((0, 0.01, 0), (0.34, 0.02, 0.24), 0.006)
    shape = blend(0, base, lid.block((0, 0, 0), (0.34, 0.24, 0.012), 0.005))
    return Solid(shape, plain("6f7276", 0.03), gloss=0.3)


def cupboard(place: Frame, width: float, height: float, depth: float, paint: Paint) -> list[Solid]:
    """A cupboard with doors 45 cm wide."""
    body = place.block((0, height / 2, 0), (width, height, depth), 0.01)
    knobs = []
    for x in np.arange(-width / 2 + 0.45, width / 2 - 0.05, 0.45).tolist():
        body = cut(body, place.block((x, height / 2, -depth / 2), (0.012, height - 0.06, 0.03)))
        knobs.append(place.ball((x - 0.05, height * 0.8, -depth / 2 - 0.02), (0.015, 0.015, 0.02)))
    return [Solid(body, paint, gloss=0.15), Solid(blend(0, *knobs), plain("8f8a80"), gloss=0.9)]


def fruit_bowl(place: Frame) -> list[Solid]:
    """Oranges and apples in a bowl, 40 cm wide."""
    bowl = cut(
        place.ball((0, 0.12, 0), (0.21, 0.13, 0.21)), place.ball((0, 0.14, 0), (0.19, 0.12, 0.19))
    )
    bowl = cut(bowl, place.block((0, 0.3, 0), (1, 0.32, 1)), 0.01)
    oranges = [
        place.ball((x, y, z), (0.055,) * 3)
        for x, y, z in ((-0.07, 0.13, -0.04), (0.08, 0.13, 0.04), (0.0, 0.19, 0.02))
    ]
    apples = [
        place.ball((x, y, z), (0.05, 0.046, 0.05))
        for x, y, z in ((0.05, 0.13, -0.08), (-0.06, 0.13, 0.08), (-0.02, 0.18, -0.06))
    ]
    return [
        Solid(bowl, plain("4f6a7c", 0.05), gloss=0.6),
        Solid(blend(0, *oranges), plain("d87a1e"), gloss=0.3, bump=0.15, bump_size=0.004),
        Solid(blend(0, *apples), two_tone("7e1b14", "b5512a", 0.05), gloss=0.5),
    ]


def vase(place: Frame) -> list[Solid]:
    """A vase of tulips, 55 cm tall."""
    body = blend(
        0.06,
        place.ball((0, 0.11, 0), (0.085, 0.11, 0.085)),
        place.line((0, 0.18, 0), (0, 0.27, 0), 0.035, 0.045),
    )
    tips = [
        (-0.12, 0.47, 0.02),
        (0.1, 0.5, -0.04),
        (0.0, 0.55, 0.05),
        (0.05, 0.43, 0.1),
        (-0.05, 0.45, -0.1),
    ]
    stems = [place.line((0, 0.22, 0), tip, 0.007, 0.006) for tip in tips]
    blooms = [place.ball((x, y + 0.02, z), (0.032, 0.045, 0.032)) for x, y, z in tips]
    return [
        Solid(body, plain("d8d4c8", 0.05), gloss=0.6),
        Solid(blend(0, *stems), plain("3f6f34")),
        Solid(blend(0, *blooms), plain("c2402f")),
    ]


def ceiling_light(x: float, y: float, z: float, width: float, depth: float) -> Solid:
    """A bright panel under the ceiling."""
    return Solid(
        standing(x, z, y=y).block((0, 0, 0), (width, 0.04, depth)),
        plain("fff6e6", 0.02),
        glow=3.0,
        casts_shadow=False,
    )
