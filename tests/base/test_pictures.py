"""Pictures of every depth become bytes: what a screen would show of them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from host.base.pictures import decode


def png(pixels: NDArray[np.generic], mode: str | None = None) -> bytes:
    made = Image.fromarray(pixels)
    output = io.BytesIO()
    (made.convert(mode) if mode else made).save(output, "PNG")
    return output.getvalue()


def test_of_16_bits_the_upper_8_are_shown() -> None:
    deep = np.array([[0, 255, 256, 0x1234], [0x80FF, 0xFEFF, 0xFF00, 0xFFFF]], np.uint16)
    found = decode(png(deep), "deep.png")
    assert found.shape == (2, 4, 1) and found.dtype == np.uint8
    assert found[..., 0].tolist() == [[0, 0, 1, 0x12], [0x80, 0xFE, 0xFF, 0xFF]]


@pytest.mark.parametrize("mode", ["L", "LA", "1"])
def test_grey_stays_one_channel(mode: str) -> None:
    grey = np.array([[0, 255], [255, 0]], np.uint8)
    assert decode(png(grey, mode), "grey.png")[..., 0].tolist() == grey.tolist()


@pytest.mark.parametrize("mode", [None, "RGBA", "P"])
def test_colours_are_three_channels(mode: str | None) -> None:
    colours = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]], np.uint8)
    assert decode(png(colours, mode), "colours.png").tolist() == colours.tolist()
