"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest
from hypothesis import settings

from tests import native

# No test is timed: the first call of a native library compiles it, and these machines are shared.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# A shell that runs the tests in the background has Ctrl-C ignored, in them and in what they start.
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parent.parent


def unavailable(what: str) -> None:
    """Skips with a reason on a user's machine, fails in CI: no test passes there by skipping."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} (and CI must have it)")
    pytest.skip(what)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of other people's models and pictures that lies beside the project."""
    path = ROOT.parent / "shared"
    if not path.is_dir():
        unavailable("../shared with models and pictures is not here")
    return path


@pytest.fixture(scope="session")
def arm_gcc() -> str:
    """The ARM compiler's name."""
    if native.arm_compiler() is None:
        unavailable("arm-none-eabi-gcc is not on PATH")
    return native.arm_compiler() or ""
