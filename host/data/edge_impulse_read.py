"""An export of Edge Impulse -> a Dataset: by labels, or one of object detection by the rule of `boxes`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any

from host.base.errors import HostError
from host.base.json_in import parse_json
from host.base.pictures import SUFFIXES, size_of
from host.base.regular_files import UnreadableError
from host.data.boxes import MISSING, UNIT, Collected, Rule, Seen, require_class, share_of
from host.data.dataset import Dataset
from host.data.edge_impulse import FOLDERS, INFO, METADATA
from host.data.manifest import Picture, picture_of
from host.data.manifest_csv import CSV_NAME
from host.data.tree import ReadName, left_out_line, not_a_picture, reader, tree_files

BOX_LIST = "bounding_boxes.labels"


@dataclass(frozen=True)
class Sample:
    """An entry of info.labels. boxes: (class, left, top, width, height) in pixels."""

    picture: Picture
    labels: tuple[str, ...]
    boxes: tuple[tuple[str, float, float, float, float], ...]
    is_enabled: bool


def is_export(names: Sequence[str]) -> bool:
    """Whether it looks like one: info.labels, the uploader's boxes, or LABEL.NAME.png in training/ or testing/."""
    if CSV_NAME in names:
        return False
    return any(_is_info(name) or _is_box_list(name) or _named_label(name) for name in names)


def read_export(path: Path, rule: Rule) -> Dataset:
    """rule: for an export with boxes. Raises HostError when info.labels makes no sense or names no picture."""
    files = tree_files(path)
    found = Collected(rule)
    found.left_out += files.left_out + Counter(filter(None, map(not_a_picture, files.names)))
    with reader(path) as read:
        infos = [name for name in files.names if _is_info(name)]
        samples = [sample for name in infos for sample in _samples(read, name)]
        if not infos:
            infos = [name for name in files.names if _is_box_list(name)]
            samples = [s for name in infos for s in _boxed(read, name, files.names)]
        there = set(files.names)
        here = _once([sample for sample in samples if sample.picture.path in there], path)
        found.left_out[MISSING] += sum(sample.picture.path not in there for sample in samples)
        if any(sample.boxes for sample in here):
            require_class(rule, (box[0] for sample in here for box in sample.boxes), path)
            found.notes.append(
                f"labelled by boxes of {rule.wanted!r}: {path} is of object detection"
            )
        _collect(read, here, found)
    listed = {sample.picture.path for sample in samples}
    for name in files.names:
        if not_a_picture(name) is None and name not in listed:
            _add(found, Picture(name, "" if infos else _named_label(name), _split(name)))
    found.left_out += Counter()  # drops zeros
    return _dataset(path, found)


def _once(samples: Sequence[Sample], path: Path) -> list[Sample]:
    """Raises HostError for a picture that is said to be two things."""
    by_path: dict[str, Sample] = {}
    for sample in samples:
        if by_path.setdefault(sample.picture.path, sample) != sample:
            raise HostError(
                f"{path}: {INFO} names {sample.picture.path} twice, and not alike", "delete one"
            )
    return list(by_path.values())


def _collect(read: ReadName, samples: Sequence[Sample], found: Collected) -> None:
    """By boxes when any sample has one, else by labels."""
    is_detection = any(sample.boxes for sample in samples)
    sides = (abs(side) for s in samples for _, *box in s.boxes for side in box)
    furthest = max(filter(isfinite, sides), default=0.0)
    for sample in samples:
        if not sample.is_enabled:
            found.left_out["disabled in Edge Impulse"] += 1
        elif is_detection:
            picture = sample.picture
            by_boxes = Collected(found.rule)
            by_boxes.add(picture.path, _seen(read, sample, found.rule, furthest <= UNIT))
            found.left_out += by_boxes.left_out
            found.pictures += [
                replace(picture, label=p.label, tags=(*picture.tags, *p.tags))
                for p in by_boxes.pictures
            ]
        elif len(sample.labels) > 1:
            found.left_out["with several labels"] += 1
        else:
            _add(found, replace(sample.picture, label=next(iter(sample.labels), "")))


