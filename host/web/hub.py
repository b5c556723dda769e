"""One port, any number of pages: a thread reads the port and never waits for a page."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from host.base.errors import EndOfRecordingError, HostError
from host.link.framing import DELIMITER, SEQUENCES, encode_packet
from host.link.messages import Mode, SetMode
from host.link.transport import Port, PortLostError
from host.recording.playback import Playback
from host.web.feed import Feed, PacketCutter
from host.web.playback import PlaybackStatus, parse_command, status_of

REOPEN_S = 0.5
CLOSE_WAIT_S = 5.0
POOL_S = 0.008  # 5.2 KB of a frame (docs/VIRTUAL_BOARD.md: 650 KB/s); Linux's pty holds 18 KB before its board waits
LATE_BYTES = 3072  # who finds so much reads on at once: Linux hands over at most 4 KB, and more may wait behind it


@dataclass(frozen=True)
class State:
    """What a page is sent of the port. label, threshold: of the command line."""

    name: str
    kind: str  # board, or recording: it takes no settings
    patience_s: float  # until an answer is late
    label: str | None = None
    threshold: float = 0.5
    connected: bool = True
    reconnects: int = 0
    ended: str = ""  # why nothing comes any more

    def text(self) -> str:
        """As a message to a page."""
        return json.dumps({"state": self.__dict__})


class Hub:
    """Carries bytes between the port and the pages. Methods run in the event loop, but for the reading thread's."""

    def __init__(
        self,
        port: Port,
        state: State,
        reopen: Callable[[], Port],
        loop: asyncio.AbstractEventLoop,
        playback: Playback | None = None,
    ) -> None:
        """playback: the recording that `port` plays."""
        self.state = state
        self._playback, self._status = playback, None if playback is None else status_of(playback)
        self._port, self._reopen, self._loop = port, reopen, loop
        self._feeds: set[Feed] = set()
        self._cutter = PacketCutter()
        self._closing = threading.Event()
        self._writing = threading.Lock()
        self._sequence = 0
        self._thread = threading.Thread(target=self._read, name="web reader", daemon=True)
        self._thread.start()

    @property
    def pages(self) -> int:
        """How many look on."""
        return len(self._feeds)

    def add(self, feed: Feed) -> None:
        """A page that gets all that comes from here on."""
        feed.say(self.state.text())
        if self._status is not None:
            feed.send_playback(self._status.text())
        self._feeds.add(feed)

    async def remove(self, feed: Feed) -> None:
        """A page that left; without any the board rests."""
        self._feeds.discard(feed)
        if not self._feeds:
            await self.send(self._rest())

    async def send(self, data: bytes) -> str:
        """To the board; why it did not go, else "". Another thread waits, not the loop."""
        return await self._loop.run_in_executor(None, self._write, data)

    async def command(self, text: str) -> None:
        """What a page asks of a recording; anything else means nothing."""
        command = None if self._playback is None else parse_command(text)
        if command is not None and self._playback is not None:
            await self._loop.run_in_executor(None, command.apply, self._playback)

    def close(self) -> None:
        """Lets the board rest and frees the port."""
        self._closing.set()
        self._thread.join(CLOSE_WAIT_S)
        self._write(self._rest())
        self._port.close()

    def _rest(self) -> bytes:
        """Mode.IDLE. Its answer is nobody's, so it is not waited for."""
        command = SetMode(int(Mode.IDLE))
        self._sequence = (self._sequence + 1) % SEQUENCES
        return encode_packet(command.ID, self._sequence, command.pack())

    def _write(self, data: bytes) -> str:
        with self._writing:
            try:
                self._port.write(data)
            except PortLostError:  # the reading thread finds out by itself
                return ""
            except HostError as error:  # a recording says what it cannot take
                return str(error)
        return ""

    def _read(self) -> None:
        self._write(DELIMITER)  # ends what an earlier program may have left half sent
        while not self._closing.is_set():
            self._follow_playback()
            try:
                data = self._port.read()
            except EndOfRecordingError as error:  # a page that comes later is still answered
                if not self.state.ended:
                    self._later(self._change, replace(self.state, ended=str(error)))
                self._closing.wait(POOL_S)  # soon again: it may be wound back
                continue
            except PortLostError:
                self._open_again()
                continue
            if data:
                self._take(data)

    def _take(self, data: bytes) -> None:
        """Wakes the loop for whole packets alone, and lets what is on its way pool: USB brings 64 bytes at a time."""
        portion = self._cutter.take(data)
        if portion:
            self._later(self._spread, portion)
        if self._cutter.is_within_packet and len(data) < LATE_BYTES:
            time.sleep(POOL_S)

    def _follow_playback(self) -> None:
        if self._playback is None:
            return
        status = status_of(self._playback)
        if status != self._status:
            self._later(self._move, status)
        if self.state.ended and not status.at_end:
            self._later(self._change, replace(self.state, ended=""))

    def _open_again(self) -> None:
        self._later(self._change, replace(self.state, connected=False))
        with contextlib.suppress(HostError):
            self._port.close()
        while not self._closing.wait(REOPEN_S):
            with contextlib.suppress(HostError):
                port = self._reopen()
                with self._writing:
                    self._port = port
                self._cutter = PacketCutter()
                self._write(DELIMITER)
                self._later(self._back)
                return

    def _back(self) -> None:
        reconnects = self.state.reconnects + 1
        self._change(replace(self.state, connected=True, reconnects=reconnects))

    def _spread(self, portion: bytes) -> None:
        for feed in self._feeds:
            feed.put(portion)

    def _change(self, state: State) -> None:
        self.state = state
        for feed in self._feeds:
            feed.say(state.text())

    def _move(self, status: PlaybackStatus) -> None:
        self._status = status
        for feed in self._feeds:
            feed.send_playback(status.text())

    def _later(self, act: Callable[..., None], *values: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(act, *values)
