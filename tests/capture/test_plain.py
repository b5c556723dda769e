"""A capture without a screen, and what decides whether a frame is worth a label."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from host.base.boards import VIRTUAL
from host.base.errors import HostError
from host.capture.gate import Gate
from host.capture.options import Options, rules_text
from host.capture.session import CaptureSession
from host.capture.state import caps, head_text, label_keys, lines
from host.capture.terminal import run_plain
from host.samples import Sample
from host.viewer.view import View
from tests.capture.scripted import LABELS, rig
from tests.capture.test_screens import USUAL_STATE
from tests.link.fake_board import HELLO
from tests.link.test_samples import frame, paired, result


class Script:
    """A session whose steps bring what is said: a frame each, or nothing for None."""

    def __init__(self, *steps: str | None) -> None:
        self._steps = iter(steps)
        self.frames = 0
        self.waited: list[float] = []
        self.pressed: list[str] = []
        self.log: list[str] = []
        self.view = View(board="nano33ble")

    def step(self, seconds: float) -> list[str]:
        self.waited.append(seconds)
        word = next(self._steps, None)
        self.frames += word is not None
        self.log += [] if word is None else [word]
        return [] if word is None else [word]

    def press(self, key: str) -> bool:
        self.pressed.append(key)
        self.log.append(f"pressed {key}")
        return key != "q"


def printed(script: Script, frames: int | None = None, keys: str = "") -> list[str]:
    return list(run_plain(cast(CaptureSession, script), frames, list(keys)))


def test_each_line_is_said_once_and_a_key_is_pressed_a_frame() -> None:
    script = Script("a", None, "b", "c", "d")
    assert printed(script, keys="12") == ["a", "pressed 1", "b", "pressed 2"]
    assert printed(Script("a", "b", "c"), frames=2) == ["a", "b"]
    assert printed(Script("a", "b", "c"), frames=0) == []
    script = Script("a", "b", "c")
    assert printed(script, keys="1q2") == ["a", "pressed 1", "b", "pressed q"]
    assert script.pressed == ["1", "q"]


def test_a_script_gives_up_after_half_a_minute_without_a_frame() -> None:
    """The silence begins anew with each frame."""
    for quiet, ends in ((0, False), (1, True)):
        probe = Script()
        with pytest.raises(HostError, match=r"no frame for 30 s: .*doctor"):
            printed(probe)
        steps = len(probe.waited)
        assert sum(probe.waited) == pytest.approx(30, abs=probe.waited[0])
        silence: list[str | None] = [None] * (steps - 1 + quiet)
        script = Script("a", *silence, "b", *silence, "c")
        if ends:
            with pytest.raises(HostError, match="no frame"):
                printed(script, frames=3)
        else:
            assert printed(script, frames=3) == ["a", "b", "c"]


def test_a_virtual_board_that_brings_no_frame_is_not_one_for_the_doctor() -> None:
    script = Script()
    script.view = View(board=VIRTUAL)
    with pytest.raises(HostError, match=r"no frame for 30 s: this computer may be too busy.*end "):
        printed(script)


# -- the gate ------------------------------------------------------------------------------------


def sample(level: int, seconds: float = 0.25, **changed: Any) -> Sample:
    """An even picture; its period by the board's clock of 64 MHz."""
    (found,) = paired(0, frame(1), result(1))  # type: ignore[arg-type]  # Mode.IDLE
    assert found.cycles is not None
    cycles = replace(found.cycles, period=round(seconds * 64e6))
    return replace(found, image=np.full((96, 96, 1), level, np.uint8), cycles=cycles, **changed)


@pytest.mark.parametrize(("step", "new"), [(15, False), (16, True), (-15, False), (-16, True)])
def test_a_scene_has_changed_by_16_levels(step: int, new: bool) -> None:
    gate = Gate(Options(LABELS, on_change=True), "person")
    assert gate.admits(sample(100)), "the first is new"
    assert not gate.admits(sample(100))
    assert gate.admits(sample(100 + step)) == new
    assert gate.admits(sample(100)) == new, "what follows is compared with what was taken last"


def test_one_of_64_cells_is_a_change() -> None:
    gate = Gate(Options(LABELS, on_change=True), "person")
    first = sample(100)
    assert first.image is not None and gate.admits(first)
    for rows, columns, level, new in ((12, 12, 116, True), (12, 6, 130, False), (12, 6, 132, True)):
        image = np.full((96, 96, 1), 100, np.uint8)
        image[84 : 84 + rows, :columns] = level  # the last row of cells of 12 x 12, the first of it
        again = Gate(Options(LABELS, on_change=True), "person")
        assert again.admits(first) and again.admits(replace(first, image=image)) == new


