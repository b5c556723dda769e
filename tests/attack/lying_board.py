"""A board behind a TCP port that frames correctly and says what is not so."""

from __future__ import annotations

import contextlib
import dataclasses
import select
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

from host.base.places import MODELS
from host.base.records import Message
from host.link import messages as wire
from tests.attack.lies import GOOD, changed
from tests.link.fake_board import HELLO, FakeBoard
from tests.recording.recordings import Clock, begin

FRAME_S = 0.02
MODEL = MODELS / "person_grey_01.tpm"  # quickly compiled
MODEL_HASH = int.from_bytes(MODEL.read_bytes()[12:16], "little")  # what Hello says of it
Lie = tuple[type[Message], str, object]


class LyingBoard(FakeBoard):
    """Answers everything; one field of one message is always a lie."""

    def __init__(self, lie: Lie | None = None) -> None:
        super().__init__(dataclasses.replace(HELLO, board="nano33ble", model_hash=MODEL_HASH))
        self._lie = lie

    def say(self, message: Message, drop: bool = False) -> bytes:
        """The packet, with its lie."""
        if self._lie and type(message) is self._lie[0]:
            message = changed(message, self._lie[1], self._lie[2])
        return super().say(message, drop)

    def stream(self) -> bytes:
        """What comes unasked, every FRAME_S."""
        if self.mode in (wire.Mode.STREAM, wire.Mode.RESULTS, wire.Mode.CAPTURE, wire.Mode.SINGLE):
            shot = self.shoot()
            return shot + (
                self.say(wire.Profile(self.frame, bytes(4 * 30))) if self.profiles else b""
            )
        if self.mode == wire.Mode.WATCH:
            self.frame += 1
            beat = wire.Heartbeat(1, 5, self.frame, 0, 1, self.frame * 20_000, 99_000, 1, 2, 3, 4)
            return self.say(wire.Verdict(1, 5, self.frame, self.frame * 20_000)) + self.say(beat)
        return b""

    @property
    def profiles(self) -> bool:
        """Whether operators are timed."""
        return bool(self.settings.get(wire.Setting.PROFILE))

    def _answers(self, command: Message, sequence: int) -> list[Message]:
        ack = wire.Ack(command.ID, 0, sequence, 0)
        if isinstance(command, wire.SlotStatus):
            return [wire.SlotInfo(command.which, 0, 0, 0, 300_000, 114_688, 0, 0, 0, "m")]
        if isinstance(command, wire.Get):
            return [wire.Ack(command.ID, 0, sequence, self.settings.get(command.setting, 0))]
        if isinstance(command, wire.SlotWrite):
            return [wire.Ack(command.ID, 0, sequence, command.offset + len(command.piece))]
        if isinstance(command, wire.Hold):
            microseconds = 1000 * command.duration_ms or 1_000_000
            awake = 64 * microseconds  # all of it, and a tenth of that with the marker high
            held = wire.Held(
                command.state, 0, command.repetitions, microseconds, awake, awake // 10
            )
            return [ack, held]
        answers = super()._answers(command, sequence)
        if isinstance(command, wire.Inject) and len(answers) > 1 and self.profiles:
            answers.append(wire.Profile(self.frame, bytes(4 * 30)))
        return answers


def record_lies(path: Path, lie: Lie | None, frames: int = 6) -> None:
    """A recording of such a board; each message that it can say comes with each frame."""
    board, clock = LyingBoard(lie), Clock()
    recorder = begin(path, clock)
    recorder.mark("opened memory")
    recorder.received(board.say(board.hello))
    for _ in range(frames):
        data = board.shoot()
        for good in GOOD:
            data += b"" if isinstance(good, wire.Hello) else board.say(good)
        recorder.received(data)
        clock.sleep(0.25)
    recorder.close()


@contextlib.contextmanager
def serving(board: LyingBoard) -> Iterator[str]:
    """The board's URL; it takes one connection after the other."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()
        thread = threading.Thread(target=_serve, args=(server, board, stop), daemon=True)
        thread.start()
        try:
            yield f"socket://127.0.0.1:{server.getsockname()[1]}"
        finally:
            stop.set()
            thread.join(5)


def _serve(server: socket.socket, board: LyingBoard, stop: threading.Event) -> None:
    server.settimeout(0.1)
    while not stop.is_set():
        with contextlib.suppress(TimeoutError, OSError):
            connection, _ = server.accept()
            with connection:
                connection.sendall(board.restart())
                _talk(connection, board, stop)


def _talk(connection: socket.socket, board: LyingBoard, stop: threading.Event) -> None:
    while not stop.is_set():
        readable, _, _ = select.select([connection], [], [], FRAME_S)
        if readable:
            data = connection.recv(1 << 16)
            if not data:
                return
            connection.sendall(board.hear(data))
        else:
            connection.sendall(board.stream())
