"""The always-on mode: looks a few times a minute, sleeps between. Looks, cycles awake, wake messages, battery life."""

from __future__ import annotations

import argparse
import contextlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from host.base.arguments import positive, whole
from host.base.boards import VIRTUAL
from host.base.console import stdout
from host.base.errors import HostError
from host.base.follow_up import shell_line
from host.base.json_out import print_json
from host.base.places import PREBUILT
from host.base.text import say
from host.bench.arguments import count
from host.bench.watch import figures, show, tables
from host.bench.watch.live import LiveWatch
from host.link.device import Device
from host.link.messages import Setting
from host.link.settings import LIMITS
from host.ports.choose import choose_port, listed_ports
from host.ports.open import add_port_arguments, on_battery, port_opening, port_options
from host.runs.conditions import command_line
from host.runs.write import default_directory, refuse_place
from host.virtual.light import SCENE_HELP

if TYPE_CHECKING:
    from host.bench.watch.tables import Watch

NAME = "watch"
SUPPLY_V = 3.3
LOOKS, SETTLE = LIMITS[Setting.LOOKS_PER_MINUTE], LIMITS[Setting.WATCH_SETTLE_FRAMES]
REPORT_EVERY_S = 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `watch` takes."""
    add = parser.add_argument
    add_port_arguments(parser)
    add(
        "--looks",
        type=whole(LOOKS.least, LOOKS.most),
        default=LOOKS.at_start,
        metavar="N",
        help=f"looks a minute, {LOOKS.least}..{LOOKS.most} (default {LOOKS.at_start})",
    )
    add("--minutes", type=count, default=1, metavar="M", help="how long it watches (default 1)")
    add(
        "--settle",
        type=whole(SETTLE.least, SETTLE.most),
        metavar="F",
        help=f"frames let pass after waking (default {SETTLE.at_start})",
    )
    add(
        "--image",
        type=Path,
        metavar="FILE",
        help="firmware of the virtual board, such as a built one for the Nano 33 BLE; its cable is out meanwhile",
    )
    add("--scene", default="default", metavar="URL", help=SCENE_HELP)
    add(
        "--supply",
        type=positive,
        default=SUPPLY_V,
        metavar="V",
        help="of the estimate (default 3.3)",
    )
    add("--output", type=Path, metavar="DIR", help="of the run; default runs/watch-DATE")
    add("--json", action="store_true", help="the report as one object on stdout")


def run(request: argparse.Namespace) -> int:
    """Exit code 0 when it watched to its end, 130 after Ctrl-C; what was received by then is saved and shown."""
    now = datetime.now(UTC)
    wanted = tables.Request(
        plan=figures.WatchPlan(request.looks, request.minutes, request.settle),
        volts=request.supply,
        directory=request.output or default_directory(NAME, now),
        command=command_line("host.bench", request.argv),
        now=now,
        details={"looks a minute": str(request.looks), "scene of a virtual board": request.scene}
        | ({"image": str(request.image)} if request.image else {}),
    )
    refuse_place(wanted.directory)
    reported = [0.0]

    def progress(seconds: float) -> None:
        if seconds - reported[0] >= REPORT_EVERY_S:
            reported[0] = seconds
            say(f"{seconds:.0f} of {wanted.plan.seconds:.0f} s")

    with _board(request) as board:
        done = tables.keep_watch(board, wanted, progress)
    if request.json:
        print_json(show.as_json(done.report))
    else:
        stdout().print(show.watch_table(done.report, done.conditions, done.reason))
    shows = shell_line("host.bench", "report", wanted.directory)
    say(f"kept in {wanted.directory}; {shows} shows it")
    if done.stopped_by is not None:
        raise done.stopped_by
    return 0


@contextlib.contextmanager
def _board(request: argparse.Namespace) -> Iterator[Watch]:
    """A virtual one runs in this process, in its own time, unless its link is to be recorded."""
    choice = choose_port(request.port or "auto", listed_ports())
    wanted = port_options(request)
    if choice.url == VIRTUAL:
        wanted = on_battery(wanted)
    if request.image is not None and (choice.url != VIRTUAL or request.record is not None):
        raise HostError(
            "--image is for the virtual board in this process",
            "give --port virtual with it, and no --record",
        )
    if choice.url == VIRTUAL and request.record is None:
        from host.bench.watch.virtual import VirtualWatch

        say(choice.reason)
        yield VirtualWatch(request.scene, request.image or PREBUILT, wanted.core_load)
        return
    with (
        port_opening(wanted, say, request.scene) as opening,
        Device(opening.open(), timing=opening.timing) as device,
    ):
        yield LiveWatch(device, time.monotonic)
