"""PlatformIO's pre-build script: which model and which sources a firmware was built from, and how.

Defines FIRMWARE_BUILD (version and source hash) and DEFAULT_MODEL. What the compiler was told is kept in flags.json
beside the firmware, for the conditions of measurements (host/runs/flags.py). A firmware that reaches into the model
slots ends the build.
"""

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

Import("env")  # type: ignore[name-defined]  # noqa: F821 - SCons gives it
environment: Any = env  # type: ignore[name-defined]  # noqa: F821 - likewise
ROOT = Path(environment.subst("$PROJECT_DIR"))
sys.path.insert(0, str(ROOT))

from tools.flash_layout import collision  # noqa: E402 - needs the path

NO_EFFECT = ("-W", "-I", "-i", "-D", "-g", "-T", "-L", "-ffile-prefix-map")  # on the code


def version() -> str:
    """The project's, as pyproject.toml has it; PlatformIO's Python may be too old to know TOML."""
    found = re.search(r'^version = "([^"]+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert found, "pyproject.toml has no version"
    return found[1]


def source_hash(model: Path) -> str:
    """8 hex digits over every source of the firmware and its model: no dates, no paths of this machine."""
    digest = hashlib.sha256()
    for folder in ("firmware/include", "firmware/src"):
        for path in sorted((ROOT / folder).rglob("*.[chS]*")):
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    digest.update(model.read_bytes())
    return digest.hexdigest()[:8]


def telling(flags: list[str]) -> list[str]:
    """Those that change the code, in their order, each once: no warnings, no places, no names."""
    code_flags = dict.fromkeys(map(str, flags))
    return [flag for flag in code_flags if flag.startswith("-") and not flag.startswith(NO_EFFECT)]


def check_layout(target: list[Any], *_: Any, **__: Any) -> int:
    """SCons' exit status: 1, with a line that says why, when the linked firmware reaches into the model slots."""
    problem = collision(Path(str(target[0])), ROOT / "firmware" / "src" / "slot" / "places.h")
    if problem:
        print(f"error: {problem}", file=sys.stderr)
    return int(bool(problem))


def after_link(environment: Any, build: str) -> None:
    """Checks the firmware when it is linked, and writes flags.json: from what compiler and linker were given."""

    def write(*_: Any, **named: Any) -> None:
        made = named["env"]
        manifest = {
            "firmware": build,
            "environment": made["PIOENV"],
            "compile": telling([*made["CCFLAGS"], *made["CFLAGS"]]),
            "link": telling(list(made["LINKFLAGS"])),
        }
        path = Path(made.subst("$BUILD_DIR")) / "flags.json"
        path.write_text(json.dumps(manifest, indent=2) + "\n")

    silent = [environment.Action(action, None) for action in (check_layout, write)]
    environment.AddPostAction("$BUILD_DIR/${PROGNAME}.elf", silent)


def add_defines(environment: Any) -> None:
    """Hands the facts to the compiler as strings, and makes the model an input of the build."""
    model = ROOT / environment.GetProjectOption("custom_model")
    facts = {
        "FIRMWARE_BUILD": f"{version()}+{source_hash(model)}",
        "DEFAULT_MODEL": model.relative_to(ROOT).as_posix(),
    }
    after_link(environment, facts["FIRMWARE_BUILD"])
    pairs = [(name, environment.StringifyMacro(value)) for name, value in facts.items()]
    environment.Append(CPPDEFINES=pairs)
    environment.Depends("$BUILD_DIR/src/model.o", str(model))


add_defines(environment)
