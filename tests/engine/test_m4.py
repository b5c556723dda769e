"""The engine as the Cortex-M4 runs it, fast kernels and all: the same bytes as LiteRT's reference kernels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from host.compiler.build import Compiled, Options, compile_model
from tests.compiler import reference
from tests.compiler.random_networks import compile_defined, random_model
from tests.dsp.board import DATA_IN_FLASH, RAM, Board, build
from tests.native import FIRMWARE

IMAGE, SCORES = RAM + 0x20000, RAM + 0x2F000
NETWORKS = range(5000, 5036)
BUDGET_CYCLES = {"tflm_person_detect": 10_000_000, "mlcommons_vww_96_int8": 6_500_000}


@pytest.fixture(scope="module")
def elf(arm_gcc: str) -> Path:
    folder = FIRMWARE / "src" / "engine"
    sources = [
        *sorted(folder.rglob("*.c")),
        *sorted(folder.rglob("*.S")),
        folder.parent / "crc32.c",
    ]
    return build([Path(__file__).with_name("m4.c"), *sources], arm_gcc)


class M4Engine:
    """A model opened on the core; cycles: of the last run, estimated."""

    def __init__(self, elf: Path, compiled: Compiled) -> None:
        self.board, self.cycles = Board(elf), 0
        self.count = compiled.network.features[compiled.network.output].channels
        self.board.write(DATA_IN_FLASH, compiled.blob)
        arena = compiled.plan.arena_bytes
        assert self.board.call("m4_open", DATA_IN_FLASH, len(compiled.blob), RAM, arena)[0] == 0

    def run(self, pixels: reference.Image) -> NDArray[np.int8]:
        self.board.write(IMAGE, (pixels.astype(np.int16) + 128).astype(np.uint8).tobytes())
        self.cycles = self.board.call("m4_run", IMAGE, SCORES)[1].cycles
        return np.frombuffer(self.board.read(SCORES, self.count), np.int8)


@pytest.mark.parametrize(
    "name", ["tflm_person_detect", "mlcommons_vww_96_int8", "first_person_rgb_025_int8"]
)
def test_shared_models_are_exact_and_within_budget(shared: Path, elf: Path, name: str) -> None:
    data = (shared / "models" / f"{name}.tflite").read_bytes()
    compiled = compile_model(data, name)
    image = compiled.network.features[0]
    engine, judge = M4Engine(elf, compiled), reference.interpreter(data)
    for pixels in reference.images((image.height, image.width, image.channels), 5)[3:]:
        np.testing.assert_array_equal(engine.run(pixels), reference.run(judge, pixels))
    assert engine.cycles <= BUDGET_CYCLES.get(name, 11_000_000)


@pytest.mark.parametrize("target", [0, 30_000])
def test_random_networks_are_exact(elf: Path, target: int) -> None:
    for seed in NETWORKS:
        data, shape = random_model(seed)
        compiled = compile_defined(data, Options(arena_target=target))
        if compiled is None:
            continue
        engine, judge = M4Engine(elf, compiled), reference.interpreter(data)
        for pixels in reference.images(shape, 5, seed)[2:]:
            expected = reference.run(judge, pixels)
            assert np.array_equal(engine.run(pixels), expected), seed
