"""python -m host.recording: what a recording holds, and its pictures as files.

python -m host.recording info FILE             messages, losses, times of each stage, damage
python -m host.recording export FILE --output DIR   PNG files, samples.csv, dialogue.txt of MLPerf's text
python -m host.viewer --port replay:FILE       plays it
"""

from __future__ import annotations

from host.base.errors import plain_words

if __name__ == "__main__":
    plain_words()  # before the imports that take long

import argparse
import sys
from pathlib import Path

from host.base.console import share_bars, stdout
from host.base.errors import run_main
from host.base.json_out import print_json
from host.base.text import say
from host.base.tool_parser import tool_parser


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """The parsed command line."""
    parser = tool_parser("host.recording", __doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    info = commands.add_parser("info", help="what it holds; reads all of it, in constant memory")
    info.add_argument("file", type=Path)
    info.add_argument("--json", action="store_true", help="one object on stdout")
    export = commands.add_parser("export", help="its pictures and figures as files")
    export.add_argument("file", type=Path)
    export.add_argument("--output", type=Path, required=True, metavar="DIR", help="a new folder")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when it was read."""
    args = arguments(argv)
    return _info(args) if args.command == "info" else _export(args)


def _info(args: argparse.Namespace) -> int:
    from host.recording.summary import summarise
    from host.recording.table import as_json, summary_table

    with share_bars() as progress:
        bar = progress.add_task(f"reading {args.file}", total=1.0)
        summary = summarise(args.file, lambda share: progress.update(bar, completed=share))
    if args.json:
        print_json(as_json(summary))
    else:
        stdout().print(summary_table(summary))
    return 0


def _export(args: argparse.Namespace) -> int:
    from host.recording.export import export
    from host.recording.reader import Reader

    with Reader(args.file) as reader:
        written = export(reader, args.output)
    text = f" and {written.text_lines} lines of text" if written.text_lines else ""
    say(f"wrote {written.samples} samples{text} to {args.output}")
    return 0


if __name__ == "__main__":
    sys.exit(run_main(main))
