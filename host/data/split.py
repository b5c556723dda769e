"""Which pictures are for training, validation and test: seeded, stratified, groups of possible neighbours whole."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.spelling import did_you_mean
from host.base.statistics import wilson
from host.data.duplicates import clusters
from host.data.manifest import COLUMNS, SPLITS, Picture
from host.data.times import instants

VAL_SHARE = 0.2
EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Shares:
    """Of all pictures, 0..1 each; the rest trains."""

    val: float = VAL_SHARE
    test: float = 0.0


def next_split(pictures: Sequence[Picture], label: str) -> str:
    """Where a session that begins with `label` belongs: val while it has less than its share of that label.

    By label, because many people capture one class after the other: by all, the second would be in val alone.
    """
    counts = Counter(picture.split for picture in pictures if picture.label == label)
    known = counts["train"] + counts["val"]
    return "val" if counts["train"] and counts["val"] < VAL_SHARE * known else "train"


def groups(
    pictures: Sequence[Picture],
    near: Sequence[tuple[int, int]] = (),
    by: str = "session",
    gap_s: float | None = None,
) -> NDArray[np.int64]:
    """(N,) the group of each picture: equal where they must stay together.

    Pictures share a group by the column `by` ("" joins none), by `near` (pairs of near-duplicates), and through each
    other. gap_s: a pause so long in a session's times begins a new group; pictures without a time stay together.
    Raises HostError for a time that makes no sense, where times matter.
    """
    _refuse_unknown(by, pictures)
    times = instants(pictures) if gap_s is not None else [None] * len(pictures)
    if gap_s is not None and not any(times):
        raise HostError("no picture has a time, by which --gap parts sessions", "leave --gap out")
    pairs = list(near)
    members: dict[str, list[int]] = defaultdict(list)
    for index, picture in enumerate(pictures):
        if name := picture.value(by):
            members[name].append(index)
    for inside in members.values():
        ordered = sorted(inside, key=lambda index: (times[index] or EARLIEST, index))
        for first, second in pairwise(ordered):
            if gap_s is None or _pause_s(times[first], times[second]) < gap_s:
                pairs.append((first, second))
    return clusters(len(pictures), pairs)


def assign(
    pictures: Sequence[Picture], group: NDArray[np.int64], shares: Shares, seed: int
) -> tuple[Picture, ...]:
    """The pictures with their splits. Each group goes, largest first, where its labels are missed most.

    Raises HostError when a split that was asked for would stay empty.
    """
    wanted = {"train": 1 - shares.val - shares.test, "val": shares.val, "test": shares.test}
    labels = sorted({picture.label for picture in pictures})
    members = [np.flatnonzero(group == each) for each in np.unique(group)]
    counts = [_counts(pictures, inside, labels) for inside in members]
    total = np.sum(counts, axis=0)
    lacking = {name: share * total for name, share in wanted.items() if share > 0}
    chosen = [""] * len(pictures)
    shuffled = np.random.default_rng(seed).permutation(len(members))
    for index in sorted(shuffled, key=lambda i: -len(members[i])):
        name = max(lacking, key=lambda n: _need(lacking[n], counts[index], wanted[n] * total))
        lacking[name] = lacking[name] - counts[index]
        for picture in members[index]:
            chosen[picture] = name
    _refuse_empty(set(chosen), list(lacking), len(members))
    return tuple(replace(p, split=name) for p, name in zip(pictures, chosen, strict=True))


def shortcomings(pictures: Sequence[Picture], group: NDArray[np.int64]) -> list[str]:
    """Lines for people: which label a split has no picture of, and why it could get none. pictures: with splits."""
    found = []
    for split in sorted({p.split for p in pictures}, key=SPLITS.index):
        there = {p.label for p in pictures if p.split == split}
        for label in sorted({p.label for p in pictures} - there):
            inside = {int(group[index]) for index, p in enumerate(pictures) if p.label == label}
            count = sum(p.label == label for p in pictures)
            why = (
                f"its {count} belong together"
                if len(inside) == 1
                else f"its {count} form {len(inside)} groups, which other splits need more"
            )
            found.append(
                f"{split} has no picture of {label!r}: {why}; capture another session of it "
                "(n, or run host.capture again), then split again"
            )
    return found


def unparted(
    pictures: Sequence[Picture], near: Sequence[tuple[int, int]], by: str, gap_s: float
) -> str:
    """A line for people where a pause of `gap_s` parted nothing; "" where it did. Arguments as of `groups`."""
    if len(np.unique(groups(pictures, near, by, gap_s))) > len(
        np.unique(groups(pictures, near, by))
    ):
        return ""
    if len(np.unique(groups(pictures, (), by, gap_s))) > len(np.unique(groups(pictures, (), by))):
        return f"--gap {gap_s:g} changed nothing: near-duplicates hold together what it parts"
    return f"--gap {gap_s:g} changed nothing: no session pauses that long"


def table(pictures: Sequence[Picture]) -> tuple[tuple[str, ...], ...]:
    """Rows for people: label, then the pictures in train, val, test and none, then all."""
    columns = (*SPLITS, "")
    labels = sorted({picture.label for picture in pictures})
    counts = Counter((picture.label, picture.split) for picture in pictures)
    rows = [[counts[label, split] for split in columns] for label in labels]
    if len(rows) > 1:
        rows.append([sum(column) for column in zip(*rows, strict=True)])
        labels = [*labels, "all"]
    return tuple(
        (label, *(str(count) for count in row), str(sum(row)))
        for label, row in zip(labels, rows, strict=True)
    )


def worth(count: int) -> str:
    """Within what an accuracy of 90 % among so many pictures lies with 95 %: pictures of one session tell less."""
    if not count:
        return "nothing"
    interval = wilson(0.9 * count, count)
    return f"{100 * interval.low:.0f}–{100 * interval.high:.0f} %"


def _refuse_unknown(by: str, pictures: Sequence[Picture]) -> None:
    """A column that is misspelt would let neighbours into two splits."""
    known = [*COLUMNS, *dict.fromkeys(name for p in pictures for name, _ in p.more)]
    if by and by not in known:
        raise HostError(
            f"no picture has a column {by!r}{did_you_mean(by, known)}",
            f"give --by one of {', '.join(known)}",
        )


def _counts(
    pictures: Sequence[Picture], inside: NDArray[np.int64], labels: Sequence[str]
) -> NDArray[np.float64]:
    names = Counter(pictures[index].label for index in inside)
    return np.array([names[label] for label in labels], np.float64)


def _need(lacking: NDArray[np.float64], offer: NDArray[np.float64], wanted: object) -> float:
    """How well a group fits what a split still lacks, each label against what it is to have in the end."""
    relative = lacking / np.maximum(np.asarray(wanted, np.float64), 1e-9)
    return float(relative @ offer / max(1.0, offer.sum()))


def _pause_s(first: datetime | None, second: datetime | None) -> float:
    """Between two pictures; 0, so that they stay together, when a time is not known."""
    return abs((second - first).total_seconds()) if first and second else 0.0


def _refuse_empty(used: set[str], requested: Sequence[str], count: int) -> None:
    empty = [name for name in requested if name not in used]
    if empty:
        raise HostError(
            f"{count} group(s) of pictures that belong together cannot fill train, "
            f"{' and '.join(empty)}",
            "capture another session, or part sessions with a --gap of fewer seconds than they "
            "pause",
        )
