"""Where everything lies in the arena, and in which steps it is computed.

Network in, `Plan` out. Which layers stream together is chosen so that the peak of live bytes is least, and among the
best choices the one of fewest steps; then maps and scratch are placed.
"""

from __future__ import annotations

from dataclasses import dataclass

from host.compiler.format import ALIGNMENT
from host.compiler.network import Feature, Network
from host.compiler.place import Block, place
from host.compiler.schedule import Border, Step, Stream, borders
from host.compiler.scratch import scratch_bytes

LONGEST_GROUP = 14


@dataclass(frozen=True)
class MapPlan:
    """A feature's map. offset: bytes into the arena; ring_rows counts borders."""

    offset: int
    line_stride: int
    ring_rows: int
    border: Border

    def bytes(self, feature: Feature) -> int:
        return self.ring_rows * feature.channels * self.line_stride


@dataclass(frozen=True)
class Plan:
    """maps: by feature, None for the image. scratch: by layer, offset and bytes. live: bytes in use, by layer.

    lower_bound: no placement of these steps can need less; arena_bytes is what this one needs.
    """

    maps: tuple[MapPlan | None, ...]
    scratch: tuple[tuple[int, int], ...]
    steps: tuple[Step, ...]
    arena_bytes: int
    lower_bound: int
    live: tuple[int, ...]


def plan(network: Network, streaming: bool = True) -> Plan:
    """The plan of least memory; without streaming every map is whole and each layer runs once."""
    border = borders(network)
    count = len(network.layers)
    groups = [range(i, i + 1) for i in range(count)]
    if streaming:
        groups = _choose_groups(network, border)
    steps: list[Step] = []
    rings: dict[int, int] = {}
    for group in groups:
        stream = _stream(network, border, group.start, group.stop)
        steps += stream.steps
        rings |= stream.ring
    return _place(network, border, tuple(steps), rings)


def _stream(network: Network, border: list[Border], first: int, end: int) -> Stream:
    height = network.features[network.layers[first].output].height
    return Stream(network, border, first, end).run(height if end == first + 1 else 1)


def line_stride(feature: Feature, border: Border) -> int:
    """Bytes from line to line: a multiple of 4, or 1 for a vector."""
    if feature.is_vector and border == Border():
        return 1
    return _aligned(border.left + feature.width + border.right)


def _aligned(count: int) -> int:
    return -(-count // ALIGNMENT) * ALIGNMENT


def _map_bytes(feature: Feature, border: Border, rows: int) -> int:
    return _aligned(rows * feature.channels * line_stride(feature, border))


def _choose_groups(network: Network, border: list[Border]) -> list[range]:
    """Least peak first, then fewest steps: two passes of dynamic programming over the group borders."""
    costs = {
        (first, end): cost
        for first in range(len(network.layers))
        for end in range(first + 1, min(first + LONGEST_GROUP, len(network.layers)) + 1)
        if (cost := _group_cost(network, border, first, end)) is not None
    }
    count = len(network.layers)
    peak = [0] * (count + 1)
    for end in range(1, count + 1):
        peak[end] = min(
            max(peak[first], costs[first, end][0]) for first in range(end) if (first, end) in costs
        )
    best: list[tuple[int, list[range]]] = [(0, [])]
    for end in range(1, count + 1):
        options = [
            (best[first][0] + costs[first, end][1], [*best[first][1], range(first, end)])
            for first in range(end)
            if (first, end) in costs and costs[first, end][0] <= peak[count] and best[first][0] >= 0
        ]
        best.append(min(options, key=lambda option: option[0]) if options else (-1, []))
    return best[count][1]


def _group_cost(
    network: Network, border: list[Border], first: int, end: int
) -> tuple[int, int] | None:
    """Bytes that live while the group runs, and its steps; None when the group makes no sense."""
    if end > first + 1 and network.features[network.layers[end - 1].output].height == 1:
        return None
    stream = _stream(network, border, first, end)
    made = sum(_map_bytes(network.features[f], border[f], rows) for f, rows in stream.ring.items())
    scratch = sum(scratch_bytes(network, i) for i in range(first, end))
    return made + scratch + _crossing(network, border, first, end), len(stream.steps)


def _crossing(network: Network, border: list[Border], first: int, end: int) -> int:
    """Bytes of maps made before layer `first` that it or a later one reads."""
    before = {layer.output for layer in network.layers[:first]}
    read = {source for layer in network.layers[first:] for source in layer.inputs}
    return sum(
        _map_bytes(network.features[f], border[f], _all_rows(network, border, f))
        for f in before & read
    )


def _all_rows(network: Network, border: list[Border], feature: int) -> int:
    return border[feature].top + network.features[feature].height + border[feature].bottom


def _place(
    network: Network, border: list[Border], steps: tuple[Step, ...], rings: dict[int, int]
) -> Plan:
    spans = _layer_spans(steps, len(network.layers))
    blocks: list[Block] = []
    made = {layer.output: i for i, layer in enumerate(network.layers)}
    for index in sorted(made):
        readers = [i for i, layer in enumerate(network.layers) if index in layer.inputs]
        last = max((spans[i][1] for i in readers), default=spans[made[index]][1])
        if index == network.output:
            last = len(steps) - 1
        size = _map_bytes(network.features[index], border[index], rings[index])
        blocks.append(Block(size, spans[made[index]][0], last))
    scratch = [_aligned(scratch_bytes(network, i)) for i in range(len(network.layers))]
    blocks += [Block(size, *spans[i]) for i, size in enumerate(scratch)]
    placement = place(blocks)
    maps: list[MapPlan | None] = [None] * len(network.features)
    for index, offset in zip(sorted(made), placement.offsets, strict=False):
        feature = network.features[index]
        maps[index] = MapPlan(
            offset, line_stride(feature, border[index]), rings[index], border[index]
        )
    return Plan(
        tuple(maps),
        tuple(zip(placement.offsets[len(made) :], scratch, strict=True)),
        steps,
        placement.bytes,
        placement.lower_bound,
        tuple(_live(blocks, steps, i) for i in range(len(network.layers))),
    )


def _layer_spans(steps: tuple[Step, ...], layers: int) -> list[tuple[int, int]]:
    """For each layer, its first and last step."""
    found: list[list[int]] = [[] for _ in range(layers)]
    for number, step in enumerate(steps):
        found[step.layer].append(number)
    return [(numbers[0], numbers[-1]) for numbers in found]


def _live(blocks: list[Block], steps: tuple[Step, ...], layer: int) -> int:
    """The most bytes in use at any of the layer's steps."""
    numbers = [number for number, step in enumerate(steps) if step.layer == layer]
    return max(sum(b.size for b in blocks if b.first <= n <= b.last) for n in numbers)
