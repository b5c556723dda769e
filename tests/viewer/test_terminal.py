"""The terminal form at 60, 96 and 160 columns, as a person would see it."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from host.viewer.half_blocks import HalfBlocks
from host.viewer.terminal import screen
from host.viewer.view import View
from tests.viewer.scenes import ALL, NOBODY, NOTHING_YET, TROUBLE, USUAL

SIZES = [(60, 24), (96, 30), (160, 45), (96, 12), (40, 20)]

SNAPSHOT_60 = """\
▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ┌────────────────────────────┐
▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  │         NO PERSON          │
▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  └────────────────────────────┘
▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  person 12 %     threshold 50 %
▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ████──────────┃───────────────
▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  ▃▂▂▂▂▂▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▂▂▂
▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀
▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  5.0 fps on board, 5.0 here
▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  64 MHz, virtual board:
▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  estimated cycles
▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  capture      32.8 ms   2.10 M
▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  preprocess    4.8 ms   0.31 M
▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  inference     144 ms   9.20 M
▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀  send         0.70 ms   0.04 M

                              lost: wire 0, board 0
                              damaged packets: 0
                              model person_grey_025
                              board virtual
                              port  virtual board, scene
                                    default
                              space pause  s save
                              b colour bars  + - threshold
                              h help  q quit
"""


def rendered(view: View, columns: int, rows: int, colours: bool = False) -> str:
    console = Console(
        file=io.StringIO(),
        width=columns,
        height=rows,
        force_terminal=colours,
        color_system="truecolor" if colours else None,
        legacy_windows=False,
    )
    with console.capture() as capture:
        console.print(screen(view, columns, rows))
    return capture.get()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ALL)
def test_nothing_is_wider_or_higher_than_the_terminal(name: str, size: tuple[int, int]) -> None:
    lines = rendered(ALL[name], *size).splitlines()
    assert len(lines) <= size[1]
    assert max(map(len, lines)) <= size[0]


def test_sixty_columns_as_a_person_sees_them() -> None:
    lines = [line.rstrip() for line in rendered(NOBODY, 60, 24).splitlines()]
    assert lines == SNAPSHOT_60.splitlines()


@pytest.mark.parametrize("columns", [96, 160])
def test_wider_terminals_say_everything(columns: int) -> None:
    output = rendered(USUAL, columns, 45)
    for wanted in ("PERSON", "person 90 %", "estimated cycles", "144 ms", "lost: wire 0", "q quit"):
        assert wanted in output, wanted
    assert "▀" * 40 in output


def test_a_low_terminal_keeps_the_verdict() -> None:
    output = rendered(USUAL, 96, 8)
    assert "PERSON" in output and "person 90 %" in output


def test_a_narrow_terminal_leaves_out_the_picture() -> None:
    output = rendered(USUAL, 40, 30)
    assert "▀▀" not in output and "PERSON" in output


@pytest.mark.parametrize(("columns", "picture"), [(48, 16), (47, 0)])
def test_a_picture_is_drawn_from_sixteen_columns_on(columns: int, picture: int) -> None:
    """The panel takes thirty, the gap two."""
    lines = rendered(USUAL, columns, 30).splitlines()
    assert max(line.count("▀") for line in lines) == picture


def test_trouble_is_said() -> None:
    output = rendered(TROUBLE, 96, 40)
    assert "RECONNECTING" in output and "PAUSED" in output and "lost: wire 123456" in output
    assert "WAITING" in rendered(NOTHING_YET, 96, 40)


def test_half_blocks_carry_two_pixels_in_colour() -> None:
    pixels = np.zeros((2, 1, 3), np.uint8)
    pixels[0, 0], pixels[1, 0] = (255, 0, 10), (0, 200, 30)
    console = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", width=10)
    with console.capture() as capture:
        console.print(HalfBlocks(pixels), end="")
    assert "38;2;255;0;10;48;2;0;200;30m▀" in capture.get()


def test_only_a_pause_is_drawn_reversed() -> None:
    reverse = "\x1b[1;7m"
    assert reverse not in rendered(USUAL, 96, 30, colours=True)
    assert reverse in rendered(replace(USUAL, paused=True), 96, 30, colours=True)


@pytest.mark.parametrize(
    ("score", "filled"), [(0.0, 0), (0.5, 15), (1.0, 30), (1.7, 30), (-0.3, 0)]
)
def test_the_bar_is_as_long_as_the_score(score: float, filled: int) -> None:
    scores = tuple(score if label == NOBODY.label else 0.0 for label in NOBODY.labels)
    view = replace(NOBODY, scores=scores, threshold=1.0)
    lines = rendered(view, 60, 24).splitlines()
    bar = next(line for line in lines if "┃" in line)[30:]
    assert len(bar.rstrip()) == 30 and bar.rstrip().endswith("┃")
    assert bar.count("█") == min(filled, 29), "the mark of the threshold covers the last column"


def test_a_figure_keeps_its_words_at_80_columns() -> None:
    assert NOBODY.cycles is not None
    view = replace(NOBODY, cycles=replace(NOBODY.cycles, age=NOBODY.clock_hz // 5))
    lines = [line[44:].strip() for line in rendered(view, 80, 24).splitlines()]
    place = lines.index("5.0 fps on board, 5.0 here,")
    assert lines[place + 1] == "0.20 s old"


# what can be missed before what cannot
LINES = ("port", "▅▄", "q quit", "64 MHz", "send", "fps on", "lost:", "person 12 %")
IN_TROUBLE = ("send", "5.0 fps", "PAUSED", "! RECONN")


@pytest.mark.parametrize(("view", "lines"), [(NOBODY, LINES), (TROUBLE, IN_TROUBLE)])
def test_the_least_important_lines_leave_first(view: View, lines: tuple[str, ...]) -> None:
    """On ever lower terminals, each of another height; the verdict stays."""
    gone: list[str] = []
    for rows in range(24, 2, -1):
        shown = rendered(view, 40, rows)
        gone += [line for line in lines if line not in shown and line not in gone]
        assert "PERSON" in shown
    assert gone == list(lines)
