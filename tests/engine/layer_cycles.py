"""Estimated cycles of every operator, on the Cortex-M4 model: what host/compiler/cost_coefficients.py is fitted to.

`python -m tests.engine.layer_cycles [FOLDER...]` fits again and prints the constants for that file, with the errors
that are left. FOLDER: of .tflite files, beside ../shared/models and networks that are made here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from unicorn import UC_HOOK_BLOCK

from host.base.errors import HostError
from host.compiler.build import Compiled, Options, compile_model
from host.compiler.cost import predict, terms
from host.compiler.cost_coefficients import WORST_ERROR
from tests.compiler import reference
from tests.compiler.architectures import mobilenet_v1, mobilenet_v2, plain_cnn
from tests.compiler.builder import ModelBuilder
from tests.dsp.board import DATA_IN_FLASH, RAM, Board
from tests.engine.exactness import IMAGE, SCORES, engine_elf, image_shape, unsigned
from tests.native import ROOT, arm_compiler

SHAPES = 14
LARGEST_BYTES = 600_000


class Stopwatch(Board):
    """A board whose m4_now is the number of estimated cycles so far."""

    def __init__(self, elf: Path) -> None:
        super().__init__(elf)
        self.total = 0
        self.last: tuple[int, int] | None = None  # end and taken penalty of the block before
        self.core.hook_add(UC_HOOK_BLOCK, self._count)

    def _count(self, _core: object, address: int, size: int, _user: object) -> None:
        price = self._price(address, size)
        if self.last and self.last[0] != address:
            self.total += self.last[1] + price.entry_penalty
        self.total += price.cycles
        self.last = (address + size, price.taken_penalty)
        if address == self.symbols["m4_clock"] & ~1:
            self.write(self.symbols["m4_now"], self.total.to_bytes(8, "little")[:4])


def layer_cycles(elf: Path, compiled: Compiled) -> list[int]:
    """Cycles of each operator for one noisy image."""
    board = Stopwatch(elf)
    board.write(DATA_IN_FLASH, compiled.blob)
    arena = compiled.plan.arena_bytes
    assert board.call("m4_open", DATA_IN_FLASH, len(compiled.blob), RAM, arena)[0] == 0
    board.write(IMAGE, unsigned(reference.images(image_shape(compiled), 4)[3]).tobytes())
    board.call("m4_run_observed", IMAGE, SCORES)
    count = len(compiled.network.layers)
    found = np.frombuffer(board.read(board.symbols["m4_cycles"], 4 * count), "<u4")
    return [int(cycles) for cycles in found]


def samples() -> Iterator[tuple[str, bytes]]:
    """Models of many shapes."""
    for alpha, size, channels in (
        (0.1, 96, 1),
        (0.2, 64, 3),
        (0.25, 96, 1),
        (0.25, 112, 3),
        (0.3, 48, 1),
    ):
        yield f"v1 {alpha} {size} {channels}", mobilenet_v1(alpha, size, channels)
    yield "v2 0.35 96", mobilenet_v2(0.35, 96, 3)
    yield "v2 0.1 72", mobilenet_v2(0.1, 72, 1)
    yield "cnn", plain_cnn(40, 3)
    for seed in range(SHAPES):
        yield f"shapes {seed}", shapes(seed)
    folders = [ROOT.parent / "shared" / "models", *(Path(word) for word in sys.argv[1:])]
    for path in (path for folder in folders for path in sorted(folder.glob("*.tflite"))):
        if path.stat().st_size < LARGEST_BYTES:
            yield path.stem, path.read_bytes()


def shapes(seed: int) -> bytes:
    """A network of layers as public models have them, at one of many sizes: windows, strides, pools, sums, dense."""
    random = np.random.default_rng(seed)
    size, channels = int(random.integers(24, 73)), int(random.choice((1, 3)))
    model = ModelBuilder()
    image = value = model.tensor((1, size, size, channels), 0.02, -128)
    value = _layer(
        random, model, value, "conv", int(random.choice((3, 5, 7))), int(random.choice((1, 2)))
    )
    for kind in random.permutation(
        ("conv", "conv", "depthwise", "depthwise", "pool", "add", "pointwise", "table")
    ):
        if model.shape(value)[1] < 7:
            break
        kernel, stride = int(random.choice((1, 3, 3, 5, 7))), int(random.choice((1, 1, 2)))
        value = _layer(random, model, value, str(kind), kernel, stride)
    if random.integers(2):
        value = model.mean(value, (0.02, -128))
    count = int(np.prod(model.shape(value)))
    value = model.reshape(value, (1, count))
    weights = random.integers(-127, 128, (10, count)).astype(np.int8)
    end = model.fully_connected(
        value, weights, np.zeros(10, np.int32), np.full(1, 0.01, np.float32), (0.1, 0)
    )
    return model.finish(image, end)


def _layer(
    random: np.random.Generator,
    model: ModelBuilder,
    value: int,
    kind: str,
    kernel: int,
    stride: int,
) -> int:
    channels = model.shape(value)[3]
    if kind == "pool":
        size, largest = int(random.choice((2, 2, 3))), bool(random.integers(2))
        return model.pool(value, (size, size), (2, 2), "VALID", largest=largest)
    if kind == "table":
        return model.function("HARD_SWISH", value, (0.02, -100))
    out = channels if kind in ("depthwise", "add") else int(random.choice((8, 12, 16, 24, 32, 48)))
    if kind in ("pointwise", "add"):
        kernel, stride = 1, 1
    deep = kind == "depthwise"
    shape = (1, kernel, kernel, out) if deep else (out, kernel, kernel, channels)
    weights = random.integers(-127, 128, shape).astype(np.int8)
    scales = np.full(out, 1 / 64 / kernel / (1 if deep else channels), np.float32)
    bias = np.zeros(out, np.int32)
    made = model.convolution(
        value, weights, bias, scales, (0.02, -128), (stride, stride), "SAME", "RELU", deep
    )
    return model.add(value, made, (0.03, -128)) if kind == "add" else made


def fit(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Least squares without negative coefficients, weighted so that small operators count too."""
    weight = 1 / np.sqrt(y + 1)
    used = np.ones(x.shape[1], np.bool_)
    while True:
        solution = np.zeros(x.shape[1])
        solution[used] = np.linalg.lstsq(x[:, used] * weight[:, None], y * weight, rcond=None)[0]
        if np.all(solution >= 0):
            return solution
        used &= solution > 0


