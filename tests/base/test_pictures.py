"""Pictures of every depth become bytes: what a screen would show of them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from host.base import pictures
from host.base.pictures import decode, read_picture, size_of
from host.base.regular_files import UnreadableError


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


GREY = np.array([[10, 20, 30], [40, 50, 60]], np.uint8)
UPRIGHT = {  # of what a camera has stored so, EXIF 2.3, 4.6.4: row 0 and column 0 are at
    1: GREY,  # the top and the left,
    2: GREY[:, ::-1],  # the top and the right,
    3: GREY[::-1, ::-1],  # the bottom and the right,
    4: GREY[::-1],  # the bottom and the left,
    5: GREY.T,  # the left and the top,
    6: np.rot90(GREY, -1),  # the right and the top,
    7: GREY.T[::-1, ::-1],  # the right and the bottom,
    8: np.rot90(GREY),  # the left and the bottom
}


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_a_camera_that_was_turned_gives_an_upright_picture(orientation: int) -> None:
    """And its size, which is read from the header alone, is that of the upright one."""
    exif = Image.Exif()
    exif[274] = orientation
    output = io.BytesIO()
    Image.fromarray(GREY).save(output, "PNG", exif=exif)
    found = decode(output.getvalue(), "turned.png")[..., 0]
    assert found.tolist() == UPRIGHT[orientation].tolist()
    assert size_of(output.getvalue(), "turned.png") == found.shape[::-1]


def test_what_pillow_doubts_is_a_picture_and_no_word(recwarn: pytest.WarningsRecorder) -> None:
    torn, output = b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01\x03", io.BytesIO()
    Image.fromarray(GREY).save(output, "PNG", exif=torn)
    assert decode(output.getvalue(), "a.png")[..., 0].tolist() == GREY.tolist()
    assert size_of(output.getvalue(), "a.png") == (3, 2)
    assert not recwarn.list


def test_a_picture_has_so_many_pixels_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (pictures.MOST_PIXELS, pictures.MOST_FILE_BYTES) == (32_000_000, 64 << 20)
    square = png(np.zeros((10, 10), np.uint8))
    monkeypatch.setattr(pictures, "MOST_PIXELS", 100)
    assert decode(square, "a.png").shape == (10, 10, 1)
    with pytest.raises(UnreadableError, match="has 11x10 pixels: scale it below 32 million"):
        decode(png(np.zeros((10, 11), np.uint8)), "a.png")
    for limit in (60, 40):  # Pillow warns above its own limit, and refuses twice as many
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        with pytest.raises(UnreadableError, match="has too many pixels"):
            decode(square, "a.png")
    monkeypatch.undo()
    monkeypatch.setattr(pictures, "MOST_FILE_BYTES", len(square))
    assert decode(square, "a.png").shape == (10, 10, 1)
    with pytest.raises(UnreadableError, match="at most 64 are read"):
        decode(square + b"x", "a.png")


def test_what_is_no_picture_is_said_with_a_remedy(tmp_path: Path) -> None:
    gif = io.BytesIO()
    Image.fromarray(GREY).save(gif, "GIF")
    whole = png(np.random.default_rng(1).integers(0, 256, (50, 50), np.uint8))
    for content, why in (
        (b"", "a.png is empty"), (b"words", "of no format that is known here"),
        (gif.getvalue(), "of no format that is known here"), (whole[:1500], "not a picture"),
    ):  # fmt: skip
        with pytest.raises(UnreadableError, match=why) as refused:
            decode(content, "a.png")
        assert refused.value.remedy == "delete it, or copy it again"
        (tmp_path / "b.png").write_bytes(content)
        with pytest.raises(UnreadableError, match="b") as refused:
            read_picture(tmp_path / "b.png")
        assert (refused.value.remedy or "").startswith("give a picture: .png, .jpg")
    with pytest.raises(UnreadableError, match="is not a picture that can be read"):
        size_of(b"words", "a.png")
