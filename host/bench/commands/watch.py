"""The always-on mode: looks a few times a minute, sleeps between. Looks, cycles awake, wake messages, battery life."""

from __future__ import annotations

import argparse
import json
import time
from typing import TYPE_CHECKING

from host.bench.commands.arguments import console, count, say

if TYPE_CHECKING:
    from host.bench.watch import Progress, WatchPlan, WatchReport

NAME = "watch"
HELP = "always-on: cycles awake, wake messages, estimated battery life"
VIRTUAL = "virtual"
SUPPLY_V = 3.3
MOST_LOOKS = 120


def _looks(text: str) -> int:
    value = count(text)
    if value > MOST_LOOKS:
        raise argparse.ArgumentTypeError(f"1 to {MOST_LOOKS} looks a minute, not {value}")
    return value


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `watch` takes."""
    from host.link.opening import add_port_arguments

    add = parser.add_argument
    add_port_arguments(parser, default=VIRTUAL)
    add("--looks", type=_looks, default=6, metavar="N", help="looks a minute, 1..120 (default 6)")
    add("--minutes", type=count, default=1, metavar="M", help="how long it watches (default 1)")
    add("--settle", type=int, metavar="F", help="frames let pass after waking (default 2)")
    add("--scene", default="default", metavar="URL", help="what the virtual board's camera sees")
    add("--supply", type=float, default=SUPPLY_V, metavar="V", help="of the estimate (default 3.3)")
    add("--json", action="store_true", help="the report as one object on stdout")


def run(asked: argparse.Namespace) -> int:
    """Exit code 0 when it was measured."""
    from host.bench import watch, watch_table

    plan = watch.WatchPlan(asked.looks, asked.minutes, asked.settle)
    told = [0.0]

    def progress(seconds: float) -> None:
        if seconds - told[0] >= 10:
            told[0] = seconds
            say(f"{seconds:.0f} of {plan.seconds:.0f} s")

    if asked.port == VIRTUAL and asked.record is None:
        report = watch.watch_virtual(asked.scene, plan, asked.supply, progress)
    else:
        report = _live(asked, plan, progress)
    if asked.json:
        print(json.dumps(watch_table.as_json(report), indent=2))
    else:
        console().print(watch_table.watch_table(report))
    return 0


def _live(asked: argparse.Namespace, plan: WatchPlan, progress: Progress) -> WatchReport:
    from host.bench.watch_live import watch_live
    from host.link.device import Device
    from host.link.opening import asked_port

    with asked_port(asked, say, asked.scene) as opening, Device(opening.open()) as device:
        return watch_live(device, plan, time.monotonic, progress)
