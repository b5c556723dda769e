"""What a check found: its verdict, what it saw, and what a person can do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from host.base.follow_up import as_started


class Verdict(StrEnum):
    """How a check ended."""

    PASS = "pass"
    WARN = "warn"  # works, but not as it could, or could not be decided
    FAIL = "fail"
    SKIP = "skip"  # not looked at, because of something else


# Every check, in the order of the signal's way; a report has each of them once.
CHECKS = (
    "board",
    "port",
    "firmware",
    "last fault",
    "model",
    "instruction cache",
    "DC/DC",
    "camera control",
    "camera identity",
    "camera settings",
    "VSYNC",
    "HREF",
    "PCLK",
    "capture",
    "raster",
    "data lines",
    "byte order",
    "colour order",
    "exposure",
    "frame rate",
    "dropped frames",
    "link loss",
    "link throughput",
    "dropped messages",
    "chip timing",
    "interrupts",
    "clock",
)


@dataclass(frozen=True)
class Finding:
    """One row of the report. detail: what was seen; remedy: empty when there is nothing to do."""

    name: str
    verdict: Verdict
    detail: str
    remedy: str = ""


def passed(name: str, detail: str) -> Finding:
    """All is well."""
    return Finding(name, Verdict.PASS, detail)


def warned(name: str, detail: str, remedy: str) -> Finding:
    """It works, but."""
    return Finding(name, Verdict.WARN, detail, as_started(remedy))


def failed(name: str, detail: str, remedy: str) -> Finding:
    """It does not work."""
    return Finding(name, Verdict.FAIL, detail, as_started(remedy))


def skipped(name: str, detail: str) -> Finding:
    """Not looked at."""
    return Finding(name, Verdict.SKIP, detail)


def completed(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for each of CHECKS, in their order; what is missing was not reached."""
    known = {finding.name: finding for finding in findings}
    broken = [f.name for f in known.values() if f.verdict is Verdict.FAIL]
    why = f"not reached: {broken[0]} failed" if broken else "not reached"
    return [known.get(name, skipped(name, why)) for name in CHECKS]


def any_failed(findings: Iterable[Finding]) -> bool:
    """Whether the exit code is 1."""
    return any(finding.verdict is Verdict.FAIL for finding in findings)
