"""python -m tests.sanitized [TESTS ...]: the firmware's C under AddressSanitizer and UBSan, called by its usual tests.

tests/native.py builds with the sanitizers when SANITIZE is set; the sanitizer's library must be the process's first.
Without arguments: every folder whose tests call C in this process. A finding ends the process with its report.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.native import ROOT, SANITIZE, host_compiler

FOLDERS = ("link", "slot", "preprocess", "camera", "mlperf/test_text_switch.py", "engine", "dsp")
# capstone would load its library in a way in which the sanitizers cannot work
START = "import os, sys, pytest; del os.RTLD_DEEPBIND; sys.exit(pytest.main(sys.argv[1:]))"
OPTIONS = "detect_leaks=0:abort_on_error=0:exitcode=99"  # Python itself keeps what it took


def environment() -> dict[str, str]:
    """What a process needs whose libraries are built with the sanitizers. Raises RuntimeError without them."""
    command = [*host_compiler(), "-print-file-name=libasan.so"]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    if not Path(found).is_absolute():
        raise RuntimeError("this C compiler has no libasan.so: install GCC")
    return os.environ | {
        SANITIZE: "1",
        "LD_PRELOAD": found,
        "ASAN_OPTIONS": OPTIONS,
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    }


def main(argv: list[str] | None = None) -> int:
    """pytest's exit code, or 99 on a finding."""
    wanted = sys.argv[1:] if argv is None else argv
    tests = wanted or [str(ROOT / "tests" / folder) for folder in FOLDERS]
    command = [sys.executable, "-c", START, "-q", "-x", "--capture=sys", *tests]
    return subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
