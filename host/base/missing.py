"""A package that is not installed: which layer brings it, and the one command that adds the layer."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import traceback
from pathlib import Path

from host.base.places import ABOVE, IS_CHECKOUT

PROJECT = "tinyml-camera-companion"
BASE = ""  # what every tool needs
# The names by which packages are imported, by the layer that brings them: an extra of pyproject.toml, a file of
# tools/requirements.
LAYERS: dict[str, tuple[str, ...]] = {
    BASE: ("PIL", "argcomplete", "capstone", "elftools", "flatbuffers", "intelhex", "llvmlite", "numpy",
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
    "data": ("bench", "window"),
    "train": ("bench", "window", "data"),
}  # what a layer brings, too
# What is not named needs BASE alone, or a layer for some of what it does.
OF_TOOLS = {
    "bench": "bench",
    "capture": "data",
    "data": "data",
    "evaluate": "data",
    "train": "train",
}
TOOL = re.compile(r"host\.(\w+)\.")
OPENCV_LIBRARIES = "on Debian and Ubuntu: sudo apt install libgl1 libglib2.0-0 libxcb1"


def missing(error: ImportError) -> tuple[str, str] | None:
    """What is wrong and what to do; None when no package of ours is missing: then it is our bug.

    The layer is the tool's, if that brings the package, so that one command is enough.
    """
    name = (error.name or "").split(".")[0]
    whole = OF_TOOLS.get(_tool_that_met(error), BASE)
    for layer, packages in LAYERS.items():
        if name in packages:
            layer = whole if layer in BELOW.get(whole, ()) else layer
            if isinstance(error, ModuleNotFoundError):
                return f"{name} is not installed", f"add it by {adds(layer)}"
            remedy = OPENCV_LIBRARIES if name == "cv2" else f"install it anew by {adds(layer)}"
            return f"{name} does not load here ({error.msg})", remedy
    return None


def _tool_that_met(error: ImportError) -> str:
    """The tool whose modules stand in the traceback; "" for none."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        spec = frame.f_globals.get("__spec__")  # of `python -m`, too, where __name__ is __main__
        if (found := TOOL.match(getattr(spec, "name", ""))) and found[1] in OF_TOOLS:
            return found[1]
    return ""


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
