"""A scripted board: answers commands as firmware/src/link does, and sends what a test tells it to."""

from __future__ import annotations

import queue
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from host.base.records import Message
from host.link import messages as wire
from host.link.framing import Decoder, encode_packet
from host.link.layout import OURS, WireLayout, pack_hashes
from host.link.transport import PortLostError

HELLO = wire.Hello(
    layout_hash=OURS.hash,
    protocol_version=wire.PROTOCOL_VERSION,
    mode=wire.Mode.IDLE,
    last_fault=0,
    clock_hz=64_000_000,
    model_hash=0x1234ABCD,
    arena_bytes=36_864,
    input_height=96,
    input_width=96,
    input_channels=1,
    output_zero_point=-128,
    score_count=2,
    score_meaning=0,
    instruction_cache=1,
    dcdc=0,
    clock_divider=2,
    data_swap=1,
    colour_bars=0,
    output_scale=1 / 256,
    device_serial=0x1122334455667788,
    firmware="0.1.0 0123abcd",
    board="virtual",
    compiler="gcc 12.2 -O2",
    model="person_grey_025",
    labels=b"no person\nperson",
)


def moving_picture(number: int, size: int = 96) -> NDArray[np.uint8]:
    """(size, size, 1): a bright ball that circles before a gradient."""
    y, x = np.mgrid[0:size, 0:size]
    angle = number * 0.15
    ball = (x - size * (0.5 + 0.3 * np.cos(angle))) ** 2 + (
        y - size * (0.5 + 0.3 * np.sin(angle))
    ) ** 2
    grey = 40 + x * 100 // size + np.where(ball < (size / 7) ** 2, 110, 0)
    return np.asarray(grey, dtype=np.uint8)[..., None]


@dataclass
class FakeBoard:
    """What the board knows. `drop_answer` decides which answers never leave it."""

    hello: wire.Hello = HELLO
    drop_answer: Callable[[Message], bool] = lambda message: False
    refuse: Callable[[Message], wire.Status] = lambda message: wire.Status.OK
    layout: WireLayout = OURS

    def __post_init__(self) -> None:
        self.commands: list[Message] = []
        self.settings: dict[int, int] = {}
        self.registers: dict[int, int] = {0x0A: 0x76}
        self.mode = int(self.hello.mode)
        self.frame = self.dropped = 0
        self._sequence = 0
        self._decoder = Decoder()
        self._held = b""

    def hear(self, data: bytes) -> bytes:
        """Bytes of the host -> bytes of the answers."""
        out = b""
        for packet in self._decoder.feed(data):
            command = wire.BY_ID[packet.type].unpack(packet.payload)
            self.commands.append(command)
            for answer in self._answers(command, packet.sequence):
                out += b"" if self.drop_answer(answer) else self.say(answer)
        return out

    def say(self, message: Message, drop: bool = False) -> bytes:
        """The next packet; a dropped one uses up its number."""
        sequence = self._sequence
        self._sequence = (sequence + 1) % 65536
        self.dropped += drop
        return b"" if drop else encode_packet(message.ID, sequence, message.pack())

    def restart(self) -> bytes:
        """As after its reset button."""
        self.mode, self.settings, self._sequence, self.dropped = int(self.hello.mode), {}, 0, 0
        return self.say(self.hello)

    def shoot(self, score: int = 100, source: int = wire.Source.CAMERA) -> bytes:
        """The next Frame and its Result: int8 score of `person`."""
        image = moving_picture(self.frame)
        return self._frame(image, source) + self.say(self.result(image, score, source))

    def result(self, image: NDArray[np.uint8], score: int = 100, source: int = 0) -> wire.Result:
        """The Result of the frame that was sent last."""
        return wire.Result(
            frame=self.frame,
            image_crc=zlib.crc32(image.tobytes()),
            capture_cycles=2_100_000,
            preprocess_cycles=310_000,
            inference_cycles=9_200_000,
            send_cycles=45_000,
            period_cycles=12_800_000,
            dropped_messages=self.dropped,
            bad_packets=self._decoder.counts.bad_packets,
            overlapped_cycles=2_400_000,
            age_cycles=12_500_000,
            source=source,
            scores=np.array([-score - 1, score], dtype=np.int8).tobytes(),
        )

    def _frame(self, image: NDArray[np.uint8], source: int) -> bytes:
        self.frame += 1
        height, width, channels = image.shape
        return self.say(wire.Frame(self.frame, height, width, channels, source, image.tobytes()))

    def _answers(self, command: Message, sequence: int) -> list[Message]:
        refused = self.refuse(command)
        if isinstance(command, wire.Inject) and self.mode != wire.Mode.IDLE:
            refused = wire.Status.BUSY
        if isinstance(command, wire.HelloRequest):
            return [replace(self.hello, mode=self.mode)]
        if isinstance(command, wire.LayoutRequest):
            return [wire.Layout(pack_hashes(self.layout))]
        if isinstance(command, wire.Ping):
            return [wire.Pong(command.host_time_us, 1, self.dropped, 0)]
        value, extra = 0, list[Message]()
        if refused is wire.Status.OK:
            value, extra = self._obey(command)
        return [wire.Ack(command.ID, refused, sequence, value), *extra]

    def _obey(self, command: Message) -> tuple[int, list[Message]]:
        if isinstance(command, wire.SetMode):
            self.mode = command.mode
        if isinstance(command, wire.Set):
            self.settings[command.setting] = command.value
        if isinstance(command, wire.CameraRegister):
            if command.write:
                self.registers[command.address] = command.value
            return self.registers.get(command.address, 0), []
        if isinstance(command, wire.Inject):
            return self._inject(command)
        return 0, []

    def _inject(self, command: wire.Inject) -> tuple[int, list[Message]]:
        if command.offset == 0:
            self._held = b""
        if command.offset == len(self._held):
            self._held += command.pixels
        if len(self._held) < command.total:
            return len(self._held), []
        shape = (self.hello.input_height, self.hello.input_width, self.hello.input_channels)
        image = np.frombuffer(self._held, np.uint8).reshape(shape)
        self._held = b""  # a piece that comes again is acknowledged with 0
        return command.total, [self.result(image, 77, wire.Source.INJECTED)]


class MemoryPort:
    """A Port whose other end is a FakeBoard in this process."""

    def __init__(self, board: FakeBoard, name: str = "memory") -> None:
        self.name = name
        self.board = board
        self.closed = False
        self._arrived: queue.Queue[bytes | None] = queue.Queue()

    def read(self) -> bytes:
        """What the board said."""
        try:
            data = self._arrived.get(timeout=0.01)
        except queue.Empty:
            return b""
        if data is None:
            raise PortLostError(f"{self.name}: the port went away")
        return data

    def write(self, data: bytes) -> None:
        """To the board, which answers at once."""
        if self.closed:
            raise PortLostError(f"{self.name}: the port went away")
        self.arrive(self.board.hear(data))

    def arrive(self, data: bytes) -> None:
        """The host will read these."""
        self._arrived.put(data)

    def die(self) -> None:
        """The cable is pulled."""
        self.closed = True
        self._arrived.put(None)

    def close(self) -> None:
        """Nothing to free."""
        self.closed = True
