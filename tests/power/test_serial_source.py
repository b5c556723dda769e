"""A second board that prints what its INA219 reads: lines to samples, and a port that is torn, silent or noisy."""

from __future__ import annotations

import os
import pty
import threading
import tty
from types import SimpleNamespace

import pytest

from host.base.errors import HostError
from host.power.meter import Block, MarkerInput
from host.power.serial_source import LINE_HZ, LineClock, SerialSource
from host.power.trace import join


def blocks_of(lines: list[str]) -> list[Block]:
    """Everything that a clock makes of them."""
    clock = LineClock("port", lambda: 0.0)
    return [block for line in lines if (block := clock.take(line)) is not None]


def test_a_value_is_held_until_the_next() -> None:
    lines = ["time_ms,voltage_v,current_ma", "0,3.3,10", "100,3.3,20", "300,3.2,0"]
    trace = join(blocks_of(lines), LINE_HZ, 0.0)
    assert len(trace) == 300 and trace.lost == 0
    assert trace.energy_j == pytest.approx(3.3 * (0.1 * 0.010 + 0.2 * 0.020), rel=1e-6)


@pytest.mark.parametrize(
    "lines",
    [
        ["0,5", "50,5", "100,5"],
        ["0,3.3,5", "50,3.3,5", "100,3.3,5"],
        ["time_s,i_a", "0,.005", ".1,1"],
    ],
)
def test_lines_with_and_without_a_header(lines: list[str]) -> None:
    trace = join(blocks_of(lines), LINE_HZ, 3.3)
    assert len(trace) == 100
    assert trace.mean_current_a == pytest.approx(0.005)
    assert trace.mean_voltage_v == pytest.approx(3.3)


def test_noise_between_lines_is_passed_over() -> None:
    lines = ["t_ms,i_ma", "0,5", "1\x00", "oops,", "", "# comment", "50,nan", "x y", "100,5"]
    trace = join(blocks_of(lines), LINE_HZ, 3.3)
    assert (len(trace), trace.lost) == (100, 0)


@pytest.mark.parametrize("line", ["50,100000", "50,-100000", "1e12,5", "-1e12,5"])
def test_a_number_that_no_board_can_mean_is_noise(line: str) -> None:
    """100 A, or a time of 30 years."""
    trace = join(blocks_of(["t_ms,i_ma", "0,5", line, "100,5"]), LINE_HZ, 3.3)
    assert (len(trace), trace.lost) == (100, 0) and (trace.current_a == trace.current_a[0]).all()


def test_two_values_of_one_moment_are_no_clock_that_goes_backwards() -> None:
    trace = join(blocks_of(["0,5", "100,9", "100,5", "200,5"]), LINE_HZ, 3.3)
    assert len(trace) == 200 and trace.mean_current_a == pytest.approx(0.005)


def test_noise_without_an_end_takes_no_line_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than the 512 bytes of the longest line."""
    pieces = iter([b"x" * 512, b"x", b"0,5\n100,5\n"])
    port = SimpleNamespace(in_waiting=9, read=lambda count: next(pieces))
    monkeypatch.setattr("host.power.serial_source.open_serial", lambda *_, **__: port)
    block = SerialSource("COM3", 9600).read(60.0)
    assert block is not None and len(block.current_a) == 100


def test_a_long_silence_is_a_loss() -> None:
    trace = join(blocks_of(["0,5", "100,5", "900,5", "1000,5"]), LINE_HZ, 3.3)
    assert [(gap.at, gap.lost) for gap in trace.gaps] == [(100, 800)]


def test_a_clock_that_goes_backwards_is_refused() -> None:
    with pytest.raises(HostError, match="restarted"):
        blocks_of(["500,5", "0,5"])


def test_a_port_with_such_lines() -> None:
    master, slave = pty.openpty()
    tty.setraw(slave)
    stop = threading.Event()

    def print_lines() -> None:
        number = 0
        while not stop.wait(0.005):
            os.write(master, f"{number * 10},3.3,12.5\r\n".encode())
            number += 1

    thread = threading.Thread(target=print_lines, daemon=True)
    thread.start()
    source = SerialSource(os.ttyname(slave), 115_200)
    try:
        source.start(3.3)
        assert source.info.marker is MarkerInput.NONE
        trace = join([b for _ in range(10) if (b := source.read(1.0))], LINE_HZ, 0.0)
        assert trace.mean_current_a == pytest.approx(0.0125)
        assert trace.mean_voltage_v == pytest.approx(3.3)
    finally:
        stop.set()
        thread.join()
        source.close()
        os.close(master)
        os.close(slave)


def test_a_silent_port_says_what_is_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("host.power.serial_source.FIRST_LINE_S", 0.2)
    master, slave = pty.openpty()
    tty.setraw(slave)
    source = SerialSource(os.ttyname(slave), 9600)
    try:
        with pytest.raises(HostError, match="time_ms,voltage_v,current_ma"):
            source.start(3.3)
    finally:
        source.close()
        os.close(master)
        os.close(slave)


def test_a_port_that_is_not_there() -> None:
    with pytest.raises(HostError, match=r"cannot be opened \(No such file or directory\): check"):
        SerialSource("/dev/nothing-here", 9600)
