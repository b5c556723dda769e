"""A package that is missing is one line with the command that adds it: for every tool, at whatever import."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from host.base.errors import HostError, missing_package
from host.base.missing import BASE, BELOW, LAYERS, OF_TOOLS, lacking, missing
from host.base.opencv import opencv
from tools import environment, run

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
NEEDED_BY_PIP = re.compile(r"^[A-Za-z0-9_.-]+")
TOOLS = (
    "bench latency --output x",
    "capture --labels a,b",
    "data check x",
    "evaluate x --data y",
    "train --data x --output y",
)


def named(requirements: list[str]) -> set[str]:
    """Distributions that are required, without our own extras."""
    found = {NEEDED_BY_PIP.match(text)[0].lower().replace("_", "-") for text in requirements}  # type: ignore[index]
    return found - {PROJECT["name"]}


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layers_packages_are_those_of_its_extra(layer: str) -> None:
    """What one brings and what the other says are never apart."""
    wanted = named(PROJECT["dependencies"] if layer == BASE else EXTRAS[layer])
    owners = importlib.metadata.packages_distributions()
    for module in LAYERS[layer]:
        distributions = {name.lower().replace("_", "-") for name in owners[module]}
        assert distributions & wanted or module in ("keras", "markupsafe", "pandas"), module


@pytest.mark.parametrize("extra", sorted(set(EXTRAS) - {"dev"}))
def test_an_extra_is_what_run_py_installs_for_it(extra: str) -> None:
    files = [environment.REQUIREMENTS / f"{name}.txt" for name in environment.LAYERS[extra]]
    pinned = {line.split("==")[0].lower().replace("_", "-") for path in files
              for line in path.read_text().splitlines() if "==" in line}  # fmt: skip
    assert named(EXTRAS[extra]) <= pinned
    brought = set(
        re.findall(r"\[(.*)\]", " ".join(t for t in EXTRAS[extra] if PROJECT["name"] in t))
    )
    assert set(BELOW.get(extra, ())) >= set(",".join(brought).split(",")) - {""}


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_without_its_layer_says_the_command(tool: str, tmp_path: Path) -> None:
    name, *rest = tool.split()
    hidden = sorted(
        {module for layer in ("window", "bench", "data", "train") for module in LAYERS[layer]}
    )
    program = (
        f"import sys, runpy\nfor name in {hidden!r}: sys.modules[name] = None\n"
        f"sys.argv = ['x', *{rest!r}]\nrunpy.run_module('host.{name}', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    layer = OF_TOOLS[name]
    assert re.fullmatch(
        rf"error: \w+ is not installed: add it by python3 \S+run\.py setup {layer}\n", done.stderr
    ), "one command is enough"
    assert list(tmp_path.iterdir()) == [], "nothing was begun"


def test_run_py_installs_the_same_layer_for_a_tool() -> None:
    installs = {name.removeprefix("host."): layer for name, layer in run.LAYER_OF.items()}
    assert {tool: installs[tool] for tool in OF_TOOLS} == OF_TOOLS
    assert {tool for tool in run.tools_of() if tool in installs} == set(OF_TOOLS)


def test_the_viewer_needs_no_opencv(tmp_path: Path) -> None:
    """Neither its JSON nor its terminal, and the virtual board does not either."""
    program = (
        "import sys; sys.modules['cv2'] = None\n"
        "import host.viewer.terminal, host.viewer.window, host.viewer.json_lines, host.virtual.__main__\n"
        "from host.virtual.scene import open_scene\n"
        "assert open_scene('default').picture(0).shape == (480, 640, 3)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_library_of_the_system_is_named() -> None:
    error = ImportError("libGL.so.1: cannot open shared object file", name="cv2")
    line = str(missing_package(error))
    assert "libGL.so.1" in line and "sudo apt install libgl1" in line


def test_what_is_not_ours_stays_a_bug() -> None:
    assert missing(ImportError("cannot import name 'x'", name="host.viewer.words")) is None
    assert missing(ModuleNotFoundError("no module", name="antigravity")) is None


def test_opencv_that_is_missing_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    opencv.cache_clear()
    with pytest.raises(HostError, match=r"cv2 is not installed: add it by .* setup window"):
        opencv()


def test_nothing_is_lacking_here() -> None:
    assert [layer for layer in LAYERS if lacking(layer)] == []
    assert np.__version__
