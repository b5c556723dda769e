"""What is drawn over a face, and whose share is counted."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.models.covered_faces import COVERS, SIDE, shares

FACES = np.full((4, SIDE, SIDE, 1), 128, np.uint8)


@pytest.mark.parametrize("labels", [("without_mask", "with_mask"), ("with_mask", "without_mask")])
def test_the_share_is_of_those_said_to_wear_a_mask(labels: tuple[str, ...]) -> None:
    """By one that calls whatever changes the mouth a mask."""

    def scores(face: NDArray[np.uint8]) -> NDArray[np.float64]:
        says = "with_mask" if (face[63:77] != 128).any() else "without_mask"
        return np.array([label == says for label in labels], dtype=np.float64)

    found = shares(scores, FACES, labels)
    free = {"nothing", "a light mask under the mouth"}
    assert {name for name, share in found.items() if share == 0} == free
    assert {share for name, share in found.items() if name not in free} == {1.0}


@pytest.mark.parametrize("name", list(COVERS)[1:])
def test_a_cover_leaves_the_eyes_free_and_the_picture_itself_unchanged(name: str) -> None:
    face = FACES[0, ..., 0].copy()
    covered = COVERS[name](face)
    assert (face == 128).all() and (covered[:45] == 128).all() and (covered[80:] != 128).any()
