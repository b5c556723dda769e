"""A power run for a person at a terminal."""

from __future__ import annotations

import math

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from host.bench.power.figures import PowerResult, lives
from host.power.battery import Battery, life_in_words
from host.power.currents import LABEL

STATE_NOTE = (
    "Capture: whole frames waited for, read and averaged, nothing else running; send: frames as fast as the port takes "
    "them. `bench latency` has both beside the model, where they take less"
)
LIFE_NOTE = (
    "Added up from the states above: a look lets the sensor settle, captures and infers. Starting the camera is not in "
    "it; `python -m host.bench watch` runs whole looks, so that its lives are shorter"
)
PREFIXES = ((1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"))


def power_tables(
    result: PowerResult, battery: Battery, looks_per_minute: list[float]
) -> RenderableType:
    """States, windows, the figure, the battery; and what they are worth."""
    parts: list[RenderableType] = [
        _states(result),
        Text(STATE_NOTE, "dim"),
        _windows(result),
        Text(),
    ]
    parts += [Text(line, style="bold") for line in _verdict(result)]
    parts += _lives(result, battery, looks_per_minute)
    parts += [Text(f"refused: {why}", style="bold red") for why in result.refusals]
    if result.method.short:
        parts.append(Text(result.method.short, style="bold red"))
    parts += [Text(note, style="dim") for note in result.notes]
    return Group(*parts)


def in_units(value: float | None, unit: str) -> str:
    """Three figures with a prefix."""
    if value is None or not math.isfinite(value):
        return "-"
    for scale, prefix in PREFIXES:
        if abs(value) >= scale:
            return f"{value / scale:#.3g}".rstrip(".") + f" {prefix}{unit}"
    return f"{value / PREFIXES[-1][0]:.2g} {PREFIXES[-1][1]}{unit}"


def _title(result: PowerResult, what: str) -> str:
    info = result.info
    how = LABEL if info.estimated else f"measured by {info.name} {info.serial_number}"
    return f"{what}, {how}, {result.supply_volt:g} V"


def _states(result: PowerResult) -> Table:
    table = Table(title=_title(result, "States"), title_justify="left", header_style="bold")
    uncertainty = ["±"] if result.info.estimated else []
    for name in (
        "state",
        "current",
        *uncertainty,
        "power",
        "each",
        "energy each",
        "CPU awake",
        "lost",
    ):
        table.add_column(name, justify="left" if name == "state" else "right", no_wrap=True)
    for figure in result.states:
        each = figure.seconds_each
        table.add_row(
            figure.state.name.lower().replace("_", " "),
            in_units(figure.mean_current_a, "A"),
            *([f"{figure.uncertainty:.0%}"] if uncertainty else []),
            in_units(figure.mean_power_w, "W"),
            "-" if math.isnan(each) else f"{1000 * each:.1f} ms",
            in_units(figure.energy_each_j, "J"),
            f"{figure.awake_s / figure.hold_s:.1%}" if figure.hold_s else "-",
            str(figure.lost),
            style="red" if figure.refused else "",
        )
    return table


def _windows(result: PowerResult) -> Table:
    table = Table(title=_title(result, "Windows"), title_justify="left", header_style="bold")
    for name in ("window", "seconds", "inferences", "energy", "gross each", "net each", "lost"):
        table.add_column(name, justify="right", no_wrap=True)
    idle_w = result.idle_w
    for window in result.windows:
        net = None if idle_w is None else window.net_j(idle_w)
        table.add_row(
            str(window.number),
            f"{window.seconds:.3f}",
            f"{window.inferences:.4g}",
            in_units(window.energy_j, "J"),
            in_units(window.gross_j, "J"),
            in_units(net, "J"),
            str(window.lost),
            style="red" if window.refused else "",
        )
    return table


def _verdict(result: PowerResult) -> list[str]:
    energies, percentiles = result.energies_j(), result.percentiles_j()
    if energies is None:
        return ["No figure: see what was refused below."]
    how = "estimated" if result.info.estimated else "measured"
    uncertainty = f" ± {result.windows[0].uncertainty:.0%}" if result.info.estimated else ""
    net = in_units(energies[1], "J") if energies[1] is not None else "not known (no idle state)"
    lines = [
        f"Energy of an inference, {how}: {in_units(energies[0], 'J')}{uncertainty} gross, {net} net of idling; "
        f"median of {len(result.windows)} window{'s' * (len(result.windows) != 1)}"
    ]
    if percentiles:
        count = sum(len(w.energies_j) for w in result.windows)
        p50, p95 = (in_units(value, "J") for value in percentiles)
        lines.append(f"Single inferences, {how}: p50 {p50}, p95 {p95}, of {count}")
    return lines


def _lives(
    result: PowerResult, battery: Battery, looks_per_minute: list[float]
) -> list[RenderableType]:
    found = lives(result, battery, looks_per_minute)
    if not found:
        return []
    title = (
        f"A battery of {battery.capacity_mah:g} mAh, {battery.volts:g} V, {battery.usable:.0%} of it usable, "
        f"{battery.efficiency:.0%} of that through its regulator: life, estimated"
    )
    table = Table(header_style="bold")
    for name in ("looks a minute", "average power", "life"):
        table.add_column(name, justify="right", no_wrap=True)
    for life in found:
        rate = "no pause" if life.looks_per_minute is None else f"{life.looks_per_minute:g}"
        table.add_row(
            rate, in_units(life.average_power_w, "W"), life_in_words(life.hours, life.uncertainty)
        )
    return [Text(), Text(title), table, Text(LIFE_NOTE, "dim")]
