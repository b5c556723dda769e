"""The figures of a power run's summary, checked: its file is untrusted."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

from host.base.errors import HostError
from host.bench.power.tables import KIND
from host.power.meter import meter_words
from host.runs.read import Run
from host.runs.typed_json import parse

KINDS = ("measured", "estimated")


@dataclass(frozen=True)
class SavedState:
    """One held state. NaN: not known, or it has no repetitions."""

    state: str
    seconds: float
    current_a: float
    power_w: float
    energy_each_j: float
    seconds_each: float
    awake_share: float
    refused: str
    uncertainty: float  # as a share


@dataclass(frozen=True)
class SavedLife:
    """Of a battery. looks_per_minute None: without a pause."""

    looks_per_minute: float | None
    average_power_w: float
    hours: float
    uncertainty: float  # of the power, as a share; 0: measured, or not known


@dataclass(frozen=True)
class _Meter:
    name: str
    serial_number: str
    rate_hz: float


@dataclass(frozen=True)
class _Battery:
    capacity_mah: float
    volts: float
    usable: float
    efficiency: float
    lives: tuple[dict[str, Any], ...]


@dataclass(frozen=True, kw_only=True)
class _Measurement:
    """What the page shows as the file has it. uncertainty: of an estimate, as a share."""

    supply_volt: float
    windows: int
    inferences: float
    lost_samples: int
    refused: tuple[str, ...]
    short: str
    notes: tuple[str, ...]
    uncertainty: float | None = None


@dataclass(frozen=True, kw_only=True)
class _Saved(_Measurement):
    figures: str
    meter: _Meter
    states: tuple[dict[str, Any], ...]
    battery: _Battery


@dataclass(frozen=True, kw_only=True)
class PowerFigures(_Measurement):
    """Energies in joules, currents in amperes; None: there is no figure. word: measured or estimated."""

    word: str
    gross_j: float | None
    net_j: float | None
    p50_j: float | None
    p95_j: float | None
    seconds_per_inference: float | None
    inference_current_a: float | None
    idle_power_w: float | None
    meter: str
    states: tuple[SavedState, ...]
    battery: str
    lives: tuple[SavedLife, ...]

    @property
    def estimated(self) -> bool:
        """True when no meter measured it."""
        return self.word == "estimated"


def power_figures(run: Run) -> PowerFigures:
    """Raises HostError for a run of another tool, or one without figures."""
    if run.kind != KIND:
        raise HostError(f"{run.directory} is a run of {run.kind}, not of {KIND}")
    if not run.summary:
        raise HostError(f"{run.directory} has no figures ({run.reason})", "measure again")
    where = f"{run.directory}: summary"
    saved = parse(_Saved, run.summary, where)
    word = saved.figures
    if word not in KINDS:
        raise HostError(f"{where}: figures must be measured or estimated, not {word[:40]!r}")

    def known(name: str) -> float | None:
        value = _number(run.summary, f"{word}_{name}", where)
        return None if math.isnan(value) else value

    battery = saved.battery
    return PowerFigures(
        word=word,
        gross_j=known("gross_energy_per_inference_j"),
        net_j=known("net_energy_per_inference_j"),
        p50_j=known("gross_energy_p50_j"),
        p95_j=known("gross_energy_p95_j"),
        seconds_per_inference=known("seconds_per_inference"),
        inference_current_a=known("inference_current_a"),
        idle_power_w=known("idle_power_w"),
        **{field.name: getattr(saved, field.name) for field in fields(_Measurement)},
        meter=meter_words(saved.meter.name, saved.meter.serial_number, saved.meter.rate_hz),
        states=tuple(_state(state, word, where) for state in saved.states),
        battery=f"{battery.capacity_mah:g} mAh, {battery.volts:g} V, {battery.usable:.0%} of it usable, "
        f"{battery.efficiency:.0%} through the regulator",
        lives=tuple(_life(life, word, where) for life in battery.lives),
    )


def _state(state: dict[str, Any], word: str, where: str) -> SavedState:
    return SavedState(
        state=str(state.get("state", ""))[:40],
        seconds=_number(state, "seconds", where),
        current_a=_number(state, f"{word}_current_a", where),
        power_w=_number(state, f"{word}_power_w", where),
        energy_each_j=_number(state, f"{word}_energy_each_j", where),
        seconds_each=_number(state, "seconds_each", where),
        awake_share=_number(state, "awake_share", where),
        refused=str(state.get("refused", ""))[:400],
        uncertainty=_share(state, where),
    )


def _life(life: dict[str, Any], word: str, where: str) -> SavedLife:
    looks = _number(life, "looks_per_minute", where)
    return SavedLife(
        looks_per_minute=None if math.isnan(looks) else looks,
        average_power_w=_number(life, f"{word}_average_power_w", where),
        hours=_number(life, "estimated_hours", where),
        uncertainty=_share(life, where),
    )


def _share(values: dict[str, Any], where: str) -> float:
    """An uncertainty: 0 where there is none; below 1, as a power of 0 or less is none."""
    share = _number(values, "uncertainty", where)
    return min(max(share, 0.0), 0.99) if math.isfinite(share) else 0.0


def _number(values: dict[str, Any], key: str, where: str) -> float:
    """NaN for null."""
    value = values.get(key)
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise HostError(f"{where}.{key} must be a number: the file is damaged")
    return float(value)
