"""What a picture's bytes stand for: from them, and the input's scale and zero point, which values the model is given.

A quantised model says which real numbers its input takes, (q + 128) = 0..255 standing for LOW..HIGH, but not what a
picture's bytes become on the way there. By the field's usual preprocessing they are scaled to one of `USUAL`. Where
that makes u = q + 128 of each byte itself, to the nearest, nothing is to be done. Where it does not (the converter saw
no white and chose a narrower range), a table of 256 entries makes the model's values of the bytes. Any other input
(standardised pictures, spectra) is refused with its numbers, unless the caller says what the bytes stand for.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.compiler import arithmetic
from host.compiler.graph import Tensor

# steps: half a step is as near as rounding gets; the rest is float32's noise in a scale
NEAREST = 0.52
NEAR = 0.1  # how far an end may lie from a usual one, in parts of the range


@dataclass(frozen=True)
class Pixels:
    """The real numbers that the bytes 0 and 255 stand for."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low:g}..{self.high:g}"


USUAL = (
    *(Pixels(0, 1), Pixels(0, 255), Pixels(-1, 1)),  # the field's three
    *(Pixels(-0.5, 0.5), Pixels(-128, 127)),  # each with 0 in the middle
    *(Pixels(0, 255 / 256), Pixels(-1, 127 / 128)),  # divided by a power of two
)
SCALED = 5  # of them a range that a converter saw may be compared with
BY_SCALE = "scale"  # as the input's scale and zero point say
BYTES = "bytes"  # the picture's bytes are the quantised values
IDENTITY = np.arange(256, dtype=np.uint8)


@dataclass(frozen=True)
class Reading:
    """pixels: what bytes stand for. table: uint8 [256], the model's u of each byte, None where it is the byte."""

    pixels: Pixels
    table: NDArray[np.uint8] | None

    def __str__(self) -> str:
        how = "as they are" if self.table is None else "by a table of 256 entries"
        return f"bytes 0..255 stand for {self.pixels}; the model takes them {how}"


Choice = Pixels | Reading | str


def read_choice(text: str) -> Choice:
    """Of a command line: `bytes`, or LOW:HIGH."""
    if text in (BYTES, BY_SCALE):
        return text
    low, _, high = text.partition(":")
    try:
        found = Pixels(float(low), float(high))
    except ValueError:
        found = Pixels(0.0, 0.0)
    if not (np.isfinite([found.low, found.high]).all() and found.low < found.high):
        raise HostError(
            f"'{text}' does not say what pixels stand for", "give bytes, or LOW:HIGH, such as -1:1"
        )
    return found


def add_pixels_argument(parser: argparse.ArgumentParser) -> None:
    """--pixels, for `read_choice`."""
    parser.add_argument(
        "--pixels",
        default=BY_SCALE,
        metavar="LOW:HIGH",
        help="the real numbers that bytes 0 and 255 of a picture stand for; or bytes: they are the "
        "input's quantised values; default: as the input's scale and zero point say",
    )


def read_pixels(image: Tensor, choice: Choice) -> Reading:
    """How the model takes a picture. image: its int8 input. Raises HostError for an unusual range."""
    own = _own_range(image)
    if choice == BYTES:
        return Reading(own, None)
    if isinstance(choice, Reading):
        return choice
    if isinstance(choice, Pixels):
        return _reading(image, choice)
    for pixels in USUAL:
        found = _reading(image, pixels)
        if found.table is None:
            return found
    nearest = min(USUAL[:SCALED], key=lambda usual: _distance(usual, own))
    if _distance(nearest, own) > NEAR:
        scale, point = arithmetic.scale(image), arithmetic.zero_point(image)
        raise HostError(
            f"the model's input '{image.name}' stands for {own} (scale {scale:.6g}, zero point "
            f"{point}), which is no usual range of pixels (0..1, 0..255, -1..1)",
            "train it on one of these, or compile it with --pixels=LOW:HIGH (what bytes 0 and "
            "255 stand for) or --pixels=bytes (the bytes are its values already)",
        )
    return _reading(image, nearest)


def _own_range(image: Tensor) -> Pixels:
    scale, point = arithmetic.scale(image), arithmetic.zero_point(image)
    return Pixels((-128 - point) * scale, (127 - point) * scale)


def _distance(usual: Pixels, own: Pixels) -> float:
    """The farther end's, in parts of the usual range."""
    width = usual.high - usual.low
    return max(abs(own.low - usual.low), abs(own.high - usual.high)) / width


def _reading(image: Tensor, pixels: Pixels) -> Reading:
    scale, point = np.float32(arithmetic.scale(image)), arithmetic.zero_point(image)
    real = pixels.low + (pixels.high - pixels.low) * IDENTITY.astype(np.float64) / 255
    with np.errstate(over="ignore"):
        steps = real.astype(np.float32) / scale
    wanted = np.clip(steps + point + 128, 0, 255)
    if bool((np.abs(wanted - IDENTITY) <= NEAREST).all()):
        return Reading(pixels, None)
    # As LiteRT's QUANTIZE: a division in float32, rounded half away from zero.
    rounded = np.trunc(steps + np.copysign(np.float32(0.5), steps)).astype(np.float64)
    return Reading(pixels, np.clip(rounded + point + 128, 0, 255).astype(np.uint8))
