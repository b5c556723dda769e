"""The project's environment, .venv: on which machines it works, what goes into it, and how. Standard library."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import threading
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
REQUIREMENTS = ROOT / "tools" / "requirements"
OLDEST, NEWEST = (3, 11), (3, 13)  # TensorFlow and h5py have no wheels for 3.14
GLIBC = (2, 28)  # what the packages' wheels for Linux were built for
MACHINES = {  # system -> the processors for which every pinned package has a wheel
    "Linux": ("x86_64", "aarch64"),
    "Darwin": ("arm64",),
    "Windows": ("AMD64",),
}
WHERE = "Linux (x86_64, aarch64; glibc 2.28 or newer), macOS on Apple silicon, Windows on x64"
LAYERS = {  # the files of requirements that each takes
    "run": ["run"],
    "window": ["run"],
    "bench": ["run", "bench"],
    "power": ["run", "bench"],
    "data": ["run", "bench", "data"],
    "train": ["run", "bench", "data", "train"],
    "flash": ["pio"],
    "all": ["run", "bench", "data", "train", "pio"],
    "test": ["run", "bench", "data", "train", "pio", "test"],
}
SIZES = {  # MB to download, MB on disk; measured on Linux x86_64, and much alike elsewhere
    "run": (174, 590),
    "bench": (77, 275),
    "data": (83, 362),
    "train": (602, 2115),
    "pio": (6, 31),
    "test": (85, 288),
}
C_COMPILERS = ("cc", "gcc", "clang")
ZIG = "ziglang==0.17.1"
HEARTBEAT_S = 10.0  # of a word while pip unpacks, which takes minutes and says nothing
PIP_PACKAGE = re.compile(r"(?:Collecting|Requirement already satisfied:) (\S+)")


def say(text: str) -> None:
    """A line about what is going on, on stderr: stdout belongs to what is started."""
    print(f"[run] {text}", file=sys.stderr, flush=True)


def stop(text: str) -> None:
    """Ends with the one line that helps, exit code 2."""
    print(f"error: {text}", file=sys.stderr)
    raise SystemExit(2)


def refusal(
    version: tuple[int, ...], bits: int, system: str, machine: str, libc: str | None
) -> str:
    """Why the pinned packages cannot be installed on such a machine, "" when they can. libc: of Linux, `glibc 2.36`."""
    here = ".".join(map(str, version))
    supported = ", ".join(f"{OLDEST[0]}.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1))
    if not OLDEST <= version[:2] <= NEWEST:
        old = "old" if version[:2] < OLDEST else "new (some packages have no wheels for it yet)"
        return f"Python {here} is too {old}: start this with one of {supported}, such as python3.12 tools/run.py"
    if bits < 64:
        return (
            f"this Python {here} is a 32-bit one: install the 64-bit Python and start this with it"
        )
    if machine not in MACHINES.get(system, ()):
        return f"{system} on {machine} is not supported, not every package has a wheel for it: take {WHERE}"
    name, _, number = (libc or "").partition(" ")
    parts = tuple(int(part) for part in number.split(".")[:2] if part.isdigit())
    if system == "Linux" and (name != "glibc" or parts < GLIBC):
        return f"this Linux has {libc or 'no glibc'}, the packages need glibc 2.28 or newer: take {WHERE}"
    return ""


def refuse_this_machine() -> None:
    """Before pip starts. Ends the program with one line."""
    try:
        libc = os.confstr("CS_GNU_LIBC_VERSION") if hasattr(os, "confstr") else None
    except (ValueError, OSError):
        libc = None
    bits = 64 if sys.maxsize > 1 << 32 else 32
    why = refusal(tuple(sys.version_info[:3]), bits, platform.system(), platform.machine(), libc)
    if why:
        stop(why)


def venv_python() -> Path:
    """The environment's own interpreter."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def make_venv() -> None:
    """Creates .venv when there is none that works."""
    if venv_python().exists():
        return
    say(f"making the environment in {VENV.name}/ (once; it can be deleted at any time)")
    try:
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    except subprocess.CalledProcessError:
        shutil.rmtree(VENV, ignore_errors=True)
        stop("Python's venv module does not work here; on Debian: apt install python3-venv")


def fingerprint(path: Path) -> str:
    """Changes when what a file of requirements asks for changes, or the Python."""
    return hashlib.sha256(sys.version.encode() + path.read_bytes()).hexdigest()


