"""What a seed makes of pictures is the same in every release, or a manifest's command makes another model.

Boxes and kinds whole; of pictures the mean and spread of blocks, in the levels' tenths.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from host.train.augment import Camera, as_camera
from host.train.degradations import DEGRADATIONS, degraded
from host.train.views import SEEK, TELL, draw_views, render
from tests.goldens import check_golden_near


def pictures(count: int, side: int, channels: int = 3) -> NDArray[np.uint8]:
    """Soft shapes of their own each."""
    y, x = np.mgrid[0:side, 0:side] / side
    made = [
        [100 + 80 * np.sin((3 + at + c) * x + at) + 60 * np.cos((2 + at - c) * y) for c in range(channels)]
        for at in range(count)
    ]  # fmt: skip
    return np.clip(np.moveaxis(np.array(made), 1, -1), 0, 255).astype(np.uint8)


def blocks(image: NDArray[np.uint8]) -> str:
    """Means of nine blocks and how far neighbours differ, of all channels together, then each channel's mean."""
    levels = image.astype(float)
    parts = [np.array_split(rows, 3, axis=1) for rows in np.array_split(levels, 3, axis=0)]
    grain = np.abs(np.diff(levels, axis=1)).mean(), np.abs(np.diff(levels, axis=0)).mean()
    means = [part.mean() for row in parts for part in row]
    return " ".join(f"{mean:.1f}" for mean in (*means, *grain, *levels.mean((0, 1))))


def drawn() -> Iterator[str]:
    for kinds in (SEEK, TELL):
        views = draw_views(3, 7, 60, 11, kinds)
        shown = pictures(3, 60)
        yield f"== views {kinds}"
        for at in range(len(views)):
            yield " ".join(
                [f"{views.kind[at]} of {views.picture[at]} {views.box[at].tolist()}",
                 f"behind {views.behind[at]} {views.place[at].tolist()} through {100 * views.through[at]:.1f} %:",
                 blocks(render(shown, views, at, 32))]
            )  # fmt: skip


def seen() -> Iterator[str]:
    for channels in (1, 3):
        yield f"== camera, {channels} channels"
        made = as_camera(pictures(8, 24, channels), Camera(), np.random.default_rng(5))
        yield from map(blocks, made)
        for meet in DEGRADATIONS:
            draw = np.random.default_rng(7)
            changed = [meet(each.astype(np.float32), draw) for each in pictures(3, 48, channels)]
            yield f"== {meet.__name__.strip('_')}, {channels} channels"
            yield from (blocks(np.rint(np.clip(each, 0, 255)).astype(np.uint8)) for each in changed)
    yield "== a quarter degraded"
    yield from map(blocks, degraded(pictures(12, 24), 0.25, np.random.default_rng(3)))


def test_views_are_those_of_every_release() -> None:
    check_golden_near("train_views", "\n".join(drawn()), 0.3)


def test_the_cameras_pictures_are_those_of_every_release() -> None:
    check_golden_near("train_camera", "\n".join(seen()), 0.3)
