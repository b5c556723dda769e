"""The next command, as a shell takes it: whatever a path or a label holds, it is one argument."""

from __future__ import annotations

import os
import re
import shlex
import sys
from pathlib import Path

STARTER = "TINYML_CAMERA_STARTER"  # tools/run.py says how it was started
COMMAND = "tinyml-camera"  # what an installed package is started by

MODULE = re.compile(r"\bpython -m (host\.\w+)")


def shell_line(module: str, *words: object) -> str:
    """`python -m host.data split 'my pictures'` of ("host.data", "split", Path("my pictures")).

    `tinyml-camera data split 'my pictures'`, or with tools/run.py, where the tool that says so was started like that.
    """
    return shlex.join((*starter(module), *map(str, words)))


def starter(module: str) -> tuple[str, ...]:
    """The words that start a tool, as this one was started: host.data -> python -m host.data or tinyml-camera data."""
    if STARTER in os.environ:
        return *shlex.split(os.environ[STARTER]), module.removeprefix("host.")
    if Path(sys.argv[0]).stem == COMMAND:
        return COMMAND, module.removeprefix("host.")
    return "python", "-m", module


def as_started(text: str) -> str:
    """A text whose commands start tools as this one was started: `python -m host.doctor` may be `run.py doctor`."""
    return MODULE.sub(lambda found: shlex.join(starter(found[1])), text)
