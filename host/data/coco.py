"""COCO annotations -> a Dataset by the rule of `boxes`. The file is streamed: train2017's has 450 MB.

Format: cocodataset.org, "Data format". Tools that write it differ: ids are numbers or text, boxes pixels or shares of
the picture, names have folders, backslashes, accents in two forms; sizes, boxes and licences may be missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from host.base.errors import HostError
from host.base.pictures import size_of
from host.base.regular_files import UnreadableError, open_file
from host.data.boxes import (
    MISSING,
    UNIT,
    UNLISTED,
    Collected,
    Rule,
    Seen,
    bounds,
    require_class,
    share_of,
)
from host.data.by_folders import split_name
from host.data.coco_json import Open, items_of, no_coco
from host.data.dataset import Dataset
from host.data.file_match import AMBIGUOUS, Matcher
from host.data.tree import not_a_picture, reader, tree_files

MOST_ANNOTATION_BYTES = 1 << 30
LICENCE = "COCO: annotations CC BY 4.0, picture under its Flickr terms"
TWO_OF_ONE_ID = "whose id another picture has, too"


Entry = tuple[str, float, float, str]  # of a picture: file name, width, height, licence


class ElsewhereError(HostError):
    """None of the pictures that a file annotates is there."""


@dataclass
class Image:
    """An entry of `images`, and what its boxes say: in pixels, and should they be shares."""

    file: str
    width: float
    height: float
    licence: str
    pixels: Seen = field(default_factory=Seen)
    shares: Seen = field(default_factory=Seen)


def read_coco(annotations: Path, images: Path, rule: Rule, split: str = "") -> Dataset:
    """The annotated pictures that lie below `images`. Raises HostError when the file or the class is not there."""
    found = Collected(rule)
    split = split or _split(annotations.stem)
    files = tree_files(images)
    found.left_out += files.left_out
    opened = partial(open_file, annotations, MOST_ANNOTATION_BYTES)
    used = collect_coco(opened, str(annotations), images, files.names, split, found)
    count_unlisted(files.names, used, found)
    return found.dataset(images)


def count_unlisted(files: tuple[str, ...], used: set[str], found: Collected) -> None:
    """Notes the pictures of which no annotation speaks."""
    if unlisted := sum(not_a_picture(file) is None and file not in used for file in files):
        found.left_out[UNLISTED] += unlisted


def collect_coco(
    opened: Open, name: str, root: Path, files: tuple[str, ...], split: str, found: Collected
) -> set[str]:
    """Adds the pictures that `opened` annotates to `found`; they. files: those of `root` that it may mean.

    Raises ElsewhereError when none of them is there.
    """
    wanted = _wanted_ids(items_of(opened, name, "categories"), found.rule, name)
    licences = {
        _key(each["id"]): str(each.get("name") or "")
        for each in items_of(opened, name, "licenses")
        if "id" in each
    }
    pictures = tuple(file for file in files if not_a_picture(file) is None)
    listed, images = _images(opened, name, root, pictures, found, licences)
    annotations = items_of(opened, name, "annotations")
    is_unit, homeless = _add_boxes(annotations, wanted, listed, images, name)
    if homeless:
        found.notes.append(f"{name}: {homeless} boxes are of pictures that it does not list")
    if is_unit:
        found.notes.append(f"{name}: boxes are shares of the picture, not pixels")
    for image in images.values():
        seen = image.shares if is_unit else image.pixels
        found.add(image.file, seen, split=split, source="coco", licence=image.licence)
    return {image.file for image in images.values()}


def _images(
    opened: Open,
    name: str,
    root: Path,
    pictures: tuple[str, ...],
    found: Collected,
    licences: Mapping[str, str],
) -> tuple[set[str], dict[str, Image]]:
    """(every id, id -> entry of those that are there)."""
    listed, entries = _entries(opened, name, found, licences)
    matcher = Matcher(pictures, (entry[0] for entry in entries.values()))
    images: dict[str, Image] = {}
    users: Counter[str] = Counter()
    with reader(root) as read:
        for key, (wanted, width, height, licence) in entries.items():
            file = matcher.find(wanted)
            if not file:
                found.left_out[MISSING if file is None else AMBIGUOUS] += 1
                continue
            if width <= 0 or height <= 0:
                try:
                    width, height = size_of(read(file), file)
                except UnreadableError:
                    found.left_out["of unknown size that cannot be read"] += 1
                    continue
            users[file] += 1
            images[key] = Image(file, width, height, licence)
    if not images:
        raise ElsewhereError(
            f"none of the {len(entries)} pictures that {name} annotates is in {root}: it names "
            f"{next(iter(entries.values()))[0]!r}, there {_there(pictures)}"
        )
    found.left_out[AMBIGUOUS] += (twice := sum(n for n in users.values() if n > 1))
    found.left_out += Counter()  # drops zeros
    if twice:
        images = {key: image for key, image in images.items() if users[image.file] == 1}
    return listed, images


def _entries(
    opened: Open, name: str, found: Collected, licences: Mapping[str, str]
) -> tuple[set[str], dict[str, Entry]]:
    """(every id, id -> what the file says of that picture). Raises HostError where it lists none."""
    entries, listed = dict[str, Entry](), Counter[str]()
    for each in items_of(opened, name, "images"):
        if each.get("file_name") and "id" in each:
            size = (_number(each.get("width")), _number(each.get("height")))
            licence = licences.get(_key(each.get("license")), "") or LICENCE
            entries[key := _key(each["id"])] = (str(each["file_name"]), *size, licence)
            listed[key] += 1
    for key, count in listed.items():
        if count > 1:  # which of them a box means is not known
            found.left_out[TWO_OF_ONE_ID] += count
            del entries[key]
    if not entries:
        raise no_coco(name)
    return set(listed), entries


def _add_boxes(
    annotations: Iterator[Mapping[str, Any]],
    wanted: Mapping[str, bool],
    listed: set[str],
    images: dict[str, Image],
    name: str,
) -> tuple[bool, int]:
    """Notes every box of the class with its picture. wanted: category id -> whether it is of the class.

    (whether all boxes are shares of their pictures, how many are of pictures that are not listed).
    """
    count, furthest, homeless, last = 0, 0.0, 0, ""
    for each in annotations:
        count += 1
        image = images.get(key := _key(each.get("image_id")))
        if key not in listed:
            homeless, last = homeless + 1, key
        is_wanted = wanted.get(_key(each.get("category_id")))
        if image is None or is_wanted is False:
            continue
        corners = _corners(each) if is_wanted else ()
        furthest = max(furthest, *map(abs, corners)) if corners else furthest
        image.pixels.add(share_of(corners, image.width, image.height))
        image.shares.add(share_of(corners, 1, 1))
    if not count:
        raise HostError(
            f"{name} is not in COCO's instances format: it has no annotations, so no label is known"
        )
    if homeless == count:
        raise HostError(
            f"no annotation of {name} is of a picture that it lists: they name image_id {last!r}, "
            f"the pictures have ids like {min(listed)!r}"
        )
    return 0 < furthest <= UNIT, homeless


def _corners(annotation: Mapping[str, Any]) -> tuple[float, ...]:
    """Of its box, else of its polygons; () where it has neither."""
    try:
        box = annotation.get("bbox")
        left, top, width, height = map(float, box if isinstance(box, list) else ())
        if width > 0 and height > 0:
            return (left, top, left + width, top + height)
    except (TypeError, ValueError):
        pass
    try:
        parts = [bounds([float(n) for n in part]) for part in annotation.get("segmentation") or ()]
        sides = list(zip(*parts, strict=True))
        return (min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3]))
    except (TypeError, ValueError, IndexError):
        return ()


def _wanted_ids(categories: Iterator[Mapping[str, Any]], rule: Rule, name: str) -> dict[str, bool]:
    """Category id -> whether it is the class."""
    names: dict[str, str] = {}
    for each in categories:
        text = str(each.get("name") or "")
        if names.setdefault(key := _key(each.get("id")), text) != text:
            raise HostError(f"{name}: {names[key]!r} and {text!r} have one id, {key}")
    if not names:
        raise no_coco(name)
    require_class(rule, filter(None, names.values()), name)
    return {key: rule.wants(text) for key, text in names.items()}


def _key(value: object) -> str:
    """An id as text: 7, 7.0 and "7" are one."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _number(value: object) -> float:
    try:
        return float(value) if isinstance(value, int | float | str) else 0.0
    except ValueError:
        return 0.0


def _there(pictures: tuple[str, ...]) -> str:
    return f"are {len(pictures)} like {pictures[0]!r}" if pictures else "are no pictures"


def _split(stem: str) -> str:
    """instances_val2017 is val, instances_train2017 is train."""
    return next((split for part in stem.split("_") if (split := split_name(part))), "")
