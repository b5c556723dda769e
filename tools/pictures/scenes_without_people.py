"""The pictures that show nobody."""

from __future__ import annotations

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
    roof_house,
    sheep,
    street,
    tree,
)
from tools.pictures.paint import plain, striped, tiled, two_tone
from tools.pictures.render import Light, Scene
from tools.pictures.rooms import (
    PALE_WOOD,
    WOOD,
    ceiling_light,
    chair,
    cupboard,
    cushion,
    door,
    floor_lamp,
    framed_picture,
    fruit_bowl,
    pot_plant,
    room,
    rug,
    sofa,
    table,
    vase,
    window,
)
from tools.pictures.shapes import standing


def living_room() -> Scene:
    """A sofa, a low table, a lamp."""
    cushions = [
        cushion(standing(-0.55, 2.95, 12, 0.5), plain("b5562f")),
        cushion(standing(0.5, 2.98, -14, 0.5), striped("d9cdb2", "43566a", 0.09, 0)),
    ]
    return Scene(
        [
            *room(
                5.6,
                3.8,
                2.6,
                plain("c3b9a2", 0.06),
                tiled("8a6a45", "5f482e", (1.4, 100, 0.13), 0.006),
                0.2,
            ),
            *sofa(standing(0, 3.1), plain("50667a")),
            *cushions,
            rug(standing(0, 2.1), 2.6, 1.5, "8a4a3a", "cdbd98"),
            table(standing(0, 2.0), 1.0, 0.55, 0.38, WOOD),
            *fruit_bowl(standing(0.1, 2.0, y=0.4)),
            *floor_lamp(standing(1.55, 3.2), 2.5),
            *pot_plant(standing(-1.65, 3.2), 18, 4),
            *framed_picture(
                standing(0, 3.77, y=1.62), 1.1, 0.65, two_tone("2f5a6a", "d8b878", 0.3)
            ),
        ],
        [
            Light((-1.8, 2.4, 0.4), (1.8, 1.7, 1.5), 0.25, 2.4),
            Light((1.55, 1.5, 2.9), (1.4, 1.05, 0.65), 0.3, 1.0),
        ],
        even_sky("a39c90"),
        (0.3, 0.29, 0.28),
        (0.18, 0.15, 0.12),
        eye=(0.3, 1.5, -0.5),
        target=(0, 0.8, 3),
        focus=3,
        blur=1.5,
        zoom=0.95,
    )


def parked_car() -> Scene:
    """A red car at the curb."""
    houses = facade(11.5, -10, 0.5, 9, plain("b7a98c", 0.1, 1), 1) + facade(
        11.5, 0.5, 10, 10, tiled("7f5040", "9a9186", (0.25, 0.09, 100), 0.01), 2
    )
    return Scene(
        [*street(4.2, 9.6), *houses, *car(standing(0, 6.0, 12), "9c1f1a")],
        [Light((14, 15, -7), (2.6, 2.35, 2.0), 0.06)],
        day_sky("5f87b8", "b4cae0", 0.7),
        (0.5, 0.56, 0.66),
        (0.22, 0.2, 0.17),
        eye=(0, 1.6, 0),
        target=(0, 1.0, 6),
        focus=6,
        blur=1,
        zoom=1.1,
    )


def dogs_on_lawn() -> Scene:
    """Two dogs in a park."""
    return Scene(
        [
            lawn(),
            *dog(standing(-0.33, 2.75, -10), "5a3a22", "c9b594"),
            *dog(standing(0.72, 2.95, 150), "c9b594", "e0d4bc"),
            *tree(-4.5, 10, 6.5, 21),
            *tree(4, 13, 8, 22),
            bush(1.6, 8, 1.1, 23),
            bush(-1.6, 11, 1.3, 24),
        ],
        [Light((-9, 15, -12), (2.6, 2.35, 2.0), 0.06)],
        day_sky("3a70b8", "abc8e6", 0.5),
        (0.5, 0.57, 0.68),
        (0.17, 0.19, 0.1),
        eye=(0, 1.25, -0.2),
        target=(0.05, 0.5, 2.6),
        focus=2.9,
        blur=3,
        zoom=1.15,
        haze=150,
    )


def trees() -> Scene:
    """A meadow with trees and a bench."""
    return Scene(
        [
            lawn(),
            path(-1.2, 1.4, 0.12),
            *tree(-2.6, 8, 6, 31),
            *tree(2.9, 10, 7.5, 32),
            *tree(-7, 16, 9, 33),
            *tree(8, 18, 9, 34),
            bush(5, 12, 1.4, 35),
            bush(-4.8, 11, 1.1, 36),
            *bench(standing(1.2, 6.2, 20)),
        ],
        [Light((12, 14, -8), (2.7, 2.35, 1.9), 0.06)],
        day_sky("2f66b4", "abc8e6", 0.6),
        (0.5, 0.58, 0.7),
        (0.16, 0.19, 0.1),
        eye=(0, 1.6, -2.5),
        target=(0, 2.0, 8),
        focus=8,
        blur=1,
        zoom=0.9,
        haze=140,
    )


