"""In which order rows are computed, and how many rows each map must hold for it.

A *group* is a run of consecutive layers. A group of one computes all its rows in one step. A longer group streams:
each row of its last layer pulls just the rows it needs through the layers before, so that the maps between them are
rings of a few rows. No row is computed twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from host.compiler.format import MAX_STEP_ROWS, OperatorKind
from host.compiler.network import IMAGE_FEATURE, Layer, Network

WHOLE_INPUT = (
    OperatorKind.MEAN,
    OperatorKind.SOFTMAX,
    OperatorKind.FULLY_CONNECTED,
    OperatorKind.RESIZE,
)
BORDERED = (OperatorKind.CONV, OperatorKind.DEPTHWISE)  # read borders that lie in the map


@dataclass(frozen=True)
class Step:
    """Layer `layer` computes rows first_row..end_row-1."""

    layer: int
    first_row: int
    end_row: int


@dataclass(frozen=True)
class Border:
    """Rows above and below, pixels left and right, that a map must have for its readers."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0


def borders(network: Network) -> list[Border]:
    """The border of each feature. The image has none: its reader tests bounds."""
    found = [Border() for _ in network.features]
    for layer in network.layers:
        if layer.kind not in BORDERED or layer.inputs[0] == IMAGE_FEATURE:
            continue
        source, output = network.features[layer.inputs[0]], network.features[layer.output]
        bottom, right = layer.window.overhang(
            (output.height, output.width), (source.height, source.width)
        )
        old = found[layer.inputs[0]]
        found[layer.inputs[0]] = Border(
            max(old.top, layer.window.pad_top),
            max(old.bottom, bottom),
            max(old.left, layer.window.pad_left),
            max(old.right, right),
        )
    return found


def rows_needed(network: Network, layer: Layer, source: int, end_row: int) -> int:
    """Rows of feature `source` that must exist before output row end_row - 1 can be computed."""
    height = network.features[source].height
    return height if layer.kind in WHOLE_INPUT else layer.window.rows_needed(end_row, height)


def first_row_read(layer: Layer, row: int) -> int:
    """The first input row that output row `row` and later ones read; negative in the border."""
    return 0 if layer.kind in WHOLE_INPUT else layer.window.first_row_read(row)


@dataclass(frozen=True)
class Links:
    """By feature: the layers that make it (none or one), and those that read it, in running order."""

    makers: list[list[int]]
    readers: list[list[int]]


def links(network: Network) -> Links:
    """Who makes and who reads each feature."""
    found = Links([[] for _ in network.features], [[] for _ in network.features])
    for index, layer in enumerate(network.layers):
        found.makers[layer.output].append(index)
        for source in set(layer.inputs):
            found.readers[source].append(index)
    return found


class Stream:
    """One group, simulated: its steps, and the rows that each feature made in it must hold. readers: by feature."""

    def __init__(
        self,
        network: Network,
        border: list[Border],
        readers: list[list[int]],
        first: int,
        end: int,
    ) -> None:
        self.network, self.border, self.readers = network, border, readers
        self.group = range(first, end)
        self.done = {network.layers[i].output: 0 for i in self.group}
        self.ring = dict.fromkeys(self.done, 0)
        self.steps: list[Step] = []

    def run(self, rows_at_once: int) -> Stream:
        """Simulates with that many rows of the last layer at a time."""
        output = self.network.layers[self.group[-1]].output
        height = self.network.features[output].height
        for end_row in range(rows_at_once, height + rows_at_once, rows_at_once):
            target = self._targets(output, min(end_row, height))
            for index in self.group:
                self._advance(index, target[self.network.layers[index].output])
        for index in self.group:  # rows that nobody reads are computed all the same
            feature = self.network.layers[index].output
            self._advance(index, self.network.features[feature].height)
        return self

    def _targets(self, output: int, end_row: int) -> dict[int, int]:
        target = dict(self.done)
        target[output] = end_row
        for index in reversed(self.group):
            layer = self.network.layers[index]
            if target[layer.output] == 0:
                continue
            for source in layer.inputs:
                if source in target:
                    rows = rows_needed(self.network, layer, source, target[layer.output])
                    target[source] = max(target[source], rows)
        return target

    def _advance(self, index: int, end_row: int) -> None:
        feature = self.network.layers[index].output
        first = self.done[feature]
        if end_row <= first:
            return
        for row in range(first, end_row, MAX_STEP_ROWS):
            self.steps.append(Step(index, row, min(row + MAX_STEP_ROWS, end_row)))
        self.done[feature] = end_row
        bottom = self.border[feature].bottom if self._complete(feature) else 0
        held = end_row + bottom - self._oldest(feature, first)
        self.ring[feature] = max(self.ring[feature], held)

    def _complete(self, feature: int) -> bool:
        return self.done[feature] == self.network.features[feature].height

    def _oldest(self, feature: int, first: int) -> int:
        """The oldest row of `feature` that is still read, counting its border above as rows."""
        top = -self.border[feature].top
        if first == 0 or feature == self.network.output:
            return top
        oldest = first
        for index in self.readers[feature]:
            if index not in self.group:
                return top
            layer = self.network.layers[index]
            finished = self._complete(layer.output)
            if not finished:
                oldest = min(oldest, first_row_read(layer, self.done[layer.output]))
        return max(oldest, top)
