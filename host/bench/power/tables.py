"""The tables of a power run, and how traces and figures become their rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from host.power.figures import InferenceWindow, StateFigure
from host.power.meter import MarkerInput, MeterInfo
from host.power.trace import Trace
from host.runs.layout import Column, Layout
from host.runs.write import RunWriter

KIND = "power"
BIN_S = 1e-3  # of the trace that is kept
DETAIL_INFERENCES = 3  # that are kept at the meter's full rate
DETAIL_SAMPLES = 200_000  # at most


def layouts(info: MeterInfo) -> tuple[Layout, ...]:
    """Whether currents are measured or estimated stands in every column's meaning."""
    how = "ESTIMATED from datasheets" if info.estimated else "measured"
    return (
        Layout("trace", _trace_columns(how), csv=False),
        Layout("detail", _detail_columns(how), csv=False),
        Layout("windows", _window_columns(how)),
        Layout("states", _state_columns(how)),
        Layout("inferences", _inference_columns(how)),
    )


def _trace_columns(how: str) -> tuple[Column, ...]:
    """how, here and below: where the currents come from."""
    amperes = f"A, {how}"
    return (
        Column("time_s", "float64", "since the run's first sample; pauses between holds left out"),
        Column("current_a", "float32", f"{amperes}, mean of a millisecond"),
        Column("current_min_a", "float32", f"{amperes}, least in it"),
        Column("current_max_a", "float32", f"{amperes}, most in it"),
        Column("marker", "bool", "the marker pin was high in it"),
        Column("segment", "text", "which hold"),
    )


def _detail_columns(how: str) -> tuple[Column, ...]:
    return (
        Column("time_s", "float64", "as in trace"),
        Column("current_a", "float32", f"A, {how}, every sample"),
        Column("marker", "bool", "the marker pin"),
    )


def _window_columns(how: str) -> tuple[Column, ...]:
    amperes, joules = f"A, {how}", f"J, {how}"
    return (
        Column("window", "int64", "number, from 1"),
        Column("start_s", "float64", "of its first inference, as in trace"),
        Column("seconds", "float64", "first rise of the marker to its last fall"),
        Column("inferences", "float64", "in it"),
        Column("energy_j", "float64", f"{joules}, of all of it"),
        Column("gross_j", "float64", f"{joules}, of an inference"),
        Column("net_j", "float64", f"{joules}, less what idling would have taken; NaN: not known"),
        Column("current_a", "float64", f"{amperes}, mean"),
        Column("voltage_v", "float64", "of the supply"),
        Column("lost", "int64", "samples that are missing inside"),
        Column("refused", "text", "why it is no figure; empty: it is one"),
    )


def _state_columns(how: str) -> tuple[Column, ...]:
    return (
        Column("state", "text", "PowerState"),
        Column("seconds", "float64", "that were measured"),
        Column("current_a", "float64", f"A, {how}, mean"),
        Column("power_w", "float64", f"W, {how}, mean"),
        Column("energy_each_j", "float64", f"J, {how}, of a repetition; NaN: none"),
        Column("seconds_each", "float64", "of a repetition; NaN: none"),
        Column("repetitions", "int64", "captures, inferences or frames in the whole hold"),
        Column("awake_share", "float64", "of the time, by the board's own count"),
        Column("lost", "int64", "samples that are missing inside"),
        Column("refused", "text", "why it is no figure; empty: it is one"),
    )


def _inference_columns(how: str) -> tuple[Column, ...]:
    return (
        Column("window", "int64", "number, from 1"),
        Column("inference", "int64", "in the window, from 1"),
        Column("start_s", "float64", "as in trace"),
        Column("seconds", "float64", "the marker was high"),
        Column("energy_j", "float64", f"J, {how}, gross"),
    )


class Rows:
    """Writes holds one behind the other on one axis of time."""

    def __init__(self, run: RunWriter, info: MeterInfo, channel: int) -> None:
        self._run, self._info, self._channel = run, info, channel
        self._start_s = 0.0
        self._detailed = False

    def add_trace(self, segment: str, trace: Trace) -> float:
        """A hold, in bins; returns the time of its first sample."""
        start, self._start_s = self._start_s, self._start_s + trace.seconds
        if len(trace):
            columns = binned(trace, self._high(trace))
            columns["time_s"] = columns["time_s"] + start
            columns["segment"] = [segment] * len(columns["time_s"])
            self._run.extend("trace", columns)
        return start

    def add_window(
        self, window: InferenceWindow, start_s: float, trace: Trace, idle_w: float | None
    ) -> None:
        """A window, its inferences, and the first ones at full rate. start_s: of its hold's first sample."""
        numbers = range(1, len(window.energies_j) + 1)
        for n, at, seconds, energy in zip(
            numbers, window.starts_s, window.seconds_each, window.energies_j, strict=True
        ):
            row = (window.number, n, start_s + float(at), float(seconds), float(energy))
            self._run.append("inferences", *row)
        if len(window.energies_j) and not self._detailed:
            self._detailed = True
            self._add_detail(window, start_s, trace)
        first = float(window.starts_s[0]) if len(window.starts_s) else 0.0
        net = float("nan") if idle_w is None else window.net_j(idle_w)
        self._run.append(
            "windows", window.number, start_s + first, window.seconds, float(window.inferences),
            window.energy_j, window.gross_j, net, window.mean_current_a, window.mean_voltage_v,
            window.lost, window.refused,
        )  # fmt: skip

    def add_state(self, figure: StateFigure) -> None:
        """A row of `states`."""
        awake = figure.awake_s / figure.hold_s if figure.hold_s else float("nan")
        self._run.append(
            "states", figure.state.name.lower(), figure.seconds, figure.mean_current_a,
            figure.mean_power_w, figure.energy_each_j, figure.seconds_each, figure.repetitions, awake,
            figure.lost, figure.refused,
        )  # fmt: skip

    def _high(self, trace: Trace) -> NDArray[np.bool_]:
        if self._info.marker is not MarkerInput.LEVEL or not len(trace.bits):
            return np.zeros(len(trace), np.bool_)
        return (trace.bits >> self._channel & 1).astype(np.bool_)

    def _add_detail(self, window: InferenceWindow, start_s: float, trace: Trace) -> None:
        last = min(DETAIL_INFERENCES, len(window.starts_s)) - 1
        room = 0.1 * window.seconds_each[0]
        end_s = window.starts_s[last] + window.seconds_each[last] + room
        start = max(0, round((window.starts_s[0] - room) * trace.rate_hz))
        part = trace.part(start, min(round(end_s * trace.rate_hz), start + DETAIL_SAMPLES))
        times = start_s + (start + np.arange(len(part))) / trace.rate_hz
        columns = {"time_s": times, "current_a": part.current_a, "marker": self._high(part)}
        self._run.extend("detail", columns)


def binned(trace: Trace, high: NDArray[np.bool_]) -> dict[str, Any]:
    """Bins of BIN_S: time of the first sample, mean, least and most current, any marker; all but time float32/bool."""
    size = max(1, round(trace.rate_hz * BIN_S))
    starts = np.arange(0, len(trace), size)
    counts = np.diff(np.append(starts, len(trace)))
    current = trace.current_a
    return {
        "time_s": starts / trace.rate_hz,
        "current_a": (np.add.reduceat(current.astype(np.float64), starts) / counts).astype(
            np.float32
        ),
        "current_min_a": np.minimum.reduceat(current, starts),
        "current_max_a": np.maximum.reduceat(current, starts),
        "marker": np.logical_or.reduceat(high, starts),
    }
