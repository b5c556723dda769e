"""Starts `python -m host.virtual` as a process of its own and says where it listens."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import IO

from host.base.errors import HostError
from host.base.places import ABOVE, PREBUILT

NEEDED = ("unicorn", "capstone", "llvmlite", "elftools")
READY = "listening on "
FAILED = "failed: "


CONDITIONS = re.compile(r"core-load-(on|off),[a-z0-9=,]+-silicon")  # behind an address's #


def address_with(url: str, conditions: str) -> str:
    """The address with `core load on, ideal silicon` behind it: whoever connects knows what the figures hold for."""
    return f"{url}#{conditions.replace(', ', ',').replace(' ', '-')}"


def conditions_of_address(url: str) -> str:
    """The reverse; "" where the address says nothing of it."""
    said = url.partition("#")[2]
    return said.replace("-", " ").replace(",", ", ", 1) if CONDITIONS.fullmatch(said) else ""


class BoardProcess:
    """A running virtual board. url: its port. Closing it ends the process; so does our own end.

    conditions: what its figures hold for, such as `core load off, ideal silicon`.
    """

    def __init__(self, process: subprocess.Popen[str], url: str, conditions: str) -> None:
        self._process, self.url, self.conditions = process, url, conditions

    @property
    def name(self) -> str:
        """For people, and for the conditions of a run."""
        return f"virtual board ({self.conditions})"

    def reset(self) -> None:
        """Presses the reset button."""
        self._tell("reset")

    def reflash(self, elf: Path) -> None:
        """Uploads another firmware."""
        self._tell(f"flash {elf}")

    def pull_cable(self) -> None:
        """The USB cable comes out."""
        self._tell("pull")

    def plug_cable(self) -> None:
        """The cable is back."""
        self._tell("plug")

    def touch(self) -> None:
        """Opens and closes the USB port at 1200 baud, as an upload does."""
        self._tell("touch")

    def close(self) -> None:
        """Ends the board."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _tell(self, order: str) -> None:
        if self._process.stdin is None:
            return
        try:
            self._process.stdin.write(f"{order}\n")
            self._process.stdin.flush()
        except OSError as error:
            raise HostError("the virtual board has ended", "see its messages above") from error


def start_virtual_board(
    elf: Path | None = None,
    scene: str = "default",
    speed: str = "real",
    arguments: tuple[str, ...] = (),
) -> BoardProcess:
    """Starts a board. elf: the firmware, None for the prebuilt one. arguments: more of `python -m host.virtual`'s.

    Raises ModuleNotFoundError when a package of the virtual board is not installed, HostError when it does not start.
    """
    for name in NEEDED:
        if importlib.util.find_spec(name) is None:
            raise ModuleNotFoundError(f"{name} is not installed", name=name)
    command = [sys.executable, "-m", "host.virtual", "--image", str(elf or PREBUILT), "--console"]
    command += ["--scene", scene, "--speed", speed, *arguments]
    paths = [str(ABOVE), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        process_group=0 if os.name == "posix" else None,  # Ctrl-C is for the tool, which closes it
    )
    url, conditions = _wait_until_ready(process, process.stdout)
    return BoardProcess(process, url, conditions)


def _wait_until_ready(process: subprocess.Popen[str], output: IO[str] | None) -> tuple[str, str]:
    """Where it listens, and what its figures hold for."""
    line = output.readline() if output is not None else ""
    if line.startswith(FAILED):
        process.wait()
        raise HostError(line.removeprefix(FAILED).strip())
    if not line.startswith(READY):
        code = process.wait()
        raise HostError(
            f"the virtual board did not start (exit code {code})", "see its message above"
        )
    url, _, conditions = line.removeprefix(READY).strip().partition(" ")
    return url, conditions.strip("()")
