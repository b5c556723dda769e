"""Runs of latency, power, watch and mlperf -> one self-contained HTML page, and its figures as PNG files beside it.

One run: its figures. Several: how they compare (to the first), then each.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from host.base.text import say, visible
from host.bench.report.compose import page_of
from host.report.page import refuse_foreign, write_page
from host.runs.read import read_run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `report` takes."""
    add = parser.add_argument
    add("runs", nargs="+", type=Path, metavar="RUN", help="directories that a bench command wrote")
    add(
        "-o",
        "--output",
        type=Path,
        metavar="FILE.html",
        help="default: report.html in the first run",
    )
    add("--no-png", action="store_true", help="the page alone")


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when it was written."""
    path = args.output or args.runs[0] / "report.html"
    if args.output:
        refuse_foreign(args.output)
    page = page_of([read_run(directory) for directory in args.runs])
    written = write_page(path, page, pngs=not args.no_png)
    print(visible(page.verdict))
    say(f"wrote {path} and {len(written) - 1} figures")
    return 0
