"""Fixtures that all tests share."""

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
BARE_IMAGE = "bare_image"


def pytest_addoption(parser: pytest.Parser) -> None:
    """--image: the system tests run another firmware than ours for the virtual board. --frames: long streams."""
    parser.addoption("--image", type=Path, metavar="FILE", help="a built nano33ble firmware.elf")
    parser.addoption("--frames", type=int, default=6, help="of each long stream (default: 6)")


def _count_the_firmware_alone() -> None:
    if os.environ.get(native.SANITIZE):
        return  # no board runs there: Capstone's library does not load beside the sanitizers'
    from host.virtual import options

    options.CORE_LOAD_BY_DEFAULT = False


def pytest_configure(config: pytest.Config) -> None:
    """Benches take the requested image. A board in the tests' own process counts the firmware alone, unless
    the test says otherwise: most cycles here are held against what the code takes. A started one is a user's."""
    _count_the_firmware_alone()
    config.addinivalue_line("markers", f"{BARE_IMAGE}(why): needs what only our own image has")
    image = config.getoption("--image")
    if image is None:
        return
    from tests.system import board

    if not image.is_file():
        raise pytest.UsageError(f"--image {image}: no such file; build it with pio run")
    board.choose(image.resolve())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With --image, tests that cannot hold for it are not run, and say why."""
    if config.getoption("--image") is None:
        return
    left_out = [item for item in items if item.get_closest_marker(BARE_IMAGE)]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)
    for item in left_out:
        why = next(item.iter_markers(BARE_IMAGE)).args[0]
        print(f"not with --image: {item.nodeid}: {why}")


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


@pytest.fixture
def one_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are made on the same computer everywhere: their conditions name it."""
    from host.runs import conditions

    computer = conditions.HostConditions("Linux", "a processor", "3.11")
    monkeypatch.setattr(conditions, "host_conditions", lambda: computer)


@pytest.fixture(scope="session")
def frames(request: pytest.FixtureRequest) -> int:
    """How many frames a long stream has."""
    count: int = request.config.getoption("--frames")
    return count


@pytest.fixture(scope="session")
def arm_gcc() -> str:
    """The ARM compiler's name."""
    if native.arm_compiler() is None:
        unavailable("arm-none-eabi-gcc is not on PATH")
    return native.arm_compiler() or ""
