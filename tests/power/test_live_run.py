"""A whole run: simulated PPK2, real driver, a board that holds its states, run directory; and how runs end early."""

from __future__ import annotations

import contextlib
import queue
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from host.base.errors import HostError
from host.base.records import Message
from host.bench.power.figures import PowerResult, summary_of
from host.bench.power.measure import Request, measure_on
from host.bench.report.compose import page_of
from host.link.device import Device
from host.link.messages import Held, HoldEnd, PowerState
from host.ports.open import PortOptions
from host.power.battery import Battery, battery_for
from host.power.choose import MeterChoice
from host.power.collector import Collector
from host.power.figures import inference_window
from host.power.live_rig import LiveRig
from host.power.meter import Block, MarkerInput, MeterInfo
from host.power.method import Method
from host.power.ppk2 import Ppk2
from host.report.blocks import Page
from host.runs.read import Run, read_run
from tests.power.bench_device import AMPERES, CLOCK_HZ, HeldDevice, camera_fault
from tests.power.instruments.ppk2 import Faults, SimulatedPpk2
from tests.power.instruments.signal import inferences

VOLTS = 3.3
METHOD = Method(windows=2, seconds=0.2, inferences=5)


@pytest.fixture(autouse=True)
def short_margins(monkeypatch: pytest.MonkeyPatch) -> None:
    """A simulated meter is late only by what else this computer does, which may be much."""
    monkeypatch.setattr("host.power.live_rig.MARGIN_S", 0.4)
    monkeypatch.setattr("host.power.live_rig.LATE_S", 60.0)
    monkeypatch.setattr("host.power.collector.LATE_S", 60.0)
    monkeypatch.setattr("host.power.ppk2.SILENT_S", 20.0)


def request(directory: Path) -> Request:
    """As the command line would say it."""
    return Request(
        directory=directory,
        command="python -m host.bench power",
        now=datetime.now(UTC),
        method=METHOD,
        supply_volt=VOLTS,
        battery=battery_for(1000.0, 3.7, VOLTS),
        looks_per_minute=[6.0],
        meter=MeterChoice("ppk2", ""),
        recorded_volt=None,
        external_supply=False,
        rate_hz=0,
        baud=9600,
        port=PortOptions(),
        scene="default",
        dcdc=False,
    )


def catch_up(collector: Collector, instrument: SimulatedPpk2) -> None:
    """Until the samples come as they are taken, as they do from a real meter: a loaded computer begins late."""
    end = time.monotonic() + 60
    while collector.count < instrument.taken - 5_000 and time.monotonic() < end:
        time.sleep(0.01)


@contextlib.contextmanager
def rig(
    faults: Faults | None = None, spoil: Callable[[Held], Message] = lambda held: held
) -> Iterator[tuple[LiveRig, HeldDevice]]:
    """A meter that runs in real time, and its board."""
    with SimulatedPpk2(inferences(1), faults, speed=1.0) as instrument:
        meter = Ppk2(instrument.port, source=True)
        meter.start(VOLTS)
        device = HeldDevice(instrument, spoil)
        collector = Collector(meter)
        catch_up(collector, instrument)
        live = LiveRig(cast(Device, device), meter, collector, VOLTS)
        try:
            yield live, device
        finally:
            live.close()


def test_a_run_finds_the_true_energies_and_keeps_them(tmp_path: Path) -> None:
    with rig() as (live, device):
        done = measure_on(live, request(tmp_path / "run"), lambda label, share: None)
    result = done.result
    assert result.complete and not result.refusals
    truths = []
    for state, signal in device.played:
        if state is PowerState.INFERENCE:
            rises, falls = signal.edges
            truths.append(signal.energy_j(VOLTS, rises[0], falls[-1]) / len(rises))
        else:
            assert result.power_w(state) == pytest.approx(AMPERES[state] * VOLTS, rel=0.005)
    energies = result.energies_j()
    assert energies is not None and energies[1] is not None
    assert energies[0] == pytest.approx(float(np.median(truths)), rel=0.005)
    assert energies[1] < energies[0]

    run = read_run(tmp_path / "run")
    assert (run.kind, run.interrupted) == ("power", False)
    assert run.summary["figures"] == "measured"
    assert run.summary["measured_gross_energy_per_inference_j"] == energies[0]
    windows, each = run.columns("windows"), run.columns("inferences")
    assert windows["gross_j"].tolist() == [w.gross_j for w in result.windows]
    assert len(each["energy_j"]) == sum(len(w.energies_j) for w in result.windows)
    assert set(run.columns("states")["state"]) == {s.name.lower() for s in PowerState}
    trace = run.columns("trace")
    assert (np.diff(trace["time_s"]) > 0).all() and trace["marker"].any()
    assert (trace["current_min_a"] <= trace["current_max_a"]).all()
    detail = run.columns("detail")
    assert len(detail["current_a"]) > 5000
    first, third = each["start_s"][0], each["start_s"][2] + each["seconds"][2]
    room, sample_s = 0.1 * each["seconds"][0], 1.5 / live.info.rate_hz
    assert detail["time_s"][[0, -1]] == pytest.approx([first - room, third + room], abs=sample_s)


