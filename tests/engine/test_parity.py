"""The models of ../shared/models: LiteRT's reference kernels == NumPy oracle == host C, scores and every layer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from host.compiler import oracle
from host.compiler.build import Options, compile_model
from host.compiler.oracle_arithmetic import Image
from host.compiler.plan import ARENA_TARGET
from tests.compiler import reference
from tests.engine.library import HostEngine

MODELS = (
    "tflm_person_detect",
    "mlcommons_vww_96_int8",
    "first_person_grey_025_int8",
    "first_person_rgb_025_int8",
)
IMAGES = 50
ORACLE_IMAGES = 4


def unsigned(image: reference.Image) -> Image:
    return (image.astype(np.int16) + 128).astype(np.uint8)


@pytest.mark.parametrize("target", [0, ARENA_TARGET])
@pytest.mark.parametrize("name", MODELS)
def test_scores_equal_the_reference_kernels(shared: Path, name: str, target: int) -> None:
    data = (shared / "models" / f"{name}.tflite").read_bytes()
    compiled = compile_model(data, name, options=Options(arena_target=target))
    image = compiled.network.features[0]
    engine, litert = HostEngine(compiled.blob), reference.interpreter(data)
    for index, pixels in enumerate(
        reference.images((image.height, image.width, image.channels), IMAGES)
    ):
        expected = reference.run(litert, pixels)
        np.testing.assert_array_equal(engine.run(unsigned(pixels)), expected)
        if index < ORACLE_IMAGES:
            found = oracle.scores(engine.model, unsigned(pixels))
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", MODELS)
def test_every_layer_equals_the_reference_kernels(shared: Path, name: str) -> None:
    data = (shared / "models" / f"{name}.tflite").read_bytes()
    compiled = compile_model(data, name, options=Options(streaming=False))
    image = compiled.network.features[0]
    litert = reference.interpreter(data, keep_all=True)
    pixels = reference.images((image.height, image.width, image.channels), 4)[3]
    reference.run(litert, pixels)
    engine = HostEngine(compiled.blob)
    defined = oracle.run(engine.model, unsigned(pixels))
    seen: list[int] = []

    def check(operator: int) -> None:
        output = engine.output_of(operator)
        feature = compiled.network.layers[operator].output
        kept = compiled.network.kept[feature]
        tensor = litert.get_tensor(compiled.network.tensors[feature])
        expected = unsigned(tensor)[..., kept].reshape(output.shape)
        if np.array_equal(output, expected) and np.array_equal(defined[operator], expected):
            seen.append(operator)

    engine.observe(unsigned(pixels), check)
    assert seen == list(range(len(compiled.network.layers)))
