"""The pictures that show people."""

from __future__ import annotations

from tools.pictures.outdoors import (
    bench,
    bush,
    car,
    day_sky,
    even_sky,
    facade,
    lawn,
    path,
    street,
    tree,
)
from tools.pictures.paint import plain, striped, tiled, two_tone
from tools.pictures.people import Looks, Pose, person
from tools.pictures.render import Light, Scene, Solid
from tools.pictures.rooms import (
    PALE_WOOD,
    WOOD,
    bookshelf,
    ceiling_light,
    chair,
    curtain,
    door,
    floor_lamp,
    framed_picture,
    laptop,
    pot_plant,
    room,
    rug,
    sofa,
    table,
    window,
)
from tools.pictures.shapes import standing

WALKING = Pose(
    pelvis=0.91,
    lean=3,
    hands=((-0.07, -0.45, 0.22), (0.09, -0.46, -0.2)),
    feet=((-0.08, 0.1, -0.3), (0.08, 0.08, 0.32)),
)
SUN = Light((-12, 22, -14), (2.6, 2.35, 2.0), 0.06)


def hallway() -> Scene:
    """Someone comes towards us along a corridor."""
    doors = [
        s
        for z in (3.2, 6.4)
        for x in (-1, 1)
        for s in door(standing(x * 1.28, z, x * 90), plain("8a6a48"))
    ]
    looks = Looks(
        top=plain("d8d4cc"), jacket=plain("27344a"), bottom=plain("3a3a40"), hair="1d1512"
    )
    lights = [ceiling_light(0, 2.58, z, 1.1, 0.3) for z in (1.5, 4.5, 7.5)]
    floor = tiled("8f8a80", "6f6a62", (0.6, 100, 0.6), 0.008, 0.1)
    return Scene(
        [
            *room(2.6, 9, 2.6, plain("cfc6b4", 0.06, 0.8), floor, 0.35),
            *doors,
            *lights,
            *person((-0.25, 2.5), 4, WALKING, looks),
        ],
        [
            Light((0.2, 2.5, 1.4), (1.7, 1.6, 1.45), 0.25, 1.8),
            Light((0, 2.5, 4.6), (1.5, 1.45, 1.3), 0.25, 1.6),
        ],
        even_sky("b8b2a6"),
        (0.33, 0.32, 0.3),
        (0.2, 0.19, 0.17),
        eye=(0.25, 1.45, 0),
        target=(0.05, 1.0, 3),
        focus=2.5,
        blur=3,
        zoom=0.92,
    )


def portrait() -> Scene:
    """Head and shoulders of a woman before a bookshelf."""
    looks = Looks(skin="d39c7c", hair="4a2a18", hair_style="long", top=plain("2f5f68"), stout=0.9)
    pose = Pose(look=(6, 3))
    return Scene(
        [
            *room(5, 3.4, 2.7, plain("b9ae9c"), WOOD),
            *bookshelf(standing(-0.75, 3.1)),
            *bookshelf(standing(0.4, 3.1), 8),
            *pot_plant(standing(1.25, 2.7)),
            *person((0.05, 1.15), 14, pose, looks, 1.68),
        ],
        [
            Light((-2.2, 2.4, -0.6), (2.4, 2.15, 1.85), 0.2, 2.2),
            Light((2.5, 2, 0.4), (0.5, 0.56, 0.68), 0.3, 2.4),
        ],
        even_sky("8d8a86"),
        (0.26, 0.26, 0.27),
        (0.15, 0.13, 0.12),
        eye=(0, 1.48, 0),
        target=(0.02, 1.42, 1.1),
        focus=1.1,
        blur=4,
        zoom=1.35,
    )


def _walkers() -> list[Solid]:
    first = person(
        (-0.55, 3.7),
        35,
        WALKING,
        Looks(top=striped("e0dcd0", "2c3f66", 0.09), bottom=plain("34465f"), hair="5c3b20"),
        1.8,
    )
    second = person(
        (0.35, 3.9),
        25,
        Pose(
            pelvis=0.92,
            hands=((-0.12, -0.45, 0.12), (0.05, -0.28, 0.3)),
            feet=((-0.08, 0.08, 0.25), (0.08, 0.1, -0.25)),
            look=(-25, 0),
        ),
        Looks(
            skin="8d5a3c",
            hair="120d0b",
            hair_style="bun",
            top=plain("c24a3a"),
            bottom=plain("25252b"),
            long_sleeves=False,
        ),
        1.66,
    )
    return first + second


