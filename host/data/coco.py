"""COCO annotations -> a Dataset by Visual Wake Words' rule: a picture is `person` when one box of that class covers
more than 0.5 % of it, else it is not (Chowdhery et al., Visual Wake Words Dataset, 2019)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from host.base.errors import HostError
from host.data.dataset import Dataset
from host.data.labels import meant
from host.data.manifest import Picture

LEAST_AREA = 0.005  # of the picture
MID_AREA, NEAR_AREA = 0.03, 0.20  # the largest box: far, mid, near
MOST_ANNOTATION_BYTES = 1 << 30
LICENCE = "COCO: annotations CC BY 4.0, picture under its Flickr terms"


@dataclass(frozen=True)
class Rule:
    """leave_out_small: pictures whose only boxes of the class are too small are in neither class."""

    wanted: str = "person"
    least_area: float = LEAST_AREA
    leave_out_small: bool = False

    @property
    def other(self) -> str:
        """The label of pictures without."""
        return f"non_{self.wanted.replace(' ', '_')}"


def read_coco(annotations: Path, images: Path, rule: Rule, split: str = "") -> Dataset:
    """The annotated pictures that lie below `images`. Raises HostError when the file or the class is not there."""
    content = _json(annotations)
    try:
        return _dataset(content, images, rule, split or _split(annotations))
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as error:
        raise HostError(
            f"{annotations} is not in COCO's instances format ({type(error).__name__}: {error}): "
            "it needs images, annotations and categories"
        ) from error


def _dataset(content: Any, images: Path, rule: Rule, split: str) -> Dataset:
    areas = _areas(content, _category(content, rule.wanted))
    licences = {each["id"]: str(each["name"]) for each in content.get("licenses", [])}
    there = {file.name: file for file in images.rglob("*") if file.is_file()}
    found = []
    for image in content["images"]:
        file = there.get(Path(str(image["file_name"])).name)
        share = areas[image["id"]] / (float(image["width"]) * float(image["height"]))
        is_small = 0 < share <= rule.least_area
        if file is None or (is_small and rule.leave_out_small):
            continue
        found.append(
            Picture(
                path=file.relative_to(images).as_posix(),
                label=rule.wanted if share > rule.least_area else rule.other,
                split=split,
                source="coco",
                licence=licences.get(image.get("license"), LICENCE),
                tags=_tags(share, rule),
            )
        )
    if not found:
        raise HostError(f"none of the {len(content['images'])} annotated pictures is in {images}")
    found.sort(key=lambda picture: picture.path)
    return Dataset(images, tuple(found), tuple(sorted((rule.wanted, rule.other))))


def _areas(content: Any, category: int) -> Mapping[int, float]:
    """Image -> the area of its largest box of the class, in pixels."""
    areas: dict[int, float] = defaultdict(float)
    for annotation in content["annotations"]:
        if annotation["category_id"] == category:
            _, _, width, height = (float(number) for number in annotation["bbox"])
            image = annotation["image_id"]
            areas[image] = max(areas[image], width * height)
    return areas


def _category(content: Any, wanted: str) -> int:
    names = {str(each["name"]): int(each["id"]) for each in content["categories"]}
    if wanted not in names:
        raise HostError(
            f"there is no class {wanted!r} among {len(names)}{meant(wanted, list(names))}: "
            f"{', '.join(sorted(names))[:200]}"
        )
    return names[wanted]


def _tags(share: float, rule: Rule) -> tuple[str, ...]:
    """How near the largest one is; `small` for one that the rule does not count."""
    if share <= 0:
        return ()
    if share <= rule.least_area:
        return ("small",)
    return ("near" if share > NEAR_AREA else "mid" if share > MID_AREA else "far",)


def _split(annotations: Path) -> str:
    """instances_val2017.json is val, instances_train2017.json is train."""
    name = annotations.stem.lower()
    return next((split for split in ("train", "val", "test") if split in name), "")


def _json(path: Path) -> Any:
    try:
        if path.stat().st_size > MOST_ANNOTATION_BYTES:
            raise HostError(f"{path} has more than 1 GB: that is no file of annotations")
        return json.loads(path.read_bytes())
    except OSError as error:
        raise HostError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise HostError(f"{path} is not JSON: {error}") from error
