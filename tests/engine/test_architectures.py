"""Architectures of others, with random weights: compiled, streamed, and exact."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from host.compiler.build import Options, compile_anyway, compile_model
from tests.compiler import reference
from tests.compiler.architectures import mobilenet_v1, mobilenet_v2, plain_cnn
from tests.engine.library import HostEngine


def unsigned(image: reference.Image) -> NDArray[np.uint8]:
    return (image.astype(np.int16) + 128).astype(np.uint8)


CASES: dict[str, Callable[[], bytes]] = {
    "mobilenet v1 0.1 grey": lambda: mobilenet_v1(0.1, 96, 1),
    "mobilenet v1 0.1 rgb": lambda: mobilenet_v1(0.1, 96, 3),
    "mobilenet v1 0.2 grey": lambda: mobilenet_v1(0.2, 96, 1),
    "mobilenet v1 0.2 rgb": lambda: mobilenet_v1(0.2, 64, 3),
    "mobilenet v1 0.25 grey": lambda: mobilenet_v1(0.25, 80, 1, 10),
    "mobilenet v1 0.25 rgb": lambda: mobilenet_v1(0.25, 97, 3),
    "mobilenet v2 0.35 rgb": lambda: mobilenet_v2(0.35, 96, 3),
    "mobilenet v2 0.1 grey": lambda: mobilenet_v2(0.1, 75, 1),
    "plain cnn": lambda: plain_cnn(40, 1),
    "plain cnn rgb": lambda: plain_cnn(33, 3),
}


@pytest.mark.parametrize("name", CASES)
def test_streamed_scores_equal_the_reference_kernels(name: str) -> None:
    data = CASES[name]()
    compiled = compile_model(data, name, options=Options(arena_target=0))
    image = compiled.network.features[0]
    engine, litert = HostEngine(compiled.blob), reference.interpreter(data)
    for pixels in reference.images((image.height, image.width, image.channels), 5)[2:]:
        expected = reference.run(litert, pixels)
        np.testing.assert_array_equal(engine.run(unsigned(pixels)), expected)


@pytest.mark.parametrize("name", CASES)
def test_every_layer_equals_the_reference_kernels(name: str) -> None:
    data = CASES[name]()
    compiled = compile_anyway(data, name, options=Options(streaming=False))  # too large unstreamed
    image = compiled.network.features[0]
    pixels = reference.images((image.height, image.width, image.channels), 4)[3]
    litert = reference.interpreter(data, keep_all=True)
    reference.run(litert, pixels)
    engine, differing, lively = HostEngine(compiled.blob), [], 0

    def check(operator: int) -> None:
        nonlocal lively
        output = engine.output_of(operator)
        feature = compiled.network.layers[operator].output
        tensor = unsigned(litert.get_tensor(compiled.network.tensors[feature]))
        expected = tensor[..., compiled.network.kept[feature]].reshape(output.shape)
        lively += bool(np.ptp(output) > 0)
        if not np.array_equal(output, expected):
            differing.append(operator)

    engine.observe(unsigned(pixels), check)
    assert differing == []
    assert lively > 0.8 * len(compiled.network.layers)  # random weights did not silence the network
