"""Everything that must hold before a commit, short of the tests: `python -m tools.check`. Prints what failed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = [sys.executable, "-m"]
FLASHED = ROOT / ".pio" / "build" / "nano33ble" / "firmware.elf"
SHORT_TESTS = "tests/system/test_image.py"  # all of tests/system on it takes half an hour
C_FILES = ("*.c", "*.h", "*.cpp")


def c_sources() -> list[str]:
    """Our own C, without generated headers."""
    generated = ROOT / "firmware" / "include"
    files = (p for pattern in C_FILES for p in (ROOT / "firmware").rglob(pattern))
    return sorted(str(p.relative_to(ROOT)) for p in files if generated not in p.parents)


def clang_format() -> list[str]:
    """The formatter of the environment, else of PATH."""
    installed = Path(sys.executable).parent / "clang-format"
    return [
        str(installed) if installed.exists() else shutil.which("clang-format") or "clang-format"
    ]


def checks() -> dict[str, list[str]]:
    """Name -> command. The image that is flashed is tried on the virtual board when there is one."""
    of_image = {
        "the flashed image": [*PYTHON, "pytest", "-x", SHORT_TESTS, "--image", str(FLASHED)]
    }
    return {
        "generated files are fresh": [*PYTHON, "tools.generate", "--check"],
        "Python format": [*PYTHON, "ruff", "format", "--check", "--quiet", "."],
        "Python lint": [*PYTHON, "ruff", "check", "--quiet", "."],
        "Python types": [*PYTHON, "mypy"],
        "layers of host/": [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        "C format": [*clang_format(), "--dry-run", "-Werror", *c_sources()],
        **(of_image if FLASHED.is_file() else {}),
    }


def main() -> int:
    """Exit code 1 when any check fails; all of them run."""
    failed = 0
    for name, command in checks().items():
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        print(f"{'ok    ' if run.returncode == 0 else 'FAILED'} {name}")
        if run.returncode:
            failed += 1
            print("\n".join((run.stdout + run.stderr).splitlines()[-40:]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
