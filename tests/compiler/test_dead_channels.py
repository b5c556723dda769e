"""Dead channels go, scores stay."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from host.compiler import oracle
from host.compiler.build import Options, compile_model
from host.compiler.network import macs
from host.compiler.pack import unpack
from tests.compiler import reference
from tests.compiler.builder import ModelBuilder
from tests.compiler.random_networks import compile_as_bytes


def network_with_dead_channels() -> bytes:
    """12 -> depthwise -> 12 -> 4 scores: two channels are always zero, two always full, two are read with weights 0."""
    random = np.random.default_rng(4)
    model = ModelBuilder()
    image = model.tensor((1, 6, 6, 3), 0.02, -128)
    weights = random.integers(-60, 60, (12, 3, 3, 3)).astype(np.int8)
    bias = np.zeros(12, np.int32)
    bias[[1, 5]], bias[[2, 7]] = -4_000_000, 4_000_000
    scales = np.full(12, 0.01, np.float32)
    first = model.convolution(image, weights, bias, scales, (0.1, -128), activation="RELU")
    taps = random.integers(1, 60, (1, 3, 3, 12)).astype(np.int8)
    zeros = np.zeros(12, np.int32)
    second = model.convolution(
        first, taps, zeros, scales, (0.2, -128), activation="RELU", depthwise=True
    )
    last = random.integers(-60, 60, (4, 1, 1, 12)).astype(np.int8)
    last[..., [3, 9]] = 0
    third = model.convolution(second, last, zeros[:4], scales[:4], (0.5, 3))
    return model.finish(image, model.pool(third, (6, 6)))


def test_dead_channels_are_removed_and_scores_stay() -> None:
    data = network_with_dead_channels()
    narrow, wide = (
        compile_as_bytes(data, "dead", Options(dead_channel_removal=on)) for on in (True, False)
    )
    assert [narrow.network.features[i].channels for i in (1, 2)] == [8, 8]
    assert [wide.network.features[i].channels for i in (1, 2)] == [12, 12]
    assert (
        narrow.model_macs
        == wide.model_macs
        == sum(macs(wide.network, x) for x in wide.network.layers)
    )
    litert = reference.interpreter(data)
    for pixels in reference.images((6, 6, 3), 12):
        image = (pixels.astype(np.int16) + 128).astype(np.uint8)
        expected = reference.run(litert, pixels)
        for compiled in (narrow, wide):
            np.testing.assert_array_equal(oracle.scores(unpack(compiled.blob), image), expected)


@pytest.mark.parametrize(
    ("name", "at_most"),
    [("mlcommons_vww_96_int8", 3_800_000), ("tflm_person_detect", 7_080_000)],
)
def test_shared_models_shrink(shared: Path, name: str, at_most: int) -> None:
    data = (shared / "models" / f"{name}.tflite").read_bytes()
    compiled = compile_model(data, name)
    left = sum(macs(compiled.network, layer) for layer in compiled.network.layers)
    assert left <= at_most and left <= compiled.model_macs
