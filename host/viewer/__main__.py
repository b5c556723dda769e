"""python -m host.viewer: opens a board, starts its stream, and shows it in a window, a terminal or as JSON."""

from __future__ import annotations

from host.base.errors import plain_words

if __name__ == "__main__":
    plain_words()  # before the imports that take long

import argparse
import contextlib
import sys
import time
from collections.abc import Callable

from host.base.arguments import share, whole
from host.base.console import stderr
from host.base.errors import HostError, run_main
from host.base.records import Message
from host.base.tool_parser import tool_parser
from host.link.damage import FaultRates, FaultyPort
from host.link.device import Device
from host.link.fault_advice import fault_line
from host.link.messages import Fault, Mode, Setting
from host.link.settings import LIMITS
from host.link.transport import Port
from host.ports.open import Opening, add_port_arguments, port_opening, port_options
from host.samples import PATIENCE_S, labels_of, samples
from host.virtual.light import LIGHT_HELP, SCENE_HELP, lit_url, lux

WEB_HELP = "in a browser: a page at 127.0.0.1 (PORT: a free one), to whoever has its address"
Say = Callable[[str], None]


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """The parsed command line."""
    parser = tool_parser("host.viewer", __doc__)
    add = parser.add_argument
    add_port_arguments(parser)
    add("--scene", default="default", metavar="URL", help=SCENE_HELP)
    add("--light", type=lux, metavar="LUX", help=LIGHT_HELP)
    add("--wiring", choices=["shield", "breadboard"], help="of the camera's D0 and D1: see README")
    add("--label", help="the label to watch (person, else the model's last)")
    add("--threshold", type=share, default=0.5, metavar="0..1", help="score from which it counts")
    add("--frames", type=whole(), metavar="N", help="end after N frames")
    add("--terminal", action="store_true", help="in this terminal instead of a window")
    add("--json", action="store_true", help="one JSON object a frame on stdout, no picture")
    add("--web", type=whole(0, 65_535), nargs="?", const=0, metavar="PORT", help=WEB_HELP)
    add("--open", action="store_true", help="with --web: open the page in the browser, too")
    add(
        "--watch",
        type=_looks,
        metavar="N",
        help="always-on: N looks a minute, a line when the verdict changes",
    )
    add("--drop-rate", type=share, default=0.0, metavar="0..1", help="damage the link on purpose")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when nothing cut it short."""
    request = arguments(argv)
    if request.watch and request.json:
        raise HostError("--watch prints lines of text, not JSON", "leave --json or --watch out")
    _refuse_with_web(request)
    request.scene = lit_url(request.scene, request.light)
    console = stderr()

    def say(text: str) -> None:
        console.print(text, style="dim")

    def damage(port: Port) -> Port:
        rate = request.drop_rate
        return FaultyPort(port, FaultRates.even(rate)) if rate else port

    with contextlib.ExitStack() as stack:
        opening = stack.enter_context(
            port_opening(port_options(request), say, request.scene, wrap=damage)
        )
        if request.web is not None:
            from host.web.run import Request, run_web

            run_web(
                opening, Request(request.web, request.open, request.label, request.threshold), say
            )
            return 0
        device = stack.enter_context(_open(request, opening, say))
        try:
            if request.wiring:
                device.set(Setting.DATA_SWAP, int(request.wiring == "shield"))
            if request.watch:
                _watch(request, device)
            else:
                device.set_mode(Mode.STREAM)
                (_write_json if request.json else _show)(request, opening, device, say)
        finally:
            with contextlib.suppress(HostError):
                device.set_mode(Mode.IDLE)  # the sensor sleeps again
    return 0


def _refuse_with_web(request: argparse.Namespace) -> None:
    """Raises HostError for what --web leaves to the page, and for --open without it."""
    if request.web is None:
        if request.open:
            raise HostError("--open opens the page of --web", "add --web")
        return
    given = {
        "--json": request.json,
        "--terminal": request.terminal,
        "--watch": request.watch,
        "--frames": request.frames,
        "--wiring": request.wiring,
    }
    for name in (name for name, value in given.items() if value):
        more = ": the page has it under Settings (data swap)" if name == "--wiring" else ""
        raise HostError(f"--web shows a page and {name} does not go with it{more}", "leave one out")


def _open(request: argparse.Namespace, opening: Opening, say: Say) -> Device:
    """A person wants a lost port back; a script wants to know."""
    for_people = not request.json and request.frames is None
    device = Device(opening.open(), reopen=opening.reopen if for_people else None)
    say(f"{device.name}: {device.hello.board} board, model {device.hello.model or 'none'}")
    return device


def _write_json(request: argparse.Namespace, _: Opening, device: Device, say: Say) -> None:
    from host.viewer.json_lines import write_json
    from host.viewer.view import watched_label

    watched_label(labels_of(device.hello), request.label)  # a misspelt one is refused here, too

    def other(message: Message) -> None:
        if isinstance(message, Fault):
            say(fault_line(message))

    write_json(
        samples(device, other, lambda sample: sample.cycles is not None, PATIENCE_S),
        request.frames,
        sys.stdout,
    )


def _watch(request: argparse.Namespace, device: Device) -> None:
    """Lines on stdout; --frames counts verdicts."""
    from host.viewer.watch import start_watch, watch_lines

    label = start_watch(device, request.watch, request.label)
    for line in watch_lines(device, label, lambda: time.strftime("%H:%M:%S"), request.frames):
        print(line, flush=True)


def _show(request: argparse.Namespace, opening: Opening, device: Device, say: Say) -> None:
    from host.viewer.show import Showing, show  # OpenCV takes half a second: first lines come first

    wanted = Showing(
        scene=request.scene,
        label=request.label,
        threshold=request.threshold,
        frames=request.frames,
        terminal=request.terminal,
    )
    show(wanted, opening, device, say)


def _looks(text: str) -> int:
    looks = LIMITS[Setting.LOOKS_PER_MINUTE]
    return whole(looks.least, looks.most)(text)


if __name__ == "__main__":
    sys.exit(run_main(main))
