"""Every stage and every layer of N inferences: min, p50, p95, p99, max and spread, in cycles and milliseconds.

What is measured is kept in a run directory (Parquet, CSV, run.json) for `python -m host.bench report`.
"""

from __future__ import annotations

import argparse
import contextlib
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from host.base.boards import VIRTUAL
from host.base.console import stderr, stdout
from host.base.errors import HostError
from host.base.follow_up import shell_line
from host.base.json_out import print_json
from host.base.text import say
from host.bench.arguments import count
from host.bench.latency.compare import compare_runs
from host.bench.latency.measure import Plan, Session
from host.bench.latency.pictures import drawn_pictures, folder_pictures
from host.bench.latency.progress import Progress
from host.bench.latency.show import comparison_table, summary_table
from host.link.device import Device
from host.link.messages import Mode
from host.ports.open import add_port_arguments, port_opening, port_options
from host.recording.played import PlayedBoard
from host.runs.conditions import command_line
from host.runs.read import read_run
from host.runs.write import default_directory, refuse_place
from host.virtual.light import SCENE_HELP

if TYPE_CHECKING:
    from host.link.messages import Hello
    from host.ports.open import Opening

NAME = "latency"
DRAWN = ""  # --injected without a folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `latency` takes."""
    add = parser.add_argument
    add_port_arguments(parser)
    add("--count", type=count, default=100, metavar="N", help="inferences (default 100)")
    add("--warm-up", type=count, default=5, metavar="W", help="inferences before them (default 5)")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--camera", action="store_true", help="camera frames (the default)")
    source.add_argument(
        "--injected",
        nargs="?",
        const=DRAWN,
        metavar="FOLDER",
        help="its pictures instead of the camera's; without FOLDER drawn ones",
    )
    add("--results-only", action="store_true", help="the board sends no frames, results alone")
    add("--scene", default="default", metavar="URL", help=SCENE_HELP)
    add("--layers", action=argparse.BooleanOptionalAction, default=True, help="a second pass")
    add("--model", type=Path, metavar="FILE", help="names the layers: what the board runs")
    add("--output", type=Path, metavar="DIR", help="of the run; default: runs/latency-DATE")
    add("--json", action="store_true", help="the summary as one object on stdout")
    add("--compare", nargs=2, type=Path, metavar=("A", "B"), help="two earlier runs, no board")


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when it was measured, 130 after Ctrl-C; what there is by then is kept and shown all the same."""
    if args.compare:
        return _compare(args)
    args.output = args.output or default_directory(NAME, datetime.now(UTC))
    refuse_place(args.output)
    lines = stderr()
    with port_opening(port_options(args), say, args.scene) as opening, _board(opening) as device:
        hello = device.hello
        plan = _plan(args, hello, args.scene if opening.choice.url == VIRTUAL else "")
        played = opening.playback
        recorded = None if played is None else lambda: played.position_s
        if recorded:
            plan.details["host's times"] = "of the session that was recorded"
        try:
            with Progress(lines, hello.clock_hz, hello.board == VIRTUAL) as progress:
                session = Session(device, plan, time.monotonic, progress, recorded)
                done = session.run(datetime.now(UTC))
        finally:
            with contextlib.suppress(HostError):
                device.set_mode(Mode.IDLE)  # the sensor sleeps again
    if args.json:
        print_json(done.summary)
    else:
        to = stdout()
        to.print(summary_table(done.summary, done.conditions, done.reason, to.width))
    lines.print(f"kept in {plan.directory}: {shell_line('host.bench', 'report', plan.directory)}")
    if done.stopped_by is not None:
        raise done.stopped_by
    return 0


def _board(opening: Opening) -> Device | PlayedBoard:
    """A board, or a recording that goes on only as fast as it is measured."""
    if opening.playback is not None:
        return PlayedBoard(opening.open())
    return Device(opening.open(), timing=opening.timing)


def _plan(args: argparse.Namespace, hello: Hello, scene: str) -> Plan:
    """scene: of the virtual board that was started here, else empty."""
    pictures, images = [], "camera frames" + (f", scene {scene}" if scene else "")
    if args.injected is not None:
        shape = (hello.input_height, hello.input_width, hello.input_channels)
        drawn = args.injected == DRAWN
        pictures = drawn_pictures(shape) if drawn else folder_pictures(Path(args.injected), shape)
        images = f"{len(pictures)} injected, {'drawn' if drawn else args.injected}"
    sent = "results alone" if args.results_only else "frames and results"
    return Plan(
        directory=args.output,
        command=command_line("host.bench", args.argv),
        count=args.count,
        warm_up=args.warm_up,
        pictures=tuple(pictures),
        mode=Mode.RESULTS if args.results_only else Mode.STREAM,
        layers=args.layers,
        model=args.model,
        details={
            "images": images,
            "sent": "results" if pictures else sent,
            "warm-up": str(args.warm_up),
        },
    )


def _compare(args: argparse.Namespace) -> int:
    found = compare_runs(*(read_run(directory) for directory in args.compare))
    if args.json:
        print_json({"differences": found.differences, "stages": found.stages})
    else:
        stdout().print(comparison_table(found))
    return 0