def crossing_street() -> Scene:
    """Two people walk past houses and a parked car."""
    houses = facade(
        12, -9, -1, 9.5, tiled("8c5a45", "a39a8e", (0.25, 0.09, 100), 0.01), 1
    ) + facade(12, -1, 9, 10.5, plain("c9b68f", 0.1, 1), 2)
    return Scene(
        [*street(6.2, 10.2), *houses, *car(standing(2.6, 7.4, 0), "7c8894"), *_walkers()],
        [Light((-10, 16, -12), (2.5, 2.3, 2.0), 0.06)],
        day_sky("5f87b8", "b4cae0", 0.7),
        (0.5, 0.56, 0.66),
        (0.22, 0.2, 0.17),
        eye=(0, 1.5, 0),
        target=(0, 1.15, 4),
        focus=3.8,
        blur=1.5,
        zoom=1.0,
    )


def _study() -> list[Solid]:
    return [
        *room(
            5,
            4.2,
            2.7,
            plain("c4c8c6", 0.05),
            tiled("7d6244", "59452f", (1.2, 100, 0.14), 0.006),
        ),
        table(standing(0, 1.75), 1.5, 0.75, 0.73, PALE_WOOD),
        laptop(standing(0.05, 1.66, 12, 0.75)),
        chair(standing(0, 2.3), WOOD),
        *window(standing(-1.25, 4.15, y=1.6), 1.2, 1.3, 1.5),
        *framed_picture(standing(0.9, 4.15, y=1.65), 0.7, 0.5, two_tone("31506b", "c9a05a", 0.2)),
        *pot_plant(standing(1.7, 3.6)),
    ]


def at_desk() -> Scene:
    """A man sits at a desk with a laptop."""
    pose = Pose(
        pelvis=0.5,
        lean=8,
        hands=((0.08, -0.33, 0.38), (-0.08, -0.33, 0.38)),
        feet=((-0.13, 0.08, 0.35), (0.13, 0.08, 0.38)),
        elbows=(1.0, -0.7, -0.4),
        look=(-6, 14),
    )
    looks = Looks(skin="b98564", hair="201812", top=plain("4a6486"))
    return Scene(
        [
            *_study(),
            *person((0, 2.28), 0, pose, looks, 1.78),
        ],
        [
            Light((-1.6, 2.3, 0.2), (2.0, 1.9, 1.75), 0.25, 2.2),
            Light((-1.2, 1.8, 3.9), (0.9, 1.0, 1.15), 0.4, 1.6),
        ],
        even_sky("a09c96"),
        (0.3, 0.3, 0.31),
        (0.18, 0.16, 0.14),
        eye=(0.45, 1.3, 0.2),
        target=(0.02, 0.95, 2),
        focus=1.9,
        blur=3,
        zoom=1.1,
    )


def park_walk() -> Scene:
    """A walker on a path in a park, some way off."""
    looks = Looks(
        top=plain("b8432f"), bottom=plain("2e3340"), hair="3a2616", hair_style="cap", shoes="2a2a2c"
    )
    return Scene(
        [
            lawn(),
            path(0.2, 1.9, 0.02),
            *tree(-3.6, 9, 6, 1),
            *tree(3.8, 11, 7, 2),
            *tree(-1.5, 19, 8, 5),
            *tree(7.5, 17, 8, 7),
            bush(2.4, 8, 0.9, 3),
            bush(-6.5, 13, 1.3, 4),
            *bench(standing(-1.7, 6.6, -35)),
            *person((0.3, 4.2), -8, WALKING, looks),
        ],
        [SUN],
        day_sky("3a70b8", "a9c6e4", 0.5),
        (0.5, 0.58, 0.7),
        (0.16, 0.19, 0.1),
        eye=(0, 1.5, 0),
        target=(0.1, 1.1, 5),
        focus=4.2,
        blur=1.2,
        zoom=1.05,
        haze=160,
    )


def _home() -> list[Solid]:
    return [
        *room(
            5.4,
            4.4,
            2.6,
            plain("bfb8a4", 0.06),
            tiled("8a6a45", "5f482e", (1.4, 100, 0.13), 0.006),
            0.2,
        ),
        *sofa(standing(-0.95, 3.7), plain("5f6f62")),
        rug(standing(0, 2.6), 2.4, 1.6, "7d3b33", "c9b995"),
        *window(standing(1.35, 4.35, y=1.5), 1.3, 1.4, 1.6),
        curtain(standing(0.5, 4.2, y=0.4), 2.0, plain("c7b08a")),
        curtain(standing(2.2, 4.2, y=0.4), 2.0, plain("c7b08a")),
        *framed_picture(standing(-0.9, 4.35, y=1.6), 0.9, 0.6, two_tone("3a5a48", "d0b070", 0.25)),
    ]


