"""`python -m host.compiler MODEL.tflite -o OUT`: compiles a quantised model and prints what it costs.

`python -m host.compiler report MODEL` only says whether it would fit, and how fast it would be.
"""

from __future__ import annotations

from host.base.errors import plain_words

if __name__ == "__main__":
    plain_words()  # before the imports that take long

import argparse
import sys
from pathlib import Path

from host.base.arguments import whole
from host.base.console import stderr
from host.base.errors import run_main
from host.base.files import write_again
from host.base.regular_files import model_bytes
from host.base.tool_parser import tool_parser
from host.compiler import report
from host.compiler.build import Options, compile_model
from host.compiler.emit import c_array
from host.compiler.labels import labels_for
from host.compiler.pixels import add_pixels_argument, read_choice
from host.compiler.plan import ARENA_TARGET
from host.compiler.table import compiled_table


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when everything was written."""
    words = sys.argv[1:] if argv is None else argv
    if words[:1] == ["report"]:
        return report.main(words[1:])
    arguments = _parser().parse_args(words)
    data = model_bytes(arguments.model)
    labels = labels_for(arguments.labels, arguments.model)
    name = arguments.name or arguments.model.stem
    options = Options(
        streaming=not arguments.no_streaming,
        dead_channel_removal=not arguments.no_dead_channel_removal,
        fast_kernels=not arguments.plain,
        arena_target=arguments.arena,
        pixels=read_choice(arguments.pixels),
    )
    compiled = compile_model(data, name, labels, options)
    if arguments.output:
        write_again(arguments.output, compiled.blob)
    if arguments.c_array:
        write_again(arguments.c_array, c_array(compiled.blob, arguments.model.name).encode())
    stderr().print(compiled_table(compiled))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = tool_parser("host.compiler", __doc__)
    parser.add_argument("model", type=Path, help="a .tflite file, quantised to int8")
    parser.add_argument("-o", "--output", type=Path, help="the packed model")
    parser.add_argument("--c-array", type=Path, help="the packed model as a C source to link in")
    parser.add_argument("--labels", help="comma separated, in the order of the scores")
    parser.add_argument("--name", help="of the model; default: the file's")
    parser.add_argument(
        "--no-streaming", action="store_true", help="whole maps: every layer's output can be read"
    )
    parser.add_argument(
        "--arena",
        type=whole(0),
        default=ARENA_TARGET,
        metavar="BYTES",
        help=f"arena to aim at by streaming; default {ARENA_TARGET}, 0 for the least",
    )
    add_pixels_argument(parser)
    parser.add_argument(
        "--plain", action="store_true", help="no scratch for the fast kernels: plain C runs"
    )
    parser.add_argument(
        "--no-dead-channel-removal",
        action="store_true",
        help="keep channels that cannot change a score",
    )
    return parser


if __name__ == "__main__":
    sys.exit(run_main(main))
