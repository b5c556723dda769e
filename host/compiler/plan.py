"""Where everything lies in the arena, and in which steps it is computed.

Network in, `Plan` out. Which layers stream together, and how many rows at once, is chosen so that the steps cost the
fewest cycles while the bytes in use stay within a target; then maps and scratch are placed.
"""

from __future__ import annotations

from dataclasses import dataclass

from host.compiler.format import SLACK
from host.compiler.lifetimes import (
    all_rows,
    line_stride,
    map_block,
    scratch_block,
    span,
)
from host.compiler.network import Network
from host.compiler.place import bytes_in_use, lower_bound, place
from host.compiler.schedule import Border, Links, Step, Stream, borders, links
from host.compiler.scratch import Demand, step_overhead

LONGEST_GROUP = 12
ROWS_AT_ONCE = (1, 2, 3, 4, 6, 8)
ARENA_TARGET = 33_500  # with a 96x96 grey image and the stack: less than 45,000
QUAD = 4
ATTEMPTS = 4


@dataclass(frozen=True)
class MapPlan:
    """A feature's map. offset: bytes into the arena; ring_rows counts borders."""

    offset: int
    line_stride: int
    ring_rows: int
    border: Border


@dataclass(frozen=True)
class Plan:
    """maps: by feature, None where there is none. scratch: by layer, offset and bytes. live: bytes in use, by layer.

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
    """Layers first..end-1 run together. peak: bytes in use then; overhead: cycles that steps cost besides work."""

    first: int
    end: int
    stream: Stream
    peak: int
    overhead: int


Groups = dict[tuple[int, int, int], Group]


@dataclass(frozen=True)
class Task:
    """What is planned. demands: by layer; border: by feature; linked: which layers make and read each feature."""

    network: Network
    demands: tuple[Demand, ...]
    border: list[Border]
    linked: Links


def plan(
    network: Network,
    demands: tuple[Demand, ...],
    streaming: bool = True,
    target: int = ARENA_TARGET,
) -> Plan:
    """The plan; without streaming every map is whole and each layer runs once. target: arena bytes to aim at."""
    task = Task(network, demands, borders(network), links(network))
    if not streaming:
        return _place(task, [_group(task, i, i + 1, 0) for i in range(len(network.layers))])
    best: Plan | None = None
    aim = target - SLACK
    groups: Groups = {}
    for _ in range(ATTEMPTS):
        made = _place(task, _choose_groups(task, aim, groups))
        if best is None or made.arena_bytes < best.arena_bytes:
            best = made
        if made.arena_bytes <= target or made.arena_bytes == made.lower_bound:
            break
        aim -= made.arena_bytes - made.lower_bound  # placement lost that much: leave it room
    assert best is not None
    return best


def _choose_groups(task: Task, target: int, known: Groups) -> list[Group]:
    """Of all ways to cut the layers into groups, the one of least overhead whose peak is at most `target`.

    When none is that small, of those with the least peak. Dynamic programming over the cuts, twice.
    """
    count = len(task.network.layers)
    alone = [_known_group(task, known, (i, i + 1, 0)) for i in range(count)]
    candidates: list[list[Group]] = [[], *([group] for group in alone)]
    for first in range(count):
        for end in range(first + 2, min(first + LONGEST_GROUP, count) + 1):
            if max(group.peak for group in alone[first:end]) > target:
                candidates[end] += _streams(task, first, end, known)
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


def _streams(task: Task, first: int, end: int, known: Groups) -> list[Group]:
    """The ways to run layers first..end-1 as one group. More rows at once may cost more: kernels have their heights."""
    height = task.network.features[task.network.layers[end - 1].output].height
    keys = [(first, end, rows) for rows in ROWS_AT_ONCE if rows < height]
    return [_known_group(task, known, key) for key in keys]


def _known_group(task: Task, known: Groups, key: tuple[int, int, int]) -> Group:
    """first, end, rows: computed once for all attempts."""
    if key not in known:
        known[key] = _group(task, *key)
    return known[key]


def _group(task: Task, first: int, end: int, rows: int) -> Group:
    """rows: of the last layer at once; 0 for all."""
    network, border = task.network, task.border
    height = network.features[network.layers[end - 1].output].height
    stream = Stream(network, border, task.linked.readers, first, end).run(rows or height)
    during = span(stream.steps)
    held = dict(stream.ring)
    held |= {
        layer.output: all_rows(network.features[layer.output], border[layer.output])
        for layer in network.layers[:first]
        if _last_read(task, layer.output) >= first
    }
    blocks = [
        map_block(network, task.linked, border[f], f, r, during, _last_read(task, f) >= end)
        for f, r in held.items()
    ]
    blocks += [
        scratch_block(task.demands[i].scratch, during.of_layer[i]) for i in range(first, end)
    ]
    overhead = sum(
        step_overhead(
            network, network.layers[s.layer], task.demands[s.layer], s.end_row - s.first_row
        )
        for s in stream.steps
    )
    return Group(first, end, stream, lower_bound(blocks), overhead)


def _last_read(task: Task, feature: int) -> int:
    """The last layer that reads a feature; beyond all of them for the scores, -1 for no layer."""
    if feature == task.network.output:
        return len(task.network.layers)
    return max(task.linked.readers[feature], default=-1)


def _place(task: Task, groups: list[Group]) -> Plan:
    network, border = task.network, task.border
    steps = tuple(step for group in groups for step in group.stream.steps)
    rings = {feature: rows for group in groups for feature, rows in group.stream.ring.items()}
    during, made = span(steps), sorted(rings)
    blocks = [
        map_block(network, task.linked, border[f], f, rings[f], during, f == network.output)
        for f in made
    ]
    scratch = [
        scratch_block(demand.scratch, during.of_layer[i]) for i, demand in enumerate(task.demands)
    ]
    placement = place(blocks + scratch)
    maps: list[MapPlan | None] = [None] * len(network.features)
    for f, offset in zip(made, placement.offsets, strict=False):
        maps[f] = MapPlan(offset, line_stride(network.features[f], border[f]), rings[f], border[f])
    sizes = [b.size for b in scratch]
    used = bytes_in_use(blocks + scratch)
    return Plan(
        tuple(maps),
        tuple(zip(placement.offsets[len(made) :], sizes, strict=True)),
        steps,
        max(placement.bytes + SLACK, *(_read_end(network, f, maps[f]) for f in made)),
        placement.lower_bound + SLACK,
        tuple(
            max(int(used[number]) for number, _ in during.of_layer[i])
            for i in range(len(network.layers))
        ),
    )


def _read_end(network: Network, feature: int, place: MapPlan | None) -> int:
    """The end of what is read with a map: pointwise kernels take whole quads of channels."""
    assert place is not None
    channels = network.features[feature].channels
    missing = 0 if place.line_stride == 1 else -channels % QUAD
    return place.offset + (place.ring_rows * channels + missing) * place.line_stride + SLACK
