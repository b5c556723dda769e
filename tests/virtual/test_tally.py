"""What a board says of itself: the conditions of its figures, and what it counted."""

from __future__ import annotations

import pytest

from host.link.transport import socket_address
from host.ports.choose import address_name
from host.virtual.options import BoardOptions
from host.virtual.server import conditions_of_address, start_virtual_board
from host.virtual.silicon import Silicon
from host.virtual.tally import conditions, tally
from tests.virtual.bench import Bench
from tests.virtual.build_probes import PROBES
from tools import board_speed


def test_conditions_name_load_and_silicon() -> None:
    plain, slow = Bench(), Bench(BoardOptions(core_load=True, silicon=Silicon(wait=2)))
    assert conditions(plain.board) == "core load off, ideal silicon"
    assert conditions(slow.board) == "core load on, wait=2,branch=1,flash=0,interrupt=0 silicon"


def test_everything_counted_is_said() -> None:
    bench = Bench(BoardOptions(core_load=True, silicon=Silicon(flash=1)))
    bench.call("nested_interrupts")
    bench.call("count_down", 1_000_000)
    bench.board.cpu.unpriced.extend(["0x10000: ffff", "0x10000: ffff"])
    output = "\n".join(tally(bench.board))
    assert "own exceptions: 2\n" in output
    for count in bench.board.core_load.counts():
        assert f"{count.name} {count.taken:,} ({count.cycles:,} cycles)" in output
    assert "missed by the cache: " in output
    assert "taken as 1 cycle: 1 (0x10000: ffff)" in output


def test_what_is_not_modelled_is_not_counted() -> None:
    output = "\n".join(tally(Bench().board))
    assert "core's interrupts" not in output
    assert "cache" not in output


def test_a_started_board_reports_its_conditions() -> None:
    board = start_virtual_board(
        PROBES,
        scene="synthetic",
        speed="max",
        arguments=("--core-load", "on", "--silicon", "wait=1"),
    )
    try:
        assert board.name == (
            "virtual board (core load on, wait=1,branch=1,flash=0,interrupt=0 silicon)"
        )
        assert board.url.startswith("socket://127.0.0.1:")
        held_for = "core load on, wait=1,branch=1,flash=0,interrupt=0 silicon"
        assert conditions_of_address(board.url) == held_for
        number = socket_address(board.url)[1]
        assert address_name(board.url) == f"socket://127.0.0.1:{number} ({held_for})", "no key"
    finally:
        board.close()


def test_the_speed_is_measured_on_frames(capsys: pytest.CaptureFixture[str]) -> None:
    assert board_speed.main(["--seconds", "0.5", "--core-load", "off"]) == 0
    output = capsys.readouterr()
    first, received, *_ = (output.out + output.err).splitlines()
    assert float(first.split()[0]) > 0.3, first
    assert "Frame" in received and "Result" in received
