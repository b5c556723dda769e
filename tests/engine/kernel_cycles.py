"""Estimated cycles of common shapes: `python -m tests.engine.kernel_cycles` prints the table of docs/ENGINE.md.

Each shape is one operator of a small network, on the Cortex-M4 model (tests/engine/layer_cycles.py). Convolutions and
dense layers are counted a multiplication, pools and sums an output value.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from host.compiler.network import macs
from tests.compiler.builder import ModelBuilder
from tests.compiler.random_networks import compile_as_bytes
from tests.engine.exactness import engine_elf
from tests.engine.layer_cycles import layer_cycles
from tests.native import arm_compiler

RELU = (0.02, -128)  # the zero point of what a ReLU makes
GENERAL = (0.02, 0)  # one that needs the general requantisation
Add = Callable[[ModelBuilder, int], int]


@dataclass(frozen=True)
class Shape:
    """One operator. image: rows, columns, channels of its input; first: that is the picture itself."""

    name: str
    image: tuple[int, int, int]
    add: Add
    aim: float
    first: bool = False
    unit: str = "a MAC"


def window(
    out: int,
    kernel: int,
    stride: int = 1,
    output: tuple[float, int] = RELU,
    deep: bool = False,
    activation: str = "RELU",
) -> Add:
    """A convolution; deep: depthwise, its output channels are its input's."""

    def add(model: ModelBuilder, value: int) -> int:
        random = np.random.default_rng(3)
        channels = model.shape(value)[3]
        made = channels if deep else out
        shape = (1, kernel, kernel, made) if deep else (made, kernel, kernel, channels)
        weights = random.integers(-127, 128, shape).astype(np.int8)
        scales = np.full(made, 1 / 64 / kernel / (1 if deep else channels), np.float32)
        bias = np.zeros(made, np.int32)
        steps = (stride, stride)
        return model.convolution(
            value, weights, bias, scales, output, steps, "SAME", activation, deep
        )

    return add


def dense(out: int) -> Add:
    """A fully connected layer over the whole map."""

    def add(model: ModelBuilder, value: int) -> int:
        count = int(np.prod(model.shape(value)))
        flat = model.reshape(value, (1, count))
        weights = np.random.default_rng(4).integers(-127, 128, (out, count)).astype(np.int8)
        bias, scale = np.zeros(out, np.int32), np.full(1, 0.01 / 64, np.float32)
        return model.fully_connected(flat, weights, bias, scale, (0.1, 0))

    return add


def pool(kernel: int, largest: bool) -> Add:
    """Stride 2."""
    return lambda model, value: model.pool(value, (kernel, kernel), (2, 2), largest=largest)


def add_pair(scale: float, output: tuple[float, int]) -> Add:
    """A map and another one of that scale."""

    def add(model: ModelBuilder, value: int) -> int:
        other = window(0, 3, output=(scale, -20), deep=True, activation="NONE")(model, value)
        return model.add(value, other, output)

    return add


MAP = (24, 24, 32)
SHAPES = (
    Shape("pointwise", MAP, window(32, 1), 2.2),
    Shape("pointwise, zero point 0", MAP, window(32, 1, output=GENERAL), 2.2),
    Shape("pointwise, stride 2", MAP, window(32, 1, 2), 2.2),
    Shape("first 3x3, stride 1", (48, 48, 3), window(16, 3), 5, True),
    Shape("first 3x3, stride 2", (48, 48, 3), window(16, 3, 2), 5, True),
    Shape("first 5x5, stride 1", (48, 48, 3), window(8, 5), 5, True),
    Shape("first 7x7, stride 2", (48, 48, 3), window(8, 7, 2), 5, True),
    Shape("3x3 from a map", MAP, window(32, 3), 2.2),
    Shape("3x3 from a map of width 5", (5, 5, 32), window(32, 3), 2.2),
    Shape("pointwise on width 5", (5, 5, 64), window(64, 1), 2.2),
    Shape("dense", (8, 8, 16), dense(32), 2.5),
    Shape("depthwise 3x3", MAP, window(0, 3, deep=True), 4),
    Shape("depthwise 5x5", MAP, window(0, 5, deep=True), 4),
    Shape("depthwise 7x7", MAP, window(0, 7, deep=True), 4),
    Shape("max pool 2x2", MAP, pool(2, True), 8, unit="an output"),
    Shape("max pool 3x3", MAP, pool(3, True), 8, unit="an output"),
    Shape("average pool 2x2", MAP, pool(2, False), 8, unit="an output"),
    Shape("ADD", MAP, add_pair(0.0313, (0.0437, -30)), 8, unit="an output"),
    Shape("ADD of halves, form GENERAL", MAP, add_pair(0.03, (0.04, -30)), 8, unit="an output"),
)


def cost(elf: Path, shape: Shape) -> float:
    """Cycles a MAC or an output value."""
    model = ModelBuilder()
    rows, columns, channels = shape.image
    image = value = model.tensor((1, rows, columns, channels if shape.first else 3), 0.02, -128)
    if not shape.first:
        value = window(channels, 1)(model, image)
    value = shape.add(model, value)
    index = len(model.graph.operators) - 1
    end = value if len(model.shape(value)) == 2 else model.mean(value, (0.02, -128))
    made = compile_as_bytes(model.finish(image, end), "shape")
    layers = made.network.layers
    at = next(i for i, layer in enumerate(layers) if layer.source == index)
    output = made.network.features[layers[at].output]
    values = output.height * output.width * output.channels
    work = macs(made.network, layers[at]) if shape.unit == "a MAC" else values
    return layer_cycles(elf, made)[at] / work


def rows(elf: Path) -> Iterator[str]:
    """Of the table, in Markdown."""
    yield "| shape | input | cycles | aim | |"
    yield "|---|---|---|---|---|"
    for shape in SHAPES:
        found = cost(elf, shape)
        missed = "" if found <= shape.aim else "missed"
        size = "x".join(map(str, shape.image))
        yield f"| {shape.name} | {size} | {found:.2f} {shape.unit} | {shape.aim:g} | {missed} |"


def main() -> int:
    """Exit code 0: a missed aim is a figure, no error."""
    compiler = arm_compiler()
    if compiler is None:
        print("arm-none-eabi-gcc is needed", file=sys.stderr)
        return 2
    for row in rows(engine_elf(compiler)):
        print(row, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
