"""Both sides of every limit of a power figure, and the currents with their sources, whole."""

from __future__ import annotations

import argparse
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from host.base.errors import HostError
from host.link.messages import Held, HoldEnd, Mode, PowerState
from host.power import choose, currents
from host.power.battery import (
    Battery,
    Look,
    battery_for,
    battery_life_hours,
    duty_cycle_power_w,
    life_in_words,
)
from host.power.choose import meter_choice, open_meter
from host.power.columns import Columns, Quantity, default_columns
from host.power.currents import Activity
from host.power.figures import inference_window, state_figure, unseen
from host.power.live_rig import LiveRig
from host.power.marker import busy_channels, find_pulses, pulses_between_falls
from host.power.meter import Block, MarkerInput, MeterInfo, meter_words
from host.power.method import Method
from host.power.ppk2 import Ppk2
from host.power.recording import even
from host.power.rig import HeldTrace
from host.power.trace import Gap, Trace, join
from tests.goldens import check_golden
from tests.link.fake_board import HELLO


def test_currents_and_their_sources() -> None:
    lines = [
        f"{name}: {f.amperes:.6g} A +- {f.uncertainty:.0%}, {f.source}"
        for name, f in currents.FIGURES.items()
    ]
    flags = [int(flag) for flag in Activity]
    assert flags == [1 << at for at in range(len(flags))], "each a bit of its own"
    for at in (0, *flags, *(3 << n for n in range(9)), 0b1001000101, 0b1101100111):
        of = Activity(at)
        rail, doubt = currents.rail_current_a(of), currents.uncertainty_a(of)
        supplies = " ".join(
            f"{currents.supply_current_a(rail, v):.6g}" for v in (3.3, 4.49, 4.5, 5.0)
        )
        lines.append(f"{at:#06x}: {rail:.6g} +- {doubt:.6g} A, at the supply {supplies}")
    lines += [currents.supply_in_words(volts) for volts in (3.3, 4.49, 4.5, 21.0)]
    check_golden("currents", "\n".join(lines))


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0, "0.0 hours"), (47.9, "47.9 hours"), (48, "2 days"), (24 * 729.9, "730 days"),
     (24 * 730, "2.0 years")],
)  # fmt: skip
def test_a_life_in_words(hours: float, words: str) -> None:
    assert life_in_words(hours) == words


def test_batteries() -> None:
    assert Battery(1000, 3.7).usable_wh == pytest.approx(1 * 3.7 * 0.8)
    assert battery_for(1000, 3.7, 3.3).efficiency == pytest.approx(3.3 / 3.7)
    assert battery_for(1000, 3.3, 3.3).efficiency == 1.0
    assert battery_for(220, 3.0, 3.3).efficiency == 0.9
    leaking = Battery(1000, 3.7, self_discharge_percent_a_month=3.0)
    assert leaking.own_loss_w == pytest.approx(1 * 3.7 * 0.03 / 730.5)
    assert battery_life_hours(leaking, 0.01) == pytest.approx(2.96 / (0.01 + leaking.own_loss_w))
    for wrong in (Battery(1, 1, usable=0), Battery(1, 1, usable=1.01), Battery(1, 1, efficiency=0)):
        with pytest.raises(HostError, match="lie between 0 and 1"):
            battery_life_hours(wrong, 1)
    with pytest.raises(HostError, match="a load to empty it"):
        battery_life_hours(Battery(1, 1), 0)
    assert duty_cycle_power_w(1.0, Look(4.0, 2.0), 30) == pytest.approx(30 * 4 / 60)
    with pytest.raises(HostError, match="do not fit"):
        duty_cycle_power_w(1.0, Look(4.0, 2.0), 30.01)
    with pytest.raises(HostError, match="do not fit"):
        duty_cycle_power_w(1.0, Look(4.0, 2.0), -1)


@pytest.mark.parametrize(
    ("windows", "seconds", "inferences", "short"),
    [(5, 10.0, 10, False), (4, 10.0, 10, True), (5, 9.99, 10, True), (5, 10.0, 9, True), (6, 11.0, 11, False)],
)  # fmt: skip
def test_a_method_that_can_be_quoted(
    windows: int, seconds: float, inferences: int, short: bool
) -> None:
    assert bool(Method(windows, seconds, inferences).short) == short
    assert Method() == Method(5, 10.0, 10, 0) and Method().short == ""


HZ, CLOCK = 1000.0, 64_000_000


