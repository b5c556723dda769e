"""Runs of any kind that is known here -> one page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from host.bench.latency.compare import LatencyRun, latency_run
from host.bench.latency.layouts import KIND as LATENCY
from host.errors import HostError
from host.report.blocks import Page, Section, Tile
from host.report.pages import latency, power
from host.report.pages.comparison import latency_comparison, power_comparison
from host.report.pages.conditions import conditions_section, warnings_of
from host.report.pages.power_figures import KIND as POWER
from host.runs.read import Run

FOOTER = "Made by python -m host.bench report. This file loads nothing; its figures lie beside it as PNG."


def page_of(runs: Sequence[Run]) -> Page:
    """One run: its page. Several: first how they compare, then each. Raises HostError for other kinds."""
    for run in runs:
        if run.kind not in (LATENCY, POWER):
            raise HostError(
                f"{run.directory} is a run of {run.kind[:40]}, which this report does not know; it shows "
                f"{LATENCY} and {POWER}"
            )
    latencies = [latency_run(run) for run in runs if run.kind == LATENCY]
    powers = [run for run in runs if run.kind == POWER]
    return Page(
        title=_title(latencies, powers),
        verdict=" ".join(_verdicts(latencies, powers)),
        tiles=_tiles(latencies, powers),
        warnings=tuple(_warnings(runs, latencies, powers)),
        sections=tuple(_sections(latencies, powers)),
        footer=FOOTER,
    )


def _title(latencies: list[LatencyRun], powers: list[Run]) -> str:
    if len(latencies) == 1 and not powers:
        return latency.latency_title(latencies[0])
    if len(powers) == 1 and not latencies:
        return power.power_title(powers[0])
    if len(latencies) == len(powers) == 1:
        return latency.latency_title(latencies[0]).replace("Latency", "Latency and energy")
    return f"{len(latencies) + len(powers)} runs compared"


def _verdicts(latencies: list[LatencyRun], powers: list[Run]) -> list[str]:
    several = len(latencies) + len(powers) > 1
    said = [(of.name, latency.latency_verdict(of)) for of in latencies]
    said += [(run.directory.name, power.power_verdict(run)) for run in powers]
    one_each = len(latencies) <= 1 and len(powers) <= 1
    return [f"{name}: {line}" if several and not one_each else line for name, line in said]


def _tiles(latencies: list[LatencyRun], powers: list[Run]) -> tuple[Tile, ...]:
    """Where one run of a kind is shown, its own."""
    own = latency.latency_tiles(latencies[0]) if len(latencies) == 1 else ()
    return (*own, *(power.power_tiles(powers[0]) if len(powers) == 1 else ()))


def _warnings(runs: Sequence[Run], latencies: list[LatencyRun], powers: list[Run]) -> list[str]:
    """Each once, however many runs it is true of."""
    said = [line for run in runs for line in warnings_of(run)]
    said += [
        _of(of.name, line, latencies) for of in latencies for line in latency.latency_warnings(of)
    ]
    said += [
        _of(p.directory.name, line, powers) for p in powers for line in power.power_warnings(p)
    ]
    return list(dict.fromkeys(said))


def _of(name: str, line: str, runs: Sequence[object]) -> str:
    """A warning with its run's name, where there are several; an estimate is one whatever its name."""
    return line if len(runs) == 1 or line.startswith("ESTIMATED") else f"{name}: {line}"


def _sections(latencies: list[LatencyRun], powers: list[Run]) -> list[Section]:
    sections: list[Section] = []
    if len(latencies) > 1:
        sections.append(latency_comparison(latencies))
    if len(powers) > 1:
        sections.append(power_comparison(powers))
    several = len(latencies) + len(powers) > 1
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
    kept = "".join(c if c.isalnum() else "_" for c in directory.name.lower())[:24]
    return f"{number}_{kept}"
