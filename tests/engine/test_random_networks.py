"""Random small networks: LiteRT's reference kernels == NumPy oracle == host C, with every switch."""

from __future__ import annotations

import numpy as np
import pytest

from host.compiler import oracle
from host.compiler.build import Options
from tests.compiler import reference
from tests.compiler.random_networks import compile_defined, random_model
from tests.engine.library import HostEngine

NETWORKS = 264
BATCH = 24
REFUSED_OF_BATCH = 6  # networks whose accumulators can overflow are refused, not run
OPTIONS = (
    Options(arena_target=0),
    Options(streaming=False),
    Options(fast_kernels=False, arena_target=0),
    Options(dead_channel_removal=False, arena_target=1500),
)


@pytest.mark.parametrize("first", range(0, NETWORKS, BATCH))
def test_random_networks_equal_the_reference_kernels(first: int) -> None:
    refused = 0
    for seed in range(first, first + BATCH):
        data, shape = random_model(seed)
        compiled = [compile_defined(data, options) for options in OPTIONS]
        made = [HostEngine(c.blob) for c in compiled if c]
        refused += not made
        litert = reference.interpreter(data)
        for pixels in reference.images(shape, 5 if made else 0, seed):
            expected = reference.run(litert, pixels)
            image = (pixels.astype(np.int16) + 128).astype(np.uint8)
            found = [e.run(image) for e in made] + [oracle.scores(made[0].model, image)]
            assert all(np.array_equal(f, expected) for f in found), (seed, expected, found)
    assert refused <= REFUSED_OF_BATCH