def _add(found: Collected, picture: Picture) -> None:
    if picture.label:
        found.pictures.append(picture)
    else:
        found.left_out["without a label"] += 1


def _dataset(path: Path, found: Collected) -> Dataset:
    pictures = tuple(sorted(found.pictures, key=lambda p: p.path))
    if not pictures:
        line = left_out_line(found.left_out)
        raise HostError(f"{path} is no export of Edge Impulse with labelled pictures; {line}")
    labels = tuple(sorted({p.label for p in pictures}))
    return Dataset(path, pictures, labels, 0, found.left_out, tuple(found.notes))


def _seen(read: ReadName, sample: Sample, rule: Rule, are_shares: bool) -> Seen:
    """Boxes are in pixels of the picture; shares of it where none of all is larger than one."""
    seen = Seen()
    wanted = [box for box in sample.boxes if rule.wants(box[0])]
    try:
        is_needed = wanted and not are_shares
        size = size_of(read(sample.picture.path), sample.picture.path) if is_needed else (1, 1)
    except UnreadableError:
        size = (0, 0)
    for _, left, top, width, height in wanted:
        seen.add(share_of((left, top, left + width, top + height), *size))
    return seen


def _samples(read: ReadName, name: str) -> list[Sample]:
    """Those of one info.labels."""
    folder = name.rpartition("/")[0]
    try:
        return [
            _sample(each, folder) for each in parse_json(read(name).decode("utf-8-sig"))["files"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HostError(
            f"{name} is not in Edge Impulse's format ({type(error).__name__}: {error})"
        ) from error


def _boxed(read: ReadName, name: str, names: Sequence[str]) -> list[Sample]:
    """The pictures beside one bounding_boxes.labels, the uploader's format; those that it does not name have no box."""
    folder = name.rpartition("/")[0]
    temporary = [n for n in names if n.rpartition("/")[0] == folder and not_a_picture(n) is None]
    try:
        listed = parse_json(read(name).decode("utf-8-sig"))["boundingBoxes"]
        entries = [{"path": n.rpartition("/")[2]} for n in temporary]
        return [_sample({**e, "boundingBoxes": listed.get(e["path"])}, folder) for e in entries]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HostError(
            f"{name} is not in Edge Impulse's format ({type(error).__name__}: {error})"
        ) from error


def _sample(each: Any, folder: str) -> Sample:
    path = f"{folder}/{each['path']}" if folder else str(each["path"])
    metadata = each.get("metadata") or {}
    row = {key: str(metadata[key]) for key in METADATA if key in metadata}
    picture = picture_of({**row, "path": path})
    split = FOLDERS.get(str(each.get("category")), "") or _split(path)
    picture = picture if picture.split else replace(picture, split=split)
    boxes = tuple(
        (str(b["label"]), float(b["x"]), float(b["y"]), float(b["width"]), float(b["height"]))
        for b in each.get("boundingBoxes") or ()
    )
    labels = _labels(each.get("label"))
    is_enabled = str(each.get("enabled")).lower() not in ("false", "0")
    return Sample(picture, labels, boxes, is_enabled)


def _labels(label: Any) -> tuple[str, ...]:
    """Different ones, of a label or of many."""
    one = label if isinstance(label, dict) else {"label": label}
    every = [one.get("label"), *(each["label"] for each in one.get("labels") or ())]
    return tuple(dict.fromkeys(str(text) for text in every if text not in (None, "")))


def _is_box_list(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    return file == BOX_LIST and folder in ("", *FOLDERS)


def _is_info(name: str) -> bool:
    """Also in a folder around everything, as an archive leaves it."""
    return name.rpartition("/")[2] == INFO


def _split(name: str) -> str:
    folders = reversed(name.split("/")[:-1])
    return next((FOLDERS[folder] for folder in folders if folder in FOLDERS), "")


def _named_label(name: str) -> str:
    """LABEL of training/LABEL.NAME.png; else ""."""
    folder, _, file = name.rpartition("/")
    parts = file.split(".")
    is_sample = folder in FOLDERS and len(parts) > 2 and f".{parts[-1].lower()}" in SUFFIXES
    return parts[0] if is_sample else ""
