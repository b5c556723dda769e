"""The layout of names alone: CLASS/NAME or SPLIT/CLASS/NAME, with folders around it as archives have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from host.data.manifest import SPLIT_NAMES, Picture
from host.data.tree import not_a_picture

NO_CLASS = "in no class's folder"
# folders that say where pictures are, not what they show
PICTURE_FOLDERS = ("images", "image", "imgs", "img", "pictures", "pics", "photos", "jpegimages")
PLACES = {*PICTURE_FOLDERS, "png", "jpg", "jpeg", "data", "dataset", "all", "raw"}
Parts = tuple[str, ...]


@dataclass(frozen=True)
class Sorted:
    """pictures: with label and split. left_out: why -> how many. notes: what was concluded, a line each."""

    pictures: tuple[Picture, ...]
    left_out: Counter[str]
    notes: tuple[str, ...] = ()


def by_folders(names: Sequence[str]) -> Sorted:
    """What lies deeper than a class's folder belongs to the class. A folder around all classes is no class."""
    found: list[tuple[str, Parts]] = []
    left_out: Counter[str] = Counter()
    for name in names:
        reason = not_a_picture(name)
        if reason is None:
            found.append((name, PurePosixPath(name).parts))
        elif reason:
            left_out[reason] += 1
    wrapper = _wrapper([parts for _, parts in found])
    pictures = []
    has_splits = any(len(parts) > wrapper + 2 and split_name(parts[wrapper]) for _, parts in found)
    for name, parts in found:
        split, label = _split_and_label(parts[wrapper:], has_splits)
        if label:
            pictures.append(Picture(name, label, split))
        else:
            left_out[NO_CLASS] += 1
    if not wrapper:
        return Sorted(tuple(pictures), left_out)
    note = f"{'/'.join(found[0][1][:wrapper])}/ lies around all classes and is none itself"
    return Sorted(tuple(pictures), left_out, (note,))


def is_place(folder: str) -> bool:
    """Whether a folder's name is a split's or says no more than that pictures are in it."""
    return bool(split_name(folder)) or folder.lower() in PLACES


def split_of(path: str) -> str:
    """From the first folder of a path: train, val, test, or ""."""
    return split_name(path.split("/")[0]) if "/" in path else ""


def split_name(folder: str) -> str:
    """train, val or test of `Training`, `train_set`, `seg_train`, `valid`, `val2017`; "" for no split's folder."""
    plain = folder.lower().strip("_- ")
    for affix in ("_set", "-set", "set", "_data", "_images", "2017", "2014"):
        plain = plain.removesuffix(affix)
    return SPLIT_NAMES.get(plain.removeprefix("seg_").rstrip("_-"), "")


def _wrapper(found: Sequence[Parts]) -> int:
    """How many folders lie around all pictures and are neither class nor split."""
    depth = 0
    while found and all(len(parts) > depth + 2 for parts in found):
        names = {parts[depth] for parts in found}
        if len(names) > 1 or split_name(names.pop()):
            break
        depth += 1
    return depth


def _split_and_label(parts: Parts, has_splits: bool) -> tuple[str, str]:
    split = split_name(parts[0]) if len(parts) > 1 else ""
    if split and len(parts) > 2:
        inner = parts[2:] if len(parts) > 3 and split_name(parts[1]) == split else parts[1:]
        return split, inner[0]
    if split and has_splits:
        return split, ""  # train/NAME beside train/CLASS/NAME
    return "", parts[0] if len(parts) > 1 else ""
