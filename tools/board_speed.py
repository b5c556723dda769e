"""python -m tools.board_speed: how fast the virtual board runs on this computer, in guest seconds a second of one core.

The default scene is streamed, frames and results, at the greatest speed, over the board's TCP port to a client that
decodes them, as the viewer does. Counted is the CPU time of the board's own thread, so other programs matter little.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from host.base.boards import CLOCK_HZ
from host.base.errors import run_main
from host.base.places import PREBUILT
from host.base.text import say
from host.link.device import Device
from host.link.messages import Mode
from host.link.transport import SocketPort
from host.virtual.board import VirtualBoard
from host.virtual.image import read_image
from host.virtual.options import BoardOptions
from host.virtual.scene import open_scene
from host.virtual.serve import BoardServer, Speed
from host.virtual.silicon import Silicon, parse_silicon
from host.virtual.tally import tally

WARM_UP_SECONDS = 1.0  # of guest time: code is translated, the camera settles


class ClockedBoard(VirtualBoard):
    """A board that notes guest time and its thread's CPU time, both in seconds, after every slice."""

    clock = (0.0, 0.0)

    def run(self, cycles: int) -> None:
        """A slice."""
        super().run(cycles)
        self.clock = (self.cycles / CLOCK_HZ, time.thread_time())


def main(arguments: Sequence[str]) -> int:
    """Measures and says one figure, then what the board counted."""
    args = _parse(arguments)
    load = None if args.core_load is None else args.core_load == "on"
    options = BoardOptions(core_load=load, silicon=args.silicon)
    board = ClockedBoard(read_image(args.image, None), open_scene(args.scene), options)
    received, seconds, cpu = _stream(board, args.seconds)
    words = ", ".join(f"{count} {name}" for name, count in sorted(received.items()))
    say(f"{seconds / cpu:.2f} guest seconds a second of one core ({cpu:.2f} s for {seconds:.2f} s)")
    say(f"heard: {words}")
    for line in tally(board):
        say(line)
    return 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.board_speed", description=__doc__)
    add = parser.add_argument
    add("--image", type=Path, default=PREBUILT, metavar="FILE.elf")
    add("--seconds", type=float, default=10.0, help="of guest time, default 10")
    add("--scene", default="default", metavar="URL")
    add("--core-load", choices=["on", "off"], help="default: as python -m host.virtual does")
    add("--silicon", type=parse_silicon, default=Silicon(), metavar="NAME[,KEY=N...]")
    return parser.parse_args(arguments)


def _stream(board: ClockedBoard, wanted: float) -> tuple[Counter[str], float, float]:
    """What came, guest seconds, CPU seconds of the board's thread."""
    server = BoardServer(board, 0, Speed.MAX)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    received: Counter[str] = Counter()
    with Device(SocketPort.at(server.url)) as device:
        device.set_mode(Mode.STREAM)
        _listen_until(device, board, board.clock[0] + WARM_UP_SECONDS, Counter())
        start = board.clock
        _listen_until(device, board, start[0] + wanted, received)
        end = board.clock
    server.stop()
    thread.join()
    return received, end[0] - start[0], end[1] - start[1]


def _listen_until(
    device: Device, board: ClockedBoard, seconds: float, received: Counter[str]
) -> None:
    while board.clock[0] < seconds:
        message = device.receive(0.1)
        if message is not None:
            received[type(message).__name__] += 1


if __name__ == "__main__":
    sys.exit(run_main(lambda: main(sys.argv[1:])))
