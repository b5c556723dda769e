"""python -m host.deploy MODEL.tflite: sends a model to a board, which runs it from then on, and after a restart too.

No toolchain, no bootloader: the model goes into one of two slots in flash. A power cut leaves the old or the new one.
"""

from __future__ import annotations

from host.base.errors import plain_words

if __name__ == "__main__":
    plain_words()  # before the imports that take long

import argparse
import sys
from pathlib import Path

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from host.base.boards import VIRTUAL
from host.base.console import Console, stderr, stdout
from host.base.errors import run_main
from host.base.tool_parser import tool_parser
from host.compiler.pack import PackedModel
from host.compiler.pixels import add_pixels_argument, read_choice
from host.deploy.model import check_fits, read_model
from host.deploy.slots import empty_slots, read_slots, run_slot
from host.deploy.table import slots_table
from host.deploy.transfer import send_model
from host.link.device import Device
from host.ports.open import add_port_arguments, port_opening, port_options

FORGETTING = (
    "this virtual board ends here and forgets the model; to keep one, start "
    "`python -m host.virtual` and give the --port that it prints"
)


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """The parsed command line: exactly one of a model and the switches."""
    parser = tool_parser("host.deploy", __doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "model", nargs="?", type=Path, help=".tflite, quantised to int8, or a packed model (.tpm)"
    )
    what.add_argument("--list", action="store_true", help="what lies in the slots")
    what.add_argument("--default", action="store_true", help="back to the built-in model")
    what.add_argument("--use", type=int, metavar="SLOT", help="run the model of a slot")
    what.add_argument("--erase", action="store_true", help="as --default, and empty the slots")
    add = parser.add_argument
    add("--name", help="of the model; default: the file's")
    add("--labels", help="comma separated, in the order of the scores; default: the manifest's")
    add_pixels_argument(parser)
    add_port_arguments(parser)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when the board does what was asked."""
    args = arguments(argv)
    console = stderr()
    model = (
        read_model(args.model, args.name, args.labels, read_choice(args.pixels))
        if args.model
        else None
    )

    def say(text: str) -> None:
        console.print(text, style="dim")

    with (
        port_opening(port_options(args), say) as opening,
        Device(opening.open(), reopen=opening.reopen) as device,
    ):
        if model is not None:
            _deploy(device, model, console)
        else:
            _change(device, args)
        stdout().print(slots_table(read_slots(device)))
    if opening.choice.url == VIRTUAL and args.model:
        say(FORGETTING)
    return 0


def _deploy(device: Device, model: PackedModel, console: Console) -> None:
    check_fits(model.header, device.slot(0))
    total = model.header.total_bytes
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
        bar = progress.add_task(f"sending {model.header.name}", total=total)
        send_model(device, model.data, lambda held: progress.update(bar, completed=held))
    console.print(f"the board runs {device.hello.model}")


def _change(device: Device, args: argparse.Namespace) -> None:
    if args.erase:
        empty_slots(device)
    elif not args.list:
        run_slot(device, args.use or 0)


if __name__ == "__main__":
    sys.exit(run_main(main))
