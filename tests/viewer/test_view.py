"""How samples, faults and time change what is shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from host.base.boards import CLOCK_HZ, VIRTUAL
from host.base.errors import HostError
from host.base.scores import Meaning
from host.link import messages as wire
from host.link.fault_advice import ADVICE, advice, fault_line
from host.link.sequence import Losses
from host.samples import Pairing, Sample
from host.viewer import words
from host.viewer.view import (
    HISTORY,
    Stage,
    View,
    first_view,
    watched_label,
    with_fault,
    with_notice,
    with_sample,
    with_time,
)
from host.viewer.watch import watch_line
from tests.link.fake_board import HELLO, FakeBoard, moving_picture

FIRST = first_view(HELLO, "virtual board", "default")


def sample(number: int, score: int = 100, losses: Losses | None = None) -> Sample:
    """A whole one; score is the int8 of `person`."""
    board = FakeBoard(frame := HELLO)
    picture = moving_picture(number)
    pairing, output = Pairing(), losses or Losses()
    half = wire.Frame(number, 96, 96, 1, 0, picture.tobytes())
    pairing.take(half, frame, wire.Mode.STREAM, output)
    result = replace(board.result(picture, score), frame=number)
    return pairing.take(result, frame, wire.Mode.STREAM, output)[0]


def after(*samples: Sample, view: View = FIRST) -> View:
    for now, each in enumerate(samples):
        view = with_sample(view, each, now * 0.25)
    return view


def test_a_sample_brings_picture_scores_and_rates() -> None:
    view = after(sample(1), sample(2), sample(3, score=-100))
    assert view.image is not None and view.image.shape == (96, 96, 1)
    assert view.score == pytest.approx(28 / 256)
    assert view.verdict is False and view.verdict_text == "NO PERSON"
    assert view.board_fps == pytest.approx(5.0)
    assert view.shown_fps == pytest.approx(4.0)
    assert [stage.name for stage in view.stages] == ["capture", "preprocess", "inference", "send"]
    assert view.stages[2].milliseconds == pytest.approx(143.75)


def test_the_threshold_decides_the_verdict() -> None:
    view = after(sample(1, score=64))  # 0.75
    assert replace(view, threshold=0.75).verdict is True
    assert replace(view, threshold=0.76).verdict is False
    assert FIRST.verdict is None and FIRST.verdict_text == "WAITING"


def test_what_is_not_known_yet_is_nothing() -> None:
    assert (FIRST.board_fps, FIRST.shown_fps, FIRST.age_s, FIRST.stages) == (0.0, 0.0, 0.0, ())
    one = after(sample(1))
    assert one.shown_fps == 0.0 and one.board_fps == pytest.approx(5.0)
    assert with_sample(one, sample(2), 0.0).shown_fps == 0.0, "both at once"
    assert one.cycles is not None
    aged = replace(one, cycles=replace(one.cycles, age=32_000_000))
    assert aged.age_s == 0.5 and replace(aged, clock_hz=0).age_s == 32e6
    assert not FIRST.follows_best and FIRST.frame == -1 and FIRST.connected
    assert not (FIRST.paused or FIRST.helps or FIRST.notice or FIRST.recording or FIRST.fault)


def test_rates_are_of_the_last_twelve_frames() -> None:
    view = FIRST
    for number in range(20):
        each = sample(number)
        assert each.cycles is not None
        cycles = replace(each.cycles, period=64_000_000 if number < 8 else 32_000_000)
        view = with_sample(
            view, replace(each, cycles=cycles), number if number < 8 else 7 + number / 2
        )
    assert len(view.periods) == len(view.arrivals) == 12
    assert view.board_fps == 2.0 and view.shown_fps == pytest.approx(2.0)
    assert len(FIRST.best) == 0 and len(view.best) == 2


def test_the_history_is_bounded_and_newest_last() -> None:
    view = after(*(sample(n, score=n % 100) for n in range(HISTORY + 5)))
    assert len(view.history) == HISTORY
    assert view.history[-1] == pytest.approx(((HISTORY + 4) % 100 + 128) / 256)


def test_pause_keeps_the_picture_but_counts_losses() -> None:
    paused = replace(after(sample(1)), paused=True)
    view = after(sample(2, losses=Losses(wire_lost=3)), view=paused)
    assert (view.frame, view.losses.wire_lost) == (1, 3)


def test_a_frame_without_result_keeps_the_last_scores() -> None:
    bare = replace(sample(2), scores=(), cycles=None)
    view = after(sample(1), bare)
    assert view.frame == 2 and view.score is not None and view.cycles is not None


def test_the_watched_label_is_person_else_the_last_else_the_requested_one() -> None:
    assert watched_label(("person", "none"), None) == "person"
    assert watched_label(("cat", "dog"), None) == "dog"
    assert watched_label(("cat", "dog"), "cat") == "cat"
    with pytest.raises(HostError, match="no label 'cow'; it has: cat, dog"):
        watched_label(("cat", "dog"), "cow")


def test_notices_and_faults_go_by_themselves() -> None:
    view = with_notice(
        with_fault(FIRST, ADVICE[wire.FaultCode.CAMERA_NO_VSYNC], 10.0), "saved", 10.0
    )
    early = with_time(view, 12.0, True, Losses())
    assert early.notice == "saved" and words.banner(early) is not None
    for seconds, notice, fault in ((13.99, True, True), (14.0, False, True), (16.0, False, False)):
        then = with_time(view, seconds, True, Losses())
        assert (bool(then.notice), then.fault is not None) == (notice, fault)
    late = with_time(view, 30.0, False, Losses())
    assert late.notice == "" and late.fault is None
    banner = words.banner(late)
    assert banner is not None and banner[0] == "RECONNECTING"


def test_a_picture_that_does_not_come_is_said_with_what_is_going_on() -> None:
    """Until then a screen showed the last figures, or nothing but `waiting`."""
    assert words.banner(with_time(FIRST, 0.0, True, Losses(), 4.9)) is None
    assert words.banner(with_time(FIRST, 0.0, True, Losses(), 5.0)) is not None
    for board, why in ((VIRTUAL, "this computer"), ("nano33ble", "python -m host.doctor")):
        view = replace(FIRST, board=board, clock_hz=CLOCK_HZ)
        banner = words.banner(with_time(view, 0.0, True, Losses(), 12.4))
        assert banner is not None
        assert banner[0] == "NO PICTURE YET FOR 12 s" and why in banner[1]
        assert ("host.doctor" in banner[1]) == (board != VIRTUAL)
        shown = replace(view, image=np.zeros((4, 4, 1), np.uint8), periods=(3 * CLOCK_HZ,))
        assert words.banner(with_time(shown, 0.0, True, Losses(), 8.9)) is None, "a slow model"
        banner = words.banner(with_time(shown, 0.0, True, Losses(), 9.0))
        assert banner is not None and banner[0] == "NO PICTURE FOR 9 s"
    lost = words.banner(with_time(FIRST, 0.0, False, Losses(), 60.0))
    assert lost is not None and lost[0] == "RECONNECTING"


@pytest.mark.parametrize("code", list(wire.FaultCode))
def test_every_fault_has_a_title_and_a_remedy(code: wire.FaultCode) -> None:
    known = ADVICE[code]
    assert known.title and known.remedy and known.title != known.remedy
    line = fault_line(wire.Fault(code, 1, 0x2A, b"text of the board"))
    assert "\n" not in line and known.remedy in line and "0x2A" in line


def test_a_fault_of_a_newer_firmware_is_still_shown() -> None:
    assert advice(wire.Fault(999, 0, 0, b"")).title == "fault 999"


def test_virtual_cycles_are_called_estimated_and_real_ones_measured() -> None:
    assert "estimated" in words.clock_text(FIRST)
    assert words.clock_text(replace(FIRST, board="nano33ble")) == "64 MHz, measured by the board"


def test_numbers_read_well() -> None:
    assert words.cycles_text(9_204_000) == "9.20 M"
    assert words.cycles_text(813) == "813"
    assert words.cycles_text(9_999) == "9999" and words.cycles_text(10_000) == "0.01 M"
    line = words.plain_line(after(sample(7)))
    assert line.startswith("frame 7: PERSON 89 %; estimated: capture 32.8 ms, preprocess 4.8 ms")


def test_another_model_on_the_board_is_shown_with_its_labels() -> None:
    other = replace(sample(2), model="cats", labels=("dog", "cat"), scores=(0.2, 0.8))
    view = after(sample(1), other)
    assert (view.model, view.label, view.score) == ("cats", "cat", 0.8)


def test_of_many_classes_the_best_ones_are_shown() -> None:
    """No "NO TRUCK": without --label, the best label is the verdict."""
    hello = replace(HELLO, labels=b"cat\ndog\ntruck", score_count=3)
    first = first_view(hello, "virtual")
    names = ("cat", "dog", "truck")
    shown = with_sample(first, replace(sample(1), labels=names, scores=(0.1, 0.7, 0.2)), 0.0)
    assert (shown.verdict_text, shown.verdict) == ("DOG", True)
    assert words.score_text(shown) == "dog 70 %, truck 20 %, cat 10 %"
    four = replace(shown, labels=(*names, "cow"), scores=(0.1, 0.6, 0.2, 0.05))
    assert words.score_text(four) == "dog 60 %, truck 20 %, cat 10 %", "the three best"
    unsure = with_sample(shown, replace(sample(2), labels=names, scores=(0.4, 0.3, 0.3)), 0.1)
    assert unsure.verdict_text == "CAT?"
    seen = replace(sample(1), labels=names, scores=(0.1, 0.7, 0.2))
    wanted = with_sample(first_view(hello, "virtual", label="truck"), seen, 0.0)
    assert wanted.verdict_text == "NO TRUCK"


@pytest.mark.parametrize(
    ("labels", "watched", "absent"),
    [
        (("no_person", "person"), "person", "NO PERSON"),
        (("no person", "person"), "no person", "PERSON"),
        (("without_mask", "with_mask"), "with_mask", "WITHOUT MASK"),
        (("cat", "dog"), "dog", "CAT"),
        (("person",), "person", "NO PERSON"),
    ],
)
def test_of_two_classes_the_other_one_is_named(
    labels: tuple[str, ...], watched: str, absent: str
) -> None:
    scores = tuple(0.2 if label == watched else 0.8 for label in labels)
    hello = replace(HELLO, labels="\n".join(labels).encode(), score_count=len(labels))
    seen = replace(sample(1), labels=labels, scores=scores)
    view = with_sample(first_view(hello, "virtual", label=watched), seen, 0.0)
    assert view.verdict_text == absent
    gone = watch_line(wire.Verdict(0, 20, 3, 5_000_000), hello, watched)
    assert gone == f"{absent.lower()} (20 %, look 3)"


def test_a_distance_is_no_percentage() -> None:
    far = replace(sample(1), scores=(1.91, 0.5), meaning=Meaning.DISTANCE)
    shown = with_sample(FIRST, far, 0.0)
    assert "%" not in words.score_text(shown) and "%" not in words.plain_line(shown).split(";")[0]


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [
        (0.0, "0.00 ms"),
        (0.98, "0.98 ms"),
        (1.0, "1.0 ms"),
        (99.9, "99.9 ms"),
        (100.0, "100 ms"),
        (100.4, "100 ms"),
    ],
)
def test_a_stages_time_has_two_or_three_digits(milliseconds: float, shown: str) -> None:
    assert words.milliseconds(Stage("send", 1, milliseconds)) == shown


@pytest.mark.parametrize(
    ("losses", "shown"),
    [
        (Losses(), ("lost: wire 0, board 0", "damaged packets: 0")),
        (
            Losses(wire_lost=1, device_dropped=2, host_dropped=3, bad_packets=4),
            ("lost: wire 1, board 2, here 3", "damaged packets: 4"),
        ),
        (
            Losses(device_bad_packets=5, reconnects=6),
            (
                "lost: wire 0, board 0",
                "damaged packets: 0 (+5 commands) · reconnects 6, restarts 0",
            ),
        ),
        (
            Losses(restarts=7),
            ("lost: wire 0, board 0", "damaged packets: 0 · reconnects 0, restarts 7"),
        ),
    ],
)
def test_what_was_lost_is_said_where_anything_was(losses: Losses, shown: tuple[str, str]) -> None:
    assert words.loss_lines(replace(FIRST, losses=losses)) == shown


def test_a_line_of_a_frame_says_what_was_lost_and_nothing_that_is_not_known() -> None:
    whole = after(sample(7, losses=Losses(wire_lost=2, host_dropped=3)))
    assert words.plain_line(whole).endswith("ms, lost 5")
    bare = replace(FIRST, frame=3)
    assert words.plain_line(bare) == "frame 3: WAITING; "


@pytest.mark.parametrize(
    ("periods", "arrivals", "board", "shown"),
    [
        ((), (), VIRTUAL, "waiting for the first frame"),
        ((), (0.0, 0.5), VIRTUAL, "2.0 fps"),
        ((CLOCK_HZ // 4,), (), VIRTUAL, "4.0 fps"),
        ((CLOCK_HZ // 4,), (0.0, 0.5), VIRTUAL, "4.0 fps on board, 2.0 here"),
        ((CLOCK_HZ // 4,), (0.0, 0.5), "nano33ble", "4.0 fps"),
    ],
)
def test_a_rate_is_the_boards_and_this_computers_where_they_may_differ(
    periods: tuple[int, ...], arrivals: tuple[float, ...], board: str, shown: str
) -> None:
    view = replace(FIRST, periods=periods, arrivals=arrivals, board=board, clock_hz=CLOCK_HZ)
    assert words.rate_text(view) == shown
