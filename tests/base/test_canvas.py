"""Boxes, lines and images on a canvas, pixel by pixel; text by where its ink is."""

from __future__ import annotations

import numpy as np
import pytest

from host.base.canvas import (
    BOLD,
    REGULAR,
    SMALLEST_TEXT,
    Box,
    Canvas,
    fit_image,
    fit_text,
    line_height,
    text_width,
)

BACK, INK = (10, 20, 30), (200, 210, 220)


def inked(canvas: Canvas) -> np.ndarray:
    """bool (height, width): where it is not the background."""
    return np.asarray((canvas.pixels != np.array(BACK, np.uint8)).any(axis=2))


def bounds(canvas: Canvas) -> tuple[int, int, int, int]:
    """x, y of the first and behind the last pixel with ink."""
    rows, columns = np.nonzero(inked(canvas))
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def test_boxes() -> None:
    box = Box(3, 4, 20, 10)
    assert (box.right, box.bottom) == (23, 14)
    assert box.inset(2) == Box(5, 6, 16, 6) and box.inset(6) == Box(9, 10, 8, 0)
    assert box.cut_top(3) == (Box(3, 4, 20, 3), Box(3, 7, 20, 7))
    assert box.cut_top(99) == (box, Box(3, 14, 20, 0))
    assert box.cut_left(5) == (Box(3, 4, 5, 10), Box(8, 4, 15, 10))
    assert box.cut_left(99) == (box, Box(23, 4, 0, 10))


def test_what_is_filled_and_framed() -> None:
    canvas = Canvas(12, 9, BACK)
    assert canvas.box == Box(0, 0, 12, 9) and canvas.pixels.shape == (9, 12, 3)
    assert not inked(canvas).any()
    canvas.fill(Box(2, 3, 4, 2), INK)
    expected = np.zeros((9, 12), bool)
    expected[3:5, 2:6] = True
    assert np.array_equal(inked(canvas), expected)
    assert canvas.pixels[3, 2].tolist() == list(INK)
    for thick in (1, 2):
        canvas = Canvas(12, 9, BACK)
        canvas.frame(Box(1, 2, 9, 6), INK, thick)
        expected = np.zeros((9, 12), bool)
        expected[2:8, 1:10] = True
        expected[2 + thick : 8 - thick, 1 + thick : 10 - thick] = False
        assert np.array_equal(inked(canvas), expected)
    canvas = Canvas(12, 9, BACK)
    canvas.frame(Box(1, 2, 9, 6), INK)
    assert inked(canvas).sum() == 2 * 9 + 2 * 4, "one pixel thick, unless said otherwise"


def test_lines() -> None:
    canvas = Canvas(20, 20, BACK)
    canvas.lines(np.array([[2.0, 3.0], [10.0, 3.0], [10.0, 15.0]]), INK, is_smooth=False)
    expected = np.zeros((20, 20), bool)
    expected[3, 2:11] = expected[3:16, 10] = True
    assert np.array_equal(inked(canvas), expected), "open, one pixel thick"
    smooth = Canvas(20, 20, BACK)
    smooth.lines(np.array([[2.0, 3.0], [17.0, 9.0]]), INK)
    assert len(np.unique(smooth.pixels[..., 0])) > 2


@pytest.mark.parametrize(
    ("shape", "width", "height", "size"),
    [
        ((10, 20), 100, 100, (100, 50)),
        ((96, 96), 200, 300, (192, 192)),  # 2.08: all pixels equal, for 4 %
        ((96, 96), 210, 300, (210, 210)),  # 2.19 would lose 9 %
        ((10, 10), 5, 5, (5, 5)),
        ((100, 50), 20, 10, (5, 10)),
        ((1000, 1), 3, 3, (1, 3)),
        ((1, 1000), 3, 3, (3, 1)),
        ((25, 25), 27, 27, (25, 25)),  # 1.08, of which 7.4 %
    ],
)
def test_an_image_is_as_large_as_fits(
    shape: tuple[int, int], width: int, height: int, size: tuple[int, int]
) -> None:
    assert fit_image(shape, width, height) == size


@pytest.mark.parametrize("channels", [1, 3])
def test_an_image_stands_in_the_middle(channels: int) -> None:
    image = np.arange(4 * 3 * channels, dtype=np.uint8).reshape(4, 3, channels) + 100
    canvas = Canvas(30, 20, BACK)
    place = canvas.image(image, Box(5, 2, 13, 12))
    assert place == Box(7, 2, 9, 12)
    assert bounds(canvas) == (place.x, place.y, place.right, place.bottom)
    below = canvas.image(image, Box(0, 0, 3, 11))
    assert below == Box(0, 3, 3, 4), "the odd row goes below"
    shown = canvas.pixels[place.y : place.bottom : 3, place.x : place.right : 3]
    assert np.array_equal(shown, np.broadcast_to(image[..., ::-1], (4, 3, 3)))


def test_text_gets_smaller_then_shorter_then_nothing() -> None:
    text = "a text of some words"
    wide = text_width(text, 20)
    assert fit_text(text, wide, 20) == (text, 20)
    smaller = fit_text(text, wide - 1, 20)
    assert smaller == (text, 19)
    least = text_width(text, SMALLEST_TEXT)
    assert SMALLEST_TEXT == 9 and fit_text(text, least, 20) == (text, 9)
    short, size = fit_text(text, least - 1, 20)
    assert size == 9 and short.endswith("…") and text.startswith(short[:-1])
    assert text_width(short, 9) <= least - 1
    longer = text[: len(short)].rstrip() + "…"
    assert text_width(longer, 9) > least - 1
    assert fit_text(text, text_width("a…", 9), 20) == ("a…", 9)
    assert fit_text("abc", text_width("a…", 9), 20) == ("a…", 9)
    assert fit_text("a", text_width("a", 9) - 1, 20) == ("", 9)
    assert fit_text(text, 2, 20) == ("", 9)
    assert text_width(text, 20, BOLD) > text_width(text, 20, REGULAR)
    assert (REGULAR, BOLD) == (400, 700)
    assert [line_height(size) for size in (10, 20, 100)] == [14, 27, 135]


@pytest.mark.parametrize("align", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("size", [12, 30])
def test_text_stands_where_it_is_recorded(align: float, size: int) -> None:
    canvas = Canvas(300, 80, BACK)
    box = Box(20, 10, 260, 60)
    width = canvas.text("Hxg", box, size, INK, align=align)
    ((text, place),) = canvas.texts
    assert text == "Hxg" and width == place.width == text_width("Hxg", size)
    assert place.x == box.x + round((box.width - width) * align)
    left, top, right, bottom = bounds(canvas)
    assert place.x <= left + 1 and right <= place.right + 1
    assert place.y <= top and bottom <= place.bottom + 1
    assert bottom - place.bottom >= -0.2 * size, "the box is no taller than the descent needs"
    assert abs((top + bottom) / 2 - (box.y + box.height / 2)) <= 0.2 * size
    assert right - left >= 0.7 * width


def test_text_of_no_room() -> None:
    canvas = Canvas(100, 40, BACK)
    assert canvas.text("", canvas.box, 20, INK) == 0
    assert canvas.text("words", Box(0, 0, 1, 40), 20, INK) == 0
    assert canvas.texts == [] and not inked(canvas).any()
    canvas.text("w", Box(0, 0, 100, 15), 99, INK)
    ((_, place),) = canvas.texts
    assert place.height == round(11 * 1.27), "a line of 15 pixels holds a text of 11"
