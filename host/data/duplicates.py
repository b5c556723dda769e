"""Near-duplicates by perceptual hash (imagehash's pHash, 64 bits): the number of bits that differ is the distance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

BITS = 64
NEAR = 4  # bits, up to which two pictures count as the same: frames of a still scene differ by 0..4
BLOCK = 1024  # rows compared at once: 8 MB for 1,000 others


def perceptual_hash(luma: NDArray[np.uint8]) -> int:
    """uint8 (H, W) -> 64 bits: the signs of the 8x8 lowest frequencies against their median."""
    import imagehash  # SciPy comes with it: half a second
    from PIL import Image

    bits = imagehash.phash(Image.fromarray(luma)).hash.ravel()
    return int("".join("1" if bit else "0" for bit in bits), 2)


def distances(one: int, others: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """(N,) bits in which `one` differs from each."""
    return np.asarray(np.bitwise_count(others ^ np.uint64(one)), np.uint8)


def near_pairs(hashes: NDArray[np.uint64], most: int = NEAR) -> Iterator[tuple[int, int, int]]:
    """(i, j, distance) with i < j for every pair at most so far apart, in order."""
    for start in range(0, len(hashes), BLOCK):
        rows = hashes[start : start + BLOCK, np.newaxis]
        apart = np.bitwise_count(rows ^ hashes[np.newaxis, start:])
        for row, column in np.argwhere(apart <= most):
            if row < column:
                yield start + int(row), start + int(column), int(apart[row, column])


def clusters(count: int, pairs: Iterable[tuple[int, int]]) -> NDArray[np.int64]:
    """(count,) the smallest member of each one's cluster, where pairs belong together (union-find)."""
    parent = np.arange(count)

    def root(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = int(parent[item])
        return item

    for first, second in pairs:
        low, high = sorted((root(first), root(second)))
        parent[high] = low
    return np.array([root(item) for item in range(count)], np.int64)
