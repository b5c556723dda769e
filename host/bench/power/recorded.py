"""Windows and idle power of a recording: there is no board to ask, the marker alone says what was done."""

from __future__ import annotations

import numpy as np

from host.base.errors import HostError
from host.bench.power.figures import PowerResult
from host.bench.power.tables import Rows
from host.link.messages import PowerState
from host.power.figures import StateFigure, marked_window
from host.power.marker import Pulses, busy_channels, find_pulses
from host.power.meter import MarkerInput
from host.power.method import Method
from host.power.recording import Recording

PAUSE = 10.0  # times the median pause between inferences: a pause that ends a stretch


def analyse_recording(recording: Recording, method: Method, rows: Rows) -> PowerResult:
    """Raises HostError when the marker is not in it."""
    trace, info = recording.trace, recording.info
    if info.marker is not MarkerInput.LEVEL:
        raise HostError(
            f"{info.name} has no digital column, so nothing says where an inference begins",
            "record the marker pin, too (D0-D7, D0 or marker)",
        )
    pulses = find_pulses(trace.bits, method.channel)
    if not len(pulses):
        others = [c for c in busy_channels(trace.bits) if c != method.channel]
        hint = f"; D{others[0]} changes: --channel {others[0]}" if others else ""
        raise HostError(f"the marker was not seen on D{method.channel} of {info.name}{hint}")
    result = PowerResult(info, method, trace.mean_voltage_v)
    rows.add_trace("recording", trace)
    idle = _idle(recording, pulses, method)
    if idle is not None:
        result.states.append(idle)
        rows.add_state(idle)
        result.notes.append("idle: the longest stretch of the recording without an inference")
    for part in cut(pulses, method, trace.rate_hz):
        window = marked_window(len(result.windows) + 1, trace, part, method)
        result.windows.append(window)
        rows.add_window(window, 0.0, trace, result.idle_w)
    if len(result.windows) < method.windows:
        result.notes.append(
            f"the recording holds {len(result.windows)} windows of {method.seconds:g} s and "
            f"{method.inferences} inferences; the method asks for {method.windows}: record longer"
        )
    return result


def cut(pulses: Pulses, method: Method, rate_hz: float) -> list[Pulses]:
    """Windows as short as the method allows, from stretches of inferences without a long pause; at most its number."""
    windows: list[Pulses] = []
    for first, end in _stretches(pulses):
        start = first
        for index in range(first, end):
            seconds = (pulses.falls[index] - pulses.rises[start]) / rate_hz
            count = index + 1 - start
            if seconds >= method.seconds and count >= method.inferences:
                windows.append(
                    Pulses(pulses.rises[start : index + 1], pulses.falls[start : index + 1])
                )
                start = index + 1
    if not windows:  # one that is too small says by how much
        first, end = max(_stretches(pulses), key=lambda s: s[1] - s[0])
        windows = [Pulses(pulses.rises[first:end], pulses.falls[first:end])]
    return windows[: method.windows]


def _stretches(pulses: Pulses) -> list[tuple[int, int]]:
    """Runs of pulses, first and last + 1, that no long pause interrupts."""
    pauses = pulses.rises[1:] - pulses.falls[:-1]
    if not len(pauses):
        return [(0, len(pulses))]
    length = float(np.median(pulses.falls - pulses.rises))
    longest = max(PAUSE * float(np.median(pauses)), length)
    ends = [int(i) + 1 for i in np.flatnonzero(pauses > longest)]
    return list(zip([0, *ends], [*ends, len(pulses)], strict=True))


def _idle(recording: Recording, pulses: Pulses, method: Method) -> StateFigure | None:
    """The longest stretch without an inference, if it is as long as a window."""
    trace = recording.trace
    starts = np.concatenate([[0], pulses.falls])
    ends = np.concatenate([pulses.rises, [len(trace)]])
    longest = int(np.argmax(ends - starts))
    part = trace.part(int(starts[longest]), int(ends[longest]))
    if part.seconds < method.seconds:
        return None
    refused = f"{part.lost} samples are missing" if part.lost else ""
    return StateFigure(
        PowerState.IDLE, part.seconds, part.mean_current_a, part.mean_power_w, part.mean_voltage_v,
        part.lost, 0, part.seconds, float("nan"), 0.0, refused,
    )  # fmt: skip
