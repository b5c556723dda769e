"""A million damaged models, with checksums made right: none reads or writes outside what the engine was given."""

from __future__ import annotations

import itertools
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import native
from tests.compiler.random_networks import compile_defined, random_model
from tests.conftest import unavailable
from tests.engine.library import SOURCES

MUTATIONS = 1_000_000
NETWORKS = 20
LARGEST_BYTES = 2000  # of a model: small ones cost 20 to 60 us a mutation
PROCESSES = 2
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g"]


@pytest.fixture(scope="module")
def fuzzer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fuzzer, built with sanitizers."""
    program = tmp_path_factory.mktemp("fuzz") / "fuzz"
    sources = [str(Path(__file__).parent / "fuzz.c"), *map(str, SOURCES)]
    flags = [*native.STRICT, *SANITIZERS, *native.INCLUDES]
    command = [*native.host_compiler(), *flags, *sources, "-o", str(program)]
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode and "anitize" in made.stderr:
        unavailable("this C compiler has no address and undefined-behaviour sanitizers")
    assert made.returncode == 0, made.stderr
    return program


def small_models(folder: Path) -> list[Path]:
    """NETWORKS random models as files, each named by its seed."""
    paths: list[Path] = []
    for seed in itertools.count(0, 4):
        compiled = compile_defined(random_model(seed)[0])
        if compiled is not None and len(compiled.blob) <= LARGEST_BYTES:
            paths.append(folder / str(seed))
            paths[-1].write_bytes(compiled.blob)
        if len(paths) == NETWORKS:
            return paths
    raise AssertionError


def test_a_million_mutated_models_touch_nothing_else(
    fuzzer: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def opened(model: Path) -> int:
        command = [str(fuzzer), str(model), str(MUTATIONS // NETWORKS), model.name]
        run = subprocess.run(command, capture_output=True, text=True)
        assert run.returncode == 0, f"network {model.name}: {run.stderr[-2000:]}"
        return int(run.stdout)

    with ThreadPoolExecutor(PROCESSES) as pool:
        total = sum(pool.map(opened, small_models(tmp_path)))
    assert total > MUTATIONS // 4  # enough get past the checks to be run
    with capsys.disabled():
        print(f"\n{MUTATIONS} mutated models: {total} opened and run, the others refused")