def test_a_rate_is_of_the_boards_seconds() -> None:
    """Two a second of frames of a quarter: every second one; frames without an image or a time take none."""
    gate = Gate(Options(LABELS, rate=2.0), "person")
    taken = [gate.admits(sample(1)) for _ in range(7)]
    assert taken == [True, False, True, False, True, False, True]
    assert not gate.admits(replace(sample(1), image=None)), "a quarter has passed"
    assert not gate.admits(replace(sample(1), cycles=None)), "none has"
    assert gate.admits(sample(1))
    stopped = replace(sample(1), clock_hz=0)
    assert Gate(Options(LABELS, rate=2.0), "person").admits(stopped)


def test_rules_in_words() -> None:
    assert rules_text(Options(LABELS)) == "" and not Options(LABELS).chooses
    some = Options(LABELS, rate=0.5, on_change=True, band=(0.25, 0.7))
    assert rules_text(some) == (
        "0.5 a second, when the scene changes, when the score is 25 % to 70 %"
    )
    assert Options(LABELS, on_change=True).chooses and Options(LABELS, band=(0, 1)).chooses


# -- state and keys ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "others", "asks"),
    [(4, 0, False), (5, 0, True), (5, 2, True), (5, 3, False), (6, 3, True), (7, 4, False)],
)
def test_the_rarer_class_is_requested_from_twice_as_many(
    person: int, others: int, asks: bool
) -> None:
    state = replace(USUAL_STATE, counts=Counter(person=person, non_person=others))
    assert bool(state.balance) == asks


def test_first_letters_are_keys_where_no_other_thing_is() -> None:
    assert label_keys(("unknown", "Sad", "9x", "helmet", "bag", "new", "quiet", "zoo")) == {
        **{str(at): name for at, name in enumerate(
            ("unknown", "Sad", "9x", "helmet", "bag", "new", "quiet", "zoo"), 1)},
        "z": "zoo",
    }  # fmt: skip
    thirty, more = ("a" * 15, "b" * 15), ("a" * 15, "b" * 16)
    assert caps(thirty)[0] == ("1 a", "a" * 15) and caps(more)[0] == ("1-2", "label")


def test_the_head_and_the_lines_of_a_run() -> None:
    fresh = replace(USUAL_STATE, counts=Counter(), mistaken=0, split="")
    assert lines(fresh) == (
        "this run: 14 saved, 5 near-duplicates refused",
        "session 20260102T030405-1, split not yet chosen",
    )
    assert head_text(replace(fresh, rules="2 a second")) == "NOT RECORDING"
    assert head_text(replace(fresh, rules="when the scene changes")) == "WAITING FOR A FRAME"
    defaults = type(fresh)(("a", "b"), "folder", "s", "")
    assert (defaults.added, defaults.refused, defaults.mistaken, defaults.asks) == (0, 0, 0, False)
    assert not defaults.counts and defaults.rules == defaults.recording == ""


@pytest.mark.parametrize(
    ("key", "passed_on", "while_asked"),
    [("h", True, True), ("?", True, True), (" ", True, False), ("+", True, False),
     ("=", True, False), ("-", True, False), ("x", False, False)],
)  # fmt: skip
def test_keys_of_the_viewer_reach_it_but_for_those_that_move_a_held_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, passed_on: bool, while_asked: bool
) -> None:
    with rig(tmp_path) as it:
        reached: list[str] = []

        def press(key: str) -> bool:
            reached.append(key)
            return True

        monkeypatch.setattr(it.session.viewer, "press", press)
        assert it.session.press(key.upper())
        assert bool(reached) == passed_on
        reached.clear()
        it.session.state = replace(it.session.state, asks=True)
        it.session.press(key)
        assert bool(reached) == while_asked
        assert not it.session.press("q")


def test_what_is_said_without_a_frame_and_without_a_question(tmp_path: Path) -> None:
    with rig(tmp_path) as it:
        for key, words in (("1", "no picture yet"), ("u", "nothing to undo"), ("s", "nothing to skip"),
                           ("n", "new session: what follows")):  # fmt: skip
            it.session.press(key)
            assert it.last.startswith(words)
        it.show(1)
        it.session.press("1")
        assert it.last.startswith("saved ") and it.session.state.added == 1
        it.session.press("2")
        assert it.last.endswith("looks the same (u: undo)") and it.session.state.added == 2
        it.session.press("u")
        assert it.last.startswith("removed ") and it.session.state.added == 1
    with rig(tmp_path / "b", Options(LABELS, on_change=True)) as it:
        it.show(1)
        it.session.press("s")
        it.show(1)
        it.session.press("1")
        assert it.last.startswith("nothing to label yet: frames are taken when the scene changes")
    assert HELLO.score_count == len(LABELS)
