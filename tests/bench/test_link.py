"""python -m host.bench link: its figures, its table, its losses."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import cast

import pytest
from rich.console import Console

from host.bench.link.measure import (
    INJECT_BYTES,
    LinkReport,
    _report,
    _row,
    as_json,
    link_table,
    measure_link,
    percentile,
)
from host.link.damage import FaultRates, FaultyPort
from host.link.device import Device
from host.link.line import EMULATED, LOSSY, Timing
from host.link.sequence import Losses
from host.link.transport import Port
from tests.bench.stepped_port import SteppedPort
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
    report = measured(0.06, 8, LOSSY)
    assert report.damaged > 0
    assert sum(row.lost for row in report.rows) > 0


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
