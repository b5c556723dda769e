"""`python -m host.compiler report MODEL`: does it fit the board, and what would it cost, without running it.

MODEL: a .tflite (int8), a .keras or .h5 (its architecture counts), or mobilenet_v1 with --alpha, --size, ...
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table

from host.base.boards import CLOCK_HZ
from host.base.console import stdout
from host.base.errors import HostError
from host.base.json_out import print_json_line
from host.base.regular_files import model_bytes
from host.base.tool_parser import tool_parser
from host.compiler.build import (
    Compiled,
    Options,
    compile_anyway,
    refusal,
)
from host.compiler.cost import predict, unmeasured
from host.compiler.cost_coefficients import LEAST_CYCLES, WORST_ERROR
from host.compiler.fits import FREE_FLASH_BYTES, SLOT_MOST_BYTES
from host.compiler.format import MODEL_MEMORY_BYTES
from host.compiler.graph import Graph
from host.compiler.keras import read_config, sketch_of
from host.compiler.mobilenet_v1 import mobilenet_v1
from host.compiler.network import macs
from host.compiler.pixels import add_pixels_argument, read_choice
from host.compiler.read_graph import read_graph

ALPHAS = (0.1, 0.2, 0.25, 0.5, 0.75, 1.0)
WEIGHTED = {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"}


@dataclass(frozen=True)
class Report:
    """parameters: of a .tflite, weights and biases, into which normalisation is folded. reason: why it does not fit.

    predicted_cycles: within predicted_error of what the virtual board counts, for all networks it was fitted to;
    extrapolated: the kinds of operators that none of them has, to which no bound applies. pixels: what a picture's
    bytes stand for, None where the file does not say.
    """

    model: str
    fits: bool
    reason: str | None
    flash_bytes: int
    ram_bytes: int
    arena_bytes: int
    macs: int
    parameters: int | None
    predicted_cycles: int
    predicted_error: float
    extrapolated: tuple[str, ...]
    frames_per_second: float
    pixels: str | None


def report_on(compiled: Compiled, model: str, parameters: int | None) -> Report:
    """The report of one compiled model. ram_bytes: arena and image."""
    image = compiled.network.features[0]
    cycles, refused = sum(predict(compiled)), refusal(compiled)
    return Report(
        model=model,
        fits=refused is None,
        reason=str(refused) if refused else None,
        flash_bytes=len(compiled.blob),
        ram_bytes=compiled.plan.arena_bytes + image.height * image.width * image.channels,
        arena_bytes=compiled.plan.arena_bytes,
        macs=sum(macs(compiled.network, layer) for layer in compiled.network.layers),
        parameters=parameters,
        predicted_cycles=cycles,
        predicted_error=WORST_ERROR,
        extrapolated=tuple(unmeasured(compiled)),
        frames_per_second=round(CLOCK_HZ / cycles, 2),
        pixels=str(compiled.reading) if compiled.reading else None,
    )


def examine(
    model: str, alpha: float, size: int, channels: int, classes: int, options: Options
) -> Report:
    """Reads or sketches `model` and reports on it."""
    if model == "mobilenet_v1":
        sketch, output = mobilenet_v1(alpha, size, channels, classes)
        return report_on(sketch.compiled(output, model, options), model, sketch.parameters)
    path = Path(model)
    data = model_bytes(path)
    if path.suffix in (".keras", ".h5"):
        sketch, output = sketch_of(read_config(data, path.name))
        return report_on(sketch.compiled(output, path.stem, options), path.name, sketch.parameters)
    compiled = compile_anyway(data, path.stem, options=options)
    return report_on(compiled, path.name, constants_of(read_graph(data)))


def constants_of(graph: Graph) -> int:
    """Weights and biases of a .tflite, each tensor once."""
    used = {
        index
        for operator in graph.operators
        if operator.name in WEIGHTED
        for index in operator.inputs[1:]
        if index >= 0
    }
    return sum(math.prod(graph.tensors[index].shape) for index in used)


def _bound(report: Report) -> str:
    if report.extrapolated:
        return f"extrapolated for {', '.join(report.extrapolated)}: no bound on the error"
    if report.predicted_cycles < LEAST_CYCLES:
        return "no bound on the error of so small a model"
    return f"within {100 * report.predicted_error:.0f} % of the virtual board's estimate"


def show(report: Report) -> Table:
    """For people."""
    table = Table(show_header=False)
    rows = {
        "model": report.model,
        "fits the board": _where(report) if report.fits else f"no: {report.reason}",
        "flash": f"{report.flash_bytes:,} B packed",
        "RAM": f"{report.ram_bytes:,} B (arena {report.arena_bytes:,} B, and the image)",
        "work": f"{report.macs:,} MACs",
        "pixels": report.pixels or "-",
        "parameters": "-" if report.parameters is None else f"{report.parameters:,}",
        "estimated": f"{report.predicted_cycles / 1e6:.2f} Mcycles an inference, not run; {_bound(report)}",
        "inferences": f"{report.frames_per_second} a second at 64 MHz, camera not counted",
    }
    for name, text in rows.items():
        table.add_row(name, text)
    return table


def _sizes(text: str) -> list[int]:
    sizes = [int(part) if part.isdecimal() else 0 for part in text.split(",")]
    if min(sizes) < 1:
        raise argparse.ArgumentTypeError(f"whole numbers such as 96,128, not {text!r}")
    return sizes


def _table(
    model: str,
    sizes: Sequence[int],
    channels: int,
    classes: int,
    options: Options,
    as_objects: bool,
) -> int:
    """MobileNetV1 by width and size, as its paper's table, with what the board adds to it."""
    if model != "mobilenet_v1":
        raise HostError(
            f"--table varies an architecture, and {model} is one model", "give mobilenet_v1"
        )
    shapes = [(alpha, size) for size in sizes for alpha in ALPHAS]
    found = [examine(model, *shape, channels, classes, options) for shape in shapes]
    if as_objects:
        for (alpha, size), each in zip(shapes, found, strict=True):
            print_json_line({"alpha": alpha, "size": size, **asdict(each)})
    else:
        stdout().print(grid(shapes, found, channels, classes))
    return 0


