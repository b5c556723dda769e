"""A Summary -> a table for people, or JSON. Pure."""

from __future__ import annotations

import datetime
from dataclasses import asdict
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from host.base.boards import VIRTUAL
from host.recording.summary import Summary

SHARES = (0.5, 0.95, 0.99)
OF_TIMES = {VIRTUAL: "ESTIMATED, virtual board", "synthetic": "made up, a synthetic stream"}
NOTHING = "this recording holds nothing that was understood"
NO_RESULTS = "no results of inferences in packets"


def as_json(summary: Summary) -> dict[str, Any]:
    """The object that --json prints; cycles are the board's, estimated where the board is virtual."""
    hello = summary.hello
    return {
        "recorded_utc": _when(summary),
        "port": summary.header.port,
        "program": summary.header.program,
        "size_bytes": summary.size_bytes,
        "link_bytes": summary.link_bytes,
        "duration_s": round(summary.duration_s, 3),
        "whole": summary.is_ended and not summary.damaged_chunks and not summary.skipped_bytes,
        "torn_bytes": summary.torn_bytes,
        "damaged_chunks": summary.damaged_chunks,
        "skipped_bytes": summary.skipped_bytes,
        "messages": summary.messages,
        "samples": summary.samples,
        "text_commands": summary.commands,
        "text_lines": summary.lines,
        "frames_per_second": round(summary.frames_per_second, 3),
        "board": hello.board if hello else None,
        "model": hello.model if hello else None,
        "firmware": hello.firmware if hello else None,
        "estimated": hello.board == VIRTUAL if hello else None,
        "cycles": {name: _figures(summary, name) for name in summary.stages},
        "losses": asdict(summary.losses),
        "not_understood": summary.unread,
        "marks": list(summary.marks),
    }


def summary_table(summary: Summary) -> RenderableType:
    """For a person at a terminal."""
    facts = Table.grid(padding=(0, 2))
    for name, value in _facts(summary):
        facts.add_row(Text(name, "bold"), Text(value))
    if summary.hello is None or not summary.samples:
        return Group(facts, Text(NO_RESULTS if summary.hello else NOTHING))
    stages = Table(header_style="bold", title=_stage_title(summary), title_justify="left")
    for heading in ("stage", "count", "min ms", "p50 ms", "p95 ms", "p99 ms", "max ms"):
        stages.add_column(heading, justify="left" if heading == "stage" else "right")
    for name, histogram in summary.stages.items():
        values = [histogram.least, *map(histogram.percentile, SHARES), histogram.most]
        times = [f"{1e3 * value / max(1, summary.hello.clock_hz):.2f}" for value in values]
        shown = times if histogram.count else ["–"] * len(values)
        stages.add_row(name, f"{histogram.count:,}", *shown)
    return Group(facts, stages)


def _facts(summary: Summary) -> list[tuple[str, str]]:
    hello = summary.hello
    counted = ", ".join(f"{count:,} {name}" for name, count in sorted(summary.messages.items()))
    size, link = summary.size_bytes, summary.link_bytes
    of_link = f"{100 * size / link:.0f} % of the link's {link:,} B" if link else "nothing of a link"
    facts = [
        (
            "recorded",
            f"{_when(summary)} UTC from {summary.header.port} by {summary.header.program}",
        ),
        ("lasts", f"{summary.duration_s:,.1f} s"),
        ("file", f"{size:,} B, {of_link}"),
        ("state", state_text(summary)),
        ("board", f"{hello.board}, firmware {hello.firmware}" if hello else "unknown"),
        ("model", hello.model or "none" if hello else "unknown"),
        ("messages", counted or "none"),
        ("lost", f"wire {summary.losses.wire_lost}, board {summary.losses.device_dropped}"),
        ("damaged", f"{summary.losses.bad_packets} packets"),
    ]
    if summary.commands:
        text = f"{summary.commands:,} commands of MLPerf Tiny's API, {summary.lines:,} lines"
        facts.append(("text", text))
    if summary.unread:
        facts.append(("not understood", summary.unread))
    return facts


def state_text(summary: Summary) -> str:
    """Whole, or what is wrong with it."""
    parts = []
    if summary.torn_bytes:
        parts.append(f"torn: {summary.torn_bytes} bytes at the end are no whole chunk")
    elif not summary.is_ended:
        parts.append("not closed: still being recorded, or its program was killed")
    if summary.damaged_chunks or summary.skipped_bytes:
        chunks, skipped = summary.damaged_chunks, summary.skipped_bytes
        parts.append(f"damaged: {chunks} chunks and {skipped} bytes were left out")
    return "; ".join(parts) or "whole"


def _stage_title(summary: Summary) -> str:
    board = summary.hello.board if summary.hello else ""
    kind = OF_TIMES.get(board, "measured by the board")
    return f"{summary.samples:,} samples, {summary.frames_per_second:.2f} a second; times {kind}"


def _figures(summary: Summary, name: str) -> dict[str, float]:
    histogram = summary.stages[name]
    figures: dict[str, float] = {"count": histogram.count, "min": histogram.least}
    figures |= {f"p{round(100 * share)}": round(histogram.percentile(share)) for share in SHARES}
    return figures | {"max": histogram.most}


def _when(summary: Summary) -> str:
    moment = datetime.datetime.fromtimestamp(summary.header.wall_ns / 1e9, datetime.UTC)
    return moment.replace(tzinfo=None).isoformat(" ", "seconds")
