"""Sets the project up and starts a part of it, on any machine with Python 3.11+: standard library only.

python3 tools/run.py host.viewer [options]   makes .venv if need be, then python -m host.viewer
python3 tools/run.py test [options]          the same with everything the tests need, then pytest
python3 tools/run.py check                   format, lint, types, generated files
python3 tools/run.py pio run -t upload       PlatformIO

Only what a part needs is installed: TensorFlow (600 MB) comes with host.train, not with the viewer.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
REQUIREMENTS = ROOT / "tools" / "requirements"
OLDEST = (3, 11)
MOST_TEST_WORKERS = 4  # each may hold TensorFlow and a virtual board: about a gigabyte
C_COMPILERS = ("cc", "gcc", "clang")
ZIG = "ziglang==0.17.1"
LAYERS = {  # each file of requirements adds to the ones before it
    "pio": ["pio"],
    "run": ["run"],
    "bench": ["run", "bench"],
    "data": ["run", "bench", "data"],
    "train": ["run", "bench", "data", "train"],
    "test": ["run", "bench", "data", "train", "pio", "test"],
}
LAYER_OF = {  # what is not named here needs "run"
    "test": "test",
    "check": "test",
    "pio": "pio",
    "host.bench": "bench",
    "host.capture": "data",
    "host.data": "data",
    "host.evaluate": "data",
    "host.train": "train",
}
PIP_PACKAGE = re.compile(r"(?:Collecting|Requirement already satisfied:) (\S+)")


def say(text: str) -> None:
    """A line about what is going on, on stderr: stdout belongs to what is started."""
    print(f"[run] {text}", file=sys.stderr, flush=True)


def stop(text: str) -> None:
    """Ends with the one line that helps, exit code 2."""
    print(f"error: {text}", file=sys.stderr)
    raise SystemExit(2)


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


def fingerprint(files: list[Path], extra: list[str]) -> str:
    """Changes when what must be installed changes."""
    digest = hashlib.sha256(sys.version.encode())
    for path in files:
        digest.update(path.read_bytes())
    digest.update("\n".join(extra).encode())
    return digest.hexdigest()


def install(layer: str) -> None:
    """Installs a layer's pinned packages unless this very list is installed already."""
    files = [REQUIREMENTS / f"{name}.txt" for name in LAYERS[layer]]
    extra = [] if layer != "test" or any(map(shutil.which, C_COMPILERS)) else [ZIG]
    stamp = VENV / f".installed-{layer}"
    wanted = fingerprint(files, extra)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    total = sum(_packages(path) for path in files) + len(extra)
    say(f"installing {total} pinned packages (once; a few minutes on a slow line)")
    run_pip([*pip_arguments(layer), *extra], total)
    stamp.write_text(wanted)


def pip_arguments(layer: str) -> list[str]:
    """-r the layer's own files, -c all others: a package that is pinned elsewhere has that version here, too."""
    own = LAYERS[layer]
    others = sorted(path.stem for path in REQUIREMENTS.glob("*.txt") if path.stem not in own)
    options = [("-r", name) for name in own] + [("-c", name) for name in others]
    return [part for flag, name in options for part in (flag, str(REQUIREMENTS / f"{name}.txt"))]


def _packages(path: Path) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return sum(1 for line in lines if "==" in line)


def run_pip(arguments: list[str], total: int) -> None:
    """pip, with one line of progress a package; all it said when it fails."""
    command = [
        str(venv_python()),
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        *arguments,
    ]
    said: list[str] = []
    done = 0
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            said.append(line)
            package = PIP_PACKAGE.match(line)
            if package:
                done = min(done + 1, total)
                say(f"  {done:2d}/{total} {Path(package[1]).name}")
            elif line.startswith("Installing collected"):
                say("  unpacking")
    if pip.returncode:
        sys.stderr.writelines(said[-15:])
        stop(
            "pip could not install the packages above; check the network and run the same command again"
        )


def start(arguments: list[str]) -> int:
    """Runs a command of the environment from the project's root, in this terminal."""
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    environment["PATH"] = f"{venv_python().parent}{os.pathsep}{environment.get('PATH', '')}"
    try:
        return subprocess.run(
            [str(venv_python()), *arguments], cwd=ROOT, env=environment
        ).returncode
    except KeyboardInterrupt:
        return 130


def main(argv: list[str]) -> int:
    """The exit code of what was started."""
    if sys.version_info < OLDEST:
        stop(f"Python {sys.version.split()[0]} is too old: 3.11 or newer is needed")
    if not argv or argv[0] in ("-h", "--help"):
        print(__doc__)
        return 0 if argv else 2
    task, rest = argv[0], argv[1:]
    make_venv()
    install(LAYER_OF.get(task, "run"))
    if task == "test":
        workers = str(min(os.cpu_count() or 1, MOST_TEST_WORKERS))
        return start(["-m", "pytest", "-n", workers, "--dist", "worksteal", *rest])
    if task == "check":
        return start(["-m", "tools.check", *rest])
    if task == "pio":
        return start(["-m", "platformio", *rest])
    say(f"starting {task}")
    return start(["-m", task, *rest])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
