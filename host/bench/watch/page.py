"""One watch of the always-on mode on a page."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from host.base.errors import HostError
from host.bench.latency.plots import plain_ticks
from host.bench.watch.tables import HEARTBEATS, VERDICTS
from host.power.battery import life_in_words, range_in_words
from host.report.blocks import Block, Plot, Section, Table, Tile
from host.report.conditions import place_words
from host.report.figure import COLOURS, new_figure, plot_style
from host.report.units import prefixed, split_unit
from host.runs.read import Run
from host.runs.typed_json import parse

MOST_SHOWN = 40  # changes of the verdict
UNKNOWN = "uncertainty not known"  # a run from before uncertainties were written


@dataclass(frozen=True)
class Figures:
    """Of the run's summary, as `watch --json` has it."""

    looks_per_minute: int
    looks: int
    blind_looks: int
    elapsed_s: float
    wake_messages: int
    cycles_estimated: bool
    awake_cycles_a_look: int
    awake_cycles_a_minute: int
    share_awake: float
    estimated_mean_current_a: float | None = None
    estimated_uncertainty: float | None = None
    estimated_life_hours: dict[str, float] = field(default_factory=dict)

    @property
    def how(self) -> str:
        """What the cycles are worth."""
        return "estimated" if self.cycles_estimated else "counted by the board"


def _figures(run: Run) -> Figures:
    if not run.summary:
        raise HostError(f"{run.directory} has no figures ({run.reason})", "measure again")
    return parse(Figures, run.summary, f"{run.directory}: summary")


def title(run: Run) -> str:
    """Model and board."""
    return f"Always on: {place_words(run)}"


def verdict(run: Run) -> str:
    """What watching costs."""
    found = _figures(run)
    return (
        f"{found.looks_per_minute} looks a minute keep the CPU awake {100 * found.share_awake:.2f} % of the "
        f"time, {found.how}: {found.looks} looks in {found.elapsed_s:,.1f} s, {found.blind_looks} of them blind, "
        f"{found.wake_messages} wake messages."
    )


def warnings(run: Run) -> list[str]:
    """Estimates."""
    found, lines = _figures(run), []
    if found.cycles_estimated:
        lines.append(f"ESTIMATED. Cycles: {run.conditions.cycles}.")
    if found.estimated_mean_current_a is not None:
        lines.append("ESTIMATED from datasheets: no meter measured these currents and energies.")
    return lines


def tiles(run: Run) -> tuple[Tile, ...]:
    """Awake, current, life."""
    found = _figures(run)
    shown = [
        Tile("CPU awake", f"{100 * found.share_awake:.2f}", "%", found.how),
        Tile("awake a minute", f"{found.awake_cycles_a_minute / 1e6:,.0f}", "M cycles", found.how),
        Tile("awake a look", f"{found.awake_cycles_a_look / 1e6:,.2f}", "M cycles", found.how),
    ]
    unsure = found.estimated_uncertainty
    if found.estimated_mean_current_a is not None:
        value, unit = split_unit(prefixed(found.estimated_mean_current_a, "A"))
        note = UNKNOWN if unsure is None else f"± {100 * unsure:.0f} %"
        shown.append(Tile("mean current, estimated", value, unit, note))
    for cell, hours in found.estimated_life_hours.items():
        value, unit = split_unit(life_in_words(hours))
        note = UNKNOWN if unsure is None else range_in_words(hours, unsure)
        shown.append(Tile("battery life, estimated", value, unit, f"{note}, {cell}"))
    return tuple(shown)


def sections(run: Run, prefix: str = "", name: str = "") -> list[Section]:
    """prefix: of figures' names, name: behind titles, where a page has several runs."""
    rows = run.columns(VERDICTS.name)
    changes = tuple(
        (f"{at:,.1f} s", f"{look:,}", "yes" if there else "no", f"{100 * score:.0f} %")
        for at, look, there, score in zip(*(rows[n].tolist() for n in VERDICTS.names), strict=True)
    )
    heading = ("since the start", "look", "verdict", "score")
    caption = (
        f"Each change of the verdict is one wake message: {len(changes):,}, the first {MOST_SHOWN} are shown. "
        "Between them the board says nothing."
    )
    table = Table(heading, changes[:MOST_SHOWN] or (("–", "–", "no change", "–"),), caption)
    blocks: tuple[Block, ...] = (_looks_plot(f"{prefix}looks", run), table)
    return [Section(f"Looks{name and ' of ' + name}", blocks)]


def _looks_plot(name: str, run: Run) -> Plot:
    """Cycles awake of each look, by the heartbeats; shaded while the watched label was there."""
    beats = run.columns(HEARTBEATS.name)
    looks = np.diff(beats["looks"], prepend=0)
    cycles = np.diff(beats["awake_cycles"], prepend=0) / np.maximum(looks, 1) / 1e6
    seconds = beats["elapsed_s"]
    with plot_style():
        figure = new_figure(9.0, 2.8)
        axes = figure.subplots()
        axes.plot(seconds, cycles, "o-", ms=3, lw=1, color=COLOURS[0], label="awake a look")
        if len(seconds):
            top = 1.15 * float(cycles.max())
            there = np.where(beats["verdict"], top, 0)  # up to the next look
            axes.fill_between(
                seconds,
                0,
                there,
                step="post",
                color=COLOURS[4],
                alpha=0.25,
                lw=0,
                label="verdict: yes",
            )
            axes.set_ylim(0, top)
        axes.set(title="looks", xlabel="seconds since the watch began", ylabel="M cycles")
        figure.legend(loc="outside lower center", ncols=2, fontsize=8.5)
        plain_ticks(axes)
    return Plot(
        name, figure, "The first look starts the camera; the means above are of the others."
    )
