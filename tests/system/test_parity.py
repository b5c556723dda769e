"""The engine on the virtual board against the TFLite reference and the host's C, byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from unicorn import UC_HOOK_CODE
from unicorn.arm_const import UC_ARM_REG_R1

from host.compiler.build import Compiled, Options, compile_model
from host.virtual.options import BoardOptions
from tests.compiler import reference
from tests.engine.library import HostEngine
from tests.engine.test_parity import unsigned
from tests.system.board import ROOT, Bench

pytestmark = pytest.mark.bare_image(
    "other models are laid over the built-in one, which lies last in our own image alone"
)

IMAGES = 24  # on the emulated board; tests/engine compares 50 with the same kernels in C
OURS = ROOT / "models" / "person_grey_025.tflite"
MODELS = ["person_grey_025", "tflm_person_detect", "mlcommons_vww_96_int8"]


def tflite_of(name: str, shared: Path) -> bytes:
    """Ours is in the project; those of others lie beside it."""
    path = OURS if name == OURS.stem else shared / "models" / f"{name}.tflite"
    return path.read_bytes()


def bench_with(compiled: Compiled, options: BoardOptions | None = None) -> Bench:
    """A board whose flash holds this model."""
    bench = Bench("synthetic", options)
    bench.load_model(compiled.blob)
    assert bench.hello.model == "test", "the board refused the model"
    return bench


def shape_of(compiled: Compiled) -> tuple[int, int, int]:
    image = compiled.network.features[0]
    return image.height, image.width, image.channels


@pytest.mark.parametrize("name", MODELS)
def test_scores_on_the_board_equal_host_c_and_the_reference(name: str, shared: Path) -> None:
    data = tflite_of(name, shared)
    compiled = compile_model(data, "test")
    bench, engine, litert = (
        bench_with(compiled),
        HostEngine(compiled.blob),
        reference.interpreter(data),
    )
    for image in reference.images(shape_of(compiled), IMAGES, seed=11):
        expected = reference.run(litert, image)
        on_board = np.frombuffer(bench.inject(unsigned(image)).scores, np.int8)
        assert np.array_equal(on_board, expected)
        assert np.array_equal(engine.run(unsigned(image)), expected)


def watch_operators(bench: Bench, seen: Callable[[int], None]) -> None:
    """Calls `seen` with an operator's index when the firmware notes that it is done."""
    address, _ = bench.board.symbols["note_operator"]

    engine: Any = bench.board.cpu.engine  # unicorn ships no types

    def noted(*_: object) -> None:
        seen(int(engine.reg_read(UC_ARM_REG_R1)))

    engine.hook_add(UC_HOOK_CODE, noted, begin=address, end=address)
    engine.ctl_flush_tb()


@pytest.mark.parametrize("name", MODELS)
def test_every_layer_on_the_board_equals_the_reference(name: str, shared: Path) -> None:
    data = tflite_of(name, shared)
    compiled = compile_model(data, "test", options=Options(streaming=False))
    bench = bench_with(compiled, BoardOptions(always_exact=True))  # one engine, to be watched
    litert, shape = reference.interpreter(data, keep_all=True), shape_of(compiled)
    image = reference.images(shape, 4, seed=12)[3]
    reference.run(litert, image)
    engine = HostEngine(compiled.blob)
    memory, _ = bench.board.symbols["memory"]
    arena_at = memory + (int(np.prod(shape)) + 7) // 8 * 8
    checked: list[int] = []

    def compare(operator: int) -> None:
        arena = bench.board.memory.read(arena_at, engine.arena_bytes) or b""
        engine.arena[: engine.arena_bytes] = np.frombuffer(arena, np.uint8)
        output = engine.output_of(operator)
        feature = compiled.network.layers[operator].output
        tensor = litert.get_tensor(compiled.network.tensors[feature])
        expected = unsigned(tensor)[..., compiled.network.kept[feature]].reshape(output.shape)
        assert np.array_equal(output, expected), f"operator {operator}"
        checked.append(operator)

    watch_operators(bench, compare)
    bench.inject(unsigned(image))
    assert checked == list(range(len(compiled.network.layers)))
