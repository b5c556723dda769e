"""A recording as a board that its caller plays: what comes next is said by the recording's bytes, never by a clock.

A Device reads in a thread of its own, which runs ahead of its caller; in a recording at full speed by any distance.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.records import Message
from host.link.framing import SEQUENCES, encode_packet
from host.link.inbox import Inbox
from host.link.messages import Ack, Hello, HelloRequest, Mode, Result, Set, SetMode, Setting
from host.link.sequence import Losses
from host.link.transport import Port

M = TypeVar("M", bound=Message)


class PlayedBoard:
    """What a Device offers to a tool that listens; `hello` is what holds where it was asked for last."""

    hello: Hello

    def __init__(self, port: Port, clock: Callable[[], float] = time.monotonic) -> None:
        """port: a ReplayPort, recorded again or not. Raises HostError when its Hello is of another wire."""
        self.name = port.name
        self._port, self._clock = port, clock
        self._inbox, self._heard = Inbox(), deque[Message]()
        self._mode, self._sequence = Mode.IDLE, 0
        self.greet()

    def __enter__(self) -> PlayedBoard:
        return self

    def __exit__(self, *_: object) -> None:
        self._port.close()

    @property
    def losses(self) -> Losses:
        """What the recording lacks up to here."""
        return self._inbox.losses(0, 0)

    def receive(self, timeout_s: float) -> Message | None:
        """The next message; None after timeout_s, and in Mode.IDLE, which keeps it. Raises EndOfRecordingError."""
        end = self._clock() + timeout_s
        while not self._heard or self._mode is Mode.IDLE:
            if self._clock() >= end:
                return None
            self._read()
        return self._heard.popleft()

    def set_mode(self, mode: Mode) -> None:
        """Plays on, or halts."""
        self._ask(SetMode(int(mode)), Ack)
        self._mode = mode

    def set(self, setting: Setting, value: int) -> None:
        """Is acknowledged; a recording stays as it was."""
        self._ask(Set(int(setting), value), Ack)

    def greet(self) -> Hello:
        """Who speaks here."""
        self.hello = self._ask(HelloRequest(), Hello)
        return self.hello

    def inject(self, image: NDArray[np.uint8]) -> Result:
        """Raises HostError."""
        raise HostError(f"{self.name} is a recording, it takes no pictures: give --port a board")

    def _ask(self, command: Message, kind: type[M]) -> M:
        """The port answers before it plays on, so the answer is the first message of its kind."""
        self._port.write(encode_packet(command.ID, self._sequence, command.pack()))
        self._sequence = (self._sequence + 1) % SEQUENCES
        while True:
            for at in range(len(self._heard), len(self._heard) + self._read()):
                answer = self._heard[at]
                if isinstance(answer, kind):
                    del self._heard[at]
                    return answer

    def _read(self) -> int:
        """How many messages came."""
        messages = self._inbox.feed(self._port.read())
        self._heard.extend(messages)
        return len(messages)
