"""Figures of known traces, and every reason to refuse one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from host.link.messages import Held, HoldEnd, PowerState
from host.power.figures import InferenceWindow, inference_window, median_of, state_figure
from host.power.marker import busy_channels, find_pulses
from host.power.meter import MarkerInput, MeterInfo
from host.power.method import Method
from host.power.rig import HeldTrace
from host.power.trace import Gap, Trace
from tests.power.instruments.signal import Signal, inferences

CLOCK_HZ, VOLTS = 64_000_000, 3.3
METHOD = Method(windows=1, seconds=1.0, inferences=6)


def info(marker: MarkerInput, rate_hz: float = 100_000) -> MeterInfo:
    """Of an imaginary meter."""
    return MeterInfo("meter", "1", rate_hz, marker)


def held_trace(
    signal: Signal, repetitions: int, gaps: tuple[Gap, ...] = (), marked_s: float | None = None
) -> HeldTrace:
    """A hold of which all was seen; the board counted what the signal has, unless marked_s says otherwise."""
    trace = Trace(signal.rate_hz, signal.amperes.astype(np.float32), signal.bits, VOLTS, gaps)
    high_s = float((signal.bits & 1).sum()) / signal.rate_hz if marked_s is None else marked_s
    held = Held(
        int(PowerState.INFERENCE), int(HoldEnd.COMPLETE), repetitions, round(trace.seconds * 1e6),
        round(trace.seconds * CLOCK_HZ), round(high_s * CLOCK_HZ),
    )  # fmt: skip
    return HeldTrace(PowerState.INFERENCE, trace, (0, len(trace)), held)


def window(
    held: HeldTrace, marker: MarkerInput = MarkerInput.LEVEL, method: Method = METHOD
) -> InferenceWindow:
    """The first one."""
    return inference_window(1, held, info(marker, held.trace.rate_hz), method, CLOCK_HZ)


def test_a_marked_window_runs_from_the_first_rise_to_the_last_fall() -> None:
    signal = inferences(8)
    found = window(held_trace(signal, 8))
    rises, falls = signal.edges
    assert found.refused == "" and found.inferences == 8
    assert found.seconds == pytest.approx((falls[-1] - rises[0]) / signal.rate_hz)
    assert found.energy_j == pytest.approx(signal.energy_j(VOLTS, rises[0], falls[-1]), rel=1e-5)
    for energy, rise, fall in zip(found.energies_j, rises, falls, strict=True):
        assert energy == pytest.approx(signal.energy_j(VOLTS, rise, fall), rel=1e-5)


def test_net_energy_is_less_what_idling_takes_meanwhile() -> None:
    found = window(held_trace(inferences(8), 8))
    idle_w = 0.0042 * VOLTS
    assert found.net_j(idle_w) == pytest.approx(found.gross_j - idle_w * found.seconds / 8)
    gross, net = median_of([found, found], idle_w)
    assert (gross, net) == (found.gross_j, found.net_j(idle_w))
    assert median_of([found], None) == (found.gross_j, None)


def test_samples_lost_inside_a_window_refuse_it() -> None:
    found = window(held_trace(inferences(8), 8, gaps=(Gap(90_000, 3),)))
    assert "lost 3 samples" in found.refused


def test_samples_lost_before_the_window_do_not_matter() -> None:
    assert window(held_trace(inferences(8), 8, gaps=(Gap(10, 3),))).refused == ""


def test_a_short_window_is_refused() -> None:
    found = window(held_trace(inferences(8), 8), method=Method(1, 10.0, 6))
    assert found.refused == f"the window has {found.seconds:.2f} s where 10 s are needed"


def test_too_few_inferences_are_refused() -> None:
    found = window(held_trace(inferences(8), 8), method=Method(1, 1.0, 10))
    assert found.refused == "the window has 8 inferences where 10 are needed"


def test_a_marker_that_is_never_high_is_refused_with_the_pin_to_wire() -> None:
    signal = inferences(8)
    dead = Signal(signal.rate_hz, signal.amperes, np.zeros_like(signal.bits))
    found = window(held_trace(dead, 8))
    assert "not seen" in found.refused and "A6" in found.refused


def test_a_marker_on_another_input_is_pointed_at() -> None:
    signal = inferences(8)
    moved = Signal(signal.rate_hz, signal.amperes, np.left_shift(signal.bits, 3, dtype=np.uint8))
    assert busy_channels(moved.bits) == [3]
    assert "--channel 3" in window(held_trace(moved, 8)).refused


@pytest.mark.parametrize("repetitions", [7, 9])
def test_a_count_that_differs_from_the_boards_is_refused(repetitions: int) -> None:
    found = window(held_trace(inferences(8), repetitions))
    assert f"seen 8 times, the board made {repetitions} inferences" in found.refused


def test_a_marker_that_lasts_another_time_than_the_board_says_is_refused() -> None:
    signal = inferences(8)
    high_s = float((signal.bits & 1).sum()) / signal.rate_hz
    assert window(held_trace(signal, 8, marked_s=high_s * 1.004)).refused == ""
    assert "-1.0% of the time" in window(held_trace(signal, 8, marked_s=high_s * 1.01)).refused


def test_without_a_marker_the_boards_count_makes_the_window() -> None:
    signal = inferences(8, rest_s=0.0)
    found = window(held_trace(signal, 8), MarkerInput.NONE)
    assert found.refused == "" and found.inferences == pytest.approx(8)
    assert found.gross_j == pytest.approx(signal.energy_j(VOLTS) / 8, rel=1e-5)
    assert not len(found.energies_j)


def test_falls_alone_make_one_inference_less() -> None:
    signal = inferences(8)
    falls = np.zeros_like(signal.bits)
    falls[signal.edges[1]] = 1
    seen = Signal(signal.rate_hz, signal.amperes, falls)
    found = window(held_trace(seen, 8, marked_s=0.0), MarkerInput.FALLS)
    assert found.refused == "" and found.inferences == 7
    first, last = signal.edges[1][[0, -1]]
    assert found.energy_j == pytest.approx(signal.energy_j(VOLTS, first, last), rel=1e-5)


def test_a_pulse_that_is_cut_off_at_either_end_does_not_count() -> None:
    bits = np.array([1, 1, 0, 0, 1, 1, 1, 0, 0, 1], np.uint8)
    pulses = find_pulses(bits, 0)
    assert (pulses.rises.tolist(), pulses.falls.tolist()) == ([4], [7])
    assert len(find_pulses(np.empty(0, np.uint8), 0)) == 0


def test_a_state_is_the_mean_of_what_lies_inside() -> None:
    amperes = np.concatenate([np.full(500, 9.0), np.full(1000, 0.002), np.full(500, 9.0)])
    trace = Trace(1000, amperes.astype(np.float32), np.empty(0, np.uint8), VOLTS)
    held = Held(int(PowerState.CAPTURE), 0, 10, 2_000_000, CLOCK_HZ, 0)
    figure = state_figure(HeldTrace(PowerState.CAPTURE, trace, (500, 1500), held), METHOD, CLOCK_HZ)
    assert figure.mean_current_a == pytest.approx(0.002)
    assert figure.energy_each_j == pytest.approx(0.002 * VOLTS * 0.2)
    assert (figure.awake_s, figure.refused) == (1.0, "")


def test_a_state_with_lost_samples_or_too_few_is_refused() -> None:
    trace = Trace(1000, np.ones(1000, np.float32), np.empty(0, np.uint8), VOLTS, (Gap(5, 2),))
    held = Held(int(PowerState.IDLE), 0, 0, 1_000_000, 0, 0)
    lossy = HeldTrace(PowerState.IDLE, trace, (0, 1000), held)
    assert "lost 2 samples" in state_figure(lossy, METHOD, CLOCK_HZ).refused
    early = HeldTrace(PowerState.IDLE, trace, (500, 700), replace(held, duration_us=200_000))
    assert state_figure(early, METHOD, CLOCK_HZ).refused.endswith(
        "0.20 s of samples where 1 s are needed: the board ended the state after 0.20 s"
    )
    late = HeldTrace(PowerState.IDLE, trace, (100, 400), held)
    assert "fell behind" in state_figure(late, METHOD, CLOCK_HZ).refused


@pytest.mark.parametrize(
    ("method", "short"),
    [
        (Method(), False),
        (Method(9, 30.0, 50), False),
        (Method(windows=4), True),
        (Method(seconds=9.9), True),
        (Method(inferences=9), True),
    ],
)
def test_methods_below_mlperfs_call_themselves_short(method: Method, short: bool) -> None:
    assert bool(method.short) is short


def test_a_part_of_a_trace_has_the_gaps_inside_it_alone() -> None:
    """A gap stands in front of a sample: in front of the part's first one nothing of the part is missing."""
    gaps = (Gap(4, 1), Gap(5, 2), Gap(6, 3), Gap(9, 4), Gap(10, 5))
    trace = Trace(1000, np.ones(20, np.float32), np.zeros(20, np.uint8), VOLTS, gaps)
    assert trace.part(5, 10).gaps == (Gap(1, 3), Gap(4, 4))
