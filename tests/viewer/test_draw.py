"""The window's picture, by its properties, from 320x240 to 1920x1200."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from host.base.canvas import Box, Canvas, fit_image, fit_text, text_width
from host.viewer.draw import draw, paint
from host.viewer.draw_blocks import BLOCKS, NO, YES, Block
from host.viewer.view import View
from tests.viewer.scenes import ALL, COLOURFUL, FAULTY, NOBODY, NOTHING_YET, TROUBLE, USUAL

SIZES = [(320, 240), (480, 320), (640, 480), (1060, 660), (1920, 1200), (300, 900), (1600, 300)]


def words_of(view: View, width: int, height: int) -> str:
    return "\n".join(text for text, _ in paint(view, width, height).texts)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ALL)
def test_every_text_lies_inside_and_none_on_another(name: str, size: tuple[int, int]) -> None:
    canvas = paint(ALL[name], *size)
    assert canvas.pixels.shape == (size[1], size[0], 3)
    assert canvas.texts
    for text, box in canvas.texts:
        assert box.x >= 0 and box.y >= 0, text
        assert box.right <= size[0] and box.bottom <= size[1], text
    temporary = [t for t in canvas.texts if not ALL[name].fault and ALL[name].connected]
    for index, (text, box) in enumerate(temporary):
        for other, place in temporary[index + 1 :]:
            across = min(box.right, place.right) - max(box.x, place.x)
            down = min(box.bottom, place.bottom) - max(box.y, place.y)
            assert across <= 1 or down <= 3, f"{text!r} lies on {other!r}"


@pytest.mark.parametrize("size", SIZES)
def test_the_verdict_and_its_score_are_always_there(size: tuple[int, int]) -> None:
    assert "PERSON\n" in words_of(USUAL, *size)
    assert "NO PERSON" in words_of(NOBODY, *size)
    assert "person 90 %" in words_of(USUAL, *size)
    assert "WAITING" in words_of(NOTHING_YET, *size)


def test_the_verdict_differs_by_shape_too() -> None:
    """Filled or outlined: the share of the verdict's colour tells them apart without its hue."""

    def share(view: View, colour: tuple[int, int, int]) -> float:
        return float(np.mean(np.all(draw(view, 640, 480) == colour, axis=2)))

    assert share(replace(USUAL, history=()), YES) > 3 * share(replace(NOBODY, history=()), NO)


def test_a_large_window_says_everything() -> None:
    output = words_of(USUAL, 1060, 660)
    for wanted in (
        "threshold 50 %",
        "5.0 fps on board, 5.0 here",
        "virtual board: estimated cycles",
        "capture",
        "preprocess",
        "inference",
        "144 ms",
        "9.20 M",
        "lost: wire 0, board 0",
        "damaged packets: 0",
        "person_grey_025",
        "virtual board, scene default",
        "space",
        "colour bars",
        "quit",
    ):
        assert wanted in output, wanted
    assert "measured by the board" in words_of(TROUBLE, 1060, 660)


def test_a_small_window_keeps_what_matters_most() -> None:
    output = words_of(USUAL, 320, 240)
    assert "fps" in output and "estimated" in output and "quit" in output


def test_losses_faults_and_reconnection_are_said_with_a_remedy() -> None:
    output = words_of(TROUBLE, 1060, 660)
    assert "lost: wire 123456, board 99999, here 77777" in output
    assert "RECONNECTING" in output and "plug the board in again" in output and "PAUSED" in output
    output = words_of(FAULTY, 1060, 660)
    assert "without pixels (PCLK, A0)" in output and "reseat the camera" in output


@pytest.mark.parametrize("size", SIZES)
def test_the_picture_is_the_models_own_pixels(size: tuple[int, int]) -> None:
    assert USUAL.image is not None
    drawn = draw(replace(USUAL, history=()), *size)
    canvas = Canvas(*size, (0, 0, 0))
    place = canvas.image(USUAL.image, Box(0, 0, *fit_image((96, 96), size[0] // 2, size[1] // 2)))
    found = canvas.pixels[place.y : place.bottom, place.x : place.right, 0]
    assert set(np.unique(found)) <= set(np.unique(USUAL.image)), "nearest neighbour mixes nothing"
    assert set(np.unique(USUAL.image)) <= set(np.unique(drawn[..., 0]))


def test_a_colour_picture_keeps_its_red() -> None:
    drawn = draw(COLOURFUL, 640, 480)
    assert np.any(np.all(drawn == (20, 20, 250), axis=2)), "RGB became BGR"


def test_whole_pixels_are_made_equal_where_it_costs_little() -> None:
    assert fit_image((96, 96), 200, 300) == (192, 192)
    assert fit_image((96, 96), 180, 300) == (180, 180)
    assert fit_image((48, 96), 960, 960) == (960, 480)
    assert fit_image((96, 96), 10, 5) == (5, 5)


@pytest.mark.parametrize("width", [0, 1, 5, 20, 60, 200, 900])
def test_text_is_shrunk_then_shortened_but_never_too_wide(width: int) -> None:
    text, size = fit_text("the quick brown fox jumps over it", width, 24)
    assert not text or text_width(text, size) <= width
    if width == 900:
        assert (text, size) == ("the quick brown fox jumps over it", 24)


def test_drawing_changes_nothing_and_repeats_itself() -> None:
    assert np.array_equal(draw(USUAL, 640, 480), draw(USUAL, 640, 480))


def test_a_starting_board_and_its_scene_have_their_lines() -> None:
    long = replace(USUAL, port="virtual board (core load off, ideal silicon)", scene="default")
    shown = draw(long, 1060, 660)
    without = draw(replace(long, scene=""), 1060, 660)
    rows = np.flatnonzero((shown != without).any(axis=(1, 2)))
    assert len(rows) and rows[-1] - rows[0] >= 8  # a whole line of text, not its upper edge


def test_the_pictures_age_is_said_where_it_is_known() -> None:
    assert USUAL.cycles is not None
    old = replace(USUAL, cycles=replace(USUAL.cycles, age=12_800_000))
    assert "5.0 fps on board, 5.0 here, 0.20 s old" in words_of(old, 1060, 660)
    assert "s old" not in words_of(USUAL, 1060, 660)


def test_the_least_important_blocks_leave_first() -> None:
    """In ever lower windows: the history, the names, the stages, the losses, the rate, the score; the verdict stays."""
    shown: list[str] = []

    def named(block: Block) -> Block:
        name = block.paint.__name__.strip("_")
        return replace(block, paint=lambda *_: shown.append(name))

    blocks, left = [named(block) for block in BLOCKS], list[str]()
    everything: set[str] = set()
    for height in range(400, 40, -4):
        shown.clear()
        paint(USUAL, 640, height, blocks)
        everything |= set(shown)
        left += sorted(everything - set(shown) - set(left))
    assert left == ["history", "names", "stages", "losses", "rate", "score"]
    assert shown == ["verdict"]