def held(pulses: int, marked: float = 1.0, gap: bool = False, rate: float = HZ) -> HeldTrace:
    """So many pulses of 0.1 s and pauses of 0.1 s between; the board counted `marked` times their length."""
    bits = np.tile(np.repeat(np.array([1, 0], np.uint8), 100), pulses)
    bits = np.concatenate([np.zeros(50, np.uint8), bits])
    current = np.linspace(0.01, 0.02, len(bits)).astype(np.float32)
    gaps = (Gap(60, 2),) if gap else ()
    trace = Trace(rate, current, bits, 3.0, gaps)
    counted = round(marked * pulses * 0.1 * CLOCK)
    end = Held(
        int(PowerState.INFERENCE), int(HoldEnd.COMPLETE), pulses, round(trace.seconds * 1e6),
        5 * CLOCK, counted,
    )  # fmt: skip
    return HeldTrace(PowerState.INFERENCE, trace, (50, len(bits)), end, 0.25)


def info(marker: MarkerInput) -> MeterInfo:
    return MeterInfo("meter", "1", HZ, marker)


@pytest.mark.parametrize(
    ("marked", "refused"),
    [(1.0, False), (1.0049, False), (0.9951, False), (1.0061, True), (0.9939, True), (0.0, False)],
)
def test_two_clocks_agree_within_half_a_percent(marked: float, refused: bool) -> None:
    found = inference_window(3, held(8, marked), info(MarkerInput.LEVEL), Method(1, 1.0, 8), CLOCK)
    assert ("of the time that the board counted" in found.refused) == refused
    power = held(8).trace.power_w
    rises = 50 + 200 * np.arange(8)
    assert found.number == 3 and found.uncertainty == 0.25 and found.inferences == 8
    assert found.energy_j == pytest.approx(power[50 : rises[-1] + 100].sum() / HZ)
    assert found.energies_j == pytest.approx([power[r : r + 100].sum() / HZ for r in rises])
    assert found.starts_s == pytest.approx(rises / HZ)
    assert found.seconds_each == pytest.approx([0.1] * 8)
    assert found.mean_voltage_v == 3.0


@pytest.mark.parametrize(
    ("seconds", "inferences", "why"),
    [(1.5, 8, ""), (1.51, 8, "s are needed"), (1.5, 9, "inferences where 9 are needed")],
)
def test_a_marked_window_is_long_enough(seconds: float, inferences: int, why: str) -> None:
    method = Method(1, seconds, inferences)
    found = inference_window(1, held(8), info(MarkerInput.LEVEL), method, CLOCK)
    assert why in found.refused and bool(found.refused) == bool(why)


def test_without_a_marker_the_boards_words_count() -> None:
    of = held(8)
    found = inference_window(1, of, info(MarkerInput.NONE), Method(1, 1.61, 7), CLOCK)
    assert found.refused == "" and found.seconds == pytest.approx(1.6)  # 1 % less may be inside
    each = of.held.duration_us / 1e6 / 8
    assert found.inferences == pytest.approx(1.6 / each) and len(found.energies_j) == 0
    short = inference_window(1, of, info(MarkerInput.NONE), Method(1, 1.62, 7), CLOCK)
    assert "s are needed" in short.refused
    few = inference_window(1, of, info(MarkerInput.NONE), Method(1, 1.0, 8), CLOCK)
    assert few.refused == "the window has 7 inferences where 8 are needed"
    gap = inference_window(1, held(8, gap=True), info(MarkerInput.NONE), Method(1, 1.0, 8), CLOCK)
    assert "lost 2 samples" in gap.refused


def test_falls_alone() -> None:
    bits = np.zeros(900, np.uint8)
    bits[[100, 300, 500, 700]] = 1
    trace = Trace(HZ, np.full(900, 0.01, np.float32), bits, 3.0)
    end = Held(int(PowerState.INFERENCE), int(HoldEnd.COMPLETE), 4, 900_000, CLOCK, 0)
    of = HeldTrace(PowerState.INFERENCE, trace, (0, 900), end)
    found = inference_window(1, of, info(MarkerInput.FALLS), Method(1, 0.6, 3), CLOCK)
    assert (found.refused, found.inferences) == ("", 3)
    assert found.seconds == pytest.approx(0.6)
    assert len(found.energies_j) == 0 and found.uncertainty == 0


