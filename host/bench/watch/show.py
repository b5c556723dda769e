"""A WatchReport for people, and as JSON."""

from __future__ import annotations

from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from host.base.boards import VIRTUAL
from host.bench.watch.figures import Supply, WatchReport
from host.power.battery import battery_for, battery_life_hours, life_in_words
from host.runs.conditions import Conditions

CELLS = {  # mAh, volts
    "lithium cell, 1,000 mAh": (1000, 3.7),
    "two AA, 2,500 mAh": (2500, 3.0),
}


def watch_table(report: WatchReport, conditions: Conditions, reason: str = "") -> Group:
    """What was measured; below it, what is estimated. reason: why it ended early, empty when it did not."""
    measured = Table(title=_title(report), title_justify="left")
    measured.add_column("")
    measured.add_column("", justify="right")
    for name, value in watch_rows(report):
        measured.add_row(name, value)
    early = [Text(f"INTERRUPTED after {report.heartbeat.looks} looks: {reason}", "bold red")]
    held_for = Text("; ".join(f"{name}: {value}" for name, value in conditions.lines()), "dim")
    return Group(*(early if reason else ()), measured, *_estimates(report), held_for)


def _title(report: WatchReport) -> str:
    hello, plan = report.hello, report.plan
    how = "estimated cycles" if hello.board == VIRTUAL else "measured cycles"
    return (
        f"{plan.looks_per_minute} looks a minute, {hello.board}, firmware {hello.firmware}, "
        f"model {hello.model} ({how})"
    )


def watch_rows(report: WatchReport) -> list[tuple[str, str]]:
    """Name and value of every figure, for people."""
    beat, hello = report.heartbeat, report.hello
    return [
        ("looks", f"{beat.looks:,} in {report.elapsed_s:,.1f} s"),
        ("of them blind", f"{beat.blind_looks:,}"),
        ("wake messages", f"{beat.verdicts:,}"),
        ("verdict at the end", "yes" if beat.verdict else "no"),
        ("awake, cycles a look", f"{report.cycles_a_look / 1e6:,.2f} M"),
        ("  waking and settling", f"{beat.wake_cycles / 1e6:,.2f} M"),
        ("  capture, waiting included", f"{beat.capture_cycles / 1e6:,.2f} M"),
        ("  averaging", f"{beat.preprocess_cycles / 1e6:,.2f} M"),
        ("  inference", f"{beat.inference_cycles / 1e6:,.2f} M"),
        ("awake, cycles a minute", f"{report.cycles_a_minute / 1e6:,.1f} M"),
        ("awake, seconds a minute", f"{report.cycles_a_minute / hello.clock_hz:,.2f}"),
        ("CPU awake", f"{100 * report.share_awake:.2f} %"),
    ]


def _estimates(report: WatchReport) -> list[Table | Text]:
    if report.supply is None:
        return [Text("what it draws: measure it, python -m host.bench power", style="dim")]
    supply = report.supply
    title = (
        f"ESTIMATED from datasheets, not measured: {1e3 * supply.amperes:.2f} mA on average "
        f"at {supply.volts:g} V, give or take {100 * supply.uncertainty:.0f} %"
    )
    table = Table(title=title, title_justify="left")
    table.add_column("battery")
    table.add_column("lasts, estimated", justify="right")
    for name, hours in lives(supply).items():
        table.add_row(name, life_in_words(hours, supply.uncertainty))
    note = (
        "80 % of the charge used; a linear regulator down to the supply, a converter (90 %) up to it; the cell must "
        "give some 20 mA while the board looks, more than a coin cell is made for. Whole looks: `bench power` adds up "
        "states, without starting the camera, and says longer lives"
    )
    return [table, Text(note, "dim")]


def lives(supply: Supply) -> dict[str, float]:
    """Hours of each of CELLS, *estimated* as the supply is."""
    power_w = supply.amperes * supply.volts
    return {
        name: battery_life_hours(battery_for(mah, volts, supply.volts), power_w)
        for name, (mah, volts) in CELLS.items()
    }


def as_json(report: WatchReport) -> dict[str, Any]:
    """The keys that --json promises."""
    beat, hello = report.heartbeat, report.hello
    figures: dict[str, Any] = {
        "board": hello.board,
        "firmware": hello.firmware,
        "model": hello.model,
        "looks_per_minute": report.plan.looks_per_minute,
        "looks": beat.looks,
        "blind_looks": beat.blind_looks,
        "elapsed_s": report.elapsed_s,
        "wake_messages": beat.verdicts,
        "verdicts": [
            {"verdict": v.verdict, "look": v.looks, "elapsed_s": v.elapsed_us / 1e6}
            for v in report.verdicts
        ],
        "cycles_estimated": hello.board == VIRTUAL,
        "awake_cycles_a_look": round(report.cycles_a_look),
        "awake_cycles_a_minute": round(report.cycles_a_minute),
        "share_awake": report.share_awake,
        "faults": [fault.code for fault in report.faults],
    }
    if report.supply is not None:
        figures["estimated_mean_current_a"] = report.supply.amperes
        figures["estimated_uncertainty"] = report.supply.uncertainty
        figures["supply_v"] = report.supply.volts
        figures["estimated_life_hours"] = lives(report.supply)
    return figures
