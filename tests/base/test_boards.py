"""The firmware's C has the same numbers as every tool."""

from __future__ import annotations

import re
from pathlib import Path

from host.base import boards

ROOT = Path(__file__).resolve().parents[2]


def test_the_firmware_has_the_clock_and_the_name() -> None:
    board = ROOT / "firmware" / "src" / "board"
    clock = re.search(r"BOARD_CLOCK_HZ (\d+)u", (board / "board.h").read_text())
    assert clock is not None and int(clock[1]) == boards.CLOCK_HZ
    assert f'"{boards.VIRTUAL}"' in (board / "virtual.c").read_text()


def test_nobody_else_writes_them_down() -> None:
    """But the models of peripherals, whose numbers come from data sheets of their own."""
    for path in (ROOT / "host").rglob("*.py"):
        if path.name == "boards.py" or path.parent.name in ("virtual", "usb"):
            continue
        source = path.read_text(encoding="utf-8")
        assert "64_000_000" not in source.replace("PLL_HZ = 64_000_000", ""), path
        assert not re.search(r'[=!]= "virtual"', source), path
