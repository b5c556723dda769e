"""The engine, its fast kernels, slots and averaging under AddressSanitizer and UBSan, called by their usual tests.

tests/link/test_firmware_bounds.py does it for the link. Here is what takes seconds: `python -m tests.sanitized` runs
everything.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import unavailable
from tests.native import ROOT
from tests.sanitized import environment

ENGINE = "tests/engine"
PARTS = {
    "engine": [
        f"{ENGINE}/test_rounding.py",
        f"{ENGINE}/test_validate.py",
        f"{ENGINE}/test_validate_steps.py",
        f"{ENGINE}/test_random_networks.py::test_random_networks_equal_the_reference_kernels[0]",
    ],
    "fast kernels": ["tests/dsp", "-k", "this_pc"],
    "slots and averaging": ["tests/slot", "tests/preprocess"],
}


@pytest.mark.parametrize("part", PARTS)
def test_no_byte_is_touched_that_is_not_its_own(part: str) -> None:
    try:
        environment()
    except RuntimeError as reason:
        unavailable(str(reason))
    command = [sys.executable, "-m", "tests.sanitized", *PARTS[part]]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
