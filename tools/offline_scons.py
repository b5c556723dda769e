"""Lets PlatformIO use the SCons that pip installed, on a machine that cannot reach PlatformIO's registry.

PlatformIO looks for its package `tool-scons` in its packages folder before it asks the registry; this lays that
package there, as a launcher of the installed SCons. `python -m tools.offline_scons`
"""

from __future__ import annotations

import json
from pathlib import Path

from platformio.dependencies import get_core_dependencies
from platformio.project.config import ProjectConfig

NAME = "tool-scons"
LAUNCHER = "import sys\n\nfrom SCons.Script.Main import main\n\nsys.exit(main())\n"


def main() -> None:
    """Writes the package's three files."""
    version = get_core_dependencies()[NAME].lstrip("~^=")
    folder = Path(ProjectConfig.get_instance().get("platformio", "packages_dir"), NAME)
    folder.mkdir(parents=True, exist_ok=True)
    spec = {"owner": "platformio", "id": None, "name": NAME, "requirements": None, "uri": None}
    package = {"name": NAME, "version": version, "system": "*"}
    marker = {"type": "tool", "name": NAME, "version": version, "spec": spec}
    (folder / "package.json").write_text(json.dumps(package))
    (folder / ".piopm").write_text(json.dumps(marker))
    (folder / "scons.py").write_text(LAUNCHER)
    print(f"{NAME} {version} -> {folder}")


if __name__ == "__main__":
    main()
