"""python -m host.bench COMMAND: what an inference, a link and a battery's charge are worth, with the conditions.

`python -m host.bench --help` lists the commands, `python -m host.bench COMMAND --help` what each takes.
"""

from __future__ import annotations

import argparse
import sys

from host.bench.commands import COMMANDS
from host.errors import run_main


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when everything asked for was measured."""
    parser = argparse.ArgumentParser(
        prog="python -m host.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        told = commands.add_parser(command.NAME, help=command.HELP, description=command.__doc__)
        command.add_arguments(told)
        told.set_defaults(run=command.run)
    asked = parser.parse_args(argv)
    asked.argv = sys.argv[1:] if argv is None else argv  # the command to repeat a run
    code: int = asked.run(asked)
    return code


if __name__ == "__main__":
    sys.exit(run_main(main))
