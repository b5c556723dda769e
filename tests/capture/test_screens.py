"""The capture's window and terminal show counts, keys and whether anything is recorded, at any size."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from rich.console import Console

from host.capture.draw import draw, paint_capture
from host.capture.state import State, caps, head_text, label_keys, lines
from host.capture.terminal import screen_of
from host.viewer.draw_blocks import ALARM
from tests.viewer.scenes import ALL, USUAL

USUAL_STATE = State(
    labels=("person", "non_person"),
    folder="captures/pictures",
    session="20260102T030405-1",
    split="train",
    counts=Counter(person=37, non_person=12),
    added=14,
    refused=5,
    mistaken=3,
)
NINE = tuple(
    ["a rather long label of a class", "person", "non_person", "cat", "dog", "e", "f", "g", "h"]
)
STATES = {
    "usual": USUAL_STATE,
    "recording": replace(USUAL_STATE, recording="person", rules="2 a second"),
    "asks": replace(USUAL_STATE, asks=True, rules="when the score is 30 % to 70 %"),
    "nine labels": replace(USUAL_STATE, labels=NINE),
    "empty": replace(USUAL_STATE, counts=Counter(), added=0, refused=0, mistaken=0),
}
SIZES = ((320, 240), (480, 800), (640, 480), (1060, 660), (1920, 1080))


@pytest.mark.parametrize("state", STATES.values(), ids=STATES.keys())
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_no_text_leaves_the_window_or_its_neighbours(state: State, size: tuple[int, int]) -> None:
    for view in ALL.values():
        canvas = paint_capture(view, state, *size)
        assert canvas.pixels.shape == (size[1], size[0], 3)
        for text, box in canvas.texts:
            assert box.x >= 0 and box.right <= size[0], text
            assert box.y >= -1 and box.bottom <= size[1] + 1, text


def texts(state: State, width: int = 1060, height: int = 660) -> list[str]:
    return [text for text, _ in paint_capture(USUAL, state, width, height).texts]


def test_the_window_says_what_matters() -> None:
    shown = texts(USUAL_STATE)
    assert {"37", "12", "A KEY KEEPS THIS FRAME", "undo", "new place"} <= set(shown)
    assert "this run: 14 saved, 5 near-duplicates refused" in shown
    assert "capture more non_person" in shown


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_recording_is_never_hidden(size: tuple[int, int]) -> None:
    state = STATES["recording"]
    assert "● RECORDING person" in texts(state, *size)
    red = draw(USUAL, state, *size) == ALARM
    assert red.all(axis=2).sum() > 200
    assert not (draw(USUAL, USUAL_STATE, *size) == ALARM).all(axis=2).any()


def test_a_notice_leaves_the_keys_in_sight() -> None:
    view = replace(USUAL, notice="saved person/00004.png; it looks like non_person/00002.png")
    shown = [text for text, _ in paint_capture(view, USUAL_STATE, 1060, 660).texts]
    assert "undo" in shown
    assert view.notice in " ".join(shown)


@pytest.mark.parametrize("state", STATES.values(), ids=STATES.keys())
@pytest.mark.parametrize("size", [(40, 12), (80, 24), (110, 34), (200, 60)], ids=str)
def test_the_terminal_keeps_to_its_size(state: State, size: tuple[int, int]) -> None:
    console = Console(width=size[0], height=size[1], color_system=None)
    with console.capture() as captured:
        console.print(screen_of(USUAL, state, *size))
    plain = captured.get().splitlines()
    assert len(plain) <= size[1]
    assert head_text(state) in captured.get()


def on_terminal(state: State, columns: int, rows: int, notice: str = "") -> str:
    console = Console(width=columns, height=rows, color_system=None)
    with console.capture() as captured:
        console.print(screen_of(replace(USUAL, notice=notice), state, columns, rows))
    return captured.get()


def test_on_a_low_terminal_the_least_important_leaves_first() -> None:
    """What was done leaves before what was just said, that before the counts, and the state stays."""
    head = head_text(USUAL_STATE)
    seen = {
        tuple(part in text for part in ("this run", "NOTICE", "37", head))
        for text in (on_terminal(USUAL_STATE, 30, rows, "NOTICE") for rows in range(5, 25))
    }
    assert seen == {
        (True, True, True, True),
        (False, True, True, True),
        (False, False, True, True),
        (False, False, False, True),
    }


def test_a_labels_bar_is_as_long_as_its_share_of_the_most_frequent() -> None:
    text = on_terminal(USUAL_STATE, 30, 24)
    rows = {line.split()[1]: line for line in text.splitlines() if "█" in line and line[0] in "12"}
    room = 30 - len("1 non_person") - len("     37 ") - 1
    assert {name: row.count("█") for name, row in rows.items()} == {
        "person": room,
        "non_person": room * 12 // 37,
    }
    assert "37" in rows["person"] and "12" in rows["non_person"]


@pytest.mark.parametrize("columns", range(90, 110))
def test_no_key_of_the_terminal_is_cut(columns: int) -> None:
    state = replace(USUAL_STATE, labels=("without_mask", "with_mask"))
    console = Console(width=columns, height=34, color_system=None)
    with console.capture() as captured:
        console.print(screen_of(USUAL, state, columns, 34))
    for key, word in caps(state.labels):
        assert f"{key} {word}" in captured.get()


def test_keys_are_digits_and_free_first_letters() -> None:
    assert label_keys(("person", "non_person")) == {"1": "person", "2": "non_person", "p": "person"}
    assert set(label_keys(("cat", "cow", "dog"))) == {"1", "2", "3", "d"}
    assert caps(("cat", "dog"))[:2] == (("1 c", "cat"), ("2 d", "dog"))
    assert caps(NINE)[0] == ("1-9", "label")


def test_balance_names_the_rarest() -> None:
    assert USUAL_STATE.balance == "capture more non_person"
    assert replace(USUAL_STATE, counts=Counter(person=4)).balance == ""
    assert replace(USUAL_STATE, counts=Counter(person=20, non_person=15)).balance == ""
    assert "split train" in lines(USUAL_STATE)[-1]
