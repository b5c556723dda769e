"""What a power run found, as plain values and as the JSON that is kept."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from host.link.messages import PowerState
from host.power.battery import (
    MINUTE_S,
    Battery,
    Look,
    battery_life_hours,
    duty_cycle_power_w,
    mixed_uncertainty,
)
from host.power.figures import InferenceWindow, StateFigure, median_of
from host.power.meter import MeterInfo
from host.power.method import Method

# that an always-on board lets pass after waking (Setting.WATCH_SETTLE_FRAMES at start)
SETTLE_FRAMES = 2


@dataclass
class PowerResult:
    """Grows while it is measured. idle: from a recording without states, else found among them."""

    info: MeterInfo
    method: Method
    supply_volt: float
    states: list[StateFigure] = field(default_factory=list)
    windows: list[InferenceWindow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def refusals(self) -> list[str]:
        """Why parts of it are no figures."""
        of_states = [f"{s.state.name.lower()}: {s.refused}" for s in self.states if s.refused]
        of_windows = [f"window {w.number}: {w.refused}" for w in self.windows if w.refused]
        return of_states + of_windows

    @property
    def complete(self) -> bool:
        """True when there is a figure to give: every window was fine, and as many as the method asks for."""
        return len(self.windows) >= self.method.windows and not any(w.refused for w in self.windows)

    @property
    def idle_w(self) -> float | None:
        """Mean power of an idle board; None when it is not known."""
        return self.power_w(PowerState.IDLE)

    def state(self, state: PowerState) -> StateFigure | None:
        """What was measured of a state, unless it was refused."""
        return next((s for s in self.states if s.state is state and not s.refused), None)

    def power_w(self, state: PowerState) -> float | None:
        """Mean power of a state."""
        found = self.state(state)
        return found.mean_power_w if found else None

    def energies_j(self) -> tuple[float, float | None] | None:
        """Gross and net energy of an inference, medians over the windows; None without a figure."""
        return median_of(self.windows, self.idle_w) if self.complete else None

    def percentiles_j(self) -> tuple[float, float] | None:
        """p50 and p95 of the gross energy over all inferences; None where the meter cannot tell them apart."""
        each = [w.energies_j for w in self.windows]
        if not self.complete or not sum(map(len, each)):
            return None
        p50, p95 = np.percentile(np.concatenate(each), (50, 95))
        return float(p50), float(p95)

    def seconds_an_inference(self) -> float | None:
        """Median over the windows."""
        if not self.complete:
            return None
        return float(np.median([w.seconds_an_inference for w in self.windows]))

    def look(self) -> Look | None:
        """A look of an always-on board: the sensor settles, one frame is captured and inferred."""
        camera, capture = self.state(PowerState.CAMERA_ON), self.state(PowerState.CAPTURE)
        energies, seconds = self.energies_j(), self.seconds_an_inference()
        if not (camera and capture and energies and seconds and capture.repetitions):
            return None
        settle_s = SETTLE_FRAMES * capture.seconds_each
        parts = (
            (camera.mean_power_w * settle_s, camera.uncertainty),
            (capture.energy_each_j, capture.uncertainty),
            (energies[0], self.uncertainty),
        )
        seconds += settle_s + capture.seconds_each
        return Look(sum(energy for energy, _ in parts), seconds, mixed_uncertainty(parts))

    @property
    def uncertainty(self) -> float:
        """Of an inference's energy, as a share; 0 of a measurement."""
        return _mean([window.uncertainty for window in self.windows]) or 0.0

    def without_pause(self) -> tuple[float, float] | None:
        """Mean power of a board that captures and infers by turns, its sensor streaming meanwhile; and how unsure."""
        camera, capture = self.state(PowerState.CAMERA_ON), self.state(PowerState.CAPTURE)
        energies, seconds = self.energies_j(), self.seconds_an_inference()
        if not (
            camera and capture and energies and seconds and self.idle_w and capture.repetitions
        ):
            return None
        sensor_w = camera.mean_power_w - self.idle_w
        parts = (
            (capture.energy_each_j, capture.uncertainty),
            (energies[0], self.uncertainty),
            (sensor_w * seconds, camera.uncertainty),
        )
        energy = sum(each for each, _ in parts)
        return energy / (capture.seconds_each + seconds), mixed_uncertainty(parts)


@dataclass(frozen=True)
class Life:
    """Of a battery under a duty cycle; looks_per_minute None: without a pause."""

    looks_per_minute: float | None
    average_power_w: float
    hours: float
    uncertainty: float = 0.0  # of an estimated power, as a share


