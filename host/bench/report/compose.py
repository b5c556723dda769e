"""Runs of any kind that is known here -> one page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from host.base.errors import HostError
from host.bench.latency import page as latency
from host.bench.latency.compare import LatencyRun, latency_run
from host.bench.latency.tables import KIND as LATENCY
from host.bench.mlperf import page as mlperf
from host.bench.mlperf.tables import KIND as MLPERF
from host.bench.power import page as power
from host.bench.power.tables import KIND as POWER
from host.bench.report.comparison import latency_comparison, power_comparison
from host.bench.watch import page as watch
from host.bench.watch.tables import KIND as WATCH
from host.report.blocks import Page, Section, Tile
from host.report.conditions import conditions_section, warnings_of
from host.runs.read import Run

SIMPLE = {WATCH: watch, MLPERF: mlperf}  # shown one behind the other, not compared
FOOTER = "Made by python -m host.bench report. This file loads nothing; its figures lie beside it as PNG."


def page_of(runs: Sequence[Run]) -> Page:
    """One run: its page. Several: first how they compare, then each. Raises HostError for other kinds."""
    for run in runs:
        if run.kind not in (LATENCY, POWER, *SIMPLE):
            raise HostError(
                f"{run.directory} is a run of {run.kind[:40]}, which this report does not know; it shows "
                f"{', '.join((LATENCY, POWER, *SIMPLE))}"
            )
    latencies = [latency_run(run) for run in runs if run.kind == LATENCY]
    powers = [run for run in runs if run.kind == POWER]
    others = [run for run in runs if run.kind in SIMPLE]
    alone = SIMPLE[runs[0].kind] if len(runs) == len(others) == 1 else None
    return Page(
        title=alone.title(runs[0]) if alone else _title(latencies, powers, others),
        verdict=" ".join([*_verdicts(latencies, powers), *_other_verdicts(others, len(runs))]),
        tiles=(*_tiles(latencies, powers), *(alone.tiles(runs[0]) if alone else ())),
        warnings=tuple(_warnings(runs, latencies, powers, others)),
        sections=(*_sections(latencies, powers, others), *_other_sections(others, len(runs))),
        footer=FOOTER,
    )


def _title(latencies: list[LatencyRun], powers: list[Run], others: list[Run]) -> str:
    if others:
        return f"{len(latencies) + len(powers) + len(others)} runs"
    if len(latencies) == 1 and not powers:
        return latency.latency_title(latencies[0])
    if len(powers) == 1 and not latencies:
        return power.power_title(powers[0])
    if len(latencies) == len(powers) == 1:
        return latency.latency_title(latencies[0]).replace("Latency", "Latency and energy")
    return f"{len(latencies) + len(powers)} runs compared"


def _other_verdicts(others: list[Run], count: int) -> list[str]:
    verdicts = [(run.directory.name, SIMPLE[run.kind].verdict(run)) for run in others]
    return [f"{name}: {line}" if count > 1 else line for name, line in verdicts]


def _other_sections(others: list[Run], count: int) -> list[Section]:
    found: list[Section] = []
    for number, run in enumerate(others, 1):
        name = run.directory.name if count > 1 else ""
        prefix = f"{run.kind}_{_slug(run.directory, number)}_" if count > 1 else ""
        found += SIMPLE[run.kind].sections(run, prefix, name)
        found.append(conditions_section(run, name))
    return found


def _verdicts(latencies: list[LatencyRun], powers: list[Run]) -> list[str]:
    several = max(len(latencies), len(powers)) > 1
    verdicts = [(of.name, latency.latency_verdict(of)) for of in latencies]
    verdicts += [(run.directory.name, power.power_verdict(run)) for run in powers]
    return [f"{name}: {line}" if several else line for name, line in verdicts]


def _tiles(latencies: list[LatencyRun], powers: list[Run]) -> tuple[Tile, ...]:
    """Where one run of a kind is shown, its own."""
    own = latency.latency_tiles(latencies[0]) if len(latencies) == 1 else ()
    return (*own, *(power.power_tiles(powers[0]) if len(powers) == 1 else ()))


def _warnings(
    runs: Sequence[Run], latencies: list[LatencyRun], powers: list[Run], others: list[Run]
) -> list[str]:
    """Each once, however many runs it is true of."""
    lines = [line for run in runs for line in warnings_of(run)] + _unlike(runs)
    lines += [
        _of(of.name, line, latencies) for of in latencies for line in latency.latency_warnings(of)
    ]
    lines += [
        _of(p.directory.name, line, powers) for p in powers for line in power.power_warnings(p)
    ]
    lines += [
        _of(o.directory.name, line, runs) for o in others for line in SIMPLE[o.kind].warnings(o)
    ]
    return list(dict.fromkeys(lines))


def _unlike(runs: Sequence[Run]) -> list[str]:
    """Virtual boards that were charged unlike: a time of the one does not belong to an energy of the other."""
    held_for = {
        run.directory.name: run.conditions.board.held_for
        for run in runs
        if run.conditions.board is not None and run.conditions.board.held_for
    }
    if len(set(held_for.values())) < 2:
        return []
    each = "; ".join(f"{name}: {held}" for name, held in held_for.items())
    return [
        f"These runs were not charged alike, so their times and energies differ by that: {each}."
    ]


def _of(name: str, line: str, runs: Sequence[object]) -> str:
    """A warning with its run's name, where there are several; an estimate is one whatever its name."""
    return line if len(runs) == 1 or line.startswith("ESTIMATED") else f"{name}: {line}"


def _sections(latencies: list[LatencyRun], powers: list[Run], others: list[Run]) -> list[Section]:
    sections: list[Section] = []
    if len(latencies) > 1:
        sections.append(latency_comparison(latencies))
    if len(powers) > 1:
        sections.append(power_comparison(powers))
    several = len(latencies) + len(powers) + len(others) > 1
    for number, of in enumerate(latencies, 1):
        name = of.name if len(latencies) > 1 else ""
        prefix = f"{_slug(of.run.directory, number)}_" if len(latencies) > 1 else ""
        sections += latency.latency_sections(of, prefix, name)
        sections.append(conditions_section(of.run, of.name if several else ""))
    for number, run in enumerate(powers, 1):
        name = run.directory.name if len(powers) > 1 else ""
        prefix = f"{_slug(run.directory, number)}_" if len(powers) > 1 else ""
        sections += power.power_sections(run, prefix, name)
        sections.append(conditions_section(run, run.directory.name if several else ""))
    return sections


def _slug(directory: Path, number: int) -> str:
    """For file names: different even when two runs have one name."""
    stem = "".join(c if c.isalnum() else "_" for c in directory.name.lower())[:24]
    return f"{number}_{stem}"
