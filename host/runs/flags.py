"""The flags a firmware was compiled with: its build wrote them down (tools/pio_build.py), its hash finds it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from host.base.errors import HostError
from host.base.places import BUILDS, FLAGS
from host.runs.typed_json import parse, read_object

LTO = "-flto"


@dataclass(frozen=True)
class Build:
    """firmware: as Hello has it, version and hash of the sources. environment: of platformio.ini."""

    firmware: str
    environment: str
    compile: tuple[str, ...]
    link: tuple[str, ...]

    @property
    def words(self) -> str:
        """For a run's conditions."""
        with_lto = any(flag.startswith(LTO) for flag in (*self.compile, *self.link))
        return f"{' '.join(self.compile)}; {'LTO' if with_lto else 'no LTO'}"


def flags_of(board: str, firmware: str, builds: Path = BUILDS) -> str:
    """Of a board's firmware, both as Hello has them. Empty when it was not built in this checkout."""
    for build in _builds(builds):
        is_of_board = build.environment == board or build.environment.startswith(f"{board}_")
        if is_of_board and build.firmware == firmware:
            return build.words
    return ""


def _builds(folder: Path) -> Iterator[Build]:
    """Of the firmware that comes along, then what was built here. A damaged file is none."""
    for path in (FLAGS, *sorted(folder.glob("*/flags.json"))):
        with contextlib.suppress(HostError):
            if path.exists():
                yield parse(Build, read_object(path), str(path))