def lives(result: PowerResult, battery: Battery, looks_per_minute: list[float]) -> list[Life]:
    """For each rate that fits, then without a pause. Empty when the states that it needs were not measured."""
    look, sleep = result.look(), result.state(PowerState.SLEEP)
    if look is None or sleep is None:
        return []
    sleep_w = sleep.mean_power_w
    found = []
    for rate in looks_per_minute:
        if rate * look.seconds <= MINUTE_S:
            duty_w = duty_cycle_power_w(sleep_w, look, rate)
            asleep = (sleep_w * (MINUTE_S - rate * look.seconds), sleep.uncertainty)
            unsure = mixed_uncertainty((asleep, (rate * look.energy_j, look.uncertainty)))
            found.append(Life(rate, duty_w, battery_life_hours(battery, duty_w), unsure))
    without = result.without_pause()
    if without is not None:
        power, unsure = without
        found.append(Life(None, power, battery_life_hours(battery, power), unsure))
    return found


def summary_of(
    result: PowerResult, battery: Battery, looks_per_minute: list[float]
) -> dict[str, Any]:
    """JSON values. Every figure's key begins with `measured_` or `estimated_`; what is not known is null."""
    kind = "estimated" if result.info.estimated else "measured"
    energies, percentiles = result.energies_j(), result.percentiles_j()
    figures = {
        "gross_energy_per_inference_j": energies[0] if energies else None,
        "net_energy_per_inference_j": energies[1] if energies else None,
        "gross_energy_p50_j": percentiles[0] if percentiles else None,
        "gross_energy_p95_j": percentiles[1] if percentiles else None,
        "seconds_per_inference": result.seconds_an_inference(),
        "inference_current_a": _mean([w.mean_current_a for w in result.windows]),
        "idle_power_w": result.idle_w,
    }
    return {
        "figures": kind,
        "method": _method(result),
        "meter": _meter(result.info),
        "supply_volt": result.supply_volt,
        **{f"{kind}_{name}": _finite(value) for name, value in figures.items()},
        "uncertainty": _finite(_mean([w.uncertainty for w in result.windows])),
        "windows": len(result.windows),
        "inferences": sum(float(w.inferences) for w in result.windows),
        "lost_samples": sum(w.lost for w in result.windows) + sum(s.lost for s in result.states),
        "refused": result.refusals,
        "short": result.method.short,
        "notes": result.notes,
        "states": [_state(figure, kind) for figure in result.states],
        "battery": _battery(result, battery, looks_per_minute, kind),
    }


def _method(result: PowerResult) -> dict[str, Any]:
    method = result.method
    return {
        "name": "MLPerf Tiny energy: median over windows of energy / inferences",
        "windows": method.windows,
        "least_seconds": method.seconds,
        "least_inferences": method.inferences,
        "marker_channel": method.channel,
        "marker": result.info.marker.value,
    }


def _meter(info: MeterInfo) -> dict[str, Any]:
    return {
        "name": info.name,
        "serial_number": info.serial_number,
        "rate_hz": info.rate_hz,
        "measures_voltage": info.measures_voltage,
        **info.settings,
    }


def _state(figure: StateFigure, kind: str) -> dict[str, Any]:
    return {
        "state": figure.state.name.lower(),
        "seconds": figure.seconds,
        f"{kind}_current_a": _finite(figure.mean_current_a),
        f"{kind}_power_w": _finite(figure.mean_power_w),
        f"{kind}_energy_each_j": _finite(figure.energy_each_j),
        "seconds_each": _finite(figure.seconds_each),
        "repetitions": figure.repetitions,
        "awake_share": _finite(figure.awake_s / figure.hold_s if figure.hold_s else math.nan),
        "uncertainty": _finite(figure.uncertainty),
        "lost_samples": figure.lost,
        "refused": figure.refused,
    }


def _battery(
    result: PowerResult, battery: Battery, looks_per_minute: list[float], kind: str
) -> dict[str, Any]:
    look = result.look()
    return {
        "capacity_mah": battery.capacity_mah,
        "volts": battery.volts,
        "usable": battery.usable,
        "efficiency": battery.efficiency,
        "settle_frames": SETTLE_FRAMES,
        f"{kind}_look_energy_j": look.energy_j if look else None,
        "look_s": look.seconds if look else None,
        "lives": [
            {
                "looks_per_minute": life.looks_per_minute,
                f"{kind}_average_power_w": life.average_power_w,
                "uncertainty": life.uncertainty,
                "estimated_hours": life.hours,
            }
            for life in lives(result, battery, looks_per_minute)
        ],
    }


def _mean(values: list[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
