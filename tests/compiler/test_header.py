"""The packed format's numbers: the firmware was built with those that the compiler writes by."""

from __future__ import annotations

from pathlib import Path

from host.compiler.header import packed_model_header

HEADER = Path(__file__).resolve().parents[2] / "firmware" / "include" / "packed_model.h"


def test_the_firmware_reads_what_the_compiler_writes() -> None:
    """Each operator, flag, limit and place of a field, as firmwares in the field have them."""
    committed = HEADER.read_text(encoding="utf-8")
    assert committed == packed_model_header(), "python -m tools.generate"
