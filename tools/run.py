"""Sets the project up and starts a part of it: with Python 3.11, 3.12 or 3.13 alone, standard library only.

python3 tools/run.py viewer [options]       makes .venv if need be, then python -m host.viewer; so for every tool
python3 tools/run.py setup [LAYER ...]      makes .venv and starts nothing; --all: whatever the tools may need
python3 tools/run.py wheels DIR [--all]     downloads the packages, for machines like this one
python3 tools/run.py setup --all --wheels DIR   sets up from there, without a network
python3 tools/run.py pio run -t upload      PlatformIO: builds the firmware and flashes it
python3 tools/run.py test [options]         everything the tests need, then pytest
python3 tools/run.py check                  format, lint, types, generated files

Layers: run, window, bench, power, data, train, flash, all, test. Only what a part needs is installed: TensorFlow comes
with train, not with the viewer. Relative paths are those of the folder you are in.
"""

from __future__ import annotations

import argparse
import difflib
import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # started as a script, Python looks in tools/ alone

from tools.environment import (  # noqa: E402
    LAYERS,
    download,
    install,
    make_venv,
    refuse_this_machine,
    say,
    stop,
    venv_python,
)

MOST_TEST_WORKERS = 4  # each may hold TensorFlow and a virtual board: about a gigabyte
LAYER_OF = {  # what is not named here needs "run"
    "test": "test",
    "check": "test",
    "pio": "flash",
    "host.bench": "bench",
    "host.capture": "data",
    "host.data": "data",
    "host.evaluate": "data",
    "host.train": "train",
}
OF_OTHERS = {"report": ["host.bench", "report"]}  # tools that are a part of one
PIO_PACKAGES = {
    "toolchain-gccarmnoneeabi": "its compiler",
    "framework-arduino-mbed": "Arduino's core",
}
PIO_OFFLINE = (
    "is its registry (api.registry.platformio.org) within reach? Where one computer has built once, copy its "
    ".platformio folder here, or name it by PLATFORMIO_CORE_DIR; or flash a firmware.bin that was built there: "
    "run.py flash FIRMWARE.bin"
)
STARTER = "TINYML_CAMERA_STARTER"  # host/base/follow_up.py reads it
OWN = ("setup", "wheels", "test", "check", "pio")


def command_of(words: list[str], tools: list[str]) -> list[str]:
    """`viewer`, `host.viewer` or `tools.firmware` and what stands behind it -> module and arguments. May stop()."""
    name, *rest = words
    if name.startswith(("host.", "tools.", "tests.")):
        return words
    if name in OF_OTHERS:
        return [*OF_OTHERS[name], *rest]
    if name not in tools:
        near = difflib.get_close_matches(name, [*tools, *OF_OTHERS, *OWN], 1)
        stop(f"nothing is called {name}: " + (f"did you mean {near[0]}?" if near else
             f"give one of {', '.join([*OWN, *tools])}"))  # fmt: skip
    return [f"host.{name}", *rest]


def tools_of(root: Path = ROOT) -> list[str]:
    """The names of the tools."""
    return sorted(path.parent.name for path in (root / "host").glob("*/__main__.py"))


def pio_lacks(environment: dict[str, str], home: Path) -> str:
    """Which of the packages for the real board are not in PlatformIO's folder, in words; "" for none."""
    core = Path(environment.get("PLATFORMIO_CORE_DIR") or home / ".platformio")
    return " and ".join(
        words for folder, words in PIO_PACKAGES.items() if not (core / "packages" / folder).is_dir()
    )


def start(arguments: list[str], folder: Path | None = None, is_tool: bool = False) -> int:
    """Runs a command of the environment in this terminal. folder: where, None for the user's own.

    A tool prints next commands as it was started itself, and imports nothing from the user's folder.
    """
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    if is_tool:
        python = "py" if os.name == "nt" else "python3"
        environment |= {STARTER: f"{python} {shlex.quote(sys.argv[0])}", "PYTHONSAFEPATH": "1"}
    environment["PATH"] = f"{venv_python().parent}{os.pathsep}{environment.get('PATH', '')}"
    try:
        return subprocess.run(
            [str(venv_python()), *arguments], cwd=folder, env=environment
        ).returncode
    except KeyboardInterrupt:
        return 130


def set_up(words: list[str], does_download: bool) -> int:
    """`setup` and `wheels`."""
    parser = argparse.ArgumentParser(prog="run.py wheels" if does_download else "run.py setup")
    if does_download:
        parser.add_argument("folder", type=Path, metavar="DIR", help="gets the packages")
    else:
        parser.add_argument("--wheels", type=Path, metavar="DIR", help="install from it alone")
    parser.add_argument("layers", nargs="*", metavar="LAYER", help=f"of {', '.join(LAYERS)}")
    parser.add_argument("--all", action="store_true", help="every tool's, without the tests'")
    args = parser.parse_args(words)
    layers = ["all"] if args.all else args.layers or ["run"]
    for layer in layers:
        if layer not in LAYERS:
            stop(f"no layer is called {layer}: give one of {', '.join(LAYERS)}")
    if not does_download and args.wheels and not args.wheels.is_dir():
        stop(
            f"{args.wheels} is not a folder: `run.py wheels {args.wheels}` on a machine with a network fills it"
        )
    make_venv()
    for layer in layers:
        if does_download:
            download(layer, args.folder)
        else:
            install(layer, args.wheels)
    say(
        "ready"
        if not does_download
        else f"done: copy {args.folder}, then run.py setup --wheels DIR"
    )
    return 0


def main(argv: list[str]) -> int:
    """The exit code of what was started."""
    if not argv or argv[0] in ("-h", "--help"):
        print(__doc__)
        print(f"Tools: {', '.join([*tools_of(), *OF_OTHERS])}")
        return 0 if argv else 2
    refuse_this_machine()
    task, rest = argv[0], argv[1:]
    if task in ("setup", "wheels"):
        return set_up(rest, task == "wheels")
    words = argv if task in OWN else command_of(argv, tools_of())
    make_venv()
    install(LAYER_OF.get(words[0], "run"))
    if task == "test":
        workers = str(min(os.cpu_count() or 1, MOST_TEST_WORKERS))
        return start(["-m", "pytest", "-n", workers, "--dist", "worksteal", *rest], ROOT)
    if task == "check":
        return start(["-m", "tools.check", *rest], ROOT)
    if task == "pio":
        code = start(["-m", "platformio", *rest], ROOT)
        if code and (lacks := pio_lacks(dict(os.environ), Path.home())):
            say(f"PlatformIO could not fetch {lacks}: {PIO_OFFLINE}")
        return code
    say(f"starting {words[0]}")
    return start(["-m", *words], is_tool=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
