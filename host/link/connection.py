"""Questions and answers over a Port that may lose both, and a bounded queue of everything else.

One thread reads in bulk, so that the operating system's buffer never overflows while a caller draws.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from host.base.errors import HostError
from host.base.records import Message
from host.link.framing import DELIMITER, SEQUENCES, encode_packet
from host.link.handshake import WrongFirmwareError, explained
from host.link.inbox import Inbox
from host.link.sequence import Losses
from host.link.transport import Port, PortLostError, waits_for_reader

QUEUE_MESSAGES = 256  # at most 7 MB of RGB frames; the newest stay
CLOSE_WAIT_S = 5.0


@dataclass(frozen=True)
class Timing:
    """How patient a connection is, in seconds."""

    hello_s: float = 6.0
    hello_again_s: float = 0.5
    answer_s: float = 1.5  # a board answers between two stages: an inference may come first
    tries: int = 4
    result_s: float = 10.0  # an injected image's inference
    busy_s: float = 0.05
    reopen_s: float = 0.5


EMULATED = Timing(answer_s=15.0)  # a busy computer runs a virtual board at a tenth of its speed


@dataclass
class Waiter:
    """Someone who waits for one message."""

    matches: Callable[[Message], bool]
    answer: Message | None = None


class NoAnswerError(HostError):
    """The port is there, but the board did not answer in time."""


class Connection:
    """One port, opened again by `reopen` when it dies (None: its death is an error).

    on_begin is called by the reading thread whenever the board or the port started anew; it may ask.
    """

    def __init__(
        self,
        port: Port,
        on_begin: Callable[[], None],
        reopen: Callable[[], Port] | None = None,
        timing: Timing | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.timing = timing or Timing()
        self.clock = clock
        self.inbox = Inbox()
        self.connected = True
        self._port, self._on_begin, self._reopen = port, on_begin, reopen
        self._queue: deque[Message] = deque()
        self._waiters: list[Waiter] = []
        self._host_dropped = self._reconnects = self._sequence = self._restarts_seen = 0
        self._beginning = self._explaining = False
        self._changed = threading.Condition()
        self._sending = threading.Lock()
        self._closing = threading.Event()
        self._failure: HostError | None = None
        self.lost: PortLostError | None = None  # why the port is being opened again
        self._thread = threading.Thread(target=self._run, name="link reader", daemon=True)
        self._write(DELIMITER)  # ends what an earlier program may have left half sent
        self._thread.start()

    @property
    def name(self) -> str:
        """The port's name."""
        return self._port.name

    @property
    def losses(self) -> Losses:
        """What was lost so far."""
        return self.inbox.losses(self._host_dropped, self._reconnects)

    def receive(self, timeout_s: float) -> Message | None:
        """The oldest message that nobody waited for; None after timeout_s. Raises HostError at the end."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._queue or self._failure), timeout_s)
            if self._queue:
                self._changed.notify_all()  # there is room again
                return self._queue.popleft()
        self._raise_failure()
        return None

    def ask(
        self, question: Message, is_answer: Callable[[Message, set[int]], bool], tries: int = 0
    ) -> Message:
        """Sends until is_answer(message, sequences sent) is true of a message; that message."""
        sent: set[int] = set()
        tries = tries or self.timing.tries
        with self.waiting(lambda message: is_answer(message, sent)) as waiter:
            for _ in range(tries):
                with contextlib.suppress(PortLostError):  # the reading thread opens it again
                    self._send(question, sent)
                answer = self.wait(waiter, self.timing.answer_s)
                if answer is not None:
                    return answer
        why = "press the board's reset button once" if self.connected else "its port is gone"
        raise NoAnswerError(
            f"{self.name}: no answer to {type(question).__name__} after {tries} tries; {why}"
        )

    def tell(self, message: Message) -> None:
        """Sends once."""
        with contextlib.suppress(PortLostError):  # the reading thread finds out by itself
            self._send(message, set())

    @contextlib.contextmanager
    def waiting(self, matches: Callable[[Message], bool]) -> Iterator[Waiter]:
        """From here on the first message that matches is kept for `wait` and stays out of the queue."""
        waiter = Waiter(matches)
        with self._changed:
            self._waiters.append(waiter)
            self._changed.notify_all()
        try:
            yield waiter
        finally:
            with self._changed:
                self._waiters.remove(waiter)

    def wait(self, waiter: Waiter, timeout_s: float) -> Message | None:
        """The waiter's message; None after timeout_s."""
        if threading.current_thread() is self._thread:  # nobody else would read
            end = self.clock() + timeout_s
            while waiter.answer is None and self.clock() < end and not self._closing.is_set():
                self._pump()
            return waiter.answer
        with self._changed:
            self._changed.wait_for(lambda: bool(waiter.answer or self._failure), timeout_s)
            if self._explaining:  # the board is asked why it is another one
                self._changed.wait_for(lambda: self._failure is not None)
        if waiter.answer is None:
            self._raise_failure()
        return waiter.answer

    def pause(self, seconds: float) -> None:
        """Waits without work."""
        self._closing.wait(seconds)

    def close(self) -> None:
        """Stops reading and frees the port."""
        self._closing.set()
        with self._changed:
            self._changed.notify_all()
        self._thread.join(CLOSE_WAIT_S)
        self._port.close()

    def _run(self) -> None:
        try:
            while not self._closing.is_set():
                try:
                    self._pump()
                except PortLostError as error:
                    self._connect_again(error)
        except HostError as error:
            with self._changed:
                self._failure = error
                self._changed.notify_all()

    def _pump(self) -> None:
        try:
            messages = self.inbox.feed(self._port.read())
        except WrongFirmwareError as error:
            self._explaining = True
            raise explained(error, self._port, self.clock, self.timing.answer_s) from error
        for message in messages:
            self._deliver(message)
        if self.inbox.restarts > self._restarts_seen:
            self._restarts_seen = self.inbox.restarts
            self._begin()

    def _begin(self) -> None:
        if (
            self._beginning
        ):  # it restarts while it is told everything: once more is the next one's turn
            return
        self._beginning = True
        try:
            self._on_begin()
        except NoAnswerError:
            return  # it stays as it started; who waits for its messages will see
        finally:
            self._beginning = False

    def _connect_again(self, error: PortLostError) -> None:
        """Until the port is back and the board answers. Raises PortLostError without a way to reopen."""
        if self._reopen is None:
            raise error
        self.connected, self.lost = False, error
        self._port.close()
        while not self._closing.is_set():
            self._closing.wait(self.timing.reopen_s)
            try:
                self._port = self._reopen()
                self.inbox.reconnect()
                self._write(DELIMITER)
                self._on_begin()
            except WrongFirmwareError:
                raise
            except HostError:  # not there yet, or not ready
                self._port.close()
                continue
            self.connected, self.lost = True, None
            self._reconnects += 1
            return

    def _deliver(self, message: Message) -> None:
        with self._changed:
            matching = [w for w in self._waiters if w.answer is None and w.matches(message)]
            for waiter in matching:
                waiter.answer = message
            if not matching:
                if waits_for_reader(self._port):
                    self._changed.wait_for(self._has_room)
                self._queue.append(message)
            if len(self._queue) > QUEUE_MESSAGES:
                self._queue.popleft()
                self._host_dropped += 1
            self._changed.notify_all()

    def _has_room(self) -> bool:
        """Someone who waits for an answer goes first: it comes behind what does not fit."""
        answers_due = any(waiter.answer is None for waiter in self._waiters)
        return len(self._queue) < QUEUE_MESSAGES or answers_due or self._closing.is_set()

    def _send(self, question: Message, sent: set[int]) -> None:
        with self._sending:
            packet = encode_packet(question.ID, self._sequence, question.pack())
            sent.add(self._sequence)
            self._sequence = (self._sequence + 1) % SEQUENCES
            self._port.write(packet)

    def _write(self, data: bytes) -> None:
        with self._sending:
            self._port.write(data)

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure
