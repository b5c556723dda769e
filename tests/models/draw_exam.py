"""Draws the twenty pictures of tests/models/drawn, which no model has learnt from: `python -m tests.models.draw_exam`.

Each is drawn at random from its number: one of five places in colours, light and furniture of its own, every other
one with somebody in it, 1.3 to 4 m away, in clothes, a pose and a place of their own. None was chosen, none left out.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.pictures.film import develop
from tools.pictures.outdoors import (
    bench,
    bush,
    car,
    day_sky,
    dog,
    even_sky,
    facade,
    lawn,
    path,
    street,
    tree,
)
from tools.pictures.paint import Paint, plain, striped, tiled, two_tone
from tools.pictures.people import Looks, Pose, person
from tools.pictures.render import Light, Scene, Solid, render
from tools.pictures.rooms import (
    PALE_WOOD,
    WOOD,
    bookshelf,
    ceiling_light,
    chair,
    cupboard,
    door,
    floor_lamp,
    framed_picture,
    pot_plant,
    room,
    sofa,
    table,
    window,
)
from tools.pictures.shapes import standing

FOLDER = Path(__file__).resolve().parent / "drawn"
COUNT, SEED = 20, 20261130
WIDTH = 320
SKINS = ("e3b596", "c58f6f", "a8714e", "8d5a3c", "5d3a28")
HAIRS = ("1a1310", "3a2616", "6a4020", "8c6a3c", "9a948c")
STYLES = ("short", "long", "bun", "cap", "bald")
LOW_SUN = (-12.0, 16.0, -12.0)
Random = np.random.Generator


def _colour(random: Random, dark: int = 40, bright: int = 200) -> str:
    return "".join(f"{value:02x}" for value in random.integers(dark, bright, 3))


def _cloth(random: Random) -> Paint:
    if random.random() < 0.3:
        return striped(_colour(random), _colour(random), random.uniform(0.05, 0.12))
    return plain(_colour(random, 25))


def _somebody(random: Random, near: float, far: float) -> list[Solid]:
    away = random.uniform(near, far)
    swing = random.uniform(-0.3, 0.3)
    raised = random.random() < 0.25
    pose = Pose(
        pelvis=0.91,
        lean=random.uniform(-2, 5),
        hands=(
            (-0.1, random.uniform(-0.5, -0.4), -swing),
            (0.24, 0.2, 0.16) if raised else (0.1, random.uniform(-0.5, -0.4), swing),
        ),
        feet=((-0.09, 0.09, swing), (0.09, 0.09, -swing)),
        look=(random.uniform(-30, 30), random.uniform(-5, 10)),
    )
    looks = Looks(
        skin=str(random.choice(SKINS)),
        hair=str(random.choice(HAIRS)),
        hair_style=str(random.choice(STYLES)),
        top=_cloth(random),
        jacket=plain(_colour(random, 20, 120)) if random.random() < 0.3 else None,
        bottom=plain(_colour(random, 25, 130)),
        long_sleeves=bool(random.random() < 0.6),
        stout=random.uniform(0.9, 1.15),
    )
    place = (random.uniform(-0.16, 0.16) * away, away)
    return person(place, random.uniform(-50, 50), pose, looks, random.uniform(1.55, 1.9))


def _indoors(random: Random, solids: list[Solid], depth: float) -> Scene:
    warm = random.uniform(0.75, 1.0)
    lamp = Light((random.uniform(-1.5, 1.5), 2.3, 0.4), (1.9, 1.85 * warm, 1.7 * warm), 0.25, 2.3)
    back = Light((random.uniform(-1, 1), 2.2, depth - 1), (1.1, 1.1 * warm, warm), 0.3, 1.7)
    eye = (random.uniform(-0.3, 0.3), random.uniform(1.3, 1.6), -0.2)
    scene = Scene(solids, [lamp, back], even_sky("a39c90"), (0.3, 0.29, 0.28), (0.18, 0.16, 0.13))
    target = (0.0, random.uniform(0.95, 1.15), 2.6)
    exposure = random.uniform(0.75, 1.3)
    return replace(scene, eye=eye, target=target, focus=2.4, blur=2.0, exposure=exposure)


def _outdoors(random: Random, solids: list[Solid]) -> Scene:
    sun = Light((LOW_SUN[0] * random.choice((-1, 1)), *LOW_SUN[1:]), (2.6, 2.35, 2.0), 0.06)
    sky = day_sky("3a70b8", "abc8e6", random.uniform(0.3, 0.8))
    scene = Scene(solids, [sun], sky, (0.5, 0.57, 0.68), (0.17, 0.19, 0.1), haze=150)
    eye = (0.0, random.uniform(1.3, 1.6), 0.0)
    return replace(scene, eye=eye, target=(0.0, 1.1, 4.0), focus=3.5, blur=1.5,
                   exposure=random.uniform(0.75, 1.25))  # fmt: skip


def _living(random: Random, guests: list[Solid]) -> Scene:
    floor = tiled("8a6a45", "5f482e", (1.4, 100, 0.13), 0.006)
    walls = room(5.4, 4.4, 2.6, plain(_colour(random, 120, 210), 0.06), floor, 0.2)
    art = two_tone(_colour(random), _colour(random, 120), 0.25)
    side = float(random.choice((-1, 1)))
    furniture = [
        *sofa(standing(side, 3.7), plain(_colour(random))),
        *floor_lamp(standing(-1.6 * side, 3.6), 2.5),
        *framed_picture(standing(side, 4.38, y=1.6), 0.9, 0.6, art),
        *pot_plant(standing(-0.5 * side, 3.9), 16, int(random.integers(99))),
    ]
    return _indoors(random, [*walls, *furniture, *guests], 4.4)


def _office(random: Random, guests: list[Solid]) -> Scene:
    floor = tiled("7d8486", "62686a", (0.5, 100, 0.5), 0.008, 0.12)
    walls = room(5, 4.2, 2.7, plain(_colour(random, 140, 215), 0.05), floor)
    side = float(random.choice((-1, 1)))
    furniture = [
        *bookshelf(standing(-0.9 * side, 3.95), int(random.integers(99))),
        *window(standing(1.0 * side, 4.15, y=1.55), 1.3, 1.3, 1.5),
        *cupboard(standing(1.9 * side, 3.7), 0.9, 1.1, 0.5, plain(_colour(random))),
        table(standing(-1.4 * side, 2.8), 1.2, 0.7, 0.73, PALE_WOOD),
        chair(standing(-1.2 * side, 3.3, 20), WOOD),
    ]
    return _indoors(random, [*walls, *furniture, *guests], 4.2)


def _corridor(random: Random, guests: list[Solid]) -> Scene:
    floor = tiled(_colour(random, 90, 160), "6f6a62", (0.6, 100, 0.6), 0.008, 0.1)
    walls = room(2.6, 9, 2.6, plain(_colour(random, 130, 215), 0.06, 0.8), floor, 0.35)
    leaf = plain(_colour(random))
    doors = [
        s for z in (3.2, 6.4) for x in (-1, 1) for s in door(standing(x * 1.28, z, x * 90), leaf)
    ]
    lights = [ceiling_light(0, 2.58, z, 1.1, 0.3) for z in (1.5, 4.5, 7.5)]
    return _indoors(random, [*walls, *doors, *lights, *guests], 5.5)


def _park(random: Random, guests: list[Solid]) -> Scene:
    seeds = random.integers(0, 999, 5).tolist()
    plants = [
        *tree(random.uniform(-5, -3), random.uniform(8, 12), 6.5, seeds[0]),
        *tree(random.uniform(3, 5), random.uniform(9, 14), 7.5, seeds[1]),
        bush(random.uniform(-2, 2), random.uniform(8, 12), 1.2, seeds[2]),
        bush(random.uniform(4, 6), 11, 1.4, seeds[3]),
    ]
    side = float(random.choice((-1, 1)))
    more = bench(standing(1.7 * side, 6, -30 * side))
    if not guests and random.random() < 0.5:
        more = dog(standing(0.6 * side, 3.2, random.uniform(-180, 180)), _colour(random), "c9b594")
    return _outdoors(random, [lawn(), path(0.6 * side, 1.6, 0.05 * side), *plants, *more, *guests])


def _street(random: Random, guests: list[Solid]) -> Scene:
    brick = tiled(_colour(random, 90, 170), "a39a8e", (0.25, 0.09, 100), 0.01)
    plaster = plain(_colour(random, 120, 210), 0.1, 1)
    split = random.uniform(-3, 3)
    houses = [*facade(12, -10, split, 9.5, brick, 1), *facade(12, split, 10, 10.5, plaster, 2)]
    parked = car(standing(random.uniform(-2.5, 2.5), 7.4, random.uniform(-8, 8)), _colour(random))
    return _outdoors(random, [*street(6.2, 10.2), *houses, *parked, *guests])


PLACES = (_living, _office, _corridor, _park, _street)


def draw(number: int, width: int = WIDTH) -> NDArray[np.uint8]:
    """(3/4 width, width, 3) BGR; numbers that are even have somebody in them."""
    random = np.random.default_rng((SEED, number))
    place = number // 2 % len(PLACES)
    far = 2.8 if place < 3 else 4.0
    guests = _somebody(random, 1.5, far) if number % 2 == 0 else []
    scene = PLACES[place](random, guests)
    light, depth = render(scene, width, width * 3 // 4)
    return develop(np.minimum(light, 3), depth, scene.focus, scene.blur, scene.exposure, number)


def name_of(number: int) -> str:
    """00_person_living, 01_living."""
    place = PLACES[number // 2 % len(PLACES)].__name__.removeprefix("_")
    return f"{number:02d}_{'person_' if number % 2 == 0 else ''}{place}"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in range(COUNT):
        cv2.imwrite(
            str(FOLDER / f"{name_of(each)}.jpg"), draw(each), [cv2.IMWRITE_JPEG_QUALITY, 88]
        )
