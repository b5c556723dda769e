"""Frames that commands of the doctor's own cost are distinguished from those that a board drops by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from host.base.records import Message
from host.doctor.camera import STEPS, camera_findings
from host.doctor.chip import dropped_frames_finding
from host.doctor.evidence import CameraEvidence, Evidence, LinkEvidence, Undisturbed
from host.doctor.finding import Finding, Verdict
from host.doctor.undisturbed import count_undisturbed
from host.link.messages import Fault, FaultCode, Frame, Hello, Mode
from tests.link.fake_board import HELLO, FakeBoard, moving_picture

RESULT = FakeBoard().result(moving_picture(0))
OVERRUN = Fault(int(FaultCode.CAMERA_OVERRUN), 5, 0, b"")
NO_VSYNC = Fault(int(FaultCode.CAMERA_NO_VSYNC), 5, 0, b"")
FRAME = Frame(1, 96, 96, 1, 0, bytes(96 * 96))


class Script:
    """A board that says what is written, and then nothing."""

    def __init__(self, messages: Iterable[Message], hello: Hello = HELLO) -> None:
        self.hello = hello
        self.modes: list[Mode] = []
        self._messages = iter(messages)

    def set_mode(self, mode: Mode) -> None:
        self.modes.append(mode)

    def receive(self, timeout_s: float) -> Message | None:
        return next(self._messages, None)


def board(dropped: Iterable[int], silent: bool = False) -> Iterator[Message]:
    """Results for ever, but for the frames that are dropped; silent: no fault says so."""
    gone, number = set(dropped), 0
    while True:
        if number not in gone:
            yield replace(RESULT, frame=number)
        elif not silent:
            yield replace(OVERRUN, frame=number)
        number += 1


@pytest.mark.parametrize(
    ("dropped", "counted"),
    [
        ((), Undisturbed(100, 0)),
        ((0,), Undisturbed(100, 0)),  # the command's own
        ((50,), Undisturbed(100, 1)),
        (range(1, 10_000, 5), Undisturbed(5, 2)),
        (range(10_000), Undisturbed(0, 2)),
    ],
)
def test_too_many_end_the_count(dropped: Iterable[int], counted: Undisturbed) -> None:
    script = Script(board(dropped))
    assert count_undisturbed(script, 1.0) == counted
    assert counted.tolerable is (counted.frames == 100)
    assert script.modes == [Mode.RESULTS]


def test_frames_that_vanish_without_a_word_count_too() -> None:
    assert count_undisturbed(Script(board((3, 7, 9), silent=True)), 1.0) == Undisturbed(8, 2)


def test_a_board_that_falls_silent_is_not_good() -> None:
    counted = count_undisturbed(Script([replace(RESULT, frame=n) for n in range(30)]), 1.0)
    assert counted == Undisturbed(29, 0) and not counted.tolerable


def test_a_board_without_a_model_is_counted_by_its_frames() -> None:
    frames = (replace(FRAME, frame=number) for number in range(1_000))
    script = Script(frames, replace(HELLO, score_count=0))
    assert count_undisturbed(script, 1.0) == Undisturbed(100, 0)
    assert script.modes == [Mode.CAPTURE]


def verdicts(camera: CameraEvidence) -> tuple[Finding, Finding]:
    evidence = Evidence(HELLO, camera, LinkEvidence())
    capture = next(f for f in camera_findings(evidence) if f.name == "capture")
    return capture, dropped_frames_finding(evidence)


SEEN = CameraEvidence(
    frame=FRAME,
    faults=(OVERRUN,),
    results=tuple(replace(RESULT, frame=n) for n in (4, 6)),
)


@pytest.mark.parametrize(
    ("counted", "verdict", "words"),
    [
        (Undisturbed(100, 0), Verdict.PASS, "0 of 100 in a row without a command"),
        (Undisturbed(100, 1), Verdict.PASS, "1 of 100 in a row without a command"),
        (Undisturbed(7, 2), Verdict.WARN, "CAMERA_OVERRUN"),
        (Undisturbed(29, 0), Verdict.WARN, "CAMERA_OVERRUN"),
        (None, Verdict.WARN, "CAMERA_OVERRUN"),
    ],
)
def test_drops_are_judged_by_the_undisturbed_ones(
    counted: Undisturbed | None, verdict: Verdict, words: str
) -> None:
    for finding in verdicts(replace(SEEN, undisturbed=counted)):
        assert finding.verdict is verdict
        assert words in finding.detail


@pytest.mark.parametrize("registers", [None, (0x7F, 0xA2, 0x76, 0x70)])
@pytest.mark.parametrize("faults", [(), (OVERRUN,)])
def test_each_step_of_the_camera_is_judged_once_and_in_order(
    registers: tuple[int, ...] | None, faults: tuple[Fault, ...]
) -> None:
    """Another sensor is the identity's fault, a torn frame the capture's; every other step passed."""
    camera = CameraEvidence(frame=FRAME, registers=registers, faults=faults)
    found = camera_findings(Evidence(HELLO, camera, LinkEvidence()))[: len(STEPS)]
    assert [finding.name for finding in found] == list(STEPS)
    judged = {finding.name: finding.verdict for finding in found}
    assert judged["camera identity"] is (Verdict.FAIL if registers else Verdict.PASS)
    assert judged["capture"] is (Verdict.WARN if faults else Verdict.PASS)
    others = set(judged.items()) - {(n, judged[n]) for n in ("camera identity", "capture")}
    assert {verdict for _, verdict in others} == {Verdict.PASS}


def test_what_is_no_torn_frame_is_never_excused() -> None:
    good = Undisturbed(100, 0)
    capture, _ = verdicts(replace(SEEN, faults=(OVERRUN, NO_VSYNC), undisturbed=good))
    assert capture.verdict is Verdict.WARN
    more = replace(SEEN, results=(*SEEN.results, replace(RESULT, frame=9)), undisturbed=good)
    assert verdicts(more)[1].verdict is Verdict.WARN, "two vanished without a fault"
