"""Bytes from a board -> messages, with every loss counted. The counterpart of firmware/src/link/outbox.c."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from host.base.records import Message, WireError
from host.link.framing import Decoder, Packet
from host.link.handshake import check_layout
from host.link.layout import OURS, WireLayout
from host.link.messages import FramePart, Hello, Pong, Result
from host.link.pieces import Pieces
from host.link.sequence import DropCounter, Losses, SequenceTracker
from host.link.validity import objection

MOST_OBJECTIONS = 20  # kept in words; all are counted


class Inbox:
    """One board's messages, over as many connections as it takes. layouts: by which it may speak; its Hello says."""

    def __init__(self, layouts: Sequence[WireLayout] = (OURS,)) -> None:
        self._layouts, self._layout = layouts, OURS
        self._decoder = Decoder()
        self._tracker = SequenceTracker()
        self._drops = DropCounter()
        self._pieces = Pieces()
        self._misfits = 0  # right CRC, but no message of ours, or one that cannot be true
        self._hello: Hello | None = None
        self.objections: Counter[str] = Counter()  # what could not be true, in words
        self._device_bad_packets = 0

    def feed(self, data: bytes) -> list[Message]:
        """The new messages that `data` completes. Raises HostError on a Hello of another wire."""
        taken = (self._take(packet) for packet in self._decoder.feed(data))
        return [message for message in taken if message is not None]

    @property
    def restarts(self) -> int:
        """How often the board began again behind an open port."""
        return self._tracker.restarts

    @property
    def packets(self) -> int:
        """Packets that arrived whole."""
        return self._decoder.counts.packets

    def reconnect(self) -> None:
        """A new connection begins: what was lost in between is unknown and not counted."""
        self._tracker.forget()
        self._drops.forget()
        self._pieces.forget()

    def losses(self, host_dropped: int, reconnects: int) -> Losses:
        """All counts; the two that this class cannot know are passed in."""
        counts = self._decoder.counts
        return Losses(
            wire_lost=max(0, self._tracker.lost - self._drops.dropped),
            device_dropped=self._drops.dropped,
            host_dropped=host_dropped,
            bad_packets=counts.bad_packets + counts.oversize + self._misfits,
            device_bad_packets=self._device_bad_packets,
            repeated=self._tracker.repeated,
            restarts=self._tracker.restarts,
            reconnects=reconnects,
        )

    def received(self) -> bytes:
        """The last bytes that were no packet."""
        return self._decoder.received()

    def _take(self, packet: Packet) -> Message | None:
        if packet.type == Hello.ID:
            self._layout = check_layout(packet.payload, self._layouts)
        restarts = self._tracker.restarts
        if not self._tracker.accept(packet.sequence, first_ever=packet.type == Hello.ID):
            return None
        if self._tracker.restarts > restarts:
            self._drops.restart()
        try:
            message = self._layout.read(packet.type, packet.payload)
        except WireError:
            self._misfits += 1
            return None
        wrong = objection(message, self._hello)
        if wrong:
            self._misfits += 1
            if wrong in self.objections or len(self.objections) < MOST_OBJECTIONS:
                self.objections[wrong] += 1
            return None
        if isinstance(message, Hello):
            self._hello = message
        if isinstance(message, Result | Pong):
            self._drops.report(message.dropped_messages)
            self._device_bad_packets = message.bad_packets
        return self._pieces.take(message) if isinstance(message, FramePart) else message
