"""Reads everything that a run needs from disk before TensorFlow is loaded, so that mistakes show at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from host.base.errors import HostError
from host.base.pictures import decode
from host.base.regular_files import UnreadableError
from host.data.dataset import Dataset
from host.data.labels import resolve
from host.train.disk_array import disk_array
from host.train.options import Options
from host.train.pictures import (
    DETAIL,
    Pictures,
    Say,
    data_hash,
    find_classes,
    find_pictures,
    load_learning,
    load_validation,
)
from host.train.shape import Shape

SAMPLE = 32  # pictures of a set that are looked at to learn how large they are


@dataclass(frozen=True)
class Gathered:
    """learn: RGB, a third larger than the input where they have that much; validation: the model's input itself.

    digest: of all pictures, labels and splits.
    """

    learn: Pictures
    validation: Pictures
    shape: Shape
    digest: str


def gather(options: Options, say: Say) -> Gathered:
    """Raises HostError for no pictures, one class, a class without pictures, a label or source that is none."""
    classes = find_classes(options.data, options.labels)
    found = find_pictures(options.data, classes, say)
    _require_sources(found, options)
    for label in options.logit_bias:
        resolve(label, classes, f"--logit-bias {label}")
    size = options.size
    room = partial(disk_array, folder=options.output)
    learn = load_learning(found, _side(found, size), options.shares, say, room)
    validation = load_validation(found, size, options.channels, say, room)
    shape = Shape(options.alpha, size, options.channels, len(classes))
    return Gathered(learn, validation, shape, data_hash(learn, validation))


def _require_sources(found: tuple[Dataset, ...], options: Options) -> None:
    known = {picture.source for dataset in found for picture in dataset.pictures}
    for option, names in (
        ("--share", options.shares),
        ("--weight", options.weights),
        ("--easy", options.easy),
    ):
        for name in names:
            if name not in known:
                there = ", ".join(sorted(known - {""})) or "none"
                raise HostError(f"{option} {name}: no picture is of that source; there are {there}")


def _side(found: tuple[Dataset, ...], size: int) -> int:
    """Pixels at which training pictures are kept: no more than they have, no less than the input."""
    sides = []
    for dataset in found:
        with dataset.open() as read:
            for picture in dataset.pictures[:: max(1, len(dataset.pictures) // SAMPLE)]:
                try:
                    sides.append(min(decode(read(picture), picture.path).shape[:2]))
                except UnreadableError:
                    continue  # load_split names it
    return int(np.clip(np.median(sides or [size]), size, round(size * DETAIL)))
