"""What the engine calls: host/bench/engine/memory.py counts on it, and a board without a C library could link it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.dsp.board import CORE, NO_LOADS_IN_IT_BLOCKS
from tests.native import FIRMWARE, INCLUDES

ENGINE = FIRMWARE / "src" / "engine"


@pytest.fixture(scope="module")
def combined(arm_gcc: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of the engine as one object, compiled as the firmware is."""
    target = tmp_path_factory.mktemp("engine") / "engine.o"
    sources = [*ENGINE.rglob("*.c"), *ENGINE.rglob("*.S")]
    flags = [*CORE, "-mfloat-abi=hard", "-O2", NO_LOADS_IN_IT_BLOCKS, *INCLUDES, "-nostdlib", "-r"]
    subprocess.run([arm_gcc, *flags, *map(str, sources), "-o", str(target)], check=True)
    return target


def test_the_engine_calls_nothing_but_the_checksum(arm_gcc: str, combined: Path) -> None:
    command = [arm_gcc.replace("gcc", "nm"), "-u", str(combined)]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert listed.split() == ["U", "crc32_add"]
