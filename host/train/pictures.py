"""Labelled pictures as arrays: uint8 RGB for training, and the very input of the model for validation."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.data.dataset import Dataset, read_dataset
from host.data.labels import matching, normal, resolve
from host.data.learnt import TRAIN, VALIDATION, set_hash
from host.data.load import Pixels, fill_readable
from host.data.manifest import Picture
from host.data.model_input import to_input

# pictures are kept this much larger than the input, so that a crop of one is still sharp
DETAIL = 4 / 3
NOTHING = {"non_person", "background", "nothing", "empty", "none", "negative"}
Say = Callable[[str], None]
Room = Callable[[tuple[int, ...]], Pixels]  # zeros of a shape, in memory or on a disk


@dataclass(frozen=True)
class Pictures:
    """One split. pixels: uint8 (n, side, side, c); labels: int64 (n,), indices into `classes`; facts: of each."""

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    facts: tuple[Picture, ...]
    classes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def sources(self) -> NDArray[np.str_]:
        """(n,) where each is from; "" where nobody said."""
        return np.array([fact.source for fact in self.facts], dtype=np.str_)


def find_classes(paths: Sequence[Path], labels: Sequence[str]) -> tuple[str, ...]:
    """`labels`, or those found at all `paths`, sorted. Raises HostError unless there are two at least."""
    if not labels:
        found: list[str] = []
        for path in paths:
            for label in read_dataset(path, least_labels=1).labels:
                if matching(label, found) is None:
                    found.append(label)
        labels = sorted(found)
    if len(labels) < 2:
        raise HostError(
            f"one-class data (all pictures are {labels[0]!r}): a model learns from at least "
            "two labels",
            "capture pictures without it, too",
        )
    return tuple(labels)


def find_pictures(
    paths: Sequence[Path], classes: tuple[str, ...], say: Say = lambda line: None
) -> tuple[Dataset, ...]:
    """The data sets; none needs to hold every class. say: what there is to remark about them.

    Raises HostError for a label that is none of `classes`.
    """
    found = tuple(_labelled(path, classes) for path in paths)
    for line in (line for dataset in found for line in dataset.remarks()):
        say(line)
    return found


def _labelled(path: Path, classes: tuple[str, ...]) -> Dataset:
    found = read_dataset(path, least_labels=1)
    named = {label: resolve(label, classes, str(path), found.labels) for label in found.labels}
    pictures = tuple(
        p if p.label == named[p.label] else replace(p, label=named[p.label]) for p in found.pictures
    )
    return replace(found, pictures=pictures, labels=classes)


def load_learning(
    found: Sequence[Dataset], side: int, shares: dict[str, float], say: Say, room: Room
) -> Pictures:
    """The training split as RGB of `side`, to be cut and averaged further. shares: source -> the part that is used.

    Unlike those for validation its pictures need not equal the firmware's bit for bit.
    """
    split = _of_split(found, TRAIN, lambda p: _taken(p, shares))
    return _load(split, TRAIN, room((_count(split), side, side, 3)), _squashed(side), say)


def load_validation(
    found: Sequence[Dataset], size: int, channels: int, say: Say, room: Room
) -> Pictures:
    """The validation split, each picture exactly as the firmware would make the model's input of it."""
    split = _of_split(found, VALIDATION, lambda p: True)
    pixels = room((_count(split), size, size, channels))
    return _load(split, VALIDATION, pixels, lambda p: to_input(p, size, size, channels), say)


def _of_split(
    found: Sequence[Dataset], split: str, wanted: Callable[[Picture], bool]
) -> list[Dataset]:
    return [d.where(lambda p: (p.split or TRAIN) == split and wanted(p)) for d in found]


def _count(found: Sequence[Dataset]) -> int:
    return sum(len(dataset.pictures) for dataset in found)


def _load(
    found: Sequence[Dataset],
    split: str,
    pixels: Pixels,
    fitted: Callable[[Pixels], Pixels],
    say: Say,
) -> Pictures:
    """Every readable picture, in `pixels`, which has a row for each."""
    labels: list[int] = []
    facts: list[Picture] = []
    for dataset in found:
        if dataset.pictures:
            readable = fill_readable(dataset, pixels[len(facts) :], fitted, say)
            labels += readable.classes.tolist()
            facts += readable.pictures
    if not facts:
        raise HostError(
            f"no picture is in the split {split!r}",
            "run `python -m host.data split` on the data first",
        )
    result = Pictures(
        pixels[: len(facts)], np.array(labels, np.int64), tuple(facts), found[0].labels
    )
    _require_every_class(result, split)
    return result


def _squashed(side: int) -> Callable[[Pixels], Pixels]:
    """uint8 (H, W, 1 or 3) -> (side, side, 3)."""

    def fitted(whole: Pixels) -> Pixels:
        if whole.shape[:2] != (side, side):
            whole = np.asarray(cv2.resize(whole, (side, side), interpolation=cv2.INTER_AREA))
        return whole.reshape(side, side, -1)

    return fitted


def _taken(picture: Picture, shares: dict[str, float]) -> bool:
    """Whether a picture is among its source's share: decided by its name, so that it does not depend on the others."""
    share = shares.get(picture.source, 1.0)
    digest = hashlib.sha256(picture.path.encode()).digest()
    return int.from_bytes(digest[:4], "little") < share * 2**32


def _require_every_class(pictures: Pictures, split: str) -> None:
    counts = np.bincount(pictures.labels, minlength=len(pictures.classes))
    empty = [name for name, count in zip(pictures.classes, counts, strict=True) if not count]
    if empty:
        raise HostError(
            f"the split {split!r} has no picture of {', '.join(empty)}",
            "capture some, or spread the sessions with `python -m host.data split`",
        )


def nothing_class(classes: Sequence[str]) -> int | None:
    """The class of pictures that show nothing (non_person, background); None where each shows something."""
    found = [i for i, name in enumerate(classes) if _means_nothing(name)]
    return found[0] if len(found) == 1 and len(classes) > 1 else None


def _means_nothing(label: str) -> bool:
    return normal(label).startswith("non_") or normal(label) in NOTHING


def data_hash(*parts: Pictures) -> str:
    """Of every picture's file, label and split; in any order."""
    return set_hash(
        (fact.sha256, part.classes[label], fact.split or TRAIN)
        for part in parts
        for label, fact in zip(part.labels, part.facts, strict=True)
    )


def draw_chances(
    pictures: Pictures, weights: dict[str, float], balance: float
) -> NDArray[np.float64]:
    """float64 (n,), sum 1: how probable each is to be drawn.

    weights: source -> factor; balance: 0 as often as they are there, 1 every class as often as any other.
    Raises HostError for a source that does not occur.
    """
    sources = pictures.sources
    chance = np.ones(len(pictures))
    for name, weight in weights.items():
        if name not in sources:
            known = ", ".join(sorted(set(sources.tolist()))) or "none"
            raise HostError(f"--weight {name}: no picture is of that source; there are {known}")
        chance[sources == name] = weight
    chance /= chance.sum()
    of_class = np.bincount(pictures.labels, chance, len(pictures.classes))
    even = chance / of_class[pictures.labels] / len(pictures.classes)
    return np.asarray(balance * even + (1 - balance) * chance, np.float64)
