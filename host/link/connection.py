"""A Line in a thread of its own, which opens its port again when it dies.

The thread reads in bulk, so that the operating system's buffer never overflows while a caller draws.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from host.base.errors import HostError
from host.base.records import Message
from host.link.framing import DELIMITER
from host.link.handshake import WrongFirmwareError
from host.link.line import QUEUE_MESSAGES, Line, NoAnswerError, Timing, Waiter
from host.link.transport import Port, PortLostError, waits_for_reader

CLOSE_WAIT_S = 5.0


class Connection(Line):
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
        super().__init__(port, timing, clock)
        self._on_begin, self._reopen = on_begin, reopen
        self._restarts_seen = 0
        self._beginning = self._explaining = False
        self._changed = threading.Condition()
        self._sending = threading.Lock()
        self._closing = threading.Event()
        self._failure: HostError | None = None
        self._thread = threading.Thread(target=self._run, name="link reader", daemon=True)

    def start(self) -> None:
        """Begins to read: on_begin may be called from now on."""
        self._write(DELIMITER)  # ends what an earlier program may have left half sent
        self._thread.start()

    def receive(self, timeout_s: float) -> Message | None:
        """See Line."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self.queue or self._failure), timeout_s)
            if self.queue:
                self._changed.notify_all()  # there is room again
                return self.queue.popleft()
        self._raise_failure()
        return None

    @contextlib.contextmanager
    def waiting(self, matches: Callable[[Message], bool]) -> Iterator[Waiter]:
        """See Line."""
        with contextlib.ExitStack() as waiting:
            with self._changed:
                waiter = waiting.enter_context(super().waiting(matches))
                self._changed.notify_all()
            try:
                yield waiter
            finally:
                with self._changed:
                    waiting.close()

    def wait(self, waiter: Waiter, timeout_s: float) -> Message | None:
        """See Line."""
        if threading.current_thread() is self._thread:  # nobody else would read
            end = self.clock() + timeout_s
            while waiter.answer is None and self.clock() < end:
                if self._closing.is_set():  # an answer of None would have the request sent again
                    raise NoAnswerError(f"{self.name} is being closed")
                self._pump_and_begin()
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
        if self._thread.ident is not None:
            self._thread.join(CLOSE_WAIT_S)
        self._port.close()

    def _run(self) -> None:
        try:
            while not self._closing.is_set():
                try:
                    self._pump_and_begin()
                except PortLostError as error:
                    self._connect_again(error)
        except HostError as error:
            with self._changed:
                self._failure = error
                self._changed.notify_all()

    def _pump_and_begin(self) -> None:
        self.pump()
        if self.inbox.restarts > self._restarts_seen:
            self._restarts_seen = self.inbox.restarts
            self._begin()

    def _begin(self) -> None:
        if (
            self._beginning
        ):  # it restarts while its settings are sent: once more is the next one's turn
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
            if waits_for_reader(self._port) and not self._is_awaited(message):
                self._changed.wait_for(self._has_room)
            super()._deliver(message)
            self._changed.notify_all()

    def _is_awaited(self, message: Message) -> bool:
        return any(w.answer is None and w.matches(message) for w in self._waiters)

    def _refused(self) -> None:
        self._explaining = True

    def _has_room(self) -> bool:
        """Someone who waits for an answer goes first: it comes behind what does not fit."""
        answers_due = any(waiter.answer is None for waiter in self._waiters)
        return len(self.queue) < QUEUE_MESSAGES or answers_due or self._closing.is_set()

    def _send(self, request: Message, sent: set[int]) -> None:
        with self._sending:
            super()._send(request, sent)

    def _write(self, data: bytes) -> None:
        with self._sending:
            self._port.write(data)

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure
