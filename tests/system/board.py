"""A virtual board inside the test's own process, driven over its serial port: no threads, no real time."""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from host.base.boards import CLOCK_HZ, VIRTUAL
from host.base.records import Message
from host.deploy.transfer import send_model
from host.link.client import Client
from host.link.line import Line, Timing
from host.link.messages import Ack, Frame, Hello, Mode, Result, Setting
from host.virtual.local_port import LocalPort
from host.virtual.options import BoardOptions
from host.virtual.scene import Scene, open_scene

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "firmware" / "prebuilt" / "virtual.elf"
SECOND = CLOCK_HZ
PATIENT = Timing(hello_s=5.0, answer_s=5.0, tries=1, result_s=60.0)

_chosen: list[Path] = []
_deployed: dict[tuple[Path, int], NDArray[np.uint8]] = {}  # flash with a model in its slot

M = TypeVar("M", bound=Message)


def choose(image: Path) -> None:
    """From now on benches run this image unless they name one."""
    _chosen[:] = [image]


def under_test() -> Path:
    """The image that pytest's --image names."""
    return _chosen[0] if _chosen else FIRMWARE


def under_test_is_ours() -> bool:
    """Whether it is the bare one, without Arduino's core."""
    return under_test() == FIRMWARE


class Bench:
    """One board on the bench, in its own time."""

    def __init__(
        self,
        scene: str | Scene = "noise:1",
        options: BoardOptions | None = None,
        elf: Path | None = None,
    ) -> None:
        """elf: None for pytest's --image, which is our prebuilt one by default."""
        self.warnings: list[str] = []
        source = open_scene(scene) if isinstance(scene, str) else scene
        self.port = LocalPort(source, options, elf or under_test(), say=self.warnings.append)
        self.board = self.port.board
        self.client = Client(Line(self.port, PATIENT, self.port.clock))
        self._first_hello()

    def _first_hello(self) -> Hello:
        """A board with a UART speaks at once, one on USB when its port is open and somebody asks."""
        self.board.run_until(lambda: self.port.has_bytes or self.board.serial.is_there, SECOND)
        if not self.board.serial.is_there:
            return self.client.meet()
        self.board.run(SECOND // 20)  # until the port is open
        return self.client.greet()

    @property
    def hello(self) -> Hello:
        """What it said of itself last."""
        return self.client.hello

    @property
    def messages(self) -> deque[Message]:
        """What it said and nobody took yet. Lets no time pass."""
        if self.port.has_bytes:
            self.client.line.pump()
        return self.client.line.queue

    @messages.setter
    def messages(self, left: Iterable[Message]) -> None:
        self.client.line.queue = deque(left)

    def wait(self, kind: type[M], seconds: float = 5.0) -> M:
        """The next message of a kind, in guest time; earlier ones of other kinds stay."""
        return self.client.expect(kind, seconds)

    def tell(self, command: Message) -> None:
        """Sends a command."""
        self.client.line.send(command)

    def ask(self, command: Message) -> Ack:
        """Sends a command and waits for its answer, whatever it is."""
        answer = self.client.line.ask(command, lambda m, sent: isinstance(m, Ack))
        assert isinstance(answer, Ack)
        return answer

    def mode(self, mode: Mode) -> None:
        """Changes the mode."""
        self.client.set_mode(mode)

    def set(self, setting: Setting, value: int) -> None:
        """Changes a setting."""
        self.client.set(setting, value)

    def greet(self) -> Hello:
        """Asks who the board is."""
        return self.client.greet()

    def inject(self, image: NDArray[np.uint8]) -> Result:
        """Lets the board infer an image."""
        return self.client.inject(image)

    def load_model(self, blob: bytes) -> None:
        """Another packed model runs after a restart.

        It is laid over the built-in one of our own image, which lies last in flash. With Arduino's core something
        lies behind that one: there it is sent to a slot, and what flash holds then is what other boards get.
        """
        if not self.board.serial.is_there:
            self.board.load_model(blob)
        else:
            key = (self.board.image.path, zlib.crc32(blob))
            if key not in _deployed:
                send_model(self.client, blob, lambda held: None)
                _deployed[key] = self.board.memory.flash.copy()
            self.board.memory.flash[:] = _deployed[key]
            self.board.reset()
        self.restarted()

    def restarted(self) -> Hello:
        """What the board says of itself after a restart; what it said before is forgotten."""
        self.messages.clear()
        if self.hello.board != VIRTUAL:
            self.client.line.inbox.reconnect()  # a USB port does not outlive a restart
        return self._first_hello()

    def frames(self, count: int, mode: Mode = Mode.CAPTURE) -> list[NDArray[np.uint8]]:
        """The next images of the camera, (height, width, channels); frames of earlier calls are forgotten."""
        self.messages = [m for m in self.messages if not isinstance(m, Frame)]
        self.mode(mode)
        taken = [self.wait(Frame) for _ in range(count)]
        self.mode(Mode.IDLE)
        return [
            np.frombuffer(f.pixels, np.uint8).reshape(f.height, f.width, f.channels) for f in taken
        ]
