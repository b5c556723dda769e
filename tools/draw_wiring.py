"""Draws docs/wiring.png: where each pin of the camera goes, on the kit's shield and on a breadboard.

python -m tools.draw_wiring
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

TARGET = Path(__file__).resolve().parent.parent / "docs" / "wiring.png"
Image = NDArray[np.uint8]
Colour = tuple[int, int, int]

# The Nano from above, USB at the top; each header from top to bottom.
LEFT = ("D13", "3V3", "AREF", "A0", "A1", "A2", "A3", "A4", "A5", "A6", "A7", "5V", "RST", "GND", "VIN")  # fmt: skip
RIGHT = ("D12", "D11", "D10", "D9", "D8", "D7", "D6", "D5", "D4", "D3", "D2", "GND", "RST", "RX", "TX")  # fmt: skip
# Signal of the camera -> pin of the Nano; RX and TX are D0 and D1.
SHARED = {
    "3.3V": "3V3", "GND": "GND", "SCL": "A5", "SDA": "A4", "VSYNC": "D8", "HREF": "A1", "PCLK": "A0",
    "XCLK": "D9", "D7": "D4", "D6": "D6", "D5": "D5", "D4": "D3", "D3": "D2", "D2": "RX",
}  # fmt: skip
KIT = SHARED | {"D1": "D10", "D0": "TX", "RESET": "D12", "PWDN": "D11"}
BREADBOARD = SHARED | {"D1": "TX", "D0": "D10"}

WHITE, INK, GREY = (255, 255, 255), (50, 40, 30), (150, 150, 150)
BOARD, METAL, GOLD = (115, 95, 20), (190, 190, 190), (80, 190, 225)
POWER, GROUND, CONTROL, SYNC, DATA, DIFFERS = (
    (50, 50, 215), (60, 60, 60), (170, 90, 150), (200, 120, 30), (70, 150, 60), (0, 120, 245),
)  # fmt: skip
WIDTH, HEIGHT, PANEL = 1400, 800, 700
TOP, STEP = 165, 36  # of the first pin, and from pin to pin
HALF_BOARD, WIRE, TAG_WIDTH, TAG_HEIGHT = 130, 80, 90, 26
SHARPER = 2  # drawn so many times larger, then averaged


def colour_of(signal: str) -> Colour:
    """By what the signal does."""
    if signal in ("D0", "D1"):
        return DIFFERS
    groups = {"3.3V": POWER, "GND": GROUND, "SCL": CONTROL, "SDA": CONTROL, "RESET": CONTROL}
    groups |= {"PWDN": CONTROL, "VSYNC": SYNC, "HREF": SYNC, "PCLK": SYNC, "XCLK": SYNC}
    return groups.get(signal, DATA)


def draw() -> Image:
    """(HEIGHT, WIDTH, 3) BGR."""
    canvas = np.full((HEIGHT * SHARPER, WIDTH * SHARPER, 3), 255, np.uint8)
    _panel(canvas, 0, "Tiny Machine Learning Kit: the shield does this", KIT)
    _panel(canvas, PANEL, "Breadboard: wire it like this", BREADBOARD)
    _line(canvas, (PANEL, 60), (PANEL, HEIGHT - 20), GREY)
    _text(canvas, "Nothing to set: the firmware expects the shield's D0 and D1.", (40, 745), INK)
    note = "D0 and D1 are as in Arduino's library: add --wiring breadboard,"
    _text(canvas, note, (PANEL + 40, 745), INK)
    other = "or exchange these two (orange) and set nothing. RESET, PWDN: leave open."
    _text(canvas, other, (PANEL + 40, 772), INK)
    return np.asarray(cv2.resize(canvas, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)


def _panel(canvas: Image, left: int, title: str, wires: dict[str, str]) -> None:
    middle = left + PANEL // 2
    _text(canvas, title, (left + 40, 45), INK, 0.75)
    _text(
        canvas,
        "Nano from above; in colour the pin of the camera; orange: the two that differ",
        (left + 40, 75),
        DIFFERS,
    )
    bottom = TOP + STEP * (len(LEFT) - 1) + 30
    _box(canvas, (middle - HALF_BOARD, TOP - 40), (middle + HALF_BOARD, bottom), BOARD)
    _box(canvas, (middle - 32, TOP - 65), (middle + 32, TOP - 12), METAL)
    _text(canvas, "USB", (middle - 20, TOP - 32), INK)
    _text(canvas, "Nano 33", (middle - 38, TOP + 8 * STEP - 22), WHITE)
    _text(canvas, "BLE Sense", (middle - 48, TOP + 8 * STEP + 4), WHITE)
    grounded = False
    for side, pins in ((-1, LEFT), (1, RIGHT)):
        for row, pin in enumerate(pins):
            signals = [s for s, p in wires.items() if p == pin and not (pin == "GND" and grounded)]
            grounded = grounded or pin == "GND"
            _pin(canvas, middle, side, TOP + row * STEP, pin, signals)


def _pin(canvas: Image, middle: int, side: int, y: int, pin: str, signals: list[str]) -> None:
    """One pin, and the wire to the camera's when there is one. side: -1 left, 1 right."""
    x = middle + side * (HALF_BOARD - 12)
    for signal in signals:
        start, end = x + side * 12, x + side * WIRE
        _line(canvas, (start, y), (end, y), colour_of(signal), 5)
        left = end if side > 0 else end - TAG_WIDTH
        corner = (left + TAG_WIDTH, y + TAG_HEIGHT // 2)
        _box(canvas, (left, y - TAG_HEIGHT // 2), corner, colour_of(signal))
        _text(canvas, signal, (left + 12, y + 6), WHITE)
    _disc(canvas, (x, y), GOLD)
    label = x - side * 20 - (0 if side < 0 else 34)
    _text(canvas, pin, (label, y + 6), WHITE if signals else METAL, 0.5)


def _text(
    canvas: Image, text: str, at: tuple[int, int], colour: Colour, size: float = 0.55
) -> None:
    font, where = cv2.FONT_HERSHEY_SIMPLEX, (at[0] * SHARPER, at[1] * SHARPER)
    cv2.putText(canvas, text, where, font, size * SHARPER, colour, SHARPER + 1, cv2.LINE_AA)


def _line(
    canvas: Image, a: tuple[int, int], b: tuple[int, int], colour: Colour, width: int = 2
) -> None:
    ends = [(x * SHARPER, y * SHARPER) for x, y in (a, b)]
    cv2.line(canvas, ends[0], ends[1], colour, width * SHARPER, cv2.LINE_AA)


def _box(canvas: Image, a: tuple[int, int], b: tuple[int, int], colour: Colour) -> None:
    corners = [(x * SHARPER, y * SHARPER) for x, y in (a, b)]
    cv2.rectangle(canvas, corners[0], corners[1], colour, cv2.FILLED)


def _disc(canvas: Image, at: tuple[int, int], colour: Colour) -> None:
    cv2.circle(canvas, (at[0] * SHARPER, at[1] * SHARPER), 7 * SHARPER, colour, cv2.FILLED)


def main() -> int:
    """Writes the picture."""
    done, png = cv2.imencode(".png", draw(), [cv2.IMWRITE_PNG_COMPRESSION, 9])
    if not done:
        raise RuntimeError("OpenCV cannot write PNG")
    TARGET.write_bytes(png.tobytes())
    print(f"wrote {TARGET.name}, {len(png) // 1024} KB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
