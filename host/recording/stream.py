"""What a played recording says to a tool: the recorded packets with our own answers between them. Pure.

A host numbers losses by the packets' sequence; an answer that is put in, and one that is left out, must make no gap.
So packets get new numbers with the old gaps; bytes that are no packet pass as they are, for the host to count.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from host.base.records import Message, WireError
from host.link.framing import (
    DELIMITER,
    LARGEST_ENCODED,
    SEQUENCES,
    Packet,
    decode_packet,
    encode_packet,
)
from host.link.handshake import WrongFirmwareError, check_layout
from host.link.layout import OURS, WireLayout
from host.link.messages import Ack, Frame, FramePart, Hello, Mode, Profile, Result

HIDDEN: dict[int, frozenset[int]] = {
    Mode.RESULTS: frozenset((Ack.ID, Frame.ID, FramePart.ID)),
    Mode.CAPTURE: frozenset((Ack.ID, Result.ID, Profile.ID)),
}
ANSWERS = frozenset((Ack.ID,))  # to the host that recorded, which is another


class Stream:
    """One direction of one played recording. layouts: by which it was recorded; what comes out is of today's.

    hello: the payload of the last Hello that passed.
    """

    def __init__(self, layouts: Sequence[WireLayout] = (OURS,)) -> None:
        self.hello = b""
        self._layouts, self._layout = layouts, OURS
        self.mode: int = Mode.IDLE
        self._pending = bytearray()
        self._in_step = False  # False: until the next delimiter we may be within a packet
        self._last_recorded: int | None = None
        self._last_reported: int | None = None
        self._lost = 0  # numbers that were missing before packets that were left out

    def jump(self) -> None:
        """What comes next does not follow what came before."""
        self._pending.clear()
        self._in_step = False
        self._last_recorded = None

    def play(self, data: bytes) -> bytes:
        """Recorded bytes -> what the tool reads."""
        first, *others = data.split(DELIMITER)
        self._pending += first
        out: list[bytes] = []
        for piece in others:
            out.extend(self._packet(bytes(self._pending)))
            self._pending[:] = piece
        if len(self._pending) > LARGEST_ENCODED:  # no packet: not ours to keep
            out.append(bytes(self._pending))
            self._pending.clear()
        return b"".join(out)

    def say(self, message: Message) -> bytes:
        """An answer of ours, between two recorded packets."""
        return self._numbered(Packet(message.ID, 0, message.pack()), 1)

    def say_hello(self) -> bytes:
        """The last Hello, as an answer."""
        return self._numbered(Packet(Hello.ID, 0, self.hello), 1)

    def greet(self, recorded: bytes) -> bytes:
        """A recorded Hello -> today's. What follows it is read by its layout. Raises WrongFirmwareError, WireError."""
        self._layout = check_layout(recorded, self._layouts)
        return self._layout.read(Hello.ID, recorded).pack()

    def become(self, hello: bytes) -> bytes:
        """The Hello that holds from here on; what makes the host ask for it, where it is another board or model."""
        before, self.hello = self.hello, hello
        return self._restarted(hello) if before and _who(before) != _who(hello) else b""

    def _packet(self, encoded: bytes) -> Iterator[bytes]:
        in_step, self._in_step = self._in_step, True
        packet = decode_packet(encoded)
        if packet is None:
            if in_step and encoded:
                yield encoded + DELIMITER
            return
        began_again = self._last_recorded is not None and packet.sequence == 0
        gap = self._gap(packet.sequence)
        packet = self._translated(packet)
        if packet is None:
            self._lost += gap - 1
            return
        if packet.type == Hello.ID:
            announced = self.become(packet.payload)
            if announced or began_again:
                yield announced or self._restarted(packet.payload)
                return
        if packet.type in HIDDEN.get(self.mode, ANSWERS):
            self._lost += gap - 1
            return
        yield self._numbered(packet, gap + self._lost)
        self._lost = 0

    def _translated(self, packet: Packet) -> Packet | None:
        """As today's boards would say it; None when none of them has such a message."""
        if packet.type == Hello.ID:
            with contextlib.suppress(WrongFirmwareError, WireError):  # the host will say it
                return Packet(Hello.ID, packet.sequence, self.greet(packet.payload))
        if self._layout is OURS:
            return packet
        try:
            message = self._layout.read(packet.type, packet.payload)
            return Packet(message.ID, packet.sequence, message.pack())
        except WireError:
            return None

    def _gap(self, sequence: int) -> int:
        """How far a recorded number is from the one before."""
        before, self._last_recorded = self._last_recorded, sequence
        return 1 if before is None else (sequence - before) % SEQUENCES

    def _restarted(self, hello: bytes) -> bytes:
        """What a board says when it begins again: the host counts a restart and asks who it is."""
        self._last_reported, self._lost = 0, 0
        return encode_packet(Hello.ID, 0, hello)

    def _numbered(self, packet: Packet, gap: int) -> bytes:
        before, first = self._last_reported, packet.sequence
        number = first if before is None else (before + gap) % SEQUENCES
        self._last_reported = number
        return encode_packet(packet.type, number, packet.payload)


def _who(payload: bytes) -> tuple[object, ...]:
    """What of a Hello changes the meaning of what follows it; a mode or a fault does not."""
    try:
        hello = Hello.unpack(payload)
    except WireError:
        return (payload,)
    assert isinstance(hello, Hello)
    scale = (hello.output_scale, hello.output_zero_point, hello.labels)
    return (hello.device_serial, hello.model_hash, hello.clock_hz, *scale)
