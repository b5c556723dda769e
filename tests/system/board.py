"""A virtual board inside the test's own process, driven over its serial port: no threads, no real time."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from host.base.records import Message
from host.link.framing import Decoder, encode_packet
from host.link.messages import (
    BY_ID,
    INJECT_CHUNK_BYTES,
    Ack,
    Frame,
    Hello,
    HelloRequest,
    Inject,
    Mode,
    Result,
    Set,
    SetMode,
    Setting,
    Status,
)
from host.virtual.board import CLOCK_HZ, VirtualBoard
from host.virtual.options import BoardOptions
from host.virtual.scene import Scene, open_scene

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "firmware" / "prebuilt" / "virtual.elf"
SECOND = CLOCK_HZ

_chosen: list[Path] = []

M = TypeVar("M", bound=Message)


def choose(image: Path) -> None:
    """From now on benches run this image unless they name one."""
    _chosen[:] = [image]


def under_test() -> Path:
    """The image that pytest's --image names."""
    return _chosen[0] if _chosen else FIRMWARE


class Bench:
    """One board on the bench. `messages` holds what it said and nobody took yet."""

    def __init__(
        self,
        scene: str | Scene = "noise:1",
        options: BoardOptions | None = None,
        elf: Path | None = None,
    ) -> None:
        """elf: None for pytest's --image, which is our prebuilt one by default."""
        self.messages: list[Message] = []
        self.warnings: list[str] = []
        self.decoder = Decoder()
        self._sequence = itertools.count()
        source = open_scene(scene) if isinstance(scene, str) else scene
        self.board = VirtualBoard(
            elf or under_test(), source, options, self._take, self.warnings.append
        )
        self.hello = self._first_hello()

    def _first_hello(self) -> Hello:
        """A board with a UART speaks at once, one on USB when its port is open and somebody asks."""
        self.board.run_until(self._speaks, SECOND)
        if self.board.serial.is_there:
            self.board.run(SECOND // 20)  # until the port is open
            self.tell(HelloRequest())
        return self.wait(Hello)

    def _speaks(self) -> bool:
        return bool(self.messages) or self.board.serial.is_there

    def _take(self, data: bytes) -> None:
        for packet in self.decoder.feed(data):
            self.messages.append(BY_ID[packet.type].unpack(packet.payload))

    def wait(self, kind: type[M], seconds: float = 5.0) -> M:
        """The next message of a kind, in guest time; earlier ones of other kinds stay."""
        taken: list[M] = []

        def found() -> bool:
            for message in self.messages:
                if isinstance(message, kind):
                    taken.append(message)
                    self.messages.remove(message)
                    return True
            return False

        if not self.board.run_until(found, int(seconds * SECOND)):
            raise AssertionError(f"no {kind.__name__} in {seconds} s; heard {self.messages}")
        return taken[0]

    def tell(self, command: Message) -> None:
        """Sends a command."""
        self.board.send(encode_packet(command.ID, next(self._sequence) & 0xFFFF, command.pack()))

    def ask(self, command: Message) -> Ack:
        """Sends a command and waits for its answer."""
        self.tell(command)
        return self.wait(Ack)

    def mode(self, mode: Mode) -> None:
        """Changes the mode."""
        assert self.ask(SetMode(int(mode))).status == Status.OK

    def set(self, setting: Setting, value: int) -> None:
        """Changes a setting."""
        assert self.ask(Set(int(setting), value)).status == Status.OK

    def greet(self) -> Hello:
        """Asks who the board is."""
        self.tell(HelloRequest())
        return self.wait(Hello)

    def inject(self, image: NDArray[np.uint8]) -> Result:
        """Lets the board infer an image."""
        pixels = image.tobytes()
        for offset in range(0, len(pixels), INJECT_CHUNK_BYTES):
            piece = pixels[offset : offset + INJECT_CHUNK_BYTES]
            assert self.ask(Inject(offset, len(pixels), piece)).status == Status.OK
        return self.wait(Result, 60.0)

    def load_model(self, blob: bytes) -> None:
        """Lays another packed model over the built-in one, which lies last in flash, and restarts."""
        self.board.load_model(blob)
        self.messages.clear()
        self.hello = self._first_hello()

    def frames(self, count: int, mode: Mode = Mode.CAPTURE) -> list[NDArray[np.uint8]]:
        """The next images of the camera, (height, width, channels); frames of earlier calls are forgotten."""
        self.messages = [m for m in self.messages if not isinstance(m, Frame)]
        self.mode(mode)
        taken = [self.wait(Frame) for _ in range(count)]
        self.mode(Mode.IDLE)
        return [
            np.frombuffer(f.pixels, np.uint8).reshape(f.height, f.width, f.channels) for f in taken
        ]
