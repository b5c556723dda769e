"""Where the project's own files lie: beside host/ in a checkout, inside host/ in an installed package (setup.py)."""

from __future__ import annotations

from pathlib import Path

HOST = Path(__file__).resolve().parents[1]
ABOVE = HOST.parent  # the checkout, or site-packages
IS_CHECKOUT = (ABOVE / "tools" / "run.py").is_file()
_BUNDLED = HOST / "bundled"

DRAWINGS = HOST / "virtual" / "pictures"  # what the virtual board's camera may see
PHOTOGRAPHS = HOST / "virtual" / "photographs"
MODELS = ABOVE / "models" if IS_CHECKOUT else _BUNDLED / "models"
FIRMWARE = ABOVE / "firmware" / "prebuilt" if IS_CHECKOUT else _BUNDLED / "firmware"
PREBUILT = FIRMWARE / "virtual.elf"  # the virtual board's firmware
FLAGS = FIRMWARE / "virtual.json"  # its compiler's options
BUILDS = ABOVE / ".pio" / "build"  # of a checkout: what was built here
