"""What an inference costs, operator by operator, with its conditions."""

from __future__ import annotations

import argparse
from pathlib import Path

from host.base.boards import VIRTUAL
from host.base.console import stderr, stdout
from host.base.errors import HostError
from host.base.files import write_again
from host.base.json_out import print_json
from host.base.places import MODELS, PREBUILT
from host.bench.arguments import count
from host.bench.engine.baseline import Comparison, baseline_text, compare_reports, read_baseline
from host.bench.engine.figures import Report, as_json
from host.bench.engine.real import measure_real
from host.bench.engine.show import engine_table
from host.link.device import Device
from host.ports.open import add_port_arguments, port_opening, port_options

BUILT_IN_MODEL = MODELS / "person_grey_025.tpm"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `engine` takes."""
    add = parser.add_argument
    add("model", nargs="?", type=Path, help=".tflite or packed .tpm; default: the firmware's own")
    add("--elf", type=Path, default=PREBUILT, help="the virtual board's firmware")
    add("--images", type=count, default=4, metavar="N", help="how many are inferred")
    add("--json", action="store_true", help="figures on stdout, conditions on stderr")
    add("--no-dead-channel-removal", action="store_true", help="keep channels that cannot matter")
    add("--baseline", type=Path, metavar="FILE", help="an earlier report to compare with")
    add("--write-baseline", type=Path, metavar="FILE", help="keep this report")
    add("--real", action="store_true", help="measure a plugged-in board by its own cycle counter")
    add_port_arguments(parser, default=None)  # without one: the Nano that is plugged in


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when it was measured."""
    before = read_baseline(args.baseline) if args.baseline else None
    report = _measure_real(args) if args.real else _measure(args)
    comparison = compare_reports(report, before) if before else None
    if args.write_baseline:
        write_again(args.write_baseline, baseline_text(report).encode())
    _print(report, comparison, args.json)
    return 0


def _measure(args: argparse.Namespace) -> Report:
    from host.bench.engine.measure import measure

    if args.port or args.record:
        raise HostError("--port and --record are of a real board", "add --real")
    return measure(args.elf, args.model, not args.no_dead_channel_removal, args.images)


def _measure_real(args: argparse.Namespace) -> Report:
    model = args.model or BUILT_IN_MODEL
    with port_opening(port_options(args), lambda line: None) as opening:
        if opening.choice.url == VIRTUAL:
            raise HostError("no board is plugged in", "leave out --real for the virtual board")
        with Device(opening.open()) as device:
            return measure_real(device, model, not args.no_dead_channel_removal, args.images)


def _print(report: Report, comparison: Comparison | None, as_object: bool) -> None:
    if as_object:
        print_json(as_json(report))
        console = stderr()
        console.print(report.conditions.line(), style="dim")
        console.print(report.exactness.why, style="dim")
        return
    stdout().print(engine_table(report, comparison))
