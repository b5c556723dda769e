"""The doctor examines a virtual board in this process, whose clock is the doctor's."""

from __future__ import annotations

from pathlib import Path

from host.base.boards import CLOCK_HZ
from host.doctor.examine import examine_port
from host.doctor.finding import Finding, Verdict, completed
from host.virtual.local_port import LocalPort
from host.virtual.options import BoardOptions
from host.virtual.scene import open_scene
from tests.system.board import under_test

SLICE_CYCLES = CLOCK_HZ // 500


def guest_port(options: BoardOptions | None = None, elf: Path | None = None) -> LocalPort:
    """The board (None: pytest's --image) runs while the link's thread reads, and only then."""
    return LocalPort(open_scene("drawings"), options, elf or under_test(), SLICE_CYCLES)


def examine(options: BoardOptions | None = None, elf: Path | None = None) -> dict[str, Finding]:
    """The findings of such a board, by check."""
    port = guest_port(options, elf)
    found = examine_port(lambda: port, False, lambda line: None, port.clock)
    return {finding.name: finding for finding in completed(found)}


def failures(findings: dict[str, Finding]) -> list[str]:
    """The checks that failed."""
    return [f.name for f in findings.values() if f.verdict is Verdict.FAIL]