def grid(
    shapes: Sequence[tuple[float, int]], found: Sequence[Report], channels: int, classes: int
) -> Table:
    """shapes: alpha and size of each report. What is too large for the board is marked."""
    table = Table(title=f"MobileNetV1, {channels} channel(s) in, {classes} classes, int8")
    for name in (
        "alpha",
        "size",
        "M MACs",
        "M parameters",
        "flash, B",
        "RAM, B",
        "Mcycles",
        "fits",
    ):
        table.add_column(name, justify="right")
    for (alpha, size), each in zip(shapes, found, strict=True):
        too = [word for word, much in (("RAM", each.ram_bytes > MODEL_MEMORY_BYTES),
                                       ("flash", each.flash_bytes > FREE_FLASH_BYTES)) if much]  # fmt: skip
        table.add_row(
            f"{alpha:g}",
            f"{size}",
            f"{each.macs / 1e6:.2f}",
            f"{(each.parameters or 0) / 1e6:.3f}",
            f"{each.flash_bytes:,}",
            f"{each.ram_bytes:,}",
            f"{each.predicted_cycles / 1e6:.1f}",
            _where(each) if each.fits else f"no: {', '.join(too) or 'see its own report'}",
        )
    table.caption = (
        f"The board has {FREE_FLASH_BYTES:,} B of flash and {MODEL_MEMORY_BYTES:,} B of RAM for a model; "
        f"RAM is arena and image. What is sent has {SLOT_MOST_BYTES:,} B at most: more is built in "
        "(custom_model). Cycles are predicted, not run."
    )
    return table


def _where(report: Report) -> str:
    """Of one that fits: a slot for models that are sent is smaller than the flash for the one that is built in."""
    return "yes" if report.flash_bytes <= SLOT_MOST_BYTES else "yes, built in"


def main(argv: list[str]) -> int:
    """Prints the report; exit code 0 whether or not the model fits."""
    parser = tool_parser("host.compiler report", __doc__)
    parser.add_argument("model", help=".tflite, .keras, .h5, or mobilenet_v1")
    parser.add_argument("--alpha", type=float, default=0.25, help="width of mobilenet_v1")
    parser.add_argument("--size", type=int, default=96, help="rows and columns of its image")
    parser.add_argument("--channels", type=int, default=1, help="1 grey, 3 RGB")
    parser.add_argument("--classes", type=int, default=2)
    parser.add_argument("--no-dead-channel-removal", action="store_true")
    add_pixels_argument(parser)
    parser.add_argument(
        "--table", action="store_true", help="of mobilenet_v1: every usual alpha, one row each"
    )
    parser.add_argument(
        "--sizes", metavar="N,N", type=_sizes, help="with --table: also for these sizes"
    )
    parser.add_argument("--json", action="store_true", help="JSON on stdout, one object a model")
    a = parser.parse_args(argv)
    options = Options(
        dead_channel_removal=not a.no_dead_channel_removal, pixels=read_choice(a.pixels)
    )
    if a.table:
        return _table(a.model, a.sizes or [a.size], a.channels, a.classes, options, a.json)
    report = examine(a.model, a.alpha, a.size, a.channels, a.classes, options)
    if a.json:
        print_json_line(report)
    else:
        stdout().print(show(report))
    return 0
