"""A small set of drawn faces, with a mask or without: for lessons and tests, where no pictures of people are.

Every picture is drawn from random numbers and shows nobody; they are in the public domain (CC0 1.0). They are far
easier than photographs: a model that is right here has learnt what is drawn, not what masks are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from host.data.journal import Journal
from host.data.manifest import Picture

WITHOUT, WITH = "without_mask", "with_mask"
LABELS = (WITHOUT, WITH)
SIDE = 96
FINER = 2  # drawn so many times larger, then averaged: edges are smooth
PICTURES_A_VISIT = 8  # of each label: a visit is a session, in one place
LICENCE = "CC0-1.0"
SKINS = ((244, 208, 177), (224, 172, 105), (198, 134, 66), (141, 85, 36), (90, 56, 37))
HAIR = ((20, 16, 14), (70, 44, 26), (140, 90, 40), (200, 160, 90), (120, 120, 125))
CLOTH = ((236, 240, 243), (120, 170, 210), (60, 70, 80), (150, 190, 160))

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Place:
    """Where pictures are taken: the wall's colour, and the light on everything, 1 for full."""

    name: str
    wall: Colour
    light: float


HALL = Place("hall", (120, 112, 100), 0.65)
KITCHEN = Place("kitchen", (190, 180, 160), 0.85)
WARD = Place("ward", (226, 232, 236), 1.0)
PLACES = (HALL, KITCHEN, WARD)
BIASED = {WITHOUT: (HALL,), WITH: (WARD,)}  # everybody with a mask was met in the hospital


def draw_set(folder: Path, count: int, seed: int, is_biased: bool) -> Iterator[Picture]:
    """Draws `count` pictures of each label into a folder, and yields their rows. Raises HostError.

    is_biased: all masks in one place and light, all faces without one in another: what host.data check must find.
    """
    random = np.random.default_rng(seed)
    with Journal(folder, LABELS) as journal:
        for number in range(count):
            for label in LABELS:
                places = BIASED[label] if is_biased else PLACES
                visit = number // PICTURES_A_VISIT
                place = places[visit % len(places)]
                session = f"{place.name}-{visit + 1}"
                about = Picture("", label, "", session, f"drawn, {place.name}", LICENCE)
                yield journal.add(face(random, label == WITH, place), about)


def face(random: np.random.Generator, has_mask: bool, place: Place) -> NDArray[np.uint8]:
    """uint8 (96, 96, 3) RGB: a face somewhere in the middle, turned a little, under the place's light."""
    size = SIDE * FINER
    image = Image.new("RGB", (size, size), place.wall)
    _draw_head(ImageDraw.Draw(image), random, size, has_mask)
    turned = image.rotate(float(random.uniform(-12, 12)), Image.Resampling.BILINEAR,
                          fillcolor=place.wall)  # fmt: skip
    small = turned.resize((SIDE, SIDE), Image.Resampling.BOX)
    seen = np.asarray(small.filter(ImageFilter.GaussianBlur(float(random.uniform(0.2, 0.8)))))
    light = place.light * random.uniform(0.9, 1.1)
    return np.clip(seen * light + random.normal(0, 3, seen.shape), 0, 255).astype(np.uint8)


def _draw_head(
    draw: ImageDraw.ImageDraw, random: np.random.Generator, size: int, has_mask: bool
) -> None:
    x, y = (size * (0.5 + random.uniform(-0.1, 0.1)) for _ in range(2))
    width, height = size * random.uniform(0.2, 0.27), size * random.uniform(0.28, 0.34)
    skin, hair, cloth = (_some(random, colours) for colours in (SKINS, HAIR, CLOTH))
    shirt = _some(random, (*CLOTH, *HAIR))
    dark = _mixed(skin, (40, 20, 20), 0.5)

    def oval(dx: float, dy: float, wide: float, high: float, colour: Colour) -> None:
        middle_x, middle_y = x + dx * width, y + dy * height
        half_x, half_y = wide * width, high * height
        box = (middle_x - half_x, middle_y - half_y, middle_x + half_x, middle_y + half_y)
        draw.ellipse(box, fill=colour)

    oval(0, 1.9, 2.0, 1.0, shirt)
    oval(0, 1.0, 0.45, 0.5, _mixed(skin, dark, 0.3))  # the neck
    oval(0, -0.25, 1.15, 0.95, hair)
    oval(0, 0, 1, 1, skin)
    oval(0, -0.85, 0.8, 0.3, hair)
    look = random.uniform(-0.06, 0.06)
    for side in (-0.4, 0.4):
        oval(side, -0.15, 0.2, 0.1, (250, 250, 250))
        oval(side + look, -0.15, 0.09, 0.09, (40, 30, 30))
        oval(side, -0.36, 0.24, 0.04, hair)
    oval(0, 0.2, 0.12, 0.14, dark if not has_mask else cloth)
    if not has_mask:
        oval(0, 0.55, random.uniform(0.2, 0.4), random.uniform(0.04, 0.12), (150, 60, 60))
        return
    corners = ((-0.98, -0.02), (0, 0.08), (0.98, -0.02), (0.8, 0.62), (0, 1.02), (-0.8, 0.62))
    points = [(x + dx * width, y + dy * height) for dx, dy in corners]
    draw.polygon(points, fill=cloth)
    for dy in (0.3, 0.5, 0.7):  # its folds
        ends = [(x + side * 0.7 * width, y + dy * height) for side in (-1, 1)]
        draw.line(ends, fill=_mixed(cloth, (0, 0, 0), 0.25), width=2)


def _some(random: np.random.Generator, colours: tuple[Colour, ...]) -> Colour:
    return colours[int(random.integers(len(colours)))]


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
