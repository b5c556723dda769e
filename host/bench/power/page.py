"""One power run on a page."""

from __future__ import annotations

import math

from host.bench.power.plots import detail_plot, energies_plot, states_plot, trace_plot
from host.bench.power.saved_figures import PowerFigures, power_figures
from host.bench.power.show import LIFE_NOTE, STATE_NOTE
from host.power.battery import life_in_words, range_in_words
from host.report.blocks import Block, Paragraph, Section, Table, Tile
from host.report.conditions import place_words
from host.report.units import prefixed, split_unit
from host.runs.read import Run


def power_title(run: Run) -> str:
    """Model and board."""
    return f"Energy: {place_words(run)}"


def power_verdict(run: Run) -> str:
    """The number an engineer wants, or that there is none."""
    found = power_figures(run)
    if found.gross_j is None:
        why = "see what was refused" if found.refused else "it ended before its windows were whole"
        return f"No figure of energy: {why}."
    net = f", {prefixed(found.net_j, 'J')} net of idling" if found.net_j is not None else ""
    relative_uncertainty = (
        f" ± {found.uncertainty:.0%}" if found.estimated and found.uncertainty else ""
    )
    return (
        f"An inference takes {prefixed(found.gross_j, 'J')}{relative_uncertainty} gross{net}, {found.word} at "
        f"{found.supply_volt:g} V: median of {found.windows} windows, {found.inferences:,.0f} inferences, "
        f"{found.lost_samples} samples lost."
    )


def power_warnings(run: Run) -> list[str]:
    """Estimates, refusals, short windows."""
    found = power_figures(run)
    lines = [f"refused: {why}" for why in found.refused]
    if found.estimated:
        lines.insert(0, "ESTIMATED from datasheets: no meter measured these currents and energies.")
    if found.short:
        lines.append(found.short)
    return lines


def power_tiles(run: Run) -> tuple[Tile, ...]:
    """Energy, current, life."""
    found = power_figures(run)
    unsure = f"± {found.uncertainty:.0%}, " if found.estimated and found.uncertainty else ""
    tiles = [
        _tile(
            f"energy an inference, gross, {found.word}",
            found.gross_j,
            "J",
            f"{unsure}median of windows",
        ),
        _tile(f"net of idling, {found.word}", found.net_j, "J", "less what idling takes meanwhile"),
        _tile(
            f"current while inferring, {found.word}",
            found.inference_current_a,
            "A",
            f"{unsure}mean",
        ),
    ]
    paused = [life for life in found.lives if life.looks_per_minute is not None]
    if paused:
        value, unit = split_unit(life_in_words(paused[0].hours))
        rate = paused[0].looks_per_minute
        label = f"battery life, {rate:g} look{'' if rate == 1 else 's'} a minute, estimated"
        life = paused[0]
        span = f"{range_in_words(life.hours, life.uncertainty)}, " if life.uncertainty else ""
        tiles.append(Tile(label, value, unit, span + found.battery.split(",")[0]))
    return tuple(tiles)


def power_sections(run: Run, prefix: str = "", name: str = "") -> list[Section]:
    """prefix: of figures' names, name: behind titles, where a page has several runs."""
    found, tail = power_figures(run), name and f" of {name}"
    traces: list[Block] = [trace_plot(f"{prefix}current", run, found.word)]
    detail = detail_plot(f"{prefix}inferences", run, found.word)
    if detail:
        traces.append(detail)
    sections = [
        Section(f"Current{tail}", tuple(traces)),
        Section(f"Energy{tail}", _energy(run, found, prefix)),
    ]
    if found.states:
        sections.append(Section(f"States{tail}", _state_blocks(found, prefix)))
    if found.lives:
        sections.append(Section(f"Battery{tail}", (_lives(found),)))
    if found.notes:
        sections.append(Section(f"Notes{tail}", tuple(Paragraph(note) for note in found.notes)))
    return sections


def _energy(run: Run, found: PowerFigures, prefix: str) -> tuple[Block, ...]:
    rows = run.columns("windows")
    table = Table(
        (
            "window",
            "seconds",
            "inferences",
            "energy",
            "gross each",
            "net each",
            "mean current",
            "lost",
        ),
        tuple(
            (
                str(rows["window"][i]),
                f"{rows['seconds'][i]:.3f}",
                f"{rows['inferences'][i]:.5g}",
                prefixed(rows["energy_j"][i], "J", 4),
                prefixed(rows["gross_j"][i], "J", 4),
                prefixed(rows["net_j"][i], "J", 4),
                prefixed(rows["current_a"][i], "A", 4),
                str(rows["lost"][i]),
            )
            for i in range(len(rows["window"]))
        ),
        f"{found.word} by {found.meter}; the median over the windows is quoted (MLPerf Tiny's method)",
    )
    each = run.columns("inferences", ["energy_j"])["energy_j"]
    if not len(each):
        return (table,)
    return (table, energies_plot(f"{prefix}energies", each, found.word))


def _state_blocks(found: PowerFigures, prefix: str) -> tuple[Block, ...]:
    if not any(state.current_a > 0 for state in found.states):
        return (_states(found),)
    return (states_plot(f"{prefix}states", found.states, found.word), _states(found))


def _states(found: PowerFigures) -> Table:
    heading = (
        "state",
        "current",
        *(("±",) if found.estimated else ()),
        "power",
        "each takes",
        "energy each",
        "CPU awake",
        "seconds",
        "refused",
    )
    rows = tuple(
        (
            state.state.replace("_", " "),
            prefixed(state.current_a, "A"),
            *(
                (f"{state.uncertainty:.0%}" if state.uncertainty else "–",)
                if found.estimated
                else ()
            ),
            prefixed(state.power_w, "W"),
            prefixed(state.seconds_each, "s"),
            prefixed(state.energy_each_j, "J"),
            "–" if math.isnan(state.awake_share) else f"{state.awake_share:.1%}",
            f"{state.seconds:.2f}",
            state.refused or "–",
        )
        for state in found.states
    )
    return Table(heading, rows, f"{found.word} at {found.supply_volt:g} V. {STATE_NOTE}.")


def _lives(found: PowerFigures) -> Table:
    rows = tuple(
        (
            "without a pause" if life.looks_per_minute is None else f"{life.looks_per_minute:g}",
            prefixed(life.average_power_w, "W"),
            life_in_words(life.hours, life.uncertainty),
        )
        for life in found.lives
    )
    return Table(
        ("looks a minute", "average power", "life"),
        rows,
        f"Estimated for {found.battery}: the board sleeps between looks. {LIFE_NOTE}.",
    )


def _tile(label: str, value: float | None, unit: str, note: str) -> Tile:
    number, shown = split_unit(prefixed(value, unit))
    return Tile(label, number, shown, note)
