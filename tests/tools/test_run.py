"""What run.py installs for a part: its own packages, and of what they share with others the same versions."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tools import environment, run
from tools.environment import LAYERS, NEWEST, OLDEST, REQUIREMENTS, SIZES, pip_arguments, refusal
from tools.run import LAYER_OF, command_of, tools_of

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("tensorflow", "llvmlite", "pandas", "matplotlib", "opencv")


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
    arguments = pip_arguments(["pio"])
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
    blocked = {*foreign, "numpy", "cv2", "rich", "unicorn", "llvmlite"} - needed
    program = (
        f"import sys\nfor name in {sorted(blocked)!r}: sys.modules[name] = None\n"
        "import host.doctor.holders, host.ports.choose, tools.flash_layout, host.flash.advice, tools.offline_scons"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_layer_that_another_brought_is_not_installed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`test` holds all that `train` takes: pip is not started to find that out."""
    monkeypatch.setattr(environment, "VENV", tmp_path)
    started: list[list[str]] = []
    monkeypatch.setattr(environment, "run_pip", lambda arguments, total: started.append(arguments))
    environment.install("test")
    environment.install("train")
    environment.install("flash")
    assert len(started) == 1
    (tmp_path / ".installed-data").write_text("of last year")
    environment.install("train")
    wanted = {name for flag, name in pairwise(started[1]) if flag == "-r"}
    assert wanted == {str(REQUIREMENTS / "data.txt")}


def test_a_folder_of_wheels_takes_the_place_of_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "VENV", tmp_path)
    started: list[list[str]] = []
    monkeypatch.setattr(environment, "run_pip", lambda arguments, total: started.append(arguments))
    environment.install("run", tmp_path / "wheels")
    assert started[0][:4] == ["install", "--no-index", "--find-links", str(tmp_path / "wheels")]


def test_pip_compiles_what_python_may_not_keep_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[list[str]] = []
    monkeypatch.setattr(environment, "run_pip", lambda words, total: given.append(words))
    monkeypatch.setattr(environment, "lacking", lambda layer: ["run"])
    monkeypatch.setattr(environment, "_stamp", lambda name: Path(os.devnull))
    for never_written in (False, True):
        monkeypatch.setattr(sys, "dont_write_bytecode", never_written)
        environment.install("run")
    assert ["--no-compile" in words for words in given] == [True, False]


MACHINE = {"bits": 64, "system": "Linux", "machine": "x86_64", "libc": "glibc 2.36"}


@pytest.mark.parametrize("version", [(3, 11, 2), (3, 12, 0), (3, 13, 9)])
def test_supported_pythons_are_let_in(version: tuple[int, ...]) -> None:
    assert OLDEST <= version[:2] <= NEWEST
    assert refusal(version, **MACHINE) == ""  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("version", "machine", "why"),
    [
        ((3, 10, 4), {}, "Python 3.10.4 is too old: start this with one of 3.11, 3.12, 3.13"),
        ((3, 14, 0), {}, "too new (some packages have no wheels for it yet)"),
        ((3, 11, 0), {"bits": 32}, "32-bit"),
        ((3, 11, 0), {"system": "Darwin", "machine": "x86_64"}, "Darwin on x86_64"),
        ((3, 11, 0), {"system": "Windows", "machine": "ARM64"}, "Windows on ARM64"),
        ((3, 11, 0), {"libc": None}, "no glibc"),
        ((3, 11, 0), {"libc": "glibc 2.17"}, "glibc 2.17"),
    ],
)
def test_others_are_refused_in_one_line(
    version: tuple[int, ...], machine: dict[str, object], why: str
) -> None:
    text = refusal(version, **(MACHINE | machine))  # type: ignore[arg-type]
    assert why in text and "\n" not in text


def test_a_tool_is_started_by_either_name() -> None:
    tools = tools_of()
    assert {"viewer", "capture", "data", "train"} <= set(tools)
    assert command_of(["viewer", "--json"], tools) == ["host.viewer", "--json"]
    assert command_of(["host.viewer", "--json"], tools) == ["host.viewer", "--json"]
    assert command_of(["report", "x"], tools) == ["host.bench", "report", "x"]


def test_a_slip_in_a_tools_name_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_of(["vewer"], tools_of())
    assert ended.value.code == 2 and "did you mean viewer?" in capsys.readouterr().err


def test_a_tool_runs_in_the_folder_of_its_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Relative paths are the user's; a file called like a package there is not imported."""
    (tmp_path / "rich.py").write_text("raise SystemExit('shadowed')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run, "venv_python", lambda: Path(sys.executable))
    assert run.start(["-m", "host.data", "check", "pictures"], is_tool=True) == 2
    assert "error: pictures is not there" in capfd.readouterr().err


def test_what_platformio_lacks_is_named(tmp_path: Path) -> None:
    """After a build that failed: a copied folder, named by PLATFORMIO_CORE_DIR, lacks nothing."""
    assert run.pio_lacks({}, tmp_path) == "its compiler and Arduino's core"
    packages = tmp_path / "copied" / "packages"
    for name in run.PIO_PACKAGES:
        (packages / name).mkdir(parents=True)
    assert run.pio_lacks({"PLATFORMIO_CORE_DIR": str(tmp_path / "copied")}, tmp_path) == ""
    assert "flash FIRMWARE.bin" in run.PIO_OFFLINE


def test_every_file_of_requirements_has_its_size() -> None:
    assert set(SIZES) == {path.stem for path in REQUIREMENTS.glob("*.txt")}
