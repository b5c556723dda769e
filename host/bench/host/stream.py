"""What a board would say while it streams: a Hello, then a Frame and a Result for each picture. Pure, from a seed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from host.base.boards import CLOCK_HZ
from host.base.records import Message
from host.link.framing import encode_packet
from host.link.layout import OURS
from host.link.messages import PROTOCOL_VERSION, Frame, Hello, Mode, Result

SIZE = 96
PICTURES = 61  # all of them together are far larger than what zlib looks back over
NOISE_LEVELS = 3.0  # standard deviation of a pixel, of 255


class BoardStream:
    """The bytes of one board that streams at a steady rate."""

    def __init__(self, frames_a_second: float, seed: int = 1) -> None:
        self._random = np.random.default_rng(seed)
        pictures = [self._picture(number) for number in range(PICTURES)]
        self._pictures = [(pixels, zlib.crc32(pixels)) for pixels in pictures]
        self._period = round(CLOCK_HZ / frames_a_second)
        self._sequence = 0

    def hello(self) -> bytes:
        """The first packet."""
        return self._packet(
            filled(
                Hello,
                layout_hash=OURS.hash,
                protocol_version=PROTOCOL_VERSION,
                mode=Mode.STREAM,
                clock_hz=CLOCK_HZ,
                input_height=SIZE,
                input_width=SIZE,
                input_channels=1,
                output_zero_point=-128,
                score_count=2,
                score_meaning=0,
                output_scale=1 / 256,
                firmware="synthetic",
                board="synthetic",
                model="none",
                labels=b"no person\nperson",
            )
        )

    def frame(self, number: int) -> bytes:
        """A Frame and its Result."""
        pixels, crc = self._pictures[number % PICTURES]
        jitter = int(self._random.integers(-20_000, 20_000))
        result = filled(
            Result,
            frame=number,
            image_crc=crc,
            capture_cycles=9_000_000 + jitter,
            preprocess_cycles=1_500_000,
            inference_cycles=9_900_000 + jitter // 8,
            send_cycles=300_000,
            period_cycles=self._period + jitter,
            scores=bytes((number % 128, 255 - number % 128)),
        )
        return self._packet(Frame(number, SIZE, SIZE, 1, 0, pixels)) + self._packet(result)

    def frames(self, count: int) -> Iterator[bytes]:
        """The first `count`."""
        return (self.frame(number) for number in range(1, count + 1))

    def _packet(self, message: Message) -> bytes:
        number, self._sequence = self._sequence, self._sequence + 1
        return encode_packet(message.ID, number, message.pack())

    def _picture(self, number: int) -> bytes:
        """A room's gradient, a moving bright disc, and a sensor's noise."""
        y, x = np.mgrid[0:SIZE, 0:SIZE]
        angle = 2 * np.pi * number / PICTURES
        away = np.hypot(
            x - SIZE * (0.5 + 0.3 * np.cos(angle)), y - SIZE * (0.5 + 0.3 * np.sin(angle))
        )
        grey: NDArray[np.float64] = 40 + x * 100 / SIZE + np.where(away < SIZE / 7, 100, 0)
        grey = grey + self._random.normal(0, NOISE_LEVELS, grey.shape)
        return np.rint(grey).astype(np.uint8).tobytes()


def filled(kind: type[Message], **values: int | float | bytes | str) -> Message:
    """A message with these values and zeros elsewhere; the wire may have more fields tomorrow."""
    empty: dict[str, Any] = {
        column.name: "" if column.length else 0.0 if column.kind == "f32" else 0
        for column in kind.COLUMNS
    }
    if kind.TAIL:
        empty[kind.TAIL.name] = b""
    return kind(**(empty | values))
