"""Two kinds of street signs as a camera would meet them: what the loop's test teaches a person model to tell apart."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 640, 480
FRAMES_A_SECOND = 3.0  # about one picture for each frame that the board looks at


def draw_sign(round_sign: bool, seed: int) -> NDArray[np.uint8]:
    """A large disc or triangle anywhere before a shaded wall; uint8 BGR (480, 640, 3)."""
    random = np.random.default_rng((seed, round_sign))
    low, high = sorted(random.integers(30, 200, 2))
    wall = np.linspace(low, high, WIDTH if random.random() < 0.5 else HEIGHT)
    rows = wall[np.newaxis, :] if wall.size == WIDTH else wall[:, np.newaxis]
    picture = np.repeat(np.broadcast_to(rows, (HEIGHT, WIDTH))[..., np.newaxis], 3, axis=2)
    canvas = np.ascontiguousarray(picture.astype(np.uint8))
    size = int(random.integers(150, 210))
    centre = np.array([random.integers(size, WIDTH - size), random.integers(size, HEIGHT - size)])
    paint = tuple(int(v) for v in (random.integers(210, 255), 240, 235))
    _pole(canvas, centre)
    if round_sign:
        cv2.circle(canvas, (int(centre[0]), int(centre[1])), size, paint, -1, cv2.LINE_AA)
    else:
        turns = np.deg2rad(np.array([-90, 30, 150]))
        corners = centre + size * np.stack([np.cos(turns), np.sin(turns)], axis=1)
        cv2.fillConvexPoly(canvas, corners.astype(np.int32), paint, cv2.LINE_AA)
    return canvas


def _pole(canvas: NDArray[np.uint8], centre: NDArray[np.int64]) -> None:
    left, top = int(centre[0]) - 12, int(centre[1])
    cv2.rectangle(canvas, (left, top), (left + 24, HEIGHT), (60, 60, 60), -1)


def film(path: Path, round_sign: bool, first_seed: int, count: int) -> Path:
    """A video of `count` signs of one kind, none twice."""
    writer = cv2.VideoWriter(
        str(path), cv2.VideoWriter.fourcc(*"MJPG"), FRAMES_A_SECOND, (WIDTH, HEIGHT)
    )
    assert writer.isOpened(), "OpenCV cannot write Motion JPEG here"
    for seed in range(first_seed, first_seed + count):
        writer.write(draw_sign(round_sign, seed))
    writer.release()
    return path
