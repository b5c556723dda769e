"""What the mask model says of faces that something else covers: `python -m tests.models.covered_faces MODEL ZIP`.

The faces of the archive's val split that wear no mask get one of these drawn over them. Drawings, not photographs: what
is learnt from them is where the model looks, not how often it errs in life.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from host.data.dataset import read_dataset
from host.data.load import load_pixels
from tests.models.reference import Reference

Grey = NDArray[np.uint8]
SIDE = 96
WITH, WITHOUT = "with_mask", "without_mask"
MIDDLE = SIDE // 2
# Rows of a face that fills the picture: the nose ends at 60 of 96, the mouth at 74.
OVER_NOSE, UNDER_NOSE, UNDER_MOUTH = 48, 63, 78


def _cloth(face: Grey, top: int, value: int, stripes: int = 0) -> Grey:
    """From cheek to cheek, `top` to chin, as a mask hangs; stripes: rows of a pattern, 0 for none."""
    covered, rows = face.copy(), np.arange(SIDE)
    half = np.where(rows < top, 0, np.interp(rows, [top, SIDE - 8, SIDE], [34, 22, 8])).astype(int)
    for row in rows[top:]:
        shade = value - 40 * (stripes and row // stripes % 2)
        covered[row, MIDDLE - half[row] : MIDDLE + half[row]] = shade
    return covered


def _scarf(face: Grey) -> Grey:
    """Over the whole width, dark, with a pattern."""
    covered = face.copy()
    rows, columns = np.mgrid[56:SIDE, 0:SIDE]
    covered[56:] = 70 + 50 * ((rows // 5 + columns // 7) % 2)
    return covered


def _hand(face: Grey) -> Grey:
    """Four fingers before the mouth, of the cheeks' grey, with darker edges."""
    covered = face.copy()
    skin = int(np.median(face[40:60, 25:70]))
    for finger in range(4):
        row = 58 + 9 * finger
        cv2.ellipse(covered, (MIDDLE + 4, row), (26, 5), -8, 0, 360, skin, -1)
        cv2.ellipse(covered, (MIDDLE + 4, row), (26, 5), -8, 0, 360, max(0, skin - 45), 1)
    return covered


COVERS: dict[str, Callable[[Grey], Grey]] = {
    "nothing": lambda face: face,
    "a light mask over nose and mouth": lambda face: _cloth(face, OVER_NOSE, 215),
    "a dark mask over nose and mouth": lambda face: _cloth(face, OVER_NOSE, 45),
    "a light mask under the nose": lambda face: _cloth(face, UNDER_NOSE, 215),
    "a light mask under the mouth": lambda face: _cloth(face, UNDER_MOUTH, 215),
    "a striped cloth over nose and mouth": lambda face: _cloth(face, OVER_NOSE, 190, 5),
    "a scarf up to the nose": _scarf,
    "fingers before the mouth": _hand,
}


def shares(
    scores: Callable[[Grey], NDArray[np.float64]], faces: Grey, labels: Sequence[str]
) -> dict[str, float]:
    """faces: uint8 (N, 96, 96, 1). For each cover, the share of the faces that are said to wear a mask."""
    wanted = labels.index(WITH)
    found = {}
    for name, cover in COVERS.items():
        correct = [scores(cover(face[..., 0])[..., None]).argmax() == wanted for face in faces]
        found[name] = float(np.mean(correct))
    return found


def main() -> int:
    """Prints them. MODEL has its manifest beside it."""
    model = Path(sys.argv[1])
    labels = json.loads(model.with_suffix(".json").read_text(encoding="utf-8"))["labels"]
    found = read_dataset(Path(sys.argv[2]), split="val")
    faces = load_pixels(found, SIDE, SIDE, 1)[[p.label == WITHOUT for p in found.pictures]]
    print(f"of {len(faces)} faces without a mask, the share that is said to wear one:")
    for name, share in shares(Reference(model).scores, faces, labels).items():
        print(f"{name:36} {share:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
