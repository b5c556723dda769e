"""Energy of an inference by MLPerf Tiny's method: between two timestamps, pulses of the board's marker pin."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.bench.mlperf.dialogue import Dialogue
from host.bench.mlperf.modes import (
    PATIENCE,
    WARM_UPS,
    Say,
    iterations_for,
)
from host.power.collector import Collector
from host.power.marker import find_pulses, pulses_between_falls
from host.power.meter import MarkerInput, MeterInfo
from host.power.method import Method
from host.power.trace import Trace, join

AFTER_S = 0.3  # until the last pulse has reached a meter's buffer


class Recorder(Protocol):
    """What keeps a meter's samples while the board works."""

    info: MeterInfo

    def begin(self) -> None:
        """Samples count from here."""

    def end(self, volts: float) -> tuple[Trace, float]:
        """The samples since begin(), and how far their mean may be off, as a share: 0 for a meter."""


class MeterRecorder:
    """A meter that a Collector reads."""

    def __init__(
        self,
        collector: Collector,
        info: MeterInfo,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.info, self._collector, self._pause = info, collector, pause

    def begin(self) -> None:
        """See Recorder."""
        self._pause(AFTER_S)
        self._collector.begin()
        self._pause(AFTER_S)

    def end(self, volts: float) -> tuple[Trace, float]:
        """See Recorder."""
        self._pause(AFTER_S)
        return join(self._collector.end(), self.info.rate_hz, volts), 0.0


@dataclass(frozen=True)
class EnergyWindow:
    """Between two timestamps. uncertainty: a share, of estimates. refused: why it is no figure."""

    iterations: int
    seconds: float
    energy_j: float
    lost: int
    uncertainty: float
    refused: str = ""

    @property
    def joules_each(self) -> float:
        """Of an inference, gross."""
        return self.energy_j / self.iterations


@dataclass(frozen=True)
class Energy:
    """windows: a repetition each, all good. short: why it is no figure to quote, else empty."""

    windows: tuple[EnergyWindow, ...]
    info: MeterInfo
    volts: float
    short: str

    @property
    def median_j(self) -> float:
        """Of an inference: what counts."""
        return statistics.median(window.joules_each for window in self.windows)


def between_timestamps(
    trace: Trace, info: MeterInfo, channel: int, iterations: int, relative_uncertainty: float = 0.0
) -> EnergyWindow:
    """The part between the two pulses. A pin that is high but for two pulses has one whole time high: that part."""
    find = pulses_between_falls if info.marker is MarkerInput.FALLS else find_pulses
    pulses = find(trace.bits, channel) if len(trace.bits) else None
    if pulses is None or len(pulses) != 1:
        seen = "no digital input" if pulses is None else f"{len(pulses)} whole windows"
        refused = (
            f"the timestamps were not seen ({seen}): wire the board's marker pin A6 to the meter's "
            f"digital input {channel}"
        )
        return EnergyWindow(iterations, 0.0, 0.0, trace.lost, relative_uncertainty, refused)
    part = trace.part(int(pulses.rises[0]), int(pulses.falls[0]))
    lost = f"{part.lost} samples were lost in the window" if part.lost else ""
    return EnergyWindow(
        iterations, part.seconds, part.energy_j, part.lost, relative_uncertainty, lost
    )


def measure_energy(
    dialogue: Dialogue,
    recorder: Recorder,
    inputs: Sequence[NDArray[np.uint8]],
    volts: float,
    method: Method,
    say: Say = lambda _: None,
    keep: Callable[[EnergyWindow], None] = lambda _: None,
) -> Energy:
    """Raises HostError when a window is no figure: samples lost, or timestamps not seen."""
    dialogue.load(inputs[0])
    iterations = iterations_for(dialogue, method.seconds)
    dialogue.choose_energy(True)
    windows: list[EnergyWindow] = []
    for number in range(method.windows):
        if number > 0:
            dialogue.load(inputs[number % len(inputs)])
        recorder.begin()
        dialogue.infer(iterations, WARM_UPS, PATIENCE * (method.seconds + 10))
        trace, relative_uncertainty = recorder.end(volts)
        window = between_timestamps(
            trace, recorder.info, method.channel, iterations, relative_uncertainty
        )
        if window.refused:
            raise HostError(f"window {number + 1}: {window.refused}")
        windows.append(window)
        keep(window)
        say(
            f"window {number + 1} of {method.windows}: {iterations} inferences in "
            f"{window.seconds:.2f} s, {1e3 * window.joules_each:.3f} mJ each"
        )
    dialogue.choose_energy(False)
    return Energy(tuple(windows), recorder.info, volts, short_of(windows))


def short_of(windows: Sequence[EnergyWindow]) -> str:
    """Why they are no figure to quote, else empty: as they were, not as they were asked for."""
    least = math.floor(100 * min(window.seconds for window in windows)) / 100
    fewest = min(window.iterations for window in windows)
    return Method(len(windows), least, fewest).short
