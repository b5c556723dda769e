"""COCO's instances under the rule of Visual Wake Words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from host.base.errors import HostError
from host.data.boxes import Rule
from host.data.coco import read_coco
from tests.data.sets import coco


def test_visual_wake_words_rule(tmp_path: Path) -> None:
    found = read_coco(coco(tmp_path), tmp_path / "images", Rule())
    assert [(Path(p.path).stem, p.label, p.tags) for p in found.pictures] == [
        ("1", "person", ("near",)),
        ("2", "non_person", ("small",)),  # 0.49 %
        ("3", "non_person", ()),
        ("4", "non_person", ("small",)),  # 0.5 % exactly is not more
        ("5", "non_person", ()),  # no annotation at all; 6 is no file
    ]
    assert {p.split for p in found.pictures} == {"val"}
    assert found.pictures[0].licence == "CC BY" and "CC BY 4.0" in found.pictures[1].licence


def test_the_class_its_share_and_the_small_ones_are_options(tmp_path: Path) -> None:
    dogs = read_coco(coco(tmp_path), tmp_path / "images", Rule("dog"))
    assert dogs.labels == ("dog", "non_dog") and dogs.counts["dog"] == 1
    rule = Rule(least_area=0.004, leave_out_small=True)
    assert read_coco(coco(tmp_path), tmp_path / "images", rule).counts["person"] == 3
    rule = Rule(leave_out_small=True)
    assert len(read_coco(coco(tmp_path), tmp_path / "images", rule).pictures) == 3
    with pytest.raises(HostError, match=r"no class 'persn' .* did you mean 'person'"):
        read_coco(coco(tmp_path), tmp_path / "images", Rule("persn"))


@pytest.mark.parametrize(
    "changes", [{"images": [{"id": 1}]}, {"annotations": None}, {"categories": [3]}]
)
def test_other_json_is_said_to_be_no_coco(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(HostError, match="is not in COCO's instances format"):
        read_coco(coco(tmp_path, **changes), tmp_path / "images", Rule())


def test_two_small_persons_are_no_large_one(tmp_path: Path) -> None:
    """The rule is of one box: 0.4 % and 0.4 % are not 0.8 %."""
    boxes = [{"image_id": 1, "category_id": 1, "bbox": [x, 0, 8, 5], "area": 1} for x in (0, 50)]
    found = read_coco(coco(tmp_path, annotations=boxes), tmp_path / "images", Rule())
    assert found.pictures[0].label == "non_person" and found.pictures[0].tags == ("small",)