@pytest.mark.parametrize(("seconds", "why"), [(1.61, ""), (1.62, "the meter fell behind")])
def test_a_state_is_the_mean_of_what_was_surely_inside(seconds: float, why: str) -> None:
    of = held(8)
    found = state_figure(of, Method(1, seconds), CLOCK)
    inside = of.trace.current_a[50:]
    assert found.mean_current_a == pytest.approx(inside.mean())
    assert found.mean_power_w == pytest.approx(3.0 * inside.mean())
    assert found.hold_s == pytest.approx(1.65) and found.awake_s == 5.0
    assert found.seconds_each == pytest.approx(1.65 / 8)
    assert found.energy_each_j == pytest.approx(found.mean_power_w * 1.65 / 8)
    assert why in found.refused and bool(found.refused) == bool(why)


def test_a_state_of_99_percent_of_its_time_is_long_enough() -> None:
    found = state_figure(held(495), Method(1, 100.0), CLOCK)
    assert (found.seconds, found.refused) == (99.0, "")


def test_why_a_marker_was_not_seen() -> None:
    trace = Trace(HZ, np.zeros(4, np.float32), np.array([0, 8, 0, 0], np.uint8), 3.0)
    assert unseen(trace, 0, 8, 8) == ""
    assert "seen 7 times, the board made 8" in unseen(trace, 0, 7, 8)
    assert unseen(trace, 0, 0, 0).endswith("; D3 changes: --channel 3")
    assert "input D3" in unseen(trace, 3, 0, 8) and "--channel" not in unseen(trace, 3, 0, 8)


def test_pulses_of_a_channel() -> None:
    bits = np.array([4, 4, 0, 4, 4, 0, 5, 4, 0, 4], np.uint8)
    found = find_pulses(bits, 2)
    assert (found.rises.tolist(), found.falls.tolist()) == ([3, 6], [5, 8]), "whole ones alone"
    assert find_pulses(bits, 0).rises.tolist() == [6] and len(find_pulses(bits, 1)) == 0
    falls = pulses_between_falls(np.array([0, 2, 0, 2, 2, 0], np.uint8), 1)
    assert (falls.rises.tolist(), falls.falls.tolist()) == ([1, 3], [3, 4])
    assert busy_channels(bits) == [0, 2] and busy_channels(np.empty(0, np.uint8)) == []
    assert busy_channels(np.array([0, 128], np.uint8)) == [7]


def test_parts_and_joints_of_traces() -> None:
    first = Block(np.ones(3, np.float32), np.zeros(3, np.uint8), 2)
    second = Block(np.full(2, 3, np.float32), np.ones(2, np.uint8), 5)
    trace = join([first, second], HZ, 3.3)
    assert trace.gaps == (Gap(0, 2), Gap(3, 5)) and trace.voltage_v == 3.3 and trace.lost == 7
    assert trace.seconds == (5 + 7) / HZ and trace.mean_current_a == pytest.approx(9 / 5)
    assert trace.mean_power_w == pytest.approx(3.3 * 9 / 5)
    assert trace.part(0, 5).gaps == (Gap(3, 5),), "what is missing ahead is not inside"
    assert trace.part(3, 5).gaps == () and trace.part(2, 4).gaps == (Gap(1, 5),)
    assert (
        trace.part(0, 3).gaps == () and len(trace.part(-5, 99)) == 5 and len(trace.part(4, 2)) == 0
    )
    assert np.isnan(trace.part(4, 4).mean_current_a) and np.isnan(trace.part(4, 4).mean_power_w)


def test_even_and_uneven_times() -> None:
    rate, found = even(np.arange(11) / 10, "x")
    assert rate == pytest.approx(10.0) and found == ()
    for factor, gaps in (
        (1.49, ()),
        (1.51, (Gap(3, 1),)),
        (2.0, (Gap(3, 1),)),
        (3.6, (Gap(3, 3),)),
    ):
        times = np.array([0, 1, 2, 2 + factor, 3 + factor, 4 + factor, 5 + factor]) / 10
        rate, found = even(times, "x")
        assert found == gaps
        assert rate == pytest.approx(10.0 if gaps else 60 / (5 + factor))
    for wrong in ([0, 1, 0.5, 2, 3], [0, 0, 0, 0]):
        with pytest.raises(HostError, match="x: the time goes backwards or stands still"):
            even(np.array(wrong, float), "x")


