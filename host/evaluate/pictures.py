"""The pictures that a model is evaluated on: which split, which ones, and what each means to the model."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.statistics import Integers
from host.data.dataset import Dataset, read_dataset
from host.data.load import load_pixels, load_readable
from host.evaluate.labels import map_labels
from host.evaluate.model import Subject

DEFAULT_SPLIT, EVERY = "val", "all"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """split: None takes val where there is one, else every picture. limit: at most so many, evenly spread; 0: all."""

    path: Path
    split: str | None = None
    limit: int = 0
    skip_unreadable: bool = False


@dataclass(frozen=True)
class Loaded:
    """name: in words. pixels: uint8 [N, height, width, channels]; truth: int64 [N], index into the model's labels."""

    name: str
    dataset: Dataset
    pixels: NDArray[np.uint8]
    truth: Integers


def load(request: Request, subject: Subject, label_map: dict[str, str], say: Say) -> Loaded:
    """Raises HostError for no pictures, one class alone, an unreadable picture, labels that the model does not know."""
    dataset, name = _chosen(request, say)
    for line in dataset.remarks():
        say(line)
    mapping = map_labels(
        [x for x in dataset.labels if dataset.counts[x]], subject.labels, label_map
    )
    for line in mapping.changes:
        say(line)
    if len(set(mapping.classes.values())) < 2:
        raise HostError(
            f"all {len(dataset.pictures)} pictures are of one class "
            f"({', '.join(mapping.classes)}): accuracy alone would mislead",
            "add pictures of another",
        )
    shape = subject.reference.shape
    if request.skip_unreadable:
        dataset, pixels = load_readable(dataset, *shape, say)
    else:
        pixels = load_pixels(dataset, *shape)
    truth = np.array([mapping.classes[p.label] for p in dataset.pictures], np.int64)
    return Loaded(name, dataset, pixels, truth)


def _chosen(request: Request, say: Say) -> tuple[Dataset, str]:
    dataset = read_dataset(request.path, least_labels=1)
    split = request.split
    if split is None:
        has_val = any(p.split == DEFAULT_SPLIT for p in dataset.pictures)
        split = DEFAULT_SPLIT if has_val else EVERY
        say(f"pictures: {'the val split' if has_val else 'all, as there is no val split'}")
    if split != EVERY:
        there = sorted({p.split for p in dataset.pictures} - {""})
        dataset = dataset.of_split(split)
        if not dataset.pictures:
            raise HostError(
                f"{request.path} has no pictures of split {split}; it has "
                f"{', '.join(there) or 'no splits'}",
                f"use --split {EVERY}",
            )
    name = f"{request.path.name}, {'every split' if split == EVERY else f'split {split}'}"
    if 0 < request.limit < len(dataset.pictures):
        places = np.linspace(0, len(dataset.pictures) - 1, request.limit).round().astype(int)
        total = len(dataset.pictures)
        dataset = dataclasses.replace(
            dataset, pictures=tuple(dataset.pictures[place] for place in places)
        )
        name += f", {request.limit} of {total}"
    return dataset, name