def waving() -> Scene:
    """A woman waves in her living room."""
    pose = Pose(
        hands=((-0.1, -0.5, 0.08), (0.26, 0.2, 0.16)), look=(-4, 2), elbows=(0.8, -1.2, -0.3)
    )
    looks = Looks(
        skin="e0ac8c",
        hair="5a3218",
        hair_style="long",
        top=plain("a8483c"),
        bottom=plain("3c4c66"),
        long_sleeves=False,
        stout=0.92,
    )
    return Scene(
        [
            *_home(),
            *person((-0.25, 2.1), 8, pose, looks, 1.7),
        ],
        [
            Light((-1.8, 2.4, 0.2), (1.9, 1.8, 1.6), 0.2, 2.4),
            Light((1.4, 1.8, 4.0), (1.2, 1.25, 1.4), 0.4, 1.5),
        ],
        even_sky("a39c90"),
        (0.3, 0.29, 0.28),
        (0.18, 0.15, 0.12),
        eye=(0, 1.45, 0.3),
        target=(0.05, 1.15, 2.4),
        focus=1.8,
        blur=2.5,
        zoom=1.0,
    )


def _man_and_woman() -> list[Solid]:
    man = person(
        (-0.75, 3.7),
        8,
        Pose(hands=((-0.12, -0.5, 0.05), (0.14, -0.5, 0.06))),
        Looks(
            skin="a8714e",
            hair="17110d",
            top=plain("dfdcd2"),
            jacket=plain("4a4a3a"),
            bottom=plain("2f3c52"),
        ),
        1.82,
    )
    woman = person(
        (0.75, 3.75),
        -10,
        Pose(hands=((-0.14, -0.48, 0.1), (0.12, -0.5, 0.05)), look=(12, 5)),
        Looks(
            skin="c08a66",
            hair="241812",
            hair_style="long",
            top=plain("c9a23c"),
            bottom=plain("6b3346"),
            skirt=True,
            long_sleeves=False,
        ),
        1.68,
    )
    return man + woman


def family() -> Scene:
    """A man, a woman and a child on a lawn."""
    child = person(
        (0.0, 3.45),
        0,
        Pose(hands=((-0.3, -0.1, 0.1), (0.3, -0.1, 0.1)), look=(-5, 0)),
        Looks(
            skin="b27c58",
            hair="2b1b12",
            top=striped("d9d9d2", "3a7a9a", 0.1),
            bottom=plain("39508a"),
            shoes="a83a2a",
            head=1.28,
        ),
        1.2,
    )
    return Scene(
        [
            lawn(),
            *tree(-4.2, 10, 6.5, 11),
            *tree(4.4, 12, 7, 12),
            bush(-2.2, 9.5, 1.2, 13),
            bush(1.6, 11, 1.4, 14),
            *_man_and_woman(),
            *child,
        ],
        [Light((9, 16, -12), (2.6, 2.35, 2.0), 0.06)],
        day_sky("3a70b8", "abc8e6", 0.55),
        (0.5, 0.57, 0.68),
        (0.17, 0.19, 0.1),
        eye=(0, 1.35, 0),
        target=(0, 0.98, 4),
        focus=3.7,
        blur=2,
        zoom=1.05,
        haze=150,
    )


def evening() -> Scene:
    """A man beside a lamp in a dim room."""
    pose = Pose(hands=((-0.12, -0.5, 0.06), (0.1, -0.46, 0.14)), look=(12, 6))
    looks = Looks(
        skin="c58f6f", hair="2a1c14", top=plain("6a4a3a"), bottom=plain("35373d"), stout=1.08
    )
    return Scene(
        [
            *room(5, 3.8, 2.6, plain("8f8270", 0.08), WOOD, 0.2),
            *floor_lamp(standing(0.95, 2.7), 5),
            *bookshelf(standing(-1.1, 3.55), 5),
            *framed_picture(
                standing(0.35, 3.78, y=1.65), 0.6, 0.8, two_tone("2d3a4a", "a88a5a", 0.2)
            ),
            *person((-0.2, 2.0), -12, pose, looks, 1.78),
        ],
        [
            Light((0.95, 1.5, 2.5), (2.6, 1.9, 1.1), 0.2, 1.1),
            Light((-1.5, 2.2, 0), (0.7, 0.68, 0.68), 0.3, 2.0),
        ],
        even_sky("3c3630"),
        (0.1, 0.1, 0.11),
        (0.09, 0.07, 0.05),
        eye=(0, 1.42, 0),
        target=(0.05, 1.2, 2.2),
        focus=2.0,
        blur=2,
        zoom=1.05,
        exposure=1.25,
    )
