"""The link's bytes on their way to one page: the newest stay, the oldest leave, and nobody else waits."""

from __future__ import annotations

import asyncio
from collections import deque

from host.link.framing import DELIMITER, LARGEST_ENCODED

MOST_BYTES = 1 << 20  # of one page: 100 grey frames
MOST_TEXTS = 64  # likewise; the newest say how things are


class PacketCutter:
    """Bytes in any portions -> portions that end with a packet, so that one can be left out whole."""

    def __init__(self) -> None:
        self._pending = b""

    @property
    def is_within_packet(self) -> bool:
        """A packet has begun and not ended."""
        return bool(self._pending)

    def take(self, data: bytes) -> bytes:
        """What is complete; noise without an end passes as it is."""
        whole, found, rest = (self._pending + data).rpartition(DELIMITER)
        if len(rest) > LARGEST_ENCODED:
            whole, found, rest = whole + found + rest, b"", b""
        self._pending = rest
        return whole + found


class Feed:
    """One page's queue, within one event loop."""

    def __init__(self) -> None:
        self.dropped = 0  # packets that it never got
        self._portions: deque[bytes] = deque()
        self._texts: deque[str] = deque(maxlen=MOST_TEXTS)
        self._playback = ""
        self._bytes = 0
        self._there = asyncio.Event()

    def put(self, portion: bytes) -> None:
        """Whole packets. Never waits."""
        self._portions.append(portion)
        self._bytes += len(portion)
        while self._bytes > MOST_BYTES and len(self._portions) > 1:
            gone = self._portions.popleft()
            self._bytes -= len(gone)
            self.dropped += gone.count(DELIMITER)
        self._there.set()

    def say(self, text: str) -> None:
        """A text goes first."""
        self._texts.append(text)
        self._there.set()

    def send_playback(self, text: str) -> None:
        """A recording's; only the newest matters, and it goes behind the bytes that led to it."""
        self._playback = text
        self._there.set()

    async def get(self) -> tuple[list[str], bytes, str]:
        """What has come since, texts, bytes and where the playback is; waits for something."""
        await self._there.wait()
        self._there.clear()
        texts, playback = list(self._texts), self._playback
        self._texts.clear()
        self._playback = ""
        data = b"".join(self._portions)
        self._portions.clear()
        self._bytes = 0
        return texts, data, playback
