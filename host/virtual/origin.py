"""Where an image ran, said by what carries its bytes: a Hello that leaves the virtual board names it as the board.

The image that is flashed calls itself nano33ble wherever it runs; whether a figure is an estimate follows from the
place. So every tool and every recording behind the port has the truth. Everything else passes as it is.
"""

from __future__ import annotations

import dataclasses

from host.base.boards import VIRTUAL
from host.base.records import WireError
from host.link.framing import CODES, DELIMITER, decode_packet, encode_packet
from host.link.messages import Hello

BOARD = VIRTUAL
HELLO_STARTS = CODES[1] + bytes(
    [Hello.ID]
)  # as encoded: a block of one byte, the type, in front of a zero
LONGEST = 1024  # bytes of a Hello, far more than one has


class Origin:
    """Passes a stream on, Hellos rewritten. Holds back at most the beginning of what may be one."""

    def __init__(self) -> None:
        self._held = b""
        self._inside = False  # in the middle of something that is no Hello

    def feed(self, data: bytes) -> bytes:
        """What may go on of all that came so far."""
        pieces = (self._held + data).split(DELIMITER)
        self._held = b""
        passed = [self._whole(piece) + DELIMITER for piece in pieces[:-1]]
        return b"".join(passed) + self._begun(pieces[-1])

    def _whole(self, piece: bytes) -> bytes:
        inside, self._inside = self._inside, False
        return piece if inside else named_virtual(piece)

    def _begun(self, piece: bytes) -> bytes:
        may_be_hello = piece.startswith(HELLO_STARTS[: len(piece)]) and len(piece) < LONGEST
        if not self._inside and may_be_hello:
            self._held = piece
            return b""
        self._inside = self._inside or bool(piece)
        return piece


def named_virtual(encoded: bytes) -> bytes:
    """A packet without its delimiter; a Hello comes back with the virtual board's name."""
    if not encoded.startswith(HELLO_STARTS):
        return encoded
    packet = decode_packet(encoded)
    if packet is None or packet.type != Hello.ID:
        return encoded
    try:
        hello = Hello.unpack(packet.payload)
    except WireError:
        return encoded  # of another version: the host says so
    assert isinstance(hello, Hello)
    named = dataclasses.replace(hello, board=BOARD)
    return encode_packet(Hello.ID, packet.sequence, named.pack())[: -len(DELIMITER)]