def house() -> Scene:
    """A house with a garden."""
    return Scene(
        [
            lawn(),
            path(0.4, 1.3),
            *roof_house(standing(0.4, 9.5, -8)),
            *tree(-6.5, 12, 7.5, 41),
            *tree(8.2, 14, 8, 42),
            bush(-2.2, 8.6, 0.8, 43),
            bush(3.1, 8.4, 0.9, 44),
            bush(4.6, 9, 1.1, 45),
        ],
        [Light((-12, 16, -10), (2.7, 2.4, 2.0), 0.06)],
        day_sky("3a70b8", "abc8e6", 0.55),
        (0.5, 0.57, 0.68),
        (0.18, 0.19, 0.12),
        eye=(-0.6, 1.7, 0),
        target=(0.2, 2.2, 9),
        focus=9,
        blur=1,
        zoom=1.0,
        haze=200,
    )


def kitchen_table() -> Scene:
    """A laid table by a window, with fruit and flowers."""
    return Scene(
        [
            *room(
                4.6,
                3.6,
                2.6,
                plain("d3cbb4", 0.05),
                tiled("a39a8a", "7b7468", (0.4, 100, 0.4), 0.008, 0.15),
                0.3,
            ),
            *window(standing(0.5, 3.55, y=1.55), 1.5, 1.2, 1.6),
            *cupboard(standing(-1.45, 3.3), 1.3, 0.95, 0.55, plain("5f7a78", 0.04)),
            table(standing(0.25, 1.9), 1.5, 0.85, 0.74, PALE_WOOD),
            *fruit_bowl(standing(-0.05, 1.8, y=0.76)),
            *vase(standing(0.5, 2.0, y=0.76)),
            chair(standing(-0.35, 2.6, 10), WOOD),
            chair(standing(0.85, 2.65, -8), WOOD),
        ],
        [
            Light((-1.5, 2.4, 0.2), (1.6, 1.55, 1.4), 0.25, 2.2),
            Light((0.5, 1.9, 3.2), (1.5, 1.6, 1.75), 0.4, 1.4),
        ],
        even_sky("a8a49c"),
        (0.32, 0.32, 0.33),
        (0.2, 0.18, 0.16),
        eye=(0, 1.5, -0.1),
        target=(0.15, 0.9, 2),
        focus=1.9,
        blur=2,
        zoom=0.95,
    )


def empty_corridor() -> Scene:
    """A corridor with doors and nobody in it."""
    doors = [
        s
        for z in (3.0, 5.6)
        for x in (-1, 1)
        for s in door(standing(x * 1.28, z, x * 90), plain("5a6e80"))
    ]
    lights = [ceiling_light(0, 2.58, z, 1.1, 0.3) for z in (1.5, 4.0, 6.5)]
    floor = tiled("7d8486", "62686a", (0.5, 100, 0.5), 0.008, 0.12)
    return Scene(
        [
            *room(2.6, 8, 2.6, plain("c9cbc4", 0.05, 0.8), floor, 0.4),
            *doors,
            *lights,
            *window(standing(0, 7.95, y=1.45), 1.2, 1.3, 1.8),
            *pot_plant(standing(-0.95, 7.3), 16, 9),
        ],
        [
            Light((0, 2.5, 1.4), (1.5, 1.5, 1.45), 0.25, 1.8),
            Light((0, 2.5, 5.2), (1.3, 1.35, 1.35), 0.25, 1.6),
        ],
        even_sky("b0b0aa"),
        (0.32, 0.32, 0.32),
        (0.2, 0.2, 0.19),
        eye=(-0.15, 1.5, 0),
        target=(0.05, 1.15, 4),
        focus=4,
        blur=1,
        zoom=0.9,
    )


def sheep_on_hill() -> Scene:
    """Sheep on a meadow."""
    return Scene(
        [
            lawn(),
            *sheep(standing(-0.55, 3.4, 15)),
            *sheep(standing(1.4, 5.2, 200)),
            *sheep(standing(-2.4, 7.5, -30)),
            *tree(4.5, 12, 7, 51),
            *tree(-6, 15, 8, 52),
            bush(1, 14, 1.6, 53),
        ],
        [Light((9, 15, -10), (2.6, 2.35, 2.0), 0.06)],
        day_sky("3a70b8", "abc8e6", 0.65),
        (0.5, 0.57, 0.68),
        (0.17, 0.19, 0.1),
        eye=(0, 1.3, 0),
        target=(0, 0.7, 4),
        focus=3.6,
        blur=1.5,
        zoom=1.05,
        haze=140,
    )
