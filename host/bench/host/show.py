"""Host costs -> tables for people, or JSON. Pure."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from host.bench.host.day import Day, Phase
from host.bench.host.measure import REAL_RATE, Cost, HostCosts
from host.recording.table import summary_table

MEGABYTE = 1e6


def costs_table(costs: HostCosts, computer: str) -> RenderableType:
    """For a person at a terminal."""
    table = Table(header_style="bold")
    for heading in ("work", "us a frame", "spread", "frames/s", "MB/s", f"times {REAL_RATE:g} fps"):
        table.add_column(heading, justify="left" if heading == "work" else "right", no_wrap=True)
    for cost in (costs.raw, *costs.costs):
        spread = f"{1e6 * min(cost.seconds) / cost.frames:.1f}..{1e6 * max(cost.seconds) / cost.frames:.1f}"
        rate = cost.frames_per_second * costs.bytes / costs.frames / MEGABYTE
        times = cost.frames_per_second / REAL_RATE
        figures = (f"{cost.microseconds:.1f}", spread, f"{cost.frames_per_second:,.0f}")
        table.add_row(cost.name, *figures, f"{rate:,.0f}", f"{times:,.0f}x")
    note = (
        f"{costs.frames:,} frames, {costs.bytes / MEGABYTE:.1f} MB in portions of 4096 B; CPU time of one core, "
        f"median of {costs.turns} turns; raw read: the same bytes, nothing done; a frame's {1e6 / REAL_RATE:,.0f} us "
        f"at {REAL_RATE:g} fps are used to {100 * costs.whole.microseconds * REAL_RATE / 1e6:.3f} %"
    )
    return Group(table, Text(note), Text(computer))


def day_table(day: Day) -> RenderableType:
    """For a person at a terminal."""
    size = day.summary.size_bytes
    lines = [
        f"{day.hours:g} h at {day.frames_a_second:g} fps: {day.frames:,} frames, a synthetic stream by a clock that "
        f"runs ahead; {size / 1e9:.3f} GB on disk, {size / day.frames:,.0f} B a frame",
        _phase("recording", day.writing, day),
        _phase("reporting", day.reading, day),
    ]
    return Group(*map(Text, lines), summary_table(day.summary))


def as_json(costs: HostCosts | None, day: Day | None, computer: str) -> dict[str, Any]:
    """The object that --json prints."""
    figures: dict[str, Any] = {"host": computer}
    if costs:
        figures |= {
            "frames": costs.frames,
            "bytes": costs.bytes,
            "real_frames_per_second": REAL_RATE,
            "times_real": round(costs.whole.frames_per_second / REAL_RATE, 1),
            "work": [_cost(cost) for cost in (costs.raw, *costs.costs)],
        }
    if day:
        figures["day"] = {
            "hours": day.hours,
            "frames": day.frames,
            "disk_bytes": day.summary.size_bytes,
            "samples": day.summary.samples,
            "recording": _memory(day.writing),
            "reporting": _memory(day.reading),
        }
    return figures


def _cost(cost: Cost) -> dict[str, Any]:
    return {
        "name": cost.name,
        "microseconds_per_frame": round(cost.microseconds, 2),
        "frames_per_second": round(cost.frames_per_second),
        "turns_s": [round(seconds, 6) for seconds in cost.seconds],
    }


def _memory(phase: Phase) -> dict[str, Any]:
    return {
        "seconds": round(phase.seconds, 2),
        "settled_rss_bytes": phase.settled_bytes,
        "peak_rss_bytes": phase.peak_bytes,
    }


def _phase(name: str, phase: Phase, day: Day) -> str:
    times = day.hours * 3600 / phase.seconds
    peak, growth = phase.peak_bytes / MEGABYTE, phase.growth_bytes / MEGABYTE
    return (
        f"{name}: {phase.seconds:,.1f} s ({times:,.0f} times as fast as it happened), "
        f"peak RSS {peak:.1f} MB, of which {growth:.1f} MB came after the first minutes"
    )
