"""The parts of a frame that is larger than a packet -> the Frame. A frame of which one is missing is given up."""

from __future__ import annotations

from host.link.messages import Frame, FramePart


class Pieces:
    """Of one board. Parts come in order; what was lost between them shows in the packets' numbers."""

    def __init__(self) -> None:
        self._head: tuple[int, ...] | None = None
        self._pixels = bytearray()

    def take(self, part: FramePart) -> Frame | None:
        """The frame whose last part this is."""
        head = (part.frame, part.height, part.width, part.channels, part.source)
        if part.offset == 0:
            self._head, self._pixels = head, bytearray()
        if head != self._head or part.offset != len(self._pixels):
            self.forget()
            return None
        self._pixels += part.pixels
        if len(self._pixels) < part.height * part.width * part.channels:
            return None
        pixels = bytes(self._pixels)
        self.forget()
        return Frame(*head, pixels)

    def forget(self) -> None:
        """What comes next does not follow what came before."""
        self._head = None
        self._pixels = bytearray()
