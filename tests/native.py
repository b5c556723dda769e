"""Compiles the firmware's portable C for this PC, so that pytest can call it through ctypes.

The compiler is `cc` from PATH, or the one inside the `ziglang` package where there is none.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIRMWARE = ROOT / "firmware"
INCLUDES = [f"-I{FIRMWARE / 'include'}", f"-I{FIRMWARE / 'src'}"]
STRICT = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
BUILD = ROOT / "build" / "native"
SANITIZE = "SANITIZE"  # of the environment: tests/sanitized.py
# -Wno-conversion: UBSan widens operands before GCC 12 looks at them
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g", "-Wno-conversion"]


def host_compiler() -> list[str]:
    """The command of a C compiler for this machine."""
    for name in ("cc", "gcc", "clang"):
        if shutil.which(name):
            return [name]
    if importlib.util.find_spec("ziglang"):
        return [sys.executable, "-m", "ziglang", "cc"]
    raise RuntimeError("no C compiler: install one, or `pip install ziglang` into this environment")


def arm_compiler() -> str | None:
    """arm-none-eabi-gcc, from PATH or from PlatformIO's packages."""
    packages = Path(os.environ.get("PLATFORMIO_CORE_DIR", Path.home() / ".platformio")) / "packages"
    places = [None, str(packages / "toolchain-gccarmnoneeabi" / "bin")]
    found = (shutil.which("arm-none-eabi-gcc", path=place) for place in places)
    return next((path for path in found if path), None)


def compile_shared(name: str, sources: list[Path], flags: list[str] | None = None) -> Path:
    """A shared library of `sources`, rebuilt when a source, a header or a flag changed. Raises on any warning."""
    checks = SANITIZERS if os.environ.get(SANITIZE) else []
    command = [*STRICT, *checks, *INCLUDES, *(flags or []), *map(str, sources)]
    suffix = ".dll" if os.name == "nt" else ".so"
    library = BUILD / f"{name}-{_fingerprint(command)}{suffix}"
    if library.exists():
        return library
    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        made = Path(folder) / library.name
        run = subprocess.run(
            [*host_compiler(), "-shared", "-fPIC", *command, "-o", str(made)],
            capture_output=True,
            text=True,
        )
        if run.returncode:
            raise RuntimeError(f"{name} does not compile:\n{run.stderr}")
        made.replace(library)
    return library


def _fingerprint(command: list[str]) -> str:
    digest = hashlib.sha256("\0".join(command).encode())
    for path in sorted(FIRMWARE.rglob("*.[ch]")) + [Path(c) for c in command if c.endswith(".c")]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
