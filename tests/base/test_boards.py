"""The boards' numbers stand once, for the firmware and for every tool."""

from __future__ import annotations

import re
from pathlib import Path

from host.base import boards

ROOT = Path(__file__).resolve().parents[2]


def test_the_firmware_writes_no_number_of_these_itself() -> None:
    """It has them from board_numbers.h, which is generated."""
    numbers = (boards.CLOCK_HZ, boards.SENSOR_FRAME_LINES, boards.SENSOR_LINE_CLOCKS // 2)
    written = re.compile(r"(?<![\w.])(" + "|".join(map(str, numbers)) + r")(?!\d)")
    for path in (ROOT / "firmware" / "src").rglob("*.[ch]*"):
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not written.search(code), path
        assert f'"{boards.VIRTUAL}"' not in code, path


def test_nobody_else_writes_them_down() -> None:
    """But the models of peripherals, whose numbers come from data sheets of their own."""
    for path in (ROOT / "host").rglob("*.py"):
        if path.name == "boards.py" or path.parent.name in ("virtual", "usb"):
            continue
        source = path.read_text(encoding="utf-8")
        assert "64_000_000" not in source.replace("PLL_HZ = 64_000_000", ""), path
        assert not re.search(r'[=!]= "virtual"', source), path
