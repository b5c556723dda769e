"""Builds the probes: `python -m tests.virtual.build_probes` compiles tests/virtual/probes/*.c into probes.elf.

The ELF is committed so that tests of the virtual board need no ARM compiler.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.native import arm_compiler

FOLDER = Path(__file__).resolve().parent / "probes"
PROBES = FOLDER / "probes.elf"
FLAGS = [
    "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16", "-std=gnu11", "-O2", "-ffreestanding",
    "-fno-tree-loop-distribute-patterns", "-Wall", "-Wextra", "-Werror", "-nostdlib", "-Wl,--build-id=none",
]  # fmt: skip


def build(target: Path) -> None:
    """Compiles and links the probes."""
    compiler = arm_compiler()
    if compiler is None:
        raise FileNotFoundError("arm-none-eabi-gcc")
    sources = [path.name for path in sorted(FOLDER.glob("*.c"))]
    command = [compiler, *FLAGS, "-T", "probes.ld", *sources, "-o", str(target)]
    subprocess.run(command, cwd=FOLDER, check=True)


def compiler_version() -> str:
    """What the compiler calls itself, empty without one."""
    compiler = arm_compiler()
    if compiler is None:
        return ""
    wanted = subprocess.run([compiler, "-dumpversion"], capture_output=True, text=True, check=True)
    return wanted.stdout.strip()


if __name__ == "__main__":
    build(PROBES)
    print(f"{PROBES}: {PROBES.stat().st_size} bytes", file=sys.stderr)
