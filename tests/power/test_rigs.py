"""How a board is held under a meter: what is ordered, how long is waited, which samples count; what a board does."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from host.base.errors import HostError
from host.base.records import Message
from host.bench.power import measure
from host.link.messages import Held, Hold, HoldEnd, PowerState
from host.ports.choose import Choice
from host.power.collector import Collector
from host.power.currents import Activity, rail_current_a, uncertainty_a
from host.power.live_rig import LiveRig
from host.power.meter import Block, MarkerInput, MeterInfo
from host.power.virtual_meter import VirtualMeter, activity_of
from host.virtual.ov7675 import COM2, SOFT_SLEEP
from host.virtual.power import HFCLKSTAT, RUNNING
from tests.link.fake_board import HELLO

HZ = 1000
HELD = Held(int(PowerState.IDLE), int(HoldEnd.COMPLETE), 0, 3_000_000, 0, 0)


class Device:
    """Answers a Hold after so many looks."""

    name = "COM3"

    def __init__(self, looks: float) -> None:
        self.looks, self.holds = looks, list[Hold]()

    def set_mode(self, mode: object) -> None:
        """IDLE."""

    def command(self, command: Hold) -> None:
        self.holds.append(command)

    def receive(self, timeout_s: float) -> Message | None:
        self.looks -= bool(self.holds)
        return HELD if self.holds and self.looks <= 0 else None


def collector(samples: int) -> Any:
    """Of a meter that is at sample 70 when the hold begins, and has so many when it ends."""
    block = Block(np.full(samples, 0.01, np.float32), np.zeros(samples, np.uint8))
    at = iter([70, 3070])
    return SimpleNamespace(
        begin=lambda: None, now=lambda: next(at), check=lambda: None, count=samples, end=lambda: [block]
    )  # fmt: skip


def rig(device: Device, samples: int = 9999) -> LiveRig:
    meter = SimpleNamespace(info=MeterInfo("m", "1", HZ, MarkerInput.NONE))
    seconds = count()
    return LiveRig(
        cast(Any, device), cast(Any, meter), collector(samples), 3.3, lambda: next(seconds)
    )


def test_a_hold_lasts_half_a_second_longer_at_both_ends() -> None:
    """So that what is measured lies inside, whatever way the samples take."""
    device, passed = Device(looks=4), list[float]()
    found = rig(device).hold(PowerState.IDLE, 2.0, 7, passed.append)
    assert device.holds == [Hold(int(PowerState.IDLE), 3000, 7)]
    assert found.inside == (70 + 500, 70 + 500 + 2000) and found.held == HELD
    assert passed == [1, 2, 3, 4], "how far it is"


def test_no_more_samples_count_than_there_are() -> None:
    found = rig(Device(looks=1), samples=2000).hold(PowerState.IDLE, 2.0, 0, lambda over_s: None)
    assert found.inside == (570, 2000)


def test_a_board_that_does_not_end_its_hold_is_waited_for_15_seconds() -> None:
    passed = list[float]()
    with pytest.raises(HostError, match="COM3: the board did not end its hold"):
        rig(Device(looks=np.inf)).hold(PowerState.IDLE, 2.0, 0, passed.append)
    assert passed == [*range(1, 3 + 15)]


def test_a_hold_begins_when_the_meter_has() -> None:
    """What came before it is forgotten, whenever it came."""
    blocks = list[Block]()
    looks = count()

    def clock() -> float:
        if next(looks) == 0:
            blocks.append(Block(np.ones(100, np.float32), np.zeros(100, np.uint8)))
        return 0.0

    def read(seconds: float) -> Block | None:
        with contextlib.suppress(IndexError):
            return blocks.pop()
        time.sleep(0.001)
        return None

    meter = SimpleNamespace(info=MeterInfo("m", "1", HZ, MarkerInput.NONE), read=read)
    of = Collector(cast(Any, meter), clock)
    try:
        of.begin()
        assert of.count == 0 and of.now() == 0
        blocks.append(Block(np.ones(5, np.float32), np.zeros(5, np.uint8)))
        while of.count == 0:
            time.sleep(0.001)
        assert of.count == 5 and [len(block.current_a) for block in of.end()] == [5]
    finally:
        of.close()


def test_a_meter_that_fails_before_its_first_sample_is_not_waited_for() -> None:
    def read(seconds: float) -> Block | None:
        raise HostError("it is gone")

    meter = SimpleNamespace(info=MeterInfo("m", "1", HZ, MarkerInput.NONE), read=read)
    of = Collector(cast(Any, meter), lambda: 0.0)
    with pytest.raises(HostError, match="it is gone"):
        of.begin()
    of.close()


def board(**changed: Any) -> Any:
    """One that sleeps and does nothing."""
    pins = changed.pop("port0", 0), changed.pop("port1", 0)
    ports = [SimpleNamespace(levels=lambda value=value: value) for value in pins]
    sensor = SimpleNamespace(
        timing=changed.pop("timing", None), registers={COM2: changed.pop("com2", 0)}
    )
    power = SimpleNamespace(
        dcdc=changed.pop("dcdc", False), values={HFCLKSTAT: changed.pop("clock", 0)}
    )
    return SimpleNamespace(
        sensor=sensor, power=power, gpio=SimpleNamespace(ports=ports),
        i2s=SimpleNamespace(holds_clock=changed.pop("i2s", False)),
        **{"sleeping": True, "marker_high": False} | changed,
    )  # fmt: skip


def cases() -> Iterator[tuple[dict[str, Any], Activity]]:
    sleeps, streams = Activity.SENSOR_SLEEPS, Activity.SENSOR_STREAMS
    yield {}, sleeps
    yield {"sleeping": False}, sleeps | Activity.CPU_RUNS
    yield {"dcdc": True}, sleeps | Activity.DCDC
    yield {"marker_high": True}, sleeps | Activity.MARKER
    yield {"i2s": True}, sleeps | Activity.CRYSTAL
    yield {"clock": RUNNING}, sleeps | Activity.CRYSTAL
    yield {"clock": ~RUNNING}, sleeps
    yield {"timing": 1}, streams | Activity.CRYSTAL
    yield {"timing": 1, "com2": 0xFF & ~SOFT_SLEEP}, streams | Activity.CRYSTAL
    yield {"timing": 1, "com2": SOFT_SLEEP}, sleeps | Activity.CRYSTAL
    yield {"timing": 1, "port1": 1 << 1}, Activity.SENSOR_STANDS_BY | Activity.CRYSTAL
    yield {"port1": 1 << 9}, sleeps | Activity.POWER_LED
    yield {"port0": 1 << 22}, sleeps | Activity.SENSORS_SUPPLIED
    yield {"port0": ~(1 << 22), "port1": ~(1 << 1 | 1 << 9)}, sleeps


@pytest.mark.parametrize(("changed", "does"), tuple(cases()))
def test_what_a_board_does_by_its_pins_and_registers(
    changed: dict[str, Any], does: Activity
) -> None:
    """Pins: the Nano 33 BLE Sense's schematic, P1.09 LED_PWR, P0.22 the sensors' supply; P1.01 the camera's PWDN."""
    assert activity_of(board(**changed)) == does


