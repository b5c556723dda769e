"""Packs blocks of memory whose parts live for intervals of steps into the fewest bytes.

A block stays in one piece, but its parts (rows of a map) are born and die at different steps, so that a map may grow
into the space that another one leaves.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TRIES = 300
LEAST_TRIES = 16
PAIR_TRIES = 1_300_000  # a try takes time as the square of the blocks
Ints = NDArray[np.int64]
Conflicts = list[list[tuple[int, int, int]]]  # by block: (other, low, high), see _conflicts


@dataclass(frozen=True)
class Block:
    """Parts of one block, arrays of equal length: bytes start..end-1 in the block are in use at steps first..last."""

    start: Ints
    end: Ints
    first: Ints
    last: Ints

    @property
    def size(self) -> int:
        """Bytes."""
        return int(self.end.max(initial=0))


@dataclass(frozen=True)
class Placement:
    """offsets: by block. lower_bound: the most bytes in use at once; bytes equals it when the placement is optimal."""

    offsets: tuple[int, ...]
    bytes: int
    lower_bound: int


def block(size: int, first: int, last: int) -> Block:
    """A block whose bytes all live from step `first` to step `last`."""
    return parts([(0, size, first, last)])


def parts(rows: list[tuple[int, int, int, int]]) -> Block:
    """A block of (start, end, first, last); neighbours that live equally long become one part."""
    merged: list[tuple[int, int, int, int]] = []
    for start, end, first, last in rows:
        if merged and merged[-1][1:] == (start, first, last):
            merged[-1] = (merged[-1][0], end, first, last)
        elif end > start:
            merged.append((start, end, first, last))
    columns = np.array(merged, np.int64).reshape(-1, 4).T
    return Block(columns[0], columns[1], columns[2], columns[3])


def lower_bound(blocks: list[Block]) -> int:
    """The most bytes that are in use at one step."""
    return int(bytes_in_use(blocks).max(initial=0))


def bytes_in_use(blocks: list[Block]) -> Ints:
    """By step, until the last one at which a block lives."""
    steps = max((int(b.last.max(initial=0)) for b in blocks), default=0) + 1
    change = np.zeros(steps + 1, np.int64)
    if blocks:
        lengths = np.concatenate([b.end - b.start for b in blocks])
        np.add.at(change, np.concatenate([b.first for b in blocks]), lengths)
        np.add.at(change, np.concatenate([b.last for b in blocks]) + 1, -lengths)
    return change.cumsum()[:-1]


def place(blocks: list[Block]) -> Placement:
    """The best of several orders of first fit; stops when the lower bound is reached."""
    bound = lower_bound(blocks)
    sizes = [b.size for b in blocks]
    conflicts = _conflicts(blocks, sizes)
    orders = [
        sorted(range(len(blocks)), key=lambda i: -sizes[i]),
        sorted(range(len(blocks)), key=lambda i: (_first(blocks[i]), -sizes[i])),
        sorted(range(len(blocks)), key=lambda i: -sizes[i] * _length(blocks[i])),
        sorted(range(len(blocks)), key=lambda i: (-_length(blocks[i]), -sizes[i])),
    ]
    generator = random.Random(1)
    order = orders[0]
    offsets = _first_fit(sizes, conflicts, order, sum(sizes))
    assert offsets is not None, "first fit needs at most the sum"
    used = _end(offsets, sizes)
    for attempt in range(1, min(TRIES, max(LEAST_TRIES, PAIR_TRIES // max(1, len(blocks)) ** 2))):
        if used == bound:
            break
        trial = orders[attempt] if attempt < len(orders) else _swapped(order, generator)
        found = _first_fit(sizes, conflicts, trial, used)
        if found is not None:
            offsets, order, used = found, trial, _end(found, sizes)
    return Placement(offsets, used, bound)


def _end(offsets: tuple[int, ...], sizes: list[int]) -> int:
    return max((at + size for at, size in zip(offsets, sizes, strict=True)), default=0)


def _first(b: Block) -> int:
    return int(b.first.min(initial=0))


def _length(b: Block) -> int:
    return int(b.last.max(initial=0)) - _first(b) + 1


def _conflicts(blocks: list[Block], sizes: list[int]) -> Conflicts:
    """For each block b: (a, low, high), where offset(b) - offset(a) must not lie between low and high."""
    found: Conflicts = [[] for _ in blocks]
    for i, a in enumerate(blocks):
        for j, b in enumerate(blocks):
            if i == j or not sizes[i] or not sizes[j]:
                continue
            together = (a.first[:, None] <= b.last) & (b.first <= a.last[:, None])
            low = (a.start[:, None] - b.end)[together]
            high = (a.end[:, None] - b.start)[together]
            found[j] += [(i, *open_) for open_ in _merged(low, high)]
    return found


def _merged(low: Ints, high: Ints) -> list[tuple[int, int]]:
    """The union of open intervals (low, high)."""
    made: list[tuple[int, int]] = []
    for k in np.argsort(low, kind="stable"):
        if made and int(low[k]) < made[-1][1]:
            made[-1] = (made[-1][0], max(made[-1][1], int(high[k])))
        else:
            made.append((int(low[k]), int(high[k])))
    return made


def _swapped(order: list[int], generator: random.Random) -> list[int]:
    made = list(order)
    for _ in range(generator.randint(1, 3)):
        a, b = generator.randrange(len(made)), generator.randrange(len(made))
        made[a], made[b] = made[b], made[a]
    return made


def _first_fit(
    sizes: list[int], conflicts: Conflicts, order: list[int], most: int
) -> tuple[int, ...] | None:
    """Offsets by block: each in turn at the lowest one that no placed block forbids; None beyond `most` bytes."""
    offsets = [0] * len(sizes)
    is_placed = [False] * len(sizes)
    for index in order:
        forbidden = sorted(
            (offsets[other] + low, offsets[other] + high)
            for other, low, high in conflicts[index]
            if is_placed[other]
        )
        offset = 0
        for low, high in forbidden:
            if low >= offset:
                break  # and so are all that follow
            if offset < high:
                offset = high
        if offset + sizes[index] > most:
            return None
        offsets[index], is_placed[index] = offset, True
    return tuple(offsets)
