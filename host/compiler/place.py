"""Packs blocks that live for an interval of steps into the fewest bytes (dynamic storage allocation)."""

from __future__ import annotations

import random
from dataclasses import dataclass

TRIES = 400


@dataclass(frozen=True)
class Block:
    """size bytes, in use from step `first` to step `last`, both included."""

    size: int
    first: int
    last: int

    def meets(self, other: Block) -> bool:
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True)
class Placement:
    """offsets: by block. lower_bound: the most bytes in use at once; bytes equals it when the placement is optimal."""

    offsets: tuple[int, ...]
    bytes: int
    lower_bound: int


def place(blocks: list[Block]) -> Placement:
    """The best of several orders of first fit; stops when the lower bound is reached."""
    bound = lower_bound(blocks)
    orders = [
        sorted(range(len(blocks)), key=lambda i: -blocks[i].size),
        sorted(range(len(blocks)), key=lambda i: (blocks[i].first, -blocks[i].size)),
        sorted(range(len(blocks)), key=lambda i: -blocks[i].size * _length(blocks[i])),
        sorted(range(len(blocks)), key=lambda i: (-_length(blocks[i]), -blocks[i].size)),
    ]
    generator = random.Random(1)
    best = _first_fit(blocks, orders[0], bound)
    order = orders[0]
    for attempt in range(1, TRIES):
        if best.bytes == bound:
            break
        trial = orders[attempt] if attempt < len(orders) else _swapped(order, generator)
        found = _first_fit(blocks, trial, bound)
        if found.bytes <= best.bytes:
            best, order = found, trial
    return best


def lower_bound(blocks: list[Block]) -> int:
    """The most bytes that are in use at one step."""
    return max(
        (sum(b.size for b in blocks if b.meets(a)) for a in map(_instant, blocks)), default=0
    )


def _instant(block: Block) -> Block:
    return Block(0, block.first, block.first)


def _length(block: Block) -> int:
    return block.last - block.first + 1


def _swapped(order: list[int], generator: random.Random) -> list[int]:
    made = list(order)
    for _ in range(generator.randint(1, 3)):
        a, b = generator.randrange(len(made)), generator.randrange(len(made))
        made[a], made[b] = made[b], made[a]
    return made


def _first_fit(blocks: list[Block], order: list[int], bound: int) -> Placement:
    offsets = [0] * len(blocks)
    placed: list[int] = []
    for index in order:
        block, offset = blocks[index], 0
        others = sorted((offsets[i], blocks[i].size) for i in placed if blocks[i].meets(block))
        for start, size in others:
            if size and offset + block.size > start:
                offset = max(offset, start + size)
        offsets[index] = offset if block.size else 0
        placed.append(index)
    used = max((offsets[i] + b.size for i, b in enumerate(blocks)), default=0)
    return Placement(tuple(offsets), used, bound)