def test_a_meter_sees_what_a_board_does_from_the_beginning() -> None:
    """10 ms without a change: 1000 samples, each of the CPU and the sensor."""
    of = board(cycles=1000, sleeping=False)
    meter = VirtualMeter(of)
    of.cycles += 640_000
    trace, uncertainty = meter.end(3.3)
    does = Activity.CPU_RUNS | Activity.SENSOR_SLEEPS
    assert (len(trace), trace.rate_hz) == (1000, 100_000) and not trace.bits.any()
    assert trace.current_a == pytest.approx(np.full(1000, rail_current_a(does)))
    assert uncertainty == pytest.approx(uncertainty_a(does) / rail_current_a(does))


@pytest.mark.parametrize(("appears_s", "is_found"), [(0.0, True), (10.0, True), (10.5, False)])
def test_a_board_that_the_meter_powers_has_ten_seconds_to_appear(
    monkeypatch: pytest.MonkeyPatch, appears_s: float, is_found: bool
) -> None:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    def chosen(url: str, ports: list[object]) -> Choice:
        return Choice("/dev/ttyACM0" if now[0] >= appears_s else "virtual", "")

    monkeypatch.setattr(measure, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=sleep))
    monkeypatch.setattr(measure, "choose_port", chosen)
    refused = pytest.raises(HostError, match="no board is plugged in: a meter needs a real board")
    with contextlib.nullcontext() if is_found else refused:
        measure._wait_for_board("auto")
    assert now[0] == (appears_s if is_found else 10.25), "looked for four times a second"


@pytest.mark.parametrize(("kind", "count"), [("virtual", 3), ("nano33ble", 2)])
def test_an_estimate_says_what_it_is_worth(kind: str, count: int) -> None:
    measured = MeterInfo("m", "1", HZ, MarkerInput.NONE)
    notes = measure.notes_on(replace(measured, estimated=True), replace(HELLO, board=kind))
    assert len(notes) == count and measure.notes_on(measured, replace(HELLO, board=kind)) == []
    assert ("The virtual board is deterministic" in notes[-1]) == (kind == "virtual")
