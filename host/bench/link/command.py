"""Round trips by payload size, and bytes a second either way."""

from __future__ import annotations

import argparse
import time

from host.base.console import stdout
from host.base.json_out import print_json
from host.base.text import say
from host.bench.arguments import count
from host.bench.link import measure as bench
from host.link.device import Device
from host.link.line import LOSSY
from host.ports.open import add_port_arguments, port_opening, port_options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `link` takes."""
    add = parser.add_argument
    add_port_arguments(parser)
    add("--count", type=count, default=100, metavar="N", help="exchanges of each size")
    add("--seconds", type=count, default=5, metavar="S", help="how long frames are streamed")
    add("--json", action="store_true", help="the report as one object on stdout")


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when it was measured."""
    with (
        port_opening(port_options(args), say) as opening,
        Device(opening.open(), timing=LOSSY) as device,
    ):
        report = bench.measure_link(device, time.monotonic, args.count, args.seconds)
    if args.json:
        print_json(bench.as_json(report))
    else:
        stdout().print(bench.link_table(report))
    return 0
