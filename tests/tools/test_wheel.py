"""The wheel holds everything that the tools need, and nothing but `host`; unpacked far from the checkout it works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from host.base.places import ABOVE

COPIED = (
    "host",
    "models",
    "firmware/prebuilt",
    "setup.py",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "NOTICE",
)
INSIDE = (
    "host/py.typed",
    "host/virtual/pictures/01_person_hallway.jpg",
    "host/virtual/photographs/01_person_astronaut.jpg",
    "host/report/page.html.jinja",
    "host/web/page/index.html",
    "host/bundled/firmware/virtual.elf",
    "host/bundled/firmware/virtual.json",
    "host/bundled/models/person_grey_025.tpm",
    "host/bundled/models/person_grey_025.keras",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built without a network from a copy: a build leaves folders where it works."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in COPIED:
        source, target = ABOVE / name, folder / "source" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-build-isolation",
        "--no-deps",
        "--no-index",
    ]
    done = subprocess.run([*command, "-q", "-w", str(folder), str(folder / "source")],
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as pip lays it into site-packages."""
    place = tmp_path_factory.mktemp("site-packages")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(place)
    return place


def start(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """tinyml-camera of the unpacked wheel, in a folder far away."""
    program = (
        "import sys; sys.argv[0] = 'tinyml-camera'; from host.__main__ import command; command()"
    )
    environment = {"PYTHONPATH": str(installed), "PATH": os.environ["PATH"], "PYTHONSAFEPATH": "1"}
    command = [sys.executable, "-c", program, *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_it_holds_our_package_alone_and_all_of_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
        points = packed.read(next(n for n in names if n.endswith("entry_points.txt"))).decode()
    assert {name.split("/")[0].split("-")[0] for name in names} == {
        "host",
        "tinyml_camera_companion",
    }
    assert set(INSIDE) <= names
    ours = {path.relative_to(ABOVE).as_posix() for path in (ABOVE / "host").rglob("*.py")}
    assert ours == {name for name in names if name.endswith(".py")}
    assert "tinyml-camera = host.__main__:command" in points


def test_it_says_its_version(installed: Path, tmp_path: Path) -> None:
    done = start(installed, tmp_path, "--version")
    assert done.stdout == "tinyml-camera 0.1.0\n", done.stderr


def test_the_virtual_board_runs_from_it(installed: Path, tmp_path: Path) -> None:
    done = start(installed, tmp_path, "viewer", "--port", "virtual", "--json", "--frames", "2")
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 2, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_its_models_and_next_commands_are_its_own(installed: Path, tmp_path: Path) -> None:
    program = (
        "import sys; sys.argv[0] = 'tinyml-camera'\n"
        "from host.base.places import MODELS, PREBUILT\n"
        "from host.base.follow_up import shell_line\n"
        "from host.base.missing import adds\n"
        "assert PREBUILT.is_file() and (MODELS / 'person_rgb_025.tflite').is_file()\n"
        "print(shell_line('host.data', 'split', 'my pictures')); print(adds('data'))"
    )
    environment = {"PYTHONPATH": str(installed), "PATH": os.environ["PATH"], "PYTHONSAFEPATH": "1"}
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment,
                          capture_output=True, text=True)  # fmt: skip
    assert done.stdout.splitlines() == [
        "tinyml-camera data split 'my pictures'",
        'python -m pip install "tinyml-camera-companion[data]"',
    ]
