"""Where everything lies in the arena, and in which steps it is computed.

Network in, `Plan` out. Which layers stream together, and how many rows at once, is chosen so that the steps cost the
fewest cycles while the live bytes stay within a target; then maps and scratch are placed.
"""

from __future__ import annotations

from dataclasses import dataclass

from host.compiler.format import ALIGNMENT
from host.compiler.network import Feature, Network
from host.compiler.place import Block, place
from host.compiler.schedule import Border, Step, Stream, borders
from host.compiler.scratch import Demand, step_overhead

LONGEST_GROUP = 14
ROWS_AT_ONCE = (1, 2, 3, 4, 6, 8)
ARENA_TARGET = 32 * 1024
SLACK = 8  # bytes behind the last map that the fast kernels may read


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


@dataclass(frozen=True)
class Group:
    """Layers first..end-1 run together. peak: bytes that live then; overhead: cycles that a step costs besides work."""

    first: int
    end: int
    stream: Stream
    peak: int
    overhead: int


@dataclass(frozen=True)
class Task:
    """What is planned. demands: by layer; border: by feature."""

    network: Network
    demands: tuple[Demand, ...]
    border: list[Border]


def plan(
    network: Network,
    demands: tuple[Demand, ...],
    streaming: bool = True,
    target: int = ARENA_TARGET,
) -> Plan:
    """The plan; without streaming every map is whole and each layer runs once. target: arena bytes to aim at."""
    task = Task(network, demands, borders(network))
    if streaming:
        groups = _choose_groups(task, target - SLACK)
    else:
        layers = range(len(network.layers))
        groups = [group for i in layers for group in _candidates(task, i, i + 1)]
    steps = tuple(step for group in groups for step in group.stream.steps)
    rings = {feature: rows for group in groups for feature, rows in group.stream.ring.items()}
    return _place(task, steps, rings)


def line_stride(feature: Feature, border: Border) -> int:
    """Bytes from line to line: a multiple of 4, or 1 for a vector."""
    if feature.is_vector and border == Border():
        return 1
    return _aligned(border.left + feature.width + border.right)


def _aligned(count: int) -> int:
    return -(-count // ALIGNMENT) * ALIGNMENT


def _map_bytes(feature: Feature, border: Border, rows: int) -> int:
    return _aligned(rows * feature.channels * line_stride(feature, border))


def _choose_groups(task: Task, target: int) -> list[Group]:
    """Of all ways to cut the layers into groups, the one of least overhead whose peak is at most `target`.

    When none is that small, of those with the least peak. Dynamic programming over the cuts, twice.
    """
    count = len(task.network.layers)
    candidates: list[list[Group]] = [[] for _ in range(count + 1)]
    for first in range(count):
        for end in range(first + 1, min(first + LONGEST_GROUP, count) + 1):
            candidates[end] += _candidates(task, first, end)
    peak = [0] * (count + 1)
    for end in range(1, count + 1):
        peak[end] = min(max(peak[group.first], group.peak) for group in candidates[end])
    limit = max(target, peak[count])
    best: list[tuple[int, list[Group]] | None] = [(0, [])]
    for end in range(1, count + 1):
        options = [
            (before[0] + group.overhead, [*before[1], group])
            for group in candidates[end]
            if group.peak <= limit and (before := best[group.first]) is not None
        ]
        best.append(min(options, key=lambda option: option[0], default=None))
    found = best[count]
    assert found is not None
    return found[1]


def _candidates(task: Task, first: int, end: int) -> list[Group]:
    """The ways to run layers first..end-1 as one group."""
    height = task.network.features[task.network.layers[end - 1].output].height
    if end == first + 1:
        return [_group(task, first, end, height)]
    return [_group(task, first, end, rows) for rows in ROWS_AT_ONCE if rows < height]


def _group(task: Task, first: int, end: int, rows: int) -> Group:
    network, border = task.network, task.border
    stream = Stream(network, border, first, end).run(rows)
    made = sum(_map_bytes(network.features[f], border[f], r) for f, r in stream.ring.items())
    scratch = sum(_aligned(task.demands[i].scratch) for i in range(first, end))
    overhead = sum(
        step_overhead(
            network, network.layers[s.layer], task.demands[s.layer], s.end_row - s.first_row
        )
        for s in stream.steps
    )
    return Group(first, end, stream, made + scratch + _crossing(task, first, end), overhead)


def _crossing(task: Task, first: int, end: int) -> int:
    """Bytes of maps made before layer `first` that a layer of the group or a later one reads."""
    layers = task.network.layers
    before = {layer.output for layer in layers[:first]}
    read = {source for layer in layers[first:] for source in layer.inputs}
    return sum(
        _map_bytes(
            task.network.features[f], task.border[f], _all_rows(task.network, task.border, f)
        )
        for f in before & read
    )


def _all_rows(network: Network, border: list[Border], feature: int) -> int:
    return border[feature].top + network.features[feature].height + border[feature].bottom


def _place(task: Task, steps: tuple[Step, ...], rings: dict[int, int]) -> Plan:
    network, border = task.network, task.border
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
    scratch = [_aligned(demand.scratch) for demand in task.demands]
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
        placement.bytes + SLACK,
        placement.lower_bound + SLACK,
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
