"""Where the model looks in a picture: whole, a closer crop, small inside another scene, or two scenes in one.

A view is drawn once and kept, so that a teacher has to score it only once; what the camera does to it
(augment.py) is drawn anew each time it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

WHOLE, CROP, INSET, MIX = 0, 1, 2, 3  # kinds
# Of a picture's 1st, 2nd, ... view: is there one anywhere? With few pictures, two seen through each other are many
# more, and what a teacher says of them is worth as much (Beyer and others 2021, arXiv 2106.05237).
SEEK = (WHOLE, CROP, MIX, INSET, CROP, MIX)
TELL = (WHOLE,)  # where every picture shows something: which is it?


@dataclass(frozen=True)
class Views:
    """One row a view.

    kind, picture: int64 (v,); box: int64 (v, 4), left, top, right, bottom pixels of the crop of `picture`;
    behind: int64 (v,), the picture that an inset stands in or that shines through, else -1; place: int64 (v, 4),
    where in it; through: float64 (v,), how much of what is seen of a mix is `behind`.
    """

    kind: NDArray[np.int64]
    picture: NDArray[np.int64]
    box: NDArray[np.int64]
    behind: NDArray[np.int64]
    place: NDArray[np.int64]
    through: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.kind)


def draw_views(count: int, each: int, side: int, seed: int, kinds: tuple[int, ...]) -> Views:
    """`each` views of each of `count` pictures of `side` pixels; view v shows picture v // each."""
    random = np.random.default_rng([seed, count, each])
    kind = np.tile(np.resize(kinds, each), count)
    picture = np.repeat(np.arange(count), each)
    smallest = np.where(kind == CROP, 0.45, 0.8)
    scale = random.uniform(smallest, 1.0)  # of the side
    # The camera's 4:3 view is squashed into a square, so people get thinner: crops are wide more often than high.
    stretch = np.where(kind == CROP, np.exp(random.uniform(-0.12, 0.25, len(kind))), 1.0)
    box = _boxes(np.minimum(scale * stretch, 1), np.minimum(scale / stretch, 1), side, random)
    shrunk = random.uniform(0.45, 0.85, (2, len(kind)))
    place = _boxes(shrunk[0], (shrunk[0] + shrunk[1]) / 2, side, random)
    both = (kind == INSET) | (kind == MIX)
    behind = np.where(both, random.integers(0, count, len(kind)), -1)
    return Views(kind, picture, box, behind, place, random.uniform(0.2, 0.5, len(kind)))


def render(pixels: NDArray[np.uint8], views: Views, index: int, size: int) -> NDArray[np.uint8]:
    """uint8 (size, size, 3): view `index`, averaged over areas as the firmware does, or smoothly enlarged."""
    picture = pixels[views.picture[index]]
    if views.kind[index] == INSET:
        whole = pixels[views.behind[index]].copy()
        left, top, right, bottom = views.place[index]
        whole[top:bottom, left:right] = _resized(picture, right - left, bottom - top)
        return _resized(whole, size, size)
    left, top, right, bottom = views.box[index]
    seen = _resized(picture[top:bottom, left:right], size, size)
    if views.kind[index] == MIX:
        other = _resized(pixels[views.behind[index]], size, size)
        share = float(views.through[index])
        return np.asarray(cv2.addWeighted(seen, 1 - share, other, share, 0), np.uint8)
    return seen


def hard_labels(views: Views, labels: NDArray[np.int64], empty: int | None) -> NDArray[np.int64]:
    """int64 (v,): what is surely to be seen in each view; -1 where a crop or an inset may have hidden it.

    empty: the class of pictures that hold nothing to be found (non_person), or None: then a crop keeps its label.
    """
    known = labels[views.picture].copy()
    if empty is None:
        return known
    nothing = known == empty
    cut = ((views.kind == CROP) | (views.kind == MIX)) & ~nothing
    covered = (views.behind >= 0) & nothing & (labels[views.behind] != empty)
    return np.where(cut | covered, -1, known)


def _boxes(
    width: NDArray[np.float64], height: NDArray[np.float64], side: int, random: np.random.Generator
) -> NDArray[np.int64]:
    left = random.uniform(size=len(width)) * (1 - width)
    top = random.uniform(size=len(width)) * (1 - height)
    corners = np.stack([left, top, left + width, top + height], axis=1)
    return np.rint(corners * side).astype(np.int64)


def _resized(picture: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    shrinks = width <= picture.shape[1] and height <= picture.shape[0]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(
        cv2.resize(picture, (int(width), int(height)), interpolation=method), np.uint8
    )
