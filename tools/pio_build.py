"""PlatformIO's pre-build script: which model and which sources a firmware was built from.

Defines FIRMWARE_BUILD (version and source hash) and DEFAULT_MODEL.
"""

import hashlib
from pathlib import Path
from typing import Any

Import("env")  # type: ignore[name-defined]  # noqa: F821 - SCons gives it
environment: Any = env  # type: ignore[name-defined]  # noqa: F821 - likewise
ROOT = Path(environment.subst("$PROJECT_DIR"))
VERSION = "0.1.0"


def source_hash(model: Path) -> str:
    """8 hex digits over every source of the firmware and its model: no dates, no paths of this machine."""
    digest = hashlib.sha256()
    for folder in ("firmware/include", "firmware/src"):
        for path in sorted((ROOT / folder).rglob("*.[chS]*")):
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    digest.update(model.read_bytes())
    return digest.hexdigest()[:8]


def add_defines(environment: Any) -> None:
    """Hands the facts to the compiler as strings, and makes the model an input of the build."""
    model = ROOT / environment.GetProjectOption("custom_model")
    facts = {
        "FIRMWARE_BUILD": f"{VERSION}+{source_hash(model)}",
        "DEFAULT_MODEL": model.relative_to(ROOT).as_posix(),
    }
    pairs = [(name, environment.StringifyMacro(value)) for name, value in facts.items()]
    environment.Append(CPPDEFINES=pairs)
    environment.Depends("$BUILD_DIR/src/model.o", str(model))


add_defines(environment)
