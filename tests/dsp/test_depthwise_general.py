"""Depthwise layers with channels whose values grow (form GENERAL): on the core and on this PC, as LiteRT, and fast."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from host.compiler.build import Compiled
from host.compiler.format import Form, OperatorKind
from tests.compiler.builder import ModelBuilder
from tests.compiler.random_networks import compile_as_bytes
from tests.engine.exactness import M4Engine, check_images, engine_elf, image_shape
from tests.engine.layer_cycles import layer_cycles
from tests.engine.library import HostEngine

MOST_CYCLES = 200  # an output of a 5x5 window; plain C takes 1,500
CASES = (  # kernel, stride, zero point and activation of the output, depth multiplier
    (3, 1, -128, "RELU6", 1),
    (3, 2, -128, "RELU", 1),
    (5, 1, 7, "NONE", 1),
    (5, 2, 127, "NONE", 2),
    (3, 1, -20, "RELU", 3),
)


@pytest.fixture(scope="module")
def elf(arm_gcc: str) -> Path:
    return engine_elf(arm_gcc)


def network(kernel: int, stride: int, point: int, activation: str, multiplier: int) -> bytes:
    """Scales from 2^2 down to 2^-7 of the accumulator's: left shifts, none, and right ones."""
    random = np.random.default_rng(kernel * 10 + stride)
    model = ModelBuilder()
    image = model.tensor((1, 11, 14, 3), 0.05, -9)
    channels = 6 * multiplier
    first = model.convolution(
        image,
        random.integers(-127, 128, (6, 3, 3, 3)).astype(np.int8),
        random.integers(-2000, 2000, 6).astype(np.int32),
        np.full(6, 0.002, np.float32),
        (0.05, 3),
    )
    scales = np.resize(2.0 ** np.arange(2, -8, -1), channels).astype(np.float32)
    deep = model.convolution(
        first,
        random.integers(-2, 3, (1, kernel, kernel, channels)).astype(np.int8),
        random.integers(-30, 30, channels).astype(np.int32),
        scales,
        (0.05, point),
        (stride, stride),
        "SAME",
        activation,
        depthwise=True,
    )
    return model.finish(image, model.mean(deep, (0.05, point)))


def compiled(case: tuple[int, int, int, str, int]) -> tuple[bytes, Compiled, int]:
    """The file, the model, and which layer it is about."""
    data = network(*case)
    made = compile_as_bytes(data, "general")
    index = next(
        i
        for i, layer in enumerate(made.network.layers)
        if layer.kind is OperatorKind.DEPTHWISE and made.forms[i] is Form.GENERAL
    )
    assert made.plan.scratch[index][1] > 0, "it would run in plain C"
    return data, made, index


@pytest.mark.parametrize("case", CASES)
def test_equals_litert(elf: Path, case: tuple[int, int, int, str, int]) -> None:
    data, made, _ = compiled(case)
    for engine in (HostEngine(made.blob), M4Engine(elf, made)):
        check_images(data, engine, image_shape(made), 6, seed=3)


def test_costs_a_fraction_of_plain_c(elf: Path) -> None:
    _, made, index = compiled(CASES[2])
    output = made.network.features[made.network.layers[index].output]
    outputs = output.height * output.width * output.channels
    assert layer_cycles(elf, made)[index] < MOST_CYCLES * outputs
