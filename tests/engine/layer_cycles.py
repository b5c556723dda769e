"""Estimated cycles of every operator, on the Cortex-M4 model: what host/compiler/cost.py is fitted to.

`python -m tests.engine.layer_cycles` fits again and prints the constants for cost.py, with the errors that are left.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from unicorn import UC_HOOK_BLOCK

from host.compiler.build import Compiled, Options, compile_model
from host.compiler.cost import WORST_ERROR, predict, terms
from tests.compiler import reference
from tests.compiler.architectures import mobilenet_v1, mobilenet_v2, plain_cnn
from tests.dsp.board import DATA_IN_FLASH, RAM, Board
from tests.engine.exactness import IMAGE, SCORES, engine_elf, image_shape, unsigned
from tests.native import ROOT, arm_compiler


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
    for path in sorted((ROOT.parent / "shared" / "models").glob("*.tflite")):
        if path.stem != "mcunet_vww":
            yield path.stem, path.read_bytes()


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
            compiled = compile_model(data, name, options=Options(arena_target=target))
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
