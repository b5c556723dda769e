"""python -m host.bench COMMAND: what an inference, a link and a battery's charge are worth, with the conditions.

`python -m host.bench --help` lists the commands, `python -m host.bench COMMAND --help` what each takes.
"""

from __future__ import annotations

from host.base.errors import quiet_ctrl_c

if __name__ == "__main__":
    quiet_ctrl_c()  # before the imports that take long

import argparse
import sys
from typing import Any

from host.base.errors import run_main
from host.bench.engine import command as engine
from host.bench.host import command as host
from host.bench.latency import command as latency
from host.bench.link import command as link
from host.bench.mlperf import command as mlperf
from host.bench.power import command as power
from host.bench.report import command as report
from host.bench.watch import command as watch

# Each: NAME, HELP, add_arguments(parser), run(args) -> exit code. They are all imported to print the help:
# what is heavy is imported inside run().
COMMANDS: tuple[Any, ...] = (engine, host, latency, link, mlperf, power, report, watch)


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when everything asked for was measured."""
    parser = argparse.ArgumentParser(
        prog="python -m host.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        subparser = commands.add_parser(
            command.NAME, help=command.HELP, description=command.__doc__
        )
        command.add_arguments(subparser)
        subparser.set_defaults(run=command.run)
    args = parser.parse_args(argv)
    args.argv = sys.argv[1:] if argv is None else argv  # the command to repeat a run
    code: int = args.run(args)
    return code


if __name__ == "__main__":
    sys.exit(run_main(main))
