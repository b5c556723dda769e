"""python -m host.flash FIRMWARE.bin: uploads a firmware that somebody built. One build serves twenty boards.

The board restarts into its bootloader (a touch at 1200 baud), whose port is found by its USB identity; Arduino's bossac
writes the flash, the board's models in their slots with it, and starts the firmware. `pio run` builds the file.
"""

from __future__ import annotations

from host.base.errors import plain_words

if __name__ == "__main__":
    plain_words()  # before the imports that take long

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from host.base.console import share_bars
from host.base.errors import HostError, run_main
from host.base.text import say
from host.base.tool_parser import tool_parser
from host.doctor.holders import modem_manager_runs, programs_holding
from host.flash.advice import advice, after_failure
from host.flash.bossac import find_bossac, write
from host.flash.image import read_image
from host.flash.touch import Machine, boards_to_flash, bootloader_of
from host.ports.choose import ListedPort

Write = Callable[[Path, str, Path, Callable[[float], None]], None]


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """The parsed command line."""
    parser = tool_parser("host.flash", __doc__)
    add = parser.add_argument
    add("firmware", type=Path, metavar="FIRMWARE.bin", help="as pio run writes it")
    add(
        "--port",
        metavar="PATH",
        help="of one board, /dev/ttyACM0 or COM3; default: the Nano that is plugged in",
    )
    add("--all", action="store_true", help="every Nano that is plugged in, one after the other")
    add("--bossac", type=Path, metavar="PATH", help="default: PlatformIO's, else Arduino's")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None, machine: Machine | None = None, put: Write = write) -> int:
    """Exit code 0 when every board that was asked for has the firmware."""
    args = arguments(argv)
    machine = machine or Machine()
    say(f"{args.firmware}: {len(read_image(args.firmware)):,} bytes")
    bossac = find_bossac(args.bossac, dict(os.environ), Path.home())
    boards = _boards(args, machine)
    for number, board in enumerate(boards, 1):
        say(f"board {number} of {len(boards)} at {board.path}: restarting into its bootloader")
        _flash(bootloader_of(board, machine), args.firmware, bossac, put, machine)
    return 0


def _flash(path: str, firmware: Path, bossac: Path, put: Write, machine: Machine) -> None:
    """path: of the bootloader."""
    try:
        with share_bars() as bars:
            bar = bars.add_task(f"{firmware.name} -> {path}", total=1.0)
            put(bossac, path, firmware, lambda share: bars.update(bar, completed=share))
    except HostError as error:
        remedy = error.remedy or after_failure(machine.listed())
        raise HostError(error.what, remedy) from error
    say(f"{path}: written; the board starts the firmware")


def _boards(args: argparse.Namespace, machine: Machine) -> list[ListedPort]:
    """Raises HostError with the advice of an upload when there is none, or more than were asked for."""
    ports = machine.listed()
    boards = boards_to_flash(ports, args.port)
    holders = {port.path: programs_holding(port.path) for port in boards}
    wanted = args.port or ""
    seen = ports if not args.all else boards[:1] or ports
    for line in advice(seen, holders, wanted, modem_manager_runs()):
        if line.stops:
            raise HostError(line.text.replace("--upload-port", "--port, or give --all"))
        say(f"note: {line.text}")
    return boards


if __name__ == "__main__":
    sys.exit(run_main(main))
