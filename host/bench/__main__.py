"""python -m host.bench engine [MODEL]: what an inference costs, operator by operator, with its conditions.

python -m host.bench link: round trips and bytes a second of a board's link.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from rich.console import Console

from host.bench.baseline import Comparison, baseline_text, compare_reports, read_baseline
from host.bench.report import Report, as_json
from host.compiler.emit import write_atomically
from host.errors import HostError, run_main
from host.virtual.server import PREBUILT

BUILT_IN_MODEL = Path(__file__).resolve().parents[2] / "models" / "person_grey_025.tpm"
WIDTH_OF_A_FILE = 130  # columns, when stdout is no terminal


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when everything asked for was measured."""
    asked = _parser().parse_args(argv)
    return link(asked) if asked.command == "link" else engine(asked)


def link(asked: argparse.Namespace) -> int:
    """The subcommand `link`."""
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
        _console().print(bench.link_table(report))
    return 0


def engine(asked: argparse.Namespace) -> int:
    """The subcommand `engine`."""
    before = read_baseline(asked.baseline) if asked.baseline else None
    report = _measure_real(asked) if asked.real else _measure(asked)
    comparison = compare_reports(report, before) if before else None
    if asked.write_baseline:
        write_atomically(asked.write_baseline, baseline_text(report).encode())
    _print(report, comparison, asked.json)
    return 0


def _measure(asked: argparse.Namespace) -> Report:
    try:
        from host.bench.engine import measure
    except ImportError as error:
        raise HostError(
            f"the virtual board is not installed ({error.name} is missing): pip install '.[virtual]'"
        ) from error
    if asked.port:
        raise HostError("--port is of a real board: add --real")
    return measure(asked.elf, asked.model, not asked.no_dead_channel_removal, asked.images)


def _measure_real(asked: argparse.Namespace) -> Report:
    from host.bench.real import measure_real
    from host.link.device import Device
    from host.link.port import choose_port, listed_ports, open_choice

    choice = choose_port(asked.port or "auto", listed_ports())
    if choice.url == "virtual":
        raise HostError("no board is plugged in: leave out --real to measure on the virtual board")
    model = asked.model or BUILT_IN_MODEL
    with Device(open_choice(choice)) as device:
        return measure_real(device, model, not asked.no_dead_channel_removal, asked.images)


def _print(report: Report, comparison: Comparison | None, as_object: bool) -> None:
    if as_object:
        print(json.dumps(as_json(report), indent=2))
        said = Console(stderr=True, highlight=False, soft_wrap=True)
        said.print(report.conditions.line(), style="dim", markup=False)
        said.print(report.exactness.why, style="dim", markup=False)
        return
    from host.bench.table import engine_table

    _console().print(engine_table(report, comparison))


def _console() -> Console:
    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m host.bench", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser(
        "engine", help="instructions, cycles and memory of an inference"
    ).add_argument
    add("model", nargs="?", type=Path, help=".tflite or packed .tpm; default: the firmware's own")
    add("--elf", type=Path, default=PREBUILT, help="the virtual board's firmware")
    add("--images", type=_count, default=4, metavar="N", help="how many are inferred")
    add("--json", action="store_true", help="figures on stdout, conditions on stderr")
    add("--no-dead-channel-removal", action="store_true", help="keep channels that cannot matter")
    add("--baseline", type=Path, metavar="FILE", help="an earlier report to compare with")
    add("--write-baseline", type=Path, metavar="FILE", help="keep this report")
    add("--real", action="store_true", help="measure a plugged-in board by its own cycle counter")
    add("--port", metavar="URL", help="of the real board; default: the Nano that is plugged in")
    add = commands.add_parser("link", help="round trips and bytes a second").add_argument
    add("--port", default="auto", metavar="URL", help="auto, virtual, a serial port, socket://...")
    add("--count", type=_count, default=100, metavar="N", help="exchanges of each size")
    add("--seconds", type=_count, default=5, metavar="S", help="how long frames are streamed")
    add("--json", action="store_true", help="the report as one object on stdout")
    return parser


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("a number from 1")
    return value


if __name__ == "__main__":
    sys.exit(run_main(main))
