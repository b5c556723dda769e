"""Messages over one Port, read by whoever waits: requests, answers, and a queue of everything else.

One thread; time is the clock's, which may be a board's own. `connection.py` is this in a thread of its own.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from host.base.boards import VIRTUAL
from host.base.errors import HostError
from host.base.records import Message
from host.link.framing import SEQUENCES, encode_packet
from host.link.handshake import WrongFirmwareError, explained
from host.link.inbox import Inbox
from host.link.messages import Hello
from host.link.sequence import Losses
from host.link.transport import Port, PortLostError, is_emulated, waits_for_reader

# Arduino's core asks for a received packet's size when the next one may have come already, and so loses or keeps too
# many bytes of it (USBPhy_Nordic.cpp, endpoint_read_result: SIZE.EPOUT after the DMA's end). Where every packet is full
# all sizes are the same: its zeros are empty frames, which nobody counts.
USB_PACKET_BYTES = 64
QUEUE_MESSAGES = 256  # at most 7 MB of RGB frames; the newest stay

M = TypeVar("M", bound=Message)


@dataclass(frozen=True)
class Timing:
    """How patient a client is, in seconds of its clock."""

    hello_s: float = 6.0
    hello_again_s: float = 0.5
    answer_s: float = 1.5  # a board answers between two stages: an inference may come first
    tries: int = 4
    result_s: float = 6.0  # an injected image's inference; 200 million cycles take 3 s
    busy_s: float = 0.05
    camera_s: float = 3.0  # until a camera that was off answers, a second start included
    reopen_s: float = 0.5


EMULATED = Timing(
    hello_s=25.0, answer_s=15.0, result_s=15.0, camera_s=30.0
)  # a busy computer runs a virtual board at a tenth of its speed
# Short waits and many tries: neither a torn cable nor a slow emulator on a busy computer ends what is measured, and
# one that is repeated is known by its time.
LOSSY = Timing(answer_s=0.5, tries=40)
GUEST = Timing(hello_s=2.0, answer_s=2.0, tries=1, result_s=60.0)  # by the board's own clock


def timing_of(port: Port, wanted: Timing | None = None) -> Timing:
    """How patient to be with what is behind a port; an emulator's start is waited for by every tool."""
    if not is_emulated(port):
        return wanted or Timing()
    return replace(wanted, hello_s=EMULATED.hello_s) if wanted else EMULATED


@dataclass
class Waiter:
    """Someone who waits for one message."""

    matches: Callable[[Message], bool]
    answer: Message | None = None


class NoAnswerError(HostError):
    """The port is there, but the board did not answer in time."""


class Line:
    """One port. `inbox` counts what was lost on it."""

    def __init__(
        self,
        port: Port,
        timing: Timing | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.timing, self.clock = timing_of(port, timing), clock
        self.inbox = Inbox()
        self.connected = True
        self.lost: PortLostError | None = None  # why the port is being opened again
        self._port = port
        self.queue: deque[Message] = deque()  # what nobody took yet, the oldest first
        self._waiters: list[Waiter] = []
        self._host_dropped = self._reconnects = self._sequence = 0
        self._fills_packets = False  # for a board whose USB is the core's

    @property
    def name(self) -> str:
        """The port's name."""
        return self._port.name

    @property
    def is_emulated(self) -> bool:
        """Whether a virtual board that was started here is behind it."""
        return is_emulated(self._port)

    @property
    def losses(self) -> Losses:
        """What was lost so far."""
        return self.inbox.losses(self._host_dropped, self._reconnects)

    def pump(self) -> None:
        """Reads once. Raises WrongFirmwareError, with the messages that differ, and PortLostError."""
        try:
            messages = self.inbox.feed(self._port.read())
        except WrongFirmwareError as error:
            self._refused()
            raise explained(error, self._port, self.clock, self.timing.answer_s) from error
        for message in messages:
            self._deliver(message)

    def receive(self, timeout_s: float) -> Message | None:
        """The oldest message that nobody waited for; None after timeout_s. Raises HostError at the end."""
        end = self.clock() + timeout_s
        while not self.queue:
            if self.clock() >= end:
                return None
            self.pump()
        return self.queue.popleft()

    def expect(self, kind: type[M], timeout_s: float) -> M:
        """The next message of a kind, one that came already before all; others stay. Raises NoAnswerError."""
        found = next((message for message in self.queue if isinstance(message, kind)), None)
        if found is not None:
            self.queue.remove(found)
            return found
        with self.waiting(lambda message: isinstance(message, kind)) as waiter:
            answer = self.wait(waiter, timeout_s)
        if not isinstance(answer, kind):
            raise NoAnswerError(f"{self.name} sent no {kind.__name__} in {timeout_s:g} s")
        return answer

    def ask(
        self, request: Message, is_answer: Callable[[Message, set[int]], bool], tries: int = 0
    ) -> Message:
        """Sends until is_answer(message, sequences sent) is true of a message; that message."""
        sent: set[int] = set()
        tries = tries or self.timing.tries
        with self.waiting(lambda message: is_answer(message, sent)) as waiter:
            for _ in range(tries):
                with contextlib.suppress(
                    PortLostError
                ):  # who reads finds out, and may open it again
                    self._send(request, sent)
                answer = self.wait(waiter, self.timing.answer_s)
                if answer is not None:
                    return answer
        silence = f"{self.name}: no answer to {type(request).__name__} after {tries} tries"
        if self.connected:
            raise NoAnswerError(silence, "press the board's reset button once")
        raise NoAnswerError(f"{silence}; its port is gone")

    def send(self, message: Message) -> None:
        """Sends once."""
        with contextlib.suppress(PortLostError):
            self._send(message, set())

    @contextlib.contextmanager
    def waiting(self, matches: Callable[[Message], bool]) -> Iterator[Waiter]:
        """From here on the first message that matches is the waiter's, and stays out of the queue."""
        waiter = Waiter(matches)
        self._waiters.append(waiter)
        try:
            yield waiter
        finally:
            self._waiters.remove(waiter)

    def wait(self, waiter: Waiter, timeout_s: float) -> Message | None:
        """The waiter's message; None after timeout_s."""
        end = self.clock() + timeout_s
        while waiter.answer is None and self.clock() < end:
            self.pump()
        return waiter.answer

    def pause(self, seconds: float) -> None:
        """Lets time pass; what arrives waits in the queue."""
        end = self.clock() + seconds
        while self.clock() < end:
            self.pump()

    def close(self) -> None:
        """Frees the port."""
        self._port.close()

    def _deliver(self, message: Message) -> None:
        if isinstance(message, Hello):
            self._fills_packets = message.board != VIRTUAL
        matching = [w for w in self._waiters if w.answer is None and w.matches(message)]
        for waiter in matching:
            waiter.answer = message
        if not matching:
            self.queue.append(message)
        if len(self.queue) > QUEUE_MESSAGES and not waits_for_reader(self._port):
            self.queue.popleft()
            self._host_dropped += 1

    def _refused(self) -> None:
        """The other end is no board of ours, and is now asked why."""

    def _send(self, request: Message, sent: set[int]) -> None:
        packet = encode_packet(request.ID, self._sequence, request.pack())
        sent.add(self._sequence)
        self._sequence = (self._sequence + 1) % SEQUENCES
        filler = bytes(-len(packet) % USB_PACKET_BYTES) if self._fills_packets else b""
        self._port.write(packet + filler)
