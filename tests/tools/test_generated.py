"""What is generated must be what its source says; what is built must be what is committed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from host.base.places import PREBUILT
from host.virtual import __main__ as virtual
from tools import firmware, generate

ROOT = Path(__file__).resolve().parents[2]


def test_generated_files_are_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual, "CORE_LOAD_BY_DEFAULT", True)  # tests are without it
    assert generate.stale() == []


def test_a_stale_file_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    assert generate.stale() == list(generate.GENERATED)


def test_packed_models_are_what_the_compiler_makes(tmp_path: Path) -> None:
    for made in firmware.pack_models(tmp_path):
        committed = ROOT / "models" / made.name
        assert made.read_bytes() == committed.read_bytes(), "run python -m tools.firmware"


def test_the_prebuilt_firmware_is_what_the_sources_give(arm_gcc: str) -> None:
    """Runs PlatformIO. The bytes depend on the compiler, so others than the committed copy's are distinguished."""
    output = subprocess.run([arm_gcc, "-dumpfullversion"], capture_output=True, text=True).stdout
    if not os.environ.get("CI") and output.strip() != "12.2.1":
        pytest.skip(f"the committed copy was built by GCC 12.2.1, here is {output.strip()}")
    same = firmware.loaded(firmware.build()) == firmware.loaded(PREBUILT)
    assert same, "run python -m tools.firmware and commit firmware/prebuilt/virtual.elf"


def test_run_explains_itself_and_refuses_nothing_to_do() -> None:
    run = [sys.executable, str(ROOT / "tools" / "run.py")]
    helped = subprocess.run([*run, "--help"], capture_output=True, text=True)
    assert (helped.returncode, "run.py viewer" in helped.stdout) == (0, True)
    assert subprocess.run(run, capture_output=True).returncode == 2
