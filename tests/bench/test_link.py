"""python -m host.bench link: its figures, its table, its losses."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console

from host.base.errors import HostError
from host.bench.__main__ import main
from host.bench.link import command
from host.bench.link.measure import (
    INJECT_BYTES,
    LinkReport,
    Row,
    _conditions,
    _report,
    _row,
    as_json,
    link_table,
    measure_link,
    percentile,
)
from host.link.damage import FaultRates, FaultyPort
from host.link.device import Device
from host.link.line import EMULATED, LOSSY, NoAnswerError, Timing
from host.link.messages import Ack, Frame, Hello, Inject, Mode, Pong, Result
from host.link.sequence import Losses
from host.link.transport import Port
from tests.bench.stepped_port import SteppedPort
from tests.goldens import printed_json
from tests.link.fake_board import HELLO


def measured(rate: float = 0.0, count: int = 12, timing: Timing = EMULATED) -> LinkReport:
    guest = SteppedPort()
    port: Port = FaultyPort(guest, FaultRates.even(rate), seed=2) if rate else guest
    with Device(port, timing=timing, clock=guest.clock) as device:
        return measure_link(device, guest.clock, count, 1.0)


def test_a_clean_link_loses_nothing_and_larger_pieces_take_longer() -> None:
    report = measured()
    assert report.is_virtual and "VIRTUAL" in report.conditions
    assert [row.name for row in report.rows] == ["Ping", *["Inject"] * len(INJECT_BYTES), "Frame"]
    assert report.wire_lost == report.damaged == report.dropped_by_board == 0
    assert all(row.lost == 0 for row in report.rows)
    times = [row.p50_ms for row in report.rows if row.p50_ms is not None]
    assert len(times) == 1 + len(INJECT_BYTES)
    assert times[-1] > times[1], "192 bytes at 1 Mbaud take 2 ms"
    pings = report.rows[0]
    assert pings.p50_ms is not None and pings.p95_ms is not None
    assert 0 < pings.p50_ms <= pings.p95_ms
    assert 90 < report.rows[-1].kilobytes_per_second < 110, "about 11 frames of 9.2 KB a second"


def test_a_bad_cable_is_counted() -> None:
    report = measured(0.1, 3, LOSSY)
    assert report.damaged > 0
    assert sum(row.lost for row in report.rows) > 0


class Timed:
    """Answers after what `after` says, by its own clock; a camera of four frames a second of which one is lost."""

    name = "port"

    def __init__(self, after: Sequence[float | None], hello: Hello = HELLO) -> None:
        self.now = 100.0
        self.hello = hello
        self.losses = Losses()
        self.modes: list[Mode] = []
        self.sent: list[Inject] = []
        self._after = iter(after)
        self._frames = iter(n for n in range(7, 99) if n != 9)
        self._stale: list[Any] = [Frame(1, 2, 2, 1, 0, bytes(4))] * 3

    def clock(self) -> float:
        return self.now

    def set_mode(self, mode: Mode) -> None:
        self.modes.append(mode)

    def pong(self, tries: int = 3) -> tuple[Pong, float]:
        if tries != 1:
            return Pong(0, 0, 0, 0), 9.0
        seconds = next(self._after)
        if seconds is None:
            raise NoAnswerError("nothing")
        return Pong(0, 0, 0, 0), seconds

    def command(self, piece: Inject) -> Ack:
        self.sent.append(piece)
        self.now += next(self._after) or 0.0
        return Ack(0, 0, 0, 0)

    def receive(self, timeout: float) -> Frame | Result | None:
        if timeout == 0:
            return self._stale.pop() if self._stale else None
        self.now += 0.25
        number = next(self._frames)
        return None if number == 8 else Frame(number, 2, 3, 1, 0, bytes(6))


def test_each_row_is_what_was_sent_what_came_and_how_long_it_took() -> None:
    """One ping of three is lost; one injection took longer than the patience, so it was sent twice."""
    pings = [0.010, None, 0.030]
    device = Timed(pings + [0.004, LOSSY.answer_s + 0.001, 0.002] * len(INJECT_BYTES))
    report = measure_link(cast(Device, device), device.clock, 3, 2.0)
    assert [row.name for row in report.rows] == ["Ping", *["Inject"] * 5, "Frame"]
    ping, *injects, frame = report.rows
    pong, ack = len(Pong(0, 0, 0, 0).pack()), len(Ack(0, 0, 0, 0).pack())
    assert (ping.bytes_up, ping.bytes_down, ping.count, ping.lost) == (8, pong, 3, 1)
    assert (ping.p50_ms, ping.p95_ms) == pytest.approx((10.0, 30.0))
    head = len(Inject(0, 1, b"").pack())
    assert [row.bytes_up - head for row in injects] == [1, 32, 64, 128, 192]
    assert device.sent[-1] == Inject(0, 96 * 96, bytes(range(1, 193))), "and the rest never comes"
    for row in injects:
        assert (row.bytes_down, row.count, row.lost) == (ack, 3, 1), "one was repeated"
        assert (row.p50_ms, row.p95_ms) == pytest.approx((2.0, 4.0))
        assert row.kilobytes_per_second == pytest.approx((row.bytes_up + ack) * 2 / 0.006 / 1000)
    size = len(Frame(0, 2, 3, 1, 0, bytes(6)).pack())
    assert (frame.bytes_up, frame.bytes_down, frame.p50_ms, frame.p95_ms) == (0, size, None, None)
    assert (frame.count, frame.lost) == (9, 2), "numbers 7 to 15 without 8 and 9"
    assert frame.kilobytes_per_second == pytest.approx(size * 6 / 1.75 / 1000)
    assert device.modes == [Mode.IDLE, Mode.CAPTURE, Mode.IDLE]


def test_of_a_board_that_answers_no_ping_no_byte_came() -> None:
    device = Timed([None, None, *[0.01] * 2 * len(INJECT_BYTES)])
    ping = measure_link(cast(Device, device), device.clock, 2, 0.5).rows[0]
    assert ping == Row("Ping", 8, 0, 2, 2, None, None, 0.0)


def test_no_frames_have_no_rate_and_a_board_without_a_model_takes_no_image() -> None:
    device = Timed([0.01] + [0.01] * 5)
    *_, frame = measure_link(cast(Device, device), device.clock, 1, 0.25).rows
    assert frame == Row("Frame", 0, 0, 1, 0, None, None, 0.0)
    for side, fits in ((1, False), (14, True)):  # 196 pixels are more than a piece's
        small = replace(HELLO, input_height=side, input_width=side, input_channels=1)
        taken = contextlib.nullcontext() if fits else pytest.raises(HostError, match="no model")
        with taken:
            measure_link(cast(Device, Timed([0.01] * 6, small)), lambda: 0.0, 1, 0.0)
    exact = replace(HELLO, input_height=1, input_width=192, input_channels=1)
    with pytest.raises(HostError, match="no model"):
        measure_link(cast(Device, Timed([0.01] * 6, exact)), lambda: 0.0, 1, 0.0)


@pytest.mark.parametrize(("cache", "dcdc"), [(1, 0), (0, 1)])
def test_conditions_are_the_boards(cache: int, dcdc: int) -> None:
    hello = replace(HELLO, board="nano33ble", instruction_cache=cache, dcdc=dcdc)
    conditions = _conditions("port", hello)
    assert conditions == (
        f"nano33ble board {hello.device_serial:016x} at port, firmware {hello.firmware} "
        f"({hello.compiler}), instruction cache {'on' if cache else 'off'}, "
        f"{'DC/DC' if dcdc else 'LDO'}, by this computer's clock"
    )


def test_losses_are_those_of_the_measurement_by_where_they_went() -> None:
    device = SimpleNamespace(name="port", hello=HELLO)
    before = Losses(1, 20, 300, 4_000, 50_000)
    after = Losses(3, 24, 308, 4_016, 50_032)
    report = _report(cast(Device, device), [], before, after)
    assert (report.wire_lost, report.dropped_by_board, report.dropped_by_host) == (2, 4, 8)
    assert report.damaged == 16 + 32


def test_the_table_names_its_conditions() -> None:
    console = Console(width=130, file=io.StringIO(), record=True)
    report = measured(count=1)
    console.print(link_table(report))
    text = console.export_text()
    assert "Inject" in text and "p95 ms" in text and "firmware" in text
    assert as_json(report)["is_virtual"] is True


def test_percentiles_are_by_nearest_rank() -> None:
    values = [float(n) for n in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.95)) == (50.0, 95.0)
    assert percentile([3.0], 0.95) == 3.0


def test_a_row_counts_bytes_both_ways_in_thousands_a_second() -> None:
    row = _row("Ping", 8, 12, count=10, times=[0.001, 0.002, 0.001, 0.004])
    assert row.lost == 6
    assert row.kilobytes_per_second == pytest.approx(20 * 4 / 0.008 / 1000)
    assert row.p50_ms == pytest.approx(1.0) and row.p95_ms == pytest.approx(4.0)
    nothing = _row("Ping", 8, 12, count=3, times=[])
    assert (nothing.lost, nothing.kilobytes_per_second, nothing.p50_ms) == (3, 0.0, None)


def test_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    requests: list[object] = []
    report = LinkReport("a board", True, (Row("Ping", 8, 12, 7, 0, 1.0, 2.0, 3.0),), 1, 2, 3, 4)

    def measured(device: object, clock: object, *wanted: object) -> LinkReport:
        requests.append((device, clock, *wanted))
        return report

    monkeypatch.setattr(
        command,
        "port_opening",
        lambda *_: contextlib.nullcontext(SimpleNamespace(open=lambda: "port")),
    )
    monkeypatch.setattr(
        command, "Device", lambda port, timing: contextlib.nullcontext((port, timing))
    )
    monkeypatch.setattr("host.bench.link.measure.measure_link", measured)
    assert main(["link"]) == 0
    assert "a board" in capsys.readouterr().out
    assert main(["link", "--count", "7", "--seconds", "2", "--json"]) == 0
    shown = printed_json(capsys.readouterr().out)
    assert shown == as_json(report) | {"rows": [vars(row) for row in report.rows]}
    device = ("port", LOSSY)
    assert requests == [(device, time.monotonic, 100, 5), (device, time.monotonic, 7, 2)]
