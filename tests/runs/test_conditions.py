"""The conditions of a run: whose cycles they are, what they hold for, and at which clock."""

from __future__ import annotations

from dataclasses import replace

import pytest

from host.runs.conditions import ESTIMATED_CYCLES, MEASURED_CYCLES, RECORDED, SILENT_ADDRESS, gather
from host.virtual.server import address_with, conditions_of_address
from tests.link.fake_board import HELLO
from tests.runs.made import NOON, conditions


def test_conditions_say_whether_cycles_are_estimated() -> None:
    virtual, real = conditions(), conditions("nano33ble")
    assert virtual.cycles == ESTIMATED_CYCLES and virtual.estimated
    assert real.cycles == MEASURED_CYCLES and not real.estimated
    lines = dict(virtual.lines())
    assert "VIRTUAL" in lines["board"] and "estimated" in lines["cycles"]
    assert "VIRTUAL" not in dict(real.lines())["board"]
    assert lines["temperature"] == "not read"
    assert lines["date (UTC)"] == NOON.isoformat()


@pytest.mark.parametrize(
    ("port", "held_for", "cpu"),
    [
        ("virtual board (core load on, ideal silicon)", "core load on, ideal silicon",
         "zero-wait Cortex-M4, core load on"),
        ("socket://[::1]:1 (core load off, wait=1,branch=3 silicon)", "core load off, wait=1,branch=3 silicon",
         "Cortex-M4 of wait=1,branch=3 silicon, core load off"),
        ("socket://127.0.0.1:1", SILENT_ADDRESS, SILENT_ADDRESS),
        ("replay:a.rec", RECORDED, RECORDED),
        ("memory", "", "zero-wait Cortex-M4"),
    ],
)  # fmt: skip
def test_what_a_virtual_boards_cycles_hold_for(port: str, held_for: str, cpu: str) -> None:
    made = gather("latency", "x", NOON, replace(HELLO, board="virtual"), port)
    assert made.board is not None
    assert (made.board.held_for, made.cpu) == (held_for, cpu)
    assert dict(made.lines()).get("virtual board", "") == held_for
    ideal = cpu.startswith("zero-wait")
    assert (made.cycles == ESTIMATED_CYCLES) == ideal and (ideal or cpu in made.cycles)
    real = gather("latency", "x", NOON, replace(HELLO, board="nano33ble"), port)
    assert real.board is not None and real.board.held_for == "" and real.cycles == MEASURED_CYCLES


def test_an_address_says_what_its_board_charges() -> None:
    for held_for in ("core load on, ideal silicon", "core load off, wait=1,branch=1 silicon"):
        assert conditions_of_address(address_with("socket://h:1/key", held_for)) == held_for
    for address in ("socket://h:1/key", "socket://h:1#core-load-on", "socket://h:1#\x1b[1m"):
        assert conditions_of_address(address) == ""


def test_conditions_name_the_clock_in_megahertz() -> None:
    conditions = gather("latency", "python -m host.bench latency", NOON, HELLO, "memory")
    assert ("clock", "64 MHz") in conditions.lines()
