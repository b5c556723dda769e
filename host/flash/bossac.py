"""bossac, Arduino's uploader for the Nano's bootloader: where it is, how it is called, how far it is.

The command line is Arduino's own: ArduinoCore-mbed, platform.txt, tools.bossac.upload.pattern:
    bossac [-d] --port=PORT -U -i -e -w FILE.bin -R
Arduino's and PlatformIO's builds know the nRF52840; the bossa-cli of Linux distributions does not.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

from host.base.errors import HostError

PIO_TOOL = "tool-bossac-nordicnrf52"
INSTALL = (
    "`pio pkg install -g -t platformio/tool-bossac-nordicnrf52`, or install Arduino's IDE with its "
    "Mbed OS Nano boards"
)
SHARE = re.compile(r"(\d{1,3})%")
LAST_LINES = 5
NOT_THIS_CHIP = ("Unknown", "unsupported", "Unsupported", "No device found")


def find_bossac(given: Path | None, environment: dict[str, str], home: Path) -> Path:
    """The one asked for, else PlatformIO's, Arduino's, that of PATH. Raises HostError with how to get it."""
    if given is not None:
        if not given.is_file():
            raise HostError(f"{given} is no program", f"give bossac's path, or {INSTALL}")
        return given
    for path in _places(environment, home):
        if path.is_file():
            return path
    found = shutil.which("bossac", path=environment.get("PATH"))
    if found is None:
        raise HostError("bossac is not installed", INSTALL)
    return Path(found)


def _places(environment: dict[str, str], home: Path) -> Iterator[Path]:
    program = "bossac.exe" if os.name == "nt" else "bossac"
    core = Path(environment.get("PLATFORMIO_CORE_DIR") or home / ".platformio")
    yield core / "packages" / PIO_TOOL / program
    local = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
    for folder in (home / ".arduino15", home / "Library" / "Arduino15", local / "Arduino15"):
        tools = folder / "packages" / "arduino" / "tools" / "bossac"
        yield from (path / program for path in sorted(tools.glob("1.9.1-arduino*"), reverse=True))


def command_of(bossac: Path, port: str, image: Path) -> list[str]:
    """As Arduino's core calls it. port: Windows' COM3, or a path, which bossac takes whole."""
    return [str(bossac), f"--port={port}", "-U", "-i", "-e", "-w", str(image), "-R"]


def write(bossac: Path, port: str, image: Path, progress: Callable[[float], None]) -> None:
    """Runs it; progress: 0..1 of what it writes. Raises HostError with its last words, a remedy if known."""
    command = command_of(bossac, port, image)
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except OSError as error:
        raise HostError(f"cannot start {bossac}: {error.strerror}", INSTALL) from error
    lines: list[str] = []
    with process:
        output = cast(io.BufferedReader, process.stdout)
        for line in _lines(iter(lambda: output.read1(256), b"")):
            lines.append(line)
            if share := SHARE.search(line):
                progress(min(100, int(share[1])) / 100)
    if process.returncode:
        words = " / ".join(lines[-LAST_LINES:]) or f"exit code {process.returncode}"
        remedy = ""
        if any(text in words for text in NOT_THIS_CHIP) and bossac.parent in _of_path():
            remedy = f"{bossac} may not know this chip: {INSTALL}"
        raise HostError(f"bossac failed ({words})", remedy)


def _of_path() -> set[Path]:
    return {Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder}


def _lines(pieces: Iterator[bytes]) -> Iterator[str]:
    """bossac draws its bar with carriage returns."""
    rest = ""
    for piece in pieces:
        *whole, rest = re.split(r"[\r\n]", rest + piece.decode(errors="replace"))
        yield from (line.strip() for line in whole if line.strip())
    if rest.strip():
        yield rest.strip()