def test_which_meter(monkeypatch: pytest.MonkeyPatch) -> None:
    for text, live in (
        ("ppk2", True),
        ("ppk2:COM3", True),
        ("csv:a:b.csv", False),
        ("estimate", False),
    ):
        made = meter_choice(text)
        assert (made.kind, made.live) == (text.split(":")[0], live)
    assert meter_choice("csv:a:b.csv").where == "a:b.csv"
    for text in ("serial", "csv", "estimate:x", "volts", ""):
        with pytest.raises(argparse.ArgumentTypeError):
            meter_choice(text)
    opened: list[Any] = []
    for name in ("Ppk2", "Joulescope", "Lpm01a", "SerialSource"):
        fake = partial(lambda name, *a, **k: opened.append((name, a, k)), name)
        monkeypatch.setattr(choose, name, fake)
    monkeypatch.setattr(choose, "load_driver", lambda: "driver")
    for text in ("ppk2:P", "joulescope:S", "lpm01a:L", "serial:X"):
        open_meter(meter_choice(text))
        open_meter(meter_choice(text), external_supply=True, rate_hz=7, baud=9)
    assert opened == [
        ("Ppk2", ("P",), {"source": True}), ("Ppk2", ("P",), {"source": False}),
        ("Joulescope", ("driver", "S", 100_000), {}), ("Joulescope", ("driver", "S", 7), {}),
        ("Lpm01a", ("L", 1000), {"source": True}), ("Lpm01a", ("L", 7), {"source": False}),
        ("SerialSource", ("X", 115_200), {}), ("SerialSource", ("X", 9), {}),
    ]  # fmt: skip
    with pytest.raises(HostError, match="estimate is no instrument"):
        open_meter(meter_choice("estimate"))
    assert choose.BAUD == 115_200


def test_a_meter_in_words() -> None:
    assert meter_words("m", "12", 1e5) == "m 12, 100,000 samples/s"
    assert meter_words("m", "none", 10) == meter_words("m", "", 10) == "m, 10 samples/s"


def test_lines_without_a_header_are_by_their_count() -> None:
    """Current; time and current; time, volts and current: ms, V and mA."""
    current, time = Quantity(0, 1e-3), Quantity(0, 1e-3)
    assert default_columns(1, "x") == Columns(1, current)
    assert default_columns(2, "x") == Columns(2, replace(current, column=1), time)
    volts = Quantity(1, 1.0)
    assert default_columns(3, "x") == Columns(3, replace(current, column=2), time, volts)
    for count in (0, 4):
        with pytest.raises(HostError, match=f"x: {count} columns and no header"):
            default_columns(count, "x")


def test_a_rig_takes_a_board_that_is_idle_and_frees_all_of_it() -> None:
    done: list[object] = []

    def part(of: str, **more: Any) -> Any:
        calls = {call: partial(done.append, f"{of} {call}") for call in ("close", "stop")}
        return SimpleNamespace(**calls | more)

    device = part("device", set_mode=done.append, hello=HELLO, name="COM3")
    meter = part("meter", info=MeterInfo("a meter", "42", 1000.0, MarkerInput.NONE))
    rig = LiveRig(device, meter, part("collector"), 3.3)
    assert done == [Mode.IDLE] and (rig.port, rig.hello, rig.info) == ("COM3", HELLO, meter.info)
    rig.close()
    assert done[1:] == ["collector close", "device close", "meter stop", "meter close"]


@pytest.mark.parametrize(
    ("volts", "good"), [(0.79, False), (0.8, True), (5.0, True), (5.01, False)]
)
def test_a_ppk2_gives_its_voltages_and_is_given_up_after_two_silent_seconds(
    volts: float, good: bool
) -> None:
    said: list[object] = []
    meter: Any = object.__new__(Ppk2)
    meter._source = True
    meter._library = SimpleNamespace(Mode=SimpleNamespace(SOURCE=2), Ppk2labError=RuntimeError)
    meter._device = SimpleNamespace(
        set_mode=said.append, set_source_voltage_mv=said.append, set_dut_power=said.append,
        stream=lambda idle_timeout_s: said.append(idle_timeout_s), calibration=SimpleNamespace(ranges=[]),
    )  # fmt: skip
    if good:
        meter.start(volts)
    else:
        with pytest.raises(HostError, match=r"a PPK2 gives 0\.8 to 5\.0 V, not"):
            meter.start(volts)
    assert said == ([2, round(1000 * volts), True, 2.0] if good else [])