def _stamp(name: str) -> Path:
    return VENV / f".installed-{name}"


def lacking(layer: str) -> list[str]:
    """The files of a layer that are not installed as they are now. One that another layer brought is."""
    names = LAYERS[layer]
    return [n for n in names if not _is_installed(_stamp(n), REQUIREMENTS / f"{n}.txt")]


def _is_installed(stamp: Path, path: Path) -> bool:
    return stamp.exists() and stamp.read_text() == fingerprint(path)


def install(layer: str, wheels: Path | None = None) -> None:
    """Installs what a layer lacks. wheels: a folder of them, instead of the network."""
    names = lacking(layer)
    if not names:
        return
    with_zig = "test" in names and not any(map(shutil.which, C_COMPILERS))
    total = sum(_packages(REQUIREMENTS / f"{name}.txt") for name in names) + with_zig
    download, disk = (sum(SIZES[name][place] for name in names) for place in (0, 1))
    where = f"from {wheels}" if wheels else f"about {download} MB to download"
    say(f"installing {total} pinned packages: {where}, {disk:,} MB on disk (once)")
    source = ["--no-index", "--find-links", str(wheels.resolve())] if wheels else []
    more = [*source, *lazily(sys.dont_write_bytecode), *([ZIG] if with_zig else [])]
    run_pip(["install", *more, *pip_arguments(names)], total)
    for name in names:
        _stamp(name).write_text(fingerprint(REQUIREMENTS / f"{name}.txt"))


def lazily(never_written: bool) -> list[str]:
    """Python compiles what it imports when it first does: most of what a package holds is never imported.

    never_written: the user's Python keeps no bytecode, so pip must write it all or every start compiles again.
    """
    return [] if never_written else ["--no-compile"]


def download(layer: str, folder: Path) -> None:
    """The wheels of a layer into a folder, for `install` on machines with the same system and Python."""
    names = LAYERS[layer]
    total = sum(_packages(REQUIREMENTS / f"{name}.txt") for name in names)
    say(f"downloading {total} packages, about {sum(SIZES[name][0] for name in names)} MB")
    run_pip(["download", "--dest", str(folder.resolve()), *pip_arguments(names)], total)


def pip_arguments(own: list[str]) -> list[str]:
    """-r these files, -c all others: a package that is pinned elsewhere has that version here, too."""
    others = sorted(path.stem for path in REQUIREMENTS.glob("*.txt") if path.stem not in own)
    options = [("-r", name) for name in own] + [("-c", name) for name in others]
    return [part for flag, name in options for part in (flag, str(REQUIREMENTS / f"{name}.txt"))]


def _packages(path: Path) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return sum(1 for line in lines if "==" in line)


def run_pip(arguments: list[str], total: int) -> None:
    """pip: on a terminal with its own bars, else a line a package; a sign of life while it unpacks."""
    command = [str(venv_python()), "-m", "pip", "--disable-pip-version-check", *arguments]
    if sys.stderr.isatty():
        with Heartbeat():
            failed = subprocess.run(command, stdout=sys.stderr).returncode
    else:
        failed = _printed_in_lines(command, total)
    if failed:
        stop("pip could not do it, its words are above: check the network or the folder of wheels, "
             "and run the same command again")  # fmt: skip


def _printed_in_lines(command: list[str], total: int) -> int:
    lines: list[str] = []
    done = 0
    with (
        Heartbeat(),
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as pip,
    ):
        assert pip.stdout is not None
        for line in pip.stdout:
            lines.append(line)
            package = PIP_PACKAGE.match(line)
            if package:
                done = min(done + 1, total)
                say(f"  {done:2d}/{total} {Path(package[1]).name}")
            elif line.startswith("Installing collected"):
                say("  unpacking")
    if pip.returncode:
        sys.stderr.writelines(lines[-15:])
    return pip.returncode


class Heartbeat:
    """While it is open: every few seconds a line with what .venv holds by now, when that has grown."""

    def __init__(self, seconds: float = HEARTBEAT_S) -> None:
        self._seconds, self._end = seconds, threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _beat(self) -> None:
        before = installed_count()
        while not self._end.wait(self._seconds):
            now = installed_count()
            if now != before:
                say(f"  {now} packages are unpacked")
            before = now


def installed_count() -> int:
    """Packages in .venv."""
    return sum(1 for _ in VENV.glob("[Ll]ib/**/site-packages/*.dist-info"))
