"""The capture loop over a sweep of pixel clocks, drawn: `python -m tests.system.sweep docs/capture_sweep.png`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from host.link.line import NoAnswerError
from host.link.messages import Mode, Setting
from host.preprocess import area_average, area_average_yuv
from host.virtual.options import BoardOptions
from host.virtual.ov7675 import SensorFrame
from tests.system.board import Bench

DEFAULT_DIVIDER = 5
DIVIDERS = range(3, 13)
WIDTH, HEIGHT, MARGIN = 900, 420, 70
INK, GOOD, BAD, PAPER = (60, 50, 40), (120, 160, 60), (60, 80, 210), (255, 255, 255)


def cycles_a_byte(divider: int) -> int:
    """CPU cycles for which a byte stands on the pins."""
    return 2 * (divider + 1)


@dataclass(frozen=True)
class Point:
    """One pixel clock; wrong: share of the 96x96 pixels that differ from the sensor's own, 1 without a frame."""

    cycles: int
    wrong: float


def measure(bench: Bench, divider: int, luma_second: bool = False) -> Point:
    """Two frames at this clock against what the sensor put on its pins. luma_second: as the board is set."""
    bench.set(Setting.CLOCK_DIVIDER, divider)
    try:
        images = bench.frames(2)
    except NoAnswerError:
        bench.mode(Mode.IDLE)
        return Point(cycles_a_byte(divider), 1.0)
    colour = bench.hello.input_channels == 3
    sent = [
        in_colour(frame, luma_second)
        if colour
        else area_average(np.ascontiguousarray(frame.luma), 96, 96)
        for frame in bench.board.sensor.last_frames
        if frame.luma.shape == (240, 320)
    ]
    wrong = [min(float((image != one).mean()) for one in sent) for image in images]
    return Point(cycles_a_byte(divider), max(wrong))


def in_colour(frame: SensorFrame, luma_second: bool = False) -> NDArray[np.uint8]:
    """The host's RGB of what the sensor sent in YUV 4:2:2."""
    pairs = frame.data.reshape(240, 320, 2)
    luma, chroma = pairs[:, :, int(luma_second)], pairs[:, :, int(not luma_second)]
    return area_average_yuv(luma, chroma[:, 0::2], chroma[:, 1::2], 96, 96)


def fastest_exact(points: list[Point]) -> int:
    """The fewest cycles a byte from which on every clock is exact."""
    return min(
        p.cycles for p in points if all(q.wrong == 0 for q in points if q.cycles >= p.cycles)
    )


def draw(points: list[Point]) -> NDArray[np.uint8]:
    """A bar for each clock: how many pixels were wrong; a line at the default."""
    picture = np.full((HEIGHT, WIDTH, 3), PAPER, np.uint8)
    base, top = HEIGHT - MARGIN, MARGIN + 20
    step = (WIDTH - 2 * MARGIN) // len(points)

    def write(text: str, x: int, y: int, size: float = 0.5) -> None:
        cv2.putText(picture, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, size, INK, 1, cv2.LINE_AA)

    for index, point in enumerate(sorted(points, key=lambda p: p.cycles)):
        left = MARGIN + index * step
        height = round((base - top) * point.wrong)
        colour = GOOD if point.wrong == 0 else BAD
        cv2.rectangle(
            picture, (left + 8, base - max(height, 6)), (left + step - 8, base), colour, -1
        )
        label = (
            "exact"
            if point.wrong == 0
            else f"{point.wrong:.2%}"
            if point.wrong < 0.1
            else f"{point.wrong:.0%}"
        )
        write(label, left + 12, base - max(height, 6) - 8)
        write(f"{point.cycles}", left + step // 2 - 12, base + 22)
    default, fastest = cycles_a_byte(DEFAULT_DIVIDER), fastest_exact(points)
    write("Wrong pixels of a captured 96x96 frame, by CPU cycles a byte (64 MHz)", MARGIN, 34, 0.6)
    write("virtual board; GPIO reads at zero wait states", MARGIN, 58)
    write(
        f"fastest clock in use: {default} cycles a byte; exact down to {fastest}: margin {default / fastest - 1:.0%}",
        MARGIN,
        HEIGHT - 14,
    )
    return picture


def main(argv: list[str]) -> int:
    """Measures, prints and draws."""
    bench = Bench("noise:2", BoardOptions(always_exact=True))
    points = [measure(bench, divider) for divider in DIVIDERS]
    for point in points:
        print(f"{point.cycles:3d} cycles a byte: {point.wrong:8.3%} of the pixels wrong")
    cv2.imwrite(str(Path(argv[0])), draw(points))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
