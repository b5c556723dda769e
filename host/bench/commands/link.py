"""Round trips by payload size, and bytes a second either way."""

from __future__ import annotations

import argparse
import json
import sys
import time

from host.bench.commands.arguments import console, count

NAME = "link"
HELP = "round trips and bytes a second of a board's link"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `link` takes."""
    add = parser.add_argument
    add("--port", default="auto", metavar="URL", help="auto, virtual, a serial port, socket://...")
    add("--count", type=count, default=100, metavar="N", help="exchanges of each size")
    add("--seconds", type=count, default=5, metavar="S", help="how long frames are streamed")
    add("--json", action="store_true", help="the report as one object on stdout")


def run(asked: argparse.Namespace) -> int:
    """Exit code 0 when it was measured."""
    from host.bench import link as bench
    from host.link.device import Device
    from host.link.port import choose_port, listed_ports, open_choice

    choice = choose_port(asked.port, listed_ports())
    print(choice.reason, file=sys.stderr)
    with Device(open_choice(choice), timing=bench.PATIENCE) as device:
        report = bench.measure_link(device, time.monotonic, asked.count, asked.seconds)
    if asked.json:
        print(json.dumps(bench.as_json(report), indent=2))
    else:
        console().print(bench.link_table(report))
    return 0