def test_lost_samples_refuse_the_figure() -> None:
    holes = {at: 5 for at in range(0, 2_000_000, 10_000)}
    with rig(Faults(lose=holes)) as (live, _):
        held = live.hold(PowerState.INFERENCE, METHOD.seconds, 5, lambda over_s: None)
    result = PowerResult(live.info, replace(METHOD, windows=1), VOLTS)
    result.windows.append(inference_window(1, held, live.info, METHOD, CLOCK_HZ))
    assert "lost" in result.windows[0].refused
    assert not result.complete and result.energies_j() is None
    summary = summary_of(result, Battery(1000, 3.7), [6.0])
    assert summary["measured_gross_energy_per_inference_j"] is None
    assert summary["lost_samples"] > 0 and summary["refused"]


def test_a_board_that_counts_otherwise_refuses_the_figure() -> None:
    def one_more(held: Held) -> Message:
        return replace(held, repetitions=held.repetitions + 1)

    with rig(spoil=one_more) as (live, _):
        held = live.hold(PowerState.INFERENCE, METHOD.seconds, 5, lambda over_s: None)
        window = inference_window(1, held, live.info, METHOD, CLOCK_HZ)
    assert "the board made" in window.refused


def test_ctrl_c_keeps_what_was_measured(tmp_path: Path) -> None:
    def press(label: str, share: float) -> None:
        if label == "capture":
            raise KeyboardInterrupt

    with rig() as (live, _), pytest.raises(KeyboardInterrupt):
        measure_on(live, request(tmp_path / "run"), press)
    run = read_run(tmp_path / "run")
    assert run.interrupted and "Ctrl-C" in run.reason
    assert run.columns("states")["state"].tolist() == ["sleep", "idle", "camera_on"]
    assert len(run.columns("trace")["time_s"]) > 500


def test_a_kill_leaves_what_every_hold_found(tmp_path: Path) -> None:
    """At any moment the directory is what a kill then leaves behind."""
    seen: dict[str, Run] = {}
    pages: dict[str, Page] = {}
    shares: list[float] = []

    def look(label: str, share: float) -> None:
        shares.append(share)
        if label not in seen and (tmp_path / "run").exists():
            seen[label] = read_run(tmp_path / "run")
            if label in ("idle", "inference 2"):
                pages[label] = page_of([seen[label]])

    with rig() as (live, _):
        measure_on(live, request(tmp_path / "run"), look)
    assert (shares[0], shares[-1]) == (0, 1) and shares == sorted(shares)
    assert [seen[label].reason for label in ("idle", "inference 2")] == 2 * [
        "it did not end: it was killed, or it is still running"
    ]
    assert not seen["sleep"].summary and len(seen["idle"].summary["states"]) == 1
    of_two = seen["inference 2"].summary
    assert of_two["windows"] == 1 and len(of_two["states"]) == 5
    for page in pages.values():
        assert page.verdict == "No figure of energy: it ended before its windows were whole."
        assert any("interrupted: it did not end" in line for line in page.warnings)


def test_a_meter_that_falls_silent_ends_the_run_with_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("host.power.ppk2.SILENT_S", 2.0)
    with (
        rig(Faults(falls_silent_at=60_000)) as (live, _),
        pytest.raises(HostError, match="no data from the device"),
    ):
        measure_on(live, request(tmp_path / "run"), lambda label, share: None)
    assert not (tmp_path / "run").exists(), "nothing was measured"


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda held: replace(held, ended=int(HoldEnd.HOST)), "something else wrote to its port"),
        (lambda held: replace(held, ended=int(HoldEnd.FAULT)), "host.doctor"),
        (camera_fault, "no frame start"),
    ],
)
def test_what_the_board_reports_ends_the_run_with_a_line(
    spoil: Callable[[Held], Message], why: str, tmp_path: Path
) -> None:
    with rig(spoil=spoil) as (live, _), pytest.raises(HostError, match=why):
        measure_on(live, request(tmp_path / "run"), lambda label, share: None)
    assert not (tmp_path / "run").exists(), "nothing was measured"


class LateMeter:
    """Its blocks arrive when the test lets them."""

    info = MeterInfo("meter", "1", 1000, MarkerInput.LEVEL)

    def __init__(self) -> None:
        self.blocks: queue.Queue[Block] = queue.Queue()

    def read(self, seconds: float) -> Block | None:
        """The next block, or None after so many seconds."""
        with contextlib.suppress(queue.Empty):
            return self.blocks.get(timeout=seconds)
        return None


def test_the_least_delay_of_all_blocks_shows_where_now_is() -> None:
    """A block that comes late does not move the meter's time line back."""
    meter, clock = LateMeter(), [10.0]
    collector = Collector(cast(Any, meter), lambda: clock[0])

    def arrive(samples: int, at: float) -> None:
        before, clock[0] = collector.count, at
        meter.blocks.put(Block(np.ones(samples, np.float32), np.zeros(samples, np.uint8)))
        while collector.count == before:
            time.sleep(0.001)

    try:
        arrive(
            100, 10.0
        )  # taken in the 0.1 s before: so much is the time line ahead of the first arrival
        arrive(100, 10.1)
        assert collector.now() == 200
        arrive(100, 10.5)  # 0.3 s late
        assert collector.now() == 600
        clock[0] = 10.6
        assert collector.now() == 700
    finally:
        collector.close()
