"""Ctrl-C stops a board that runs in this process, also when it is pressed inside a callback from the emulator."""

from __future__ import annotations

import signal
from dataclasses import replace

import pytest

from host.base.boards import CLOCK_HZ
from host.base.places import PREBUILT
from host.virtual.board import VirtualBoard
from host.virtual.scene import Synthetic


def test_it_is_not_swallowed_by_a_callback(monkeypatch: pytest.MonkeyPatch) -> None:
    board = VirtualBoard(PREBUILT, Synthetic())
    write, pressed = board.cpu.bus.write, [True]

    def write_and_press(address: int, size: int, value: int) -> None:
        if pressed:
            pressed.pop()
            signal.raise_signal(signal.SIGINT)
        write(address, size, value)

    monkeypatch.setattr(board.cpu, "bus", replace(board.cpu.bus, write=write_and_press))
    with pytest.raises(KeyboardInterrupt):
        board.run(CLOCK_HZ)
    assert not pressed and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    before = board.cycles
    board.run(CLOCK_HZ // 10)
    assert board.cycles >= before + CLOCK_HZ // 10, "it can go on"
