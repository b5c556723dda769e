"""The engine as the Cortex-M4 runs it, fast kernels and all: the same bytes as LiteRT's reference kernels.

exactness.py runs the same on more images and networks.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from host.compiler.build import Options, compile_model
from tests.engine import exactness
from tests.engine.exactness import M4Engine, check_images, image_shape

NETWORKS = 36
BUDGET_CYCLES = {"tflm_person_detect": 10_000_000, "mlcommons_vww_96_int8": 6_500_000}


@pytest.fixture(scope="module")
def elf(arm_gcc: str) -> Path:
    return exactness.engine_elf(arm_gcc)


@pytest.mark.parametrize(
    "name", ["tflm_person_detect", "mlcommons_vww_96_int8", "first_person_rgb_025_int8"]
)
def test_shared_models_are_exact_and_within_budget(shared: Path, elf: Path, name: str) -> None:
    data = (shared / "models" / f"{name}.tflite").read_bytes()
    compiled = compile_model(data, name)
    engine = M4Engine(elf, compiled)
    check_images(data, engine, image_shape(compiled), 5, seed=1)
    assert compiled.model_macs / 4 < engine.cycles() <= BUDGET_CYCLES.get(name, 11_000_000)


@pytest.mark.parametrize("target", [0, 30_000])
def test_random_networks_are_exact(elf: Path, target: int) -> None:
    networks = exactness.defined_networks(Options(arena_target=target))
    for seed, data, compiled in islice(networks, NETWORKS):
        check_images(data, M4Engine(elf, compiled), image_shape(compiled), 3, seed)
