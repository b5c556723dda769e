"""python -m host.bench COMMAND: what an inference, a link and a battery's charge are worth, with the conditions.

`python -m host.bench --help` lists the commands, `python -m host.bench COMMAND --help` what each takes.
"""

from __future__ import annotations

from host.base.errors import plain_words

if __name__ == "__main__":
    plain_words()  # before the imports that take long

import argparse
import sys
from importlib import import_module
from typing import Any

from host.base.errors import require, run_main
from host.base.tool_parser import tool_parser

# Name -> what it does. The one that is wanted is imported alone: it may take long, and need what another does without.
COMMANDS = {
    "engine": "instructions, cycles and memory of an inference",
    "host": "what decoding, logging and recording cost this computer",
    "latency": "how long each stage and each layer takes, with its spread",
    "link": "round trips and bytes a second of a board's link",
    "mlperf": "MLPerf Tiny's performance, accuracy and energy modes",
    "power": "energy of an inference, current of each state, battery life",
    "report": "a page about one run, or about several beside each other",
    "watch": "always-on: cycles awake, wake messages, estimated battery life",
}


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when everything was measured."""
    words = sys.argv[1:] if argv is None else argv
    parser = tool_parser("host.bench", __doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    if words[:1] and words[0] in COMMANDS:
        require("bench")
    for name, help_text in COMMANDS.items():
        subparser = commands.add_parser(name, help=help_text)
        if words[:1] == [name]:
            _complete(subparser, import_module(f"host.bench.{name}.command"))
    args = parser.parse_args(words)
    args.argv = words  # the command to repeat a run
    code: int = args.run(args)
    return code


def _complete(parser: argparse.ArgumentParser, command: Any) -> None:
    """command: a module with add_arguments(parser) and run(args) -> exit code; its docstring is the help's."""
    parser.description = command.__doc__
    command.add_arguments(parser)
    parser.set_defaults(run=command.run)


if __name__ == "__main__":
    sys.exit(run_main(main))
