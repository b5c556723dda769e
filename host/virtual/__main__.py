"""python -m host.virtual [--image FILE]: a virtual board on a TCP port of this machine."""

from __future__ import annotations

from host.base.errors import plain_words

if __name__ == "__main__":
    plain_words()  # before the imports that take long

import argparse
import dataclasses
import secrets
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from host.base.errors import EXIT_USER, HostError, run_main
from host.base.places import PREBUILT
from host.base.regular_files import model_bytes
from host.base.text import say
from host.base.tool_parser import tool_parser
from host.virtual.board import VirtualBoard
from host.virtual.image import read_image
from host.virtual.light import LIGHT_HELP, SCENE_HELP, lit_url, lux
from host.virtual.options import (
    CORE_LOAD_BY_DEFAULT,
    DEFAULT_SERIAL_NUMBER,
    BoardOptions,
    DataWiring,
    SensorFaults,
)
from host.virtual.scene import open_scene
from host.virtual.serve import BoardServer, Speed
from host.virtual.server import FAILED, READY, address_with
from host.virtual.silicon import Silicon, parse_silicon
from host.virtual.tally import conditions, tally

ON, OFF = "on", "off"
KEY_BYTES = 16


def main(arguments: Sequence[str]) -> int:
    """Starts the board and serves it until Ctrl-C, or until the console closes."""
    wanted = _parse(arguments)
    options = BoardOptions(
        serial_number=wanted.serial_number,
        data_wiring=DataWiring(wanted.data_wiring),
        silicon=wanted.silicon,
        core_load=None if wanted.core_load is None else wanted.core_load == ON,
        faults=SensorFaults(**dict.fromkeys(wanted.fault, True), stuck_bit=wanted.stuck_bit),
    )
    scene = open_scene(lit_url(wanted.scene, wanted.light))
    image = read_image(wanted.image, wanted.at)
    board = VirtualBoard(image, scene, options)
    if wanted.model is not None:
        board.load_model(packed_for_board(wanted.model))
    key = "" if wanted.no_key else secrets.token_urlsafe(KEY_BYTES)
    server = BoardServer(board, wanted.port, Speed(wanted.speed), key)
    server.warm()
    held_for = conditions(board)
    print(f"{READY}{address_with(server.url, held_for)} ({held_for})", flush=True)
    if wanted.console:
        threading.Thread(target=_obey_console, args=(server,), daemon=True).start()
        server.serve()
        return 0
    try:
        server.serve()
    finally:
        for line in tally(board):
            say(line)
    return 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = tool_parser("host.virtual", __doc__)
    _add_program_and_scene(parser)
    _add_address(parser)
    _add_hardware(parser)
    parser.add_argument(
        "--console",
        action="store_true",
        help="commands on stdin: reset, flash FILE, pull, plug, touch, quit",
    )
    return parser.parse_args(arguments)


def _add_program_and_scene(parser: argparse.ArgumentParser) -> None:
    """What the board runs and sees."""
    add = parser.add_argument
    add(
        "--image",
        type=Path,
        default=PREBUILT,
        metavar="FILE",
        help="firmware for an nRF52840: .elf, .hex, or .bin with --at; default: ours",
    )
    add("--at", type=_address, metavar="ADDRESS", help="where a .bin lies, such as 0x10000")
    add(
        "--scene",
        default="default",
        metavar="URL",
        help=SCENE_HELP,
    )
    add("--light", type=lux, metavar="LUX", help=LIGHT_HELP)
    add("--model", type=Path, metavar="FILE.tpm", help="runs in the place of the built-in model")


def _add_address(parser: argparse.ArgumentParser) -> None:
    """Where it is served, to whom, and how fast."""
    add = parser.add_argument
    add("--port", type=int, default=0, help="TCP port on 127.0.0.1; 0 takes a free one")
    add(
        "--no-key",
        action="store_true",
        help="take any program of any user of this machine, such as pyserial's socket://; "
        "otherwise the address carries a key, which our tools send",
    )
    add("--speed", choices=[s.value for s in Speed], default=Speed.REAL.value)


def _add_hardware(parser: argparse.ArgumentParser) -> None:
    """Which board and camera it is: numbers, wires, faults and the silicon's speed."""
    add = parser.add_argument
    add("--serial-number", type=_hexadecimal, default=DEFAULT_SERIAL_NUMBER, metavar="HEX")
    add("--data-wiring", choices=[w.value for w in DataWiring], default=DataWiring.SHIELD.value)
    faults = [f.name for f in dataclasses.fields(SensorFaults) if f.name != "stuck_bit"]
    add("--fault", action="append", default=[], choices=faults, help="give the camera this fault")
    add("--stuck-bit", type=int, choices=range(8), help="this data line of the camera reads 1")
    add(
        "--core-load",
        choices=[ON, OFF],
        help="charge what Arduino's core takes from the CPU and lets through its port; default: "
        + (f"{ON} for our firmware without the core" if CORE_LOAD_BY_DEFAULT else OFF),
    )
    add(
        "--silicon",
        type=_silicon,
        default=Silicon(),
        metavar="NAME[,KEY=N...]",
        help="ideal or pessimistic, and wait states of a GPIO read (wait=0..3), extra cycles of a taken branch "
        "(branch=1..3), wait states of flash (flash=0..3), cycles that the core's interrupts cost more (interrupt=N); "
        "default: ideal",
    )


def packed_for_board(path: Path) -> bytes:
    """Whole and small enough, or the board would refuse it and run without a model. Raises HostError."""
    from host.compiler.fits import refusal
    from host.compiler.pack import unpack

    try:
        model = unpack(model_bytes(path))
        refused = refusal(model.header)
        if refused is not None:
            raise refused
        return model.data
    except HostError as error:
        raise HostError(f"--model {path}: {error.what}", error.remedy) from error


def _hexadecimal(text: str) -> int:
    value = int(text, 16)
    if not 0 <= value < 1 << 64:
        raise argparse.ArgumentTypeError("64 bits at most")
    return value


def _address(text: str) -> int:
    try:
        return int(text, 0)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text}: not an address such as 0x10000") from error


def _silicon(text: str) -> Silicon:
    try:
        return parse_silicon(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _obey_console(server: BoardServer) -> None:
    """Lines on stdin; its end stops the board."""
    for line in sys.stdin:
        order, _, rest = line.strip().partition(" ")
        actions = {
            "reset": server.reset,
            "pull": server.pull_cable,
            "plug": server.plug_cable,
            "touch": server.touch,
            "quit": server.stop,
        }
        if order == "flash":
            server.reflash(Path(rest))
        elif order in actions:
            actions[order]()
        elif order:
            say(f"{order}: give reset, flash FILE, pull, plug, touch or quit")
    server.stop()


def _main() -> int:
    """A program that started us reads why we cannot from stdout, and says it in its own words."""
    try:
        return main(sys.argv[1:])
    except HostError as error:
        if "--console" not in sys.argv:
            raise
        print(f"{FAILED}{error}", flush=True)
        return EXIT_USER


if __name__ == "__main__":
    sys.exit(run_main(_main))
