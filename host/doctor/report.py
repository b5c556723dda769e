"""Findings as a table, as JSON, and as a bring-up checklist to post. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Group
from rich.table import Table
from rich.text import Text

from host.doctor.finding import Finding, Verdict

STYLES = {Verdict.PASS: "green", Verdict.WARN: "yellow", Verdict.FAIL: "bold red"}
BOXES = {Verdict.PASS: "x", Verdict.WARN: "~", Verdict.FAIL: " ", Verdict.SKIP: " "}
# What a program cannot see; docs/BRING_UP.md tells each at length.
BY_EYE = (
    "the green power LED is on",
    "upload with `pio run -e nano33ble -t upload` worked the first time / after two presses of reset",
    "the viewer shows a picture that is upright, not mirrored, without zig-zag or torn lines",
    "a hand at the left edge of the view and one at the right edge are both seen (full field of view)",
    "the colour bars (key b) are eight even steps from light to dark",
    "with an RGB model something red, green and blue has these colours and white paper has none",
    "the picture gets darker when the lens is covered and recovers within two seconds",
    "the score of `person` rises when somebody stands before the camera",
    "unplugging and plugging in again: the viewer goes on by itself",
    "after ten minutes of viewing: lost messages, frames a second",
)


@dataclass(frozen=True)
class Conditions:
    """Where and with what the examination ran."""

    when: str
    computer: str
    python: str
    port: str


def findings_table(findings: list[Finding]) -> Group:
    """For a person at a terminal, whose 80 columns are few: what to do stands below what was seen."""
    table = Table(header_style="bold")
    table.add_column("check", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("what was seen, and what to do")
    for finding in findings:
        verdict = Text(finding.verdict.value, style=STYLES.get(finding.verdict, "dim"))
        seen = Text(finding.detail)
        if finding.remedy:
            seen.append("\n" if finding.detail else "").append(finding.remedy, style="bold")
        table.add_row(Text(finding.name), verdict, seen)
    first, *notable = closing(findings)
    return Group(table, Text(first, style="bold"), *(Text(line) for line in notable))


def summary(findings: list[Finding]) -> str:
    """How many of each."""
    counts = {verdict: sum(f.verdict is verdict for f in findings) for verdict in Verdict}
    return ", ".join(f"{count} {verdict.value}" for verdict, count in counts.items() if count)


def closing(findings: list[Finding]) -> list[str]:
    """The last lines of a report: how many of each, then every warning and every failure by name, failures last."""
    notable = [
        f for verdict in (Verdict.WARN, Verdict.FAIL) for f in findings if f.verdict is verdict
    ]
    return [
        summary(findings),
        *(f"{f.verdict.value}: {f.name}: {f.remedy or f.detail}" for f in notable),
    ]


def as_json(findings: list[Finding]) -> list[dict[str, str]]:
    """The objects that --json prints."""
    return [
        {"name": f.name, "status": f.verdict.value, "detail": f.detail, "remedy": f.remedy}
        for f in findings
    ]


def checklist(findings: list[Finding], conditions: Conditions) -> str:
    """Markdown: what was measured is filled in, what only a person can see is left to tick."""
    lines = [
        "# Bring-up report",
        "",
        f"- when: {conditions.when}",
        f"- computer: {conditions.computer}, Python {conditions.python}",
        f"- port: {conditions.port}",
        "- board (Nano 33 BLE Sense, Rev2, Lite?), camera, shield or breadboard: ",
        "",
        "## Found by `python -m host.doctor`",
        "",
        f"{summary(findings)}",
        "",
        "| | check | verdict | what was seen | what to do |",
        "|---|---|---|---|---|",
    ]
    lines += [_row(finding) for finding in findings]
    lines += ["", "## Seen by a person", ""]
    lines += [f"- [ ] {item}" for item in BY_EYE]
    return "\n".join([*lines, "", "## Anything else", "", ""])


def _row(finding: Finding) -> str:
    cells = (finding.name, finding.verdict.value, finding.detail, finding.remedy)
    escaped = (cell.replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| [{BOXES[finding.verdict]}] | " + " | ".join(escaped) + " |"
