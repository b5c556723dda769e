"""The commands of a board and its answers, over any Line. Commands are repeated until they are answered."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from host.base.closing import Closing
from host.base.errors import HostError
from host.base.records import Message
from host.link import messages as wire
from host.link.handshake import no_hello, no_start
from host.link.line import Line, NoAnswerError
from host.link.sequence import Losses

M = TypeVar("M", bound=Message)
MEASURE_S, MEASURE_TRIES = 10.0, 3  # the slowest, Raster, takes 3 s of a board's time


class RefusedError(HostError):
    """The board understood and said no; `answer` says why."""

    def __init__(self, command: Message, answer: wire.Ack) -> None:
        super().__init__(f"the board refused {_described(command)}: {_reason(answer.status)}")
        self.answer = answer


class WrongImageError(HostError, ValueError):
    """The caller's mistake, or a board's that says its model has another input than it has."""


class Client(Closing):
    """A connected board; `hello` is what it said of itself last. For one thread at a time."""

    hello: wire.Hello

    def __init__(self, line: Line) -> None:
        """Asks nothing yet: `greet` asks who the board is, `meet` waits for what it says when it starts."""
        self.line = line
        self._mode: int | None = None
        self._settings: dict[int, int] = {}

    @property
    def name(self) -> str:
        """The port's name."""
        return self.line.name

    @property
    def connected(self) -> bool:
        """False while the port is being opened again."""
        return self.line.connected

    @property
    def losses(self) -> Losses:
        """What was lost since the device was opened."""
        return self.line.losses

    @property
    def mode(self) -> wire.Mode:
        """The mode that was set last, else the one the board started in."""
        return wire.Mode(self.hello.mode if self._mode is None else self._mode)

    def receive(self, timeout_s: float) -> Message | None:
        """The oldest message that answers no command; None after timeout_s. Raises HostError on a dead port."""
        return self.line.receive(timeout_s)

    def set_mode(self, mode: wire.Mode) -> None:
        """Changes what the board does."""
        self._command(wire.SetMode(int(mode)))
        self._mode = int(mode)

    def set(self, setting: wire.Setting, value: int) -> None:
        """Changes a setting."""
        self._command(wire.Set(int(setting), value))
        self._settings[int(setting)] = value

    def get(self, setting: wire.Setting) -> int:
        """What a setting is now."""
        value = self._command(wire.Get(int(setting))).value
        return value - (1 << 32) if value >> 31 else value

    def camera_register(self, address: int, value: int | None = None) -> int:
        """Reads a register of the sensor, after writing `value` when one is given.

        Where a mode was set that uses the camera, it may still be starting: it is asked until then.
        Raises RefusedError, at once in Mode.IDLE.
        """
        request = wire.CameraRegister(address, int(value is not None), value or 0)
        end = self.line.clock() + self.line.timing.camera_s
        while True:
            try:
                return self._command(request).value
            except RefusedError as refused:
                starting = refused.answer.status == wire.Status.BUSY
                if not starting or self.mode is wire.Mode.IDLE or self.line.clock() >= end:
                    raise
            self.line.pause(self.line.timing.busy_s)

    def raster(self, line: int) -> wire.Raster:
        """What the sensor puts on its pins in a frame, and the bytes of a line; the board is in Mode.IDLE for it."""
        return self._measured(wire.RasterRequest(line), wire.Raster)

    def silicon(self) -> wire.Silicon:
        """What a read, a branch and interrupts take on this chip; the board is in Mode.IDLE for it."""
        return self._measured(wire.SiliconRequest(), wire.Silicon)

    def _measured(self, request: Message, kind: type[M]) -> M:
        """Not asked again before its time: the board would measure again, and answer later still."""
        if self.mode is not wire.Mode.IDLE:
            self.set_mode(wire.Mode.IDLE)

        def is_answer(message: Message) -> bool:
            refused = isinstance(message, wire.Ack) and message.request == request.ID
            return refused or isinstance(message, kind)

        for _ in range(MEASURE_TRIES):
            with self.line.waiting(is_answer) as waiter:
                self.line.send(request)
                answer = self.line.wait(waiter, MEASURE_S)
            if isinstance(answer, kind):
                return answer
            if isinstance(answer, wire.Ack) and answer.status != wire.Status.BUSY:
                raise RefusedError(request, answer)
        raise NoAnswerError(f"{self.name}: the board measures nothing", "press reset once")

    def reboot(self, target: wire.RebootTarget = wire.RebootTarget.APPLICATION) -> None:
        """Restarts the board. It may die before its answer leaves: silence is no error."""
        try:
            self._command(wire.Reboot(int(target)), tries=1)
        except NoAnswerError:
            return

    def meet(self) -> wire.Hello:
        """Waits for the Hello that a board sends when it starts. Raises NoAnswerError."""
        self.hello = self.line.expect(wire.Hello, self.line.timing.hello_s)
        return self.hello

    def expect(self, kind: type[M], timeout_s: float) -> M:
        """The next message of a kind; others stay. Raises NoAnswerError."""
        return self.line.expect(kind, timeout_s)

    def ping(self) -> float:
        """Seconds of one round trip, retries included."""
        return self.pong()[1]

    def pong(self, tries: int = 0) -> tuple[wire.Pong, float]:
        """The answer to a ping, and the seconds of its round trip, retries included."""
        started = self.line.clock()
        stamp = int(started * 1e6)
        answer = self.line.ask(
            wire.Ping(stamp),
            lambda m, _: isinstance(m, wire.Pong) and m.host_time_us == stamp,
            tries,
        )
        assert isinstance(answer, wire.Pong)
        return answer, self.line.clock() - started

    def greet(self) -> wire.Hello:
        """Asks the board again who it is: another model may run by now."""
        self._handshake()
        return self.hello

    def slot(self, which: int) -> wire.SlotInfo:
        """What a model slot holds; 0 is the built-in model."""
        answer = self.line.ask(
            wire.SlotStatus(which), lambda m, _: isinstance(m, wire.SlotInfo) and m.which == which
        )
        assert isinstance(answer, wire.SlotInfo)
        return answer

    def inject(self, image: NDArray[np.uint8]) -> wire.Result:
        """Lets the board infer `image`: uint8 (height, width, channels), as its model's input.

        The board takes images in Mode.IDLE alone, so that is what it is in afterwards.
        """
        shape = (self.hello.input_height, self.hello.input_width, self.hello.input_channels)
        if image.dtype != np.uint8 or image.shape != shape:
            raise WrongImageError(
                f"image is {image.dtype}{image.shape}, the model takes uint8{shape}"
            )
        if self.mode is not wire.Mode.IDLE:
            self.set_mode(wire.Mode.IDLE)
        pixels = image.tobytes()
        crc = zlib.crc32(pixels)

        def is_result(message: Message) -> bool:
            return isinstance(message, wire.Result) and (message.source, message.image_crc) == (
                wire.Source.INJECTED,
                crc,
            )

        with self.line.waiting(is_result) as waiter:
            for _ in range(self.line.timing.tries):
                self._send_pieces(pixels, is_result)
                result = self.line.wait(waiter, self.line.timing.result_s)
                if isinstance(result, wire.Result):
                    return result
        raise NoAnswerError(f"{self.name}: no result for an injected image", "reset the board")

    def close(self) -> None:
        """Frees the port."""
        self.line.close()

    def _send_pieces(self, pixels: bytes, is_result: Callable[[Message], bool]) -> None:
        """Stop and wait. An Ack says how many bytes the board holds, so a lost one costs one repetition;
        the result itself also ends it, as it proves that the last piece arrived."""
        held, total = 0, len(pixels)
        budget = self.line.timing.tries * (total // wire.INJECT_CHUNK_BYTES + 1)
        while held < total:
            if budget == 0:
                raise NoAnswerError(f"{self.name}: the board keeps losing an injected image")
            budget -= 1
            piece = wire.Inject(held, total, pixels[held : held + wire.INJECT_CHUNK_BYTES])
            answer = self._command(piece, extra=is_result)
            held = answer.value if answer.request == wire.Inject.ID else total

    def command(self, command: Message) -> wire.Ack:
        """Sends any command until it is answered; the answer. Raises RefusedError when the board says no."""
        return self._command(command)

    def _command(
        self, command: Message, tries: int = 0, extra: Callable[[Message], bool] | None = None
    ) -> wire.Ack:
        """Sends until it is acknowledged, or `also` is true of a message (then an Ack of type 0)."""

        def is_answer(message: Message, sent: set[int]) -> bool:
            if isinstance(message, wire.Ack):
                return message.request == command.ID and message.sequence in sent
            return extra is not None and extra(message)

        for _ in range(self.line.timing.tries):
            message = self.line.ask(command, is_answer, tries)
            answer = message if isinstance(message, wire.Ack) else wire.Ack(0, 0, 0, 0)
            if answer.status == wire.Status.OK:
                return answer
            if answer.status != wire.Status.BUSY:
                break
            self.line.pause(self.line.timing.busy_s)
        raise RefusedError(command, answer)

    def _handshake(self) -> None:
        """Asks for Hello until it comes."""
        timing = self.line.timing
        end = self.line.clock() + timing.hello_s
        with self.line.waiting(lambda m: isinstance(m, wire.Hello)) as waiter:
            while self.line.clock() < end:
                self.line.send(wire.HelloRequest())
                answer = self.line.wait(waiter, timing.hello_again_s)
                if isinstance(answer, wire.Hello):
                    self.hello = answer
                    return
        inbox, lost = self.line.inbox, self.line.lost
        if lost is not None and not inbox.received():
            raise NoAnswerError(lost.what, lost.remedy)
        objections = tuple(inbox.objections)
        if self.line.is_emulated and not inbox.received():
            raise NoAnswerError(*no_start(self.name, timing.hello_s))
        raise NoAnswerError(
            *no_hello(self.name, inbox.received(), inbox.packets, timing.hello_s, objections)
        )


def _described(command: Message) -> str:
    if isinstance(command, wire.SetMode):
        return f"mode {command.mode}"
    if isinstance(command, wire.Set):
        return f"setting {wire.Setting(command.setting).name} = {command.value}"
    return type(command).__name__


def _reason(status: int) -> str:
    known = {s.value: s.name.lower().replace("_", " ") for s in wire.Status}
    return known.get(status, f"status {status}")
