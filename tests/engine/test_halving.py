"""Pools that halve a map, two outputs at a time: what lies beside their lines stays as it is."""

from __future__ import annotations

import numpy as np
import pytest

from host.compiler.build import Options
from tests.compiler import reference
from tests.compiler.builder import ModelBuilder
from tests.compiler.random_networks import compile_as_bytes
from tests.engine.exactness import unsigned
from tests.engine.library import HostEngine


@pytest.mark.parametrize("width", [4, 6, 7, 8, 16])
@pytest.mark.parametrize("options", [Options(arena_target=0), Options(streaming=False)])
def test_the_border_that_a_convolution_reads_beside_them_stays(
    width: int, options: Options
) -> None:
    random = np.random.default_rng(width)
    model = ModelBuilder()
    image = model.tensor((1, 6, width, 3), 0.02, -9)
    weights = random.integers(-127, 128, (2, 5, 3, 3, 3)).astype(np.int8)
    bias, scales = np.zeros(5, np.int32), np.full(5, 0.004, np.float32)
    value = model.convolution(image, weights[0], bias, scales, (0.05, -3))
    value = model.pool(value, (2, 2), (2, 2), largest=True)
    again = random.integers(-127, 128, (5, 3, 3, 5)).astype(np.int8)
    value = model.convolution(value, again, bias, scales, (0.05, 2))
    data = model.finish(image, model.mean(value, (0.02, 0)))
    engine = HostEngine(compile_as_bytes(data, "halved", options).blob)
    litert = reference.interpreter(data)
    for pixels in reference.images((6, width, 3), 4, width):
        assert engine.run(unsigned(pixels)).tolist() == reference.run(litert, pixels).tolist()
