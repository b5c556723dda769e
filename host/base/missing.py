"""A package that is not installed: which layer brings it, and the one command that adds the layer."""

from __future__ import annotations

import importlib.util
import os
import shlex
from pathlib import Path

from host.base.places import ABOVE, IS_CHECKOUT

PROJECT = "tinyml-camera-companion"
BASE = ""  # what every tool needs
# The names by which packages are imported, by the layer that brings them: an extra of pyproject.toml, a file of
# tools/requirements.
LAYERS: dict[str, tuple[str, ...]] = {
    BASE: ("PIL", "capstone", "elftools", "flatbuffers", "intelhex", "llvmlite", "numpy",
           "rich", "serial", "tflite", "unicorn", "websockets"),
    "window": ("cv2",),
    "bench": ("jinja2", "markupsafe", "matplotlib", "psutil", "pyarrow"),
    "power": ("ppk2lab", "pyjoulescope_driver"),
    "data": ("ai_edge_litert", "cleanvision", "ijson", "imagehash", "pandas", "sklearn", "yaml"),
    "train": ("keras", "optuna", "tensorboard", "tensorflow"),
    "flash": ("SCons", "platformio"),
}  # fmt: skip
BELOW = {
    "power": ("bench",),
    "data": ("bench",),
    "train": ("bench", "data"),
}  # what a layer brings, too
OPENCV_LIBRARIES = "on Debian and Ubuntu: sudo apt install libgl1 libglib2.0-0 libxcb1"


def missing(error: ImportError) -> tuple[str, str] | None:
    """What is wrong and what to do; None when no package of ours is missing: then it is our bug."""
    name = (error.name or "").split(".")[0]
    for layer, packages in LAYERS.items():
        if name in packages:
            if isinstance(error, ModuleNotFoundError):
                return f"{name} is not installed", f"add it by {adds(layer)}"
            remedy = OPENCV_LIBRARIES if name == "cv2" else f"install it anew by {adds(layer)}"
            return f"{name} does not load here ({error.msg})", remedy
    return None


def lacking(layer: str) -> str:
    """The first package of a layer, and of those it brings, that is not installed here; "" when none is lacking."""
    packages = [name for each in (*BELOW.get(layer, ()), layer) for name in LAYERS[each]]
    return next((name for name in packages if importlib.util.find_spec(name) is None), "")


def adds(layer: str) -> str:
    """The command that adds a layer to this environment."""
    if not IS_CHECKOUT:
        return f'python -m pip install "{PROJECT}{f"[{layer}]" if layer else ""}"'
    script = ABOVE / "tools" / "run.py"
    if Path.cwd().is_relative_to(ABOVE):
        script = Path(os.path.relpath(script))
    return shlex.join(("python3", str(script), "setup", *filter(None, [layer])))
