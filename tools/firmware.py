"""Builds the virtual board's firmware with PlatformIO and keeps the copy that users run without a compiler.

python -m tools.firmware           builds and refreshes firmware/prebuilt/virtual.elf, and .json: its compiler's flags
python -m tools.firmware --check   builds and says whether the committed copy is what the sources give

PlatformIO's words appear when it fails. What it packs of models/ is in their manifests and in `host.compiler report`.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path

from elftools.elf.elffile import ELFFile

from host.base.files import write_private
from host.base.places import PREBUILT
from host.compiler.__main__ import main as compile_model
from tools import offline_scons

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / ".pio" / "build" / "virtual" / "firmware.elf"
FLAGS = PREBUILT.with_suffix(".json")  # what its compiler was told, as tools/pio_build.py kept it
CORE = ROOT / ".pio-core"


def build_environment() -> dict[str, str]:
    """PlatformIO's settings: its packages stay inside the checkout, and it calls nobody."""
    quiet = {
        "PLATFORMIO_CORE_DIR": str(CORE),
        "PLATFORMIO_DISABLE_UPGRADE_CHECK": "true",
        "PLATFORMIO_SETTING_ENABLE_TELEMETRY": "no",
    }
    return {**os.environ, **quiet}


def pack_models(into: Path) -> list[Path]:
    """Packs every models/*.tflite into a folder; the files made."""
    made = []
    for source in sorted((ROOT / "models").glob("*.tflite")):
        made.append(into / f"{source.stem}.tpm")
        table = io.StringIO()
        with contextlib.redirect_stderr(table):
            code = compile_model([str(source), "-o", str(made[-1])])
        if code:
            raise SystemExit(table.getvalue())
    return made


def build() -> Path:
    """`pio run -e virtual`; the ELF. Raises CalledProcessError with PlatformIO's words when it fails."""
    environment = build_environment()
    subprocess.run(
        [sys.executable, "-m", offline_scons.__name__], env=environment, check=True, cwd=ROOT
    )
    command = [sys.executable, "-m", "platformio", "run", "-e", "virtual"]
    run = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    if run.returncode:
        sys.stderr.write(run.stdout[-4000:] + run.stderr[-4000:])
        run.check_returncode()
    return BUILT


def loaded(elf: Path) -> list[tuple[int, bytes]]:
    """What an ELF puts into memory: (address, bytes). Debug information does not count."""
    with elf.open("rb") as stream:
        segments = ELFFile(stream).iter_segments("PT_LOAD")
        return [(s["p_paddr"], s.data()) for s in segments if s["p_filesz"]]


def flags_of(elf: Path) -> bytes:
    """What the build kept beside an ELF."""
    return (elf.parent / "flags.json").read_bytes()


def main() -> int:
    """Exit code 1 when --check finds a difference, or the sources do not compile."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args().check
    if not check:
        pack_models(ROOT / "models")
    try:
        built = build()
    except subprocess.CalledProcessError as error:
        print(f"the firmware was not built: {' '.join(error.cmd[1:])} failed", file=sys.stderr)
        return 1
    if check:
        same = PREBUILT.exists() and loaded(PREBUILT) == loaded(built)
        same = same and FLAGS.exists() and FLAGS.read_bytes() == flags_of(built)
        verdict = "what the sources give" if same else "stale: run python -m tools.firmware"
        print(f"{PREBUILT.relative_to(ROOT)} is {verdict}")
        return 0 if same else 1
    PREBUILT.parent.mkdir(exist_ok=True)
    fresh = PREBUILT.with_suffix(".new")
    strip = ["arm-none-eabi-strip", "--strip-debug", str(built), "-o", str(fresh)]
    subprocess.run(strip, check=True)
    fresh.replace(PREBUILT)
    write_private(FLAGS, flags_of(built))
    print(f"wrote {PREBUILT.relative_to(ROOT)}, {PREBUILT.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
