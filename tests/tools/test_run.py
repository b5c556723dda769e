"""What run.py installs for a part: its own packages, and of what they share with others the same versions."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools.run import LAYER_OF, LAYERS, REQUIREMENTS, pip_arguments

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("tensorflow", "numba", "pandas", "matplotlib", "opencv")


def pins(name: str) -> dict[str, str]:
    """Package and version of one file."""
    lines = (REQUIREMENTS / f"{name}.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines if "==" in line)


def test_no_package_is_pinned_twice() -> None:
    names = [package for path in REQUIREMENTS.glob("*.txt") for package in pins(path.stem)]
    assert sorted(names) == sorted(set(names))


def test_an_upload_installs_platformio_and_its_builder_alone() -> None:
    layer = LAYERS[LAYER_OF["pio"]]
    wanted = [package.lower() for name in layer for package in pins(name)]
    assert {"platformio", "scons"} <= set(wanted)
    assert not [package for package in wanted if package.startswith(HEAVY)]


def test_packages_of_other_layers_keep_their_versions() -> None:
    arguments = pip_arguments("pio")
    files = dict(zip(arguments[1::2], arguments[::2], strict=True))
    assert set(files.values()) == {"-r", "-c"}
    assert {Path(path) for path in files} == set(REQUIREMENTS.glob("*.txt"))
    assert files[str(REQUIREMENTS / "pio.txt")] == "-r"


def test_the_scripts_of_an_upload_need_nothing_of_the_other_layers() -> None:
    foreign = sorted(
        {name.replace("-", "_") for layer in ("bench", "data", "train") for name in pins(layer)}
    )
    needed = {
        "requests",
        "urllib3",
        "certifi",
        "idna",
        "charset_normalizer",
        "tabulate",
        "typing_extensions",
    }
    blocked = {*foreign, "numpy", "cv2", "rich", "unicorn", "numba"} - needed
    program = (
        f"import sys\nfor name in {sorted(blocked)!r}: sys.modules[name] = None\n"
        "import host.doctor.holders, host.ports.choose, tools.flash_layout, tools.upload_advice, tools.offline_scons"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
