"""Renders the sample pictures of the virtual camera: `python -m tools.draw_pictures [NAME ...]`.

Writes host/virtual/pictures/NAME.jpg, 640x480, the same bytes each time on one machine.
Names begin with a number; those with a person say so: 01_person_hallway.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.pictures import scenes_with_people as people
from tools.pictures import scenes_without_people as things
from tools.pictures.film import develop
from tools.pictures.render import Scene, render
from tools.pictures.shapes import Array

FOLDER = Path(__file__).resolve().parent.parent / "host" / "virtual" / "pictures"
WIDTH, HEIGHT = 640, 480
JPEG_QUALITY = 88
PICTURES: dict[str, Callable[[], Scene]] = {
    "01_person_hallway": people.hallway,
    "02_living_room": things.living_room,
    "03_person_portrait": people.portrait,
    "04_parked_car": things.parked_car,
    "05_two_persons_street": people.crossing_street,
    "06_two_dogs": things.dogs_on_lawn,
    "07_person_desk": people.at_desk,
    "08_trees": things.trees,
    "09_person_park": people.park_walk,
    "10_house": things.house,
    "11_person_waving": people.waving,
    "12_kitchen_table": things.kitchen_table,
    "13_three_persons_lawn": people.family,
    "14_empty_corridor": things.empty_corridor,
    "15_person_evening": people.evening,
    "16_sheep": things.sheep_on_hill,
}


def draw(name: str, width: int = WIDTH, finer: float = 1.5) -> NDArray[np.uint8]:
    """(3/4 width, width, 3) BGR of a picture, rendered `finer` times larger and averaged down."""
    scene = PICTURES[name]()
    height = width * 3 // 4
    large, far = render(scene, round(width * finer), round(height * finer))
    light = _averaged(np.minimum(large, 3), width, height)
    depth = _averaged(far, width, height)
    seed = list(PICTURES).index(name)
    return develop(light, depth, scene.focus, scene.blur, scene.exposure, seed)


def _averaged(picture: Array, width: int, height: int) -> Array:
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA))


def main(argv: list[str] | None = None) -> int:
    """Draws the named pictures, or all."""
    names = sys.argv[1:] if argv is None else argv
    for name in names or PICTURES:
        done, jpeg = cv2.imencode(".jpg", draw(name), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        if not done:
            raise RuntimeError(f"OpenCV cannot write {name} as JPEG")
        (FOLDER / f"{name}.jpg").write_bytes(jpeg.tobytes())
        print(f"{name}: {len(jpeg) / 1024:.0f} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
