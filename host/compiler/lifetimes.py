"""Between which steps each byte of a map or of scratch is in use: rows live from their making to their last reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from host.compiler.network import Feature, Layer, Network
from host.compiler.place import Block, block, parts
from host.compiler.schedule import WHOLE_INPUT, Border, Links, Step, first_row_read

ALIGNMENT = 4


@dataclass(frozen=True)
class Span:
    """The steps of a plan, or of one group of it: by layer, its (number, step) pairs."""

    steps: Sequence[Step]
    of_layer: dict[int, list[tuple[int, Step]]]


def span(steps: Sequence[Step]) -> Span:
    """`steps`, sorted by layer."""
    found: dict[int, list[tuple[int, Step]]] = {}
    for number, step in enumerate(steps):
        found.setdefault(step.layer, []).append((number, step))
    return Span(steps, found)


def aligned(count: int) -> int:
    """`count` bytes rounded up to whole words."""
    return -(-count // ALIGNMENT) * ALIGNMENT


def line_stride(feature: Feature, border: Border) -> int:
    """Bytes from line to line: a multiple of 4, or 1 for a vector."""
    if feature.is_vector and border == Border():
        return 1
    return aligned(border.left + feature.width + border.right)


def all_rows(feature: Feature, border: Border) -> int:
    """Rows of a whole map, borders counted."""
    return border.top + feature.height + border.bottom


def map_bytes(feature: Feature, border: Border, rows: int) -> int:
    """Bytes of a map that holds so many rows."""
    return aligned(rows * feature.channels * line_stride(feature, border))


def scratch_block(size: int, of_layer: list[tuple[int, Step]]) -> Block:
    """Scratch lives from the layer's first step to its last."""
    return block(aligned(size), of_layer[0][0], of_layer[-1][0])


def map_block(
    network: Network,
    linked: Links,
    border: Border,
    feature: int,
    rows: int,
    during: Span,
    used_later: bool,
) -> Block:
    """A map of `rows` rows. used_later: read after these steps, or the scores. Made before them: alive from 0."""
    shape = network.features[feature]
    size, last = map_bytes(shape, border, rows), len(during.steps) - 1
    made = [entry for i in linked.makers[feature] for entry in during.of_layer.get(i, ())]
    if used_later and not made:
        return block(size, 0, last)
    birth = _births(shape, border, made)
    death = np.full_like(birth, last) if used_later else birth.copy()
    for index in () if used_later else linked.readers[feature]:
        reads = during.of_layer.get(index, ())
        _read_rows(shape, border, network.layers[index], reads, death)
    if rows < all_rows(shape, border) or shape.is_vector:
        return block(size, int(birth.min()), int(death.max()))
    stride = size // rows
    ends = enumerate(zip(birth.tolist(), death.tolist(), strict=True))
    return parts([(r * stride, (r + 1) * stride, first, last) for r, (first, last) in ends])


def _births(
    shape: Feature, border: Border, made: Sequence[tuple[int, Step]]
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """By row, borders counted: the step that writes it. Borders come with the first and the last row: what a step
    sets below its own rows, the next one sets anew."""
    birth = np.zeros(all_rows(shape, border), np.int64)
    for number, step in made:
        first = 0 if step.first_row == 0 else border.top + step.first_row
        birth[first : border.top + step.end_row + border.bottom] = number
    return birth


def _read_rows(
    shape: Feature,
    border: Border,
    layer: Layer,
    reads: Sequence[tuple[int, Step]],
    death: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> None:
    """Moves the deaths of the rows that `layer` reads at its steps."""
    for number, step in reads:
        low, high = 0, shape.height
        if layer.kind not in WHOLE_INPUT and not shape.is_vector:
            low = first_row_read(layer, step.first_row)
            high = layer.window.first_row_read(step.end_row - 1) + layer.window.kernel[0]
        rows = death[max(0, border.top + low) : max(0, border.top + high)]
        np.maximum(rows, number, out=rows)
