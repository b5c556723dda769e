"""What this computer spends on a frame, and on a day of frames: decoding, logging, recording, memory, disk."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from host.base.arguments import positive
from host.base.console import share_bars, stdout
from host.base.errors import HostError
from host.base.json_out import print_json
from host.bench.arguments import count
from host.bench.host.day import measure_day
from host.bench.host.measure import measure_host
from host.bench.host.show import as_json, costs_table, day_table
from host.runs.conditions import host_conditions

if TYPE_CHECKING:
    from host.bench.host.day import Day

DEFAULT_FRAMES = 3000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `host` takes."""
    add = parser.add_argument
    add("--frames", type=count, default=DEFAULT_FRAMES, metavar="N", help="of the stream")
    add("--hours", type=positive, metavar="H", help="instead: record and report so many hours")
    add("--fps", type=positive, default=5.0, metavar="N", help="of these hours (default 5)")
    add("--keep", type=Path, metavar="FILE", help="of these hours: keep the recording")
    add("--json", action="store_true", help="the figures as one object on stdout")


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when it was measured."""
    if args.keep and not args.hours:
        raise HostError("--keep is of --hours", "add how many")
    conditions = host_conditions()
    computer = f"{conditions.system}; {conditions.cpu}; Python {conditions.python}"
    with tempfile.TemporaryDirectory() as folder:
        if args.hours:
            costs, day = None, _day(args, args.keep or Path(folder) / "day.rec")
        else:
            costs, day = measure_host(Path(folder), args.frames), None
    if args.json:
        print_json(as_json(costs, day, computer))
        return 0
    if costs:
        stdout().print(costs_table(costs, computer))
    if day:
        stdout().print(day_table(day))
        stdout().print(computer)
    return 0


def _day(args: argparse.Namespace, path: Path) -> Day:
    with share_bars() as progress:
        bars = {what: progress.add_task(what, total=1.0) for what in ("recording", "reporting")}
        return measure_day(
            path,
            args.hours,
            args.fps,
            lambda what, share: progress.update(bars[what], completed=share),
        )