def main() -> int:
    compiler = arm_compiler()
    if compiler is None:
        print("arm-none-eabi-gcc is needed", file=sys.stderr)
        return 2
    elf = engine_elf(compiler)
    rows: dict[str, list[tuple[list[float], int]]] = {}
    runs: list[tuple[str, Compiled, list[int]]] = []
    for name, data in samples():
        for target in (0, 60_000):
            try:
                compiled = compile_model(data, name, options=Options(arena_target=target))
            except HostError as refused:
                print(f"{name}: {refused}", file=sys.stderr)
                continue
            cycles = layer_cycles(elf, compiled)
            runs.append((name, compiled, cycles))
            for kind_terms, measured in zip(terms(compiled), cycles, strict=True):
                rows.setdefault(kind_terms.kind, []).append((kind_terms.values, measured))
    for kind, found in sorted(rows.items()):
        x = np.array([values for values, _ in found], float)
        y = np.array([measured for _, measured in found], float)
        solution = fit(x, y)
        error = np.abs(x @ solution - y).sum() / y.sum()
        print(f'    "{kind}": {tuple(round(float(v), 3) for v in solution)},  # error {error:.1%}')
    worst = 0.0
    for name, compiled, cycles in runs:
        predicted = sum(predict(compiled))
        worst = max(worst, abs(predicted / sum(cycles) - 1))
        print(
            f"{name}: {sum(cycles):,} measured, {predicted:,} predicted by what cost.py says now, "
            f"{predicted / sum(cycles) - 1:+.1%}",
            file=sys.stderr,
        )
    print(
        f"the worst of them is off by {worst:.1%}; WORST_ERROR is {WORST_ERROR:.0%}",
        file=sys.stderr,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
