"""Traces of holds -> figures: energy of an inference, mean of a state; and why a figure is refused."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from host.link.messages import Held, PowerState
from host.power.marker import Pulses, busy_channels, find_pulses, pulses_between_falls
from host.power.meter import MarkerInput, MeterInfo
from host.power.method import Method
from host.power.rig import HeldTrace
from host.power.trace import Trace

CLOCKS_AGREE = 0.005  # share by which the meter's time and the board's may differ
Values = NDArray[np.float64]


@dataclass(frozen=True)
class InferenceWindow:
    """One window. starts_s, seconds_each, energies_j: float64, one of each inference; empty without a marker level.

    seconds and energy_j: from the first rise of the marker to its last fall, or what of a hold was surely inside.
    refused: why it is no figure; empty when it is one.
    """

    number: int
    seconds: float
    inferences: float
    energy_j: float
    mean_current_a: float
    mean_voltage_v: float
    lost: int
    starts_s: Values
    seconds_each: Values
    energies_j: Values
    uncertainty: float
    refused: str

    @property
    def gross_j(self) -> float:
        """Energy of an inference."""
        return self.energy_j / self.inferences if self.inferences else float("nan")

    @property
    def seconds_an_inference(self) -> float:
        """From one to the next."""
        return self.seconds / self.inferences if self.inferences else float("nan")

    def net_j(self, idle_w: float) -> float:
        """Energy of an inference, less what an idle board would have taken meanwhile."""
        return self.gross_j - idle_w * self.seconds_an_inference


@dataclass(frozen=True)
class StateFigure:
    """The mean of a state. repetitions: captures, inferences, frames sent in the whole hold, which took hold_s."""

    state: PowerState
    seconds: float
    mean_current_a: float
    mean_power_w: float
    mean_voltage_v: float
    lost: int
    repetitions: int
    hold_s: float
    awake_s: float
    uncertainty: float
    refused: str

    @property
    def seconds_each(self) -> float:
        """Of a repetition; NaN in a state without them."""
        return self.hold_s / self.repetitions if self.repetitions else float("nan")

    @property
    def energy_each_j(self) -> float:
        """Of a repetition; NaN in a state without them."""
        return self.mean_power_w * self.seconds_each


def state_figure(held: HeldTrace, method: Method, clock_hz: int) -> StateFigure:
    """Of what lies inside the hold for certain."""
    part, hold_s = held.trace.part(*held.inside), held.held.duration_us / 1e6
    refused = ""
    if part.lost:
        refused = _lost(part)
    elif part.seconds < 0.99 * method.seconds:
        why = "the meter fell behind"
        if hold_s < 0.99 * method.seconds:
            why = f"the board ended the state after {hold_s:.2f} s"
        refused = f"{part.seconds:.2f} s of samples where {method.seconds:g} s are needed: {why}"
    return StateFigure(
        state=held.state,
        seconds=part.seconds,
        mean_current_a=part.mean_current_a,
        mean_power_w=part.mean_power_w,
        mean_voltage_v=part.mean_voltage_v,
        lost=part.lost,
        repetitions=held.held.repetitions,
        hold_s=hold_s,
        awake_s=held.held.awake_cycles / clock_hz,
        uncertainty=held.uncertainty,
        refused=refused,
    )


def inference_window(
    number: int, held: HeldTrace, info: MeterInfo, method: Method, clock_hz: int
) -> InferenceWindow:
    """By the marker where the meter sees it, else by what the board says it did."""
    if info.marker is MarkerInput.NONE:
        return _held_window(number, held, method)
    trace, levels = held.trace, info.marker is MarkerInput.LEVEL
    find = find_pulses if levels else pulses_between_falls
    pulses = find(trace.bits, method.channel)
    seen = len(pulses) if levels or not len(pulses) else len(pulses) + 1
    refused = unseen(trace, method.channel, seen, held.held.repetitions)
    if refused and trace.lost:  # samples that are missing explain why pulses are
        refused = _lost(trace)
    window = marked_window(number, trace, pulses, method, each=levels, uncertainty=held.uncertainty)
    if levels and not (refused or window.refused):
        refused = _clocks_differ(window, held.held, clock_hz)
    return replace(window, refused=refused or window.refused)


def marked_window(
    number: int,
    trace: Trace,
    pulses: Pulses,
    method: Method,
    *,
    each: bool = True,
    uncertainty: float = 0.0,
) -> InferenceWindow:
    """From the first rise to the last fall. each: pulses are inferences, so that each has an energy of its own."""
    if not len(pulses):
        return _empty_window(number, trace)
    part = trace.part(int(pulses.rises[0]), int(pulses.falls[-1]))
    shown = pulses if each else Pulses(pulses.rises[:0], pulses.falls[:0])
    return InferenceWindow(
        number=number,
        seconds=part.seconds,
        inferences=len(pulses),
        energy_j=part.energy_j,
        mean_current_a=part.mean_current_a,
        mean_voltage_v=part.mean_voltage_v,
        lost=part.lost,
        starts_s=shown.rises / trace.rate_hz,
        seconds_each=(shown.falls - shown.rises) / trace.rate_hz,
        energies_j=energies_j(trace, shown),
        uncertainty=uncertainty,
        refused=_too_little(part, len(pulses), method),
    )


def energies_j(trace: Trace, pulses: Pulses) -> Values:
    """(n,) of each pulse."""
    if not len(pulses):
        return np.empty(0)
    total = np.concatenate([[0.0], np.cumsum(trace.power_w)]) / trace.rate_hz
    return np.asarray(total[pulses.falls] - total[pulses.rises], np.float64)


def unseen(trace: Trace, channel: int, seen: int, repetitions: int) -> str:
    """Why the marker cannot be trusted; empty when it was seen as often as the board made it."""
    if seen == repetitions and seen:
        return ""
    if seen:
        return (
            f"the marker was seen {seen} times, the board made {repetitions} inferences: check the wire "
            f"from A6 to the meter's input D{channel} and the ground between them"
        )
    others = [c for c in busy_channels(trace.bits) if c != channel]
    hint = f"; D{others[0]} changes: --channel {others[0]}" if others else ""
    return (
        f"the marker was not seen on the meter's input D{channel}: wire the board's pin A6 to it, "
        f"share the ground, and give the inputs their supply{hint}"
    )


def median_of(windows: list[InferenceWindow], idle_w: float | None) -> tuple[float, float | None]:
    """Median over windows of the gross and of the net energy of an inference; the latter needs the idle power."""
    gross = statistics.median(w.gross_j for w in windows)
    net = None if idle_w is None else statistics.median(w.net_j(idle_w) for w in windows)
    return gross, net


def _held_window(number: int, held: HeldTrace, method: Method) -> InferenceWindow:
    part = held.trace.part(*held.inside)
    seconds_each = held.held.duration_us / 1e6 / max(held.held.repetitions, 1)
    inferences = part.seconds / seconds_each if held.held.repetitions else 0.0
    none = np.empty(0)
    return InferenceWindow(
        number=number,
        seconds=part.seconds,
        inferences=inferences,
        energy_j=part.energy_j,
        mean_current_a=part.mean_current_a,
        mean_voltage_v=part.mean_voltage_v,
        lost=part.lost,
        starts_s=none,
        seconds_each=none,
        energies_j=none,
        uncertainty=held.uncertainty,
        refused=_too_little(part, inferences, method, slack=0.99),
    )


def _empty_window(number: int, trace: Trace) -> InferenceWindow:
    none, nothing = np.empty(0), float("nan")
    return InferenceWindow(
        number, 0.0, 0, 0.0, nothing, nothing, trace.lost, none, none, none, 0.0, "no inference"
    )


def _too_little(part: Trace, inferences: float, method: Method, slack: float = 1.0) -> str:
    if part.lost:
        return _lost(part)
    if part.seconds < method.seconds * slack:
        return f"the window has {part.seconds:.2f} s where {method.seconds:g} s are needed"
    if inferences < method.inferences * slack:
        whole = math.floor(inferences)
        return f"the window has {whole} inferences where {method.inferences} are needed"
    return ""


def _lost(part: Trace) -> str:
    return f"the meter lost {part.lost} samples inside: use another USB port or cable, close other programs"


def _clocks_differ(window: InferenceWindow, held: Held, clock_hz: int) -> str:
    """Losses that a meter does not notice (a PPK2 counts to 64) shorten the marker against the board's clock."""
    board_s = held.marked_cycles / clock_hz
    if not board_s:
        return ""
    share = float(window.seconds_each.sum()) / board_s - 1
    if abs(share) <= CLOCKS_AGREE:
        return ""
    return (
        f"the marker is {share:+.1%} of the time that the board counted: samples were lost unnoticed, "
        "or the meter's rate is another one"
    )
