"""The viewer's words for a board that watches."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from host.base.errors import HostError
from host.link.device import Device
from host.link.messages import Fault, Frame, Heartbeat, Hello, Mode, Setting, Verdict
from host.viewer.__main__ import main
from host.viewer.watch import start_watch, watch_line
from tests.system.board import Bench

HELLO: Hello = Bench().hello


def test_verdicts_read_as_sentences() -> None:
    came = Verdict(1, 89, 12, 5_000_000)
    assert watch_line(came, HELLO, "person") == "PERSON (89 %, look 12)"
    gone = replace(came, verdict=0, looks=1200)
    assert watch_line(gone, HELLO, "person").startswith("no person (")
    assert "look 1,200" in watch_line(gone, HELLO, "person")


def test_heartbeats_report_how_little_the_board_is_awake() -> None:
    beat = Heartbeat(0, 3, 6, 0, 0, 60_000_000, 128_000_000, 0, 0, 0, 0)
    line = watch_line(beat, HELLO, "person")
    assert line == "still watching: no person, 6 looks, CPU awake 3.3 % of the time"
    assert "2 of them blind" in watch_line(replace(beat, blind_looks=2), HELLO, "person")
    assert "unknown" in watch_line(replace(beat, elapsed_us=0), HELLO, "person")


def test_of_many_classes_none_is_watched_that_nobody_named() -> None:
    board = SimpleNamespace(hello=replace(HELLO, labels=b"cat\ndog\ntruck", score_count=3))
    with pytest.raises(
        HostError, match=r"3 classes and none is 'person'.*: say which .* --label cat"
    ):
        start_watch(cast(Device, board), 6, None)


def test_faults_are_reported_and_frames_are_not() -> None:
    assert watch_line(Fault(1, 0, 0, b""), HELLO, "person")
    assert watch_line(Frame(1, 1, 1, 1, 0, b"x"), HELLO, "person") == ""


def test_the_viewer_watches_a_virtual_board(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "--port",
        "virtual",
        "--scene",
        "image:host/virtual/pictures/03_person_portrait.jpg",
    ]
    assert main([*arguments, "--watch", "120", "--frames", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(
        r"\d\d:\d\d:\d\d  still watching: no person, 1 look, CPU awake .*", lines[0]
    )
    assert re.fullmatch(r"\d\d:\d\d:\d\d  PERSON \(\d+ %, look 2\)", lines[-1])


@pytest.mark.parametrize(
    ("labels", "wanted", "index", "chosen"),
    [
        (b"no person\nperson", None, 1, "person"),
        (b"no person\nperson", "no person", 0, "no person"),
        (b"cat\ndog", None, 1, "dog"),
        (b"cat\nperson\ndog", None, 1, "person"),
        (b"cat\ndog\ncow", "cow", 2, "cow"),
    ],
)
def test_the_board_is_set_to_what_it_watches_for(
    labels: bytes, wanted: str | None, index: int, chosen: str
) -> None:
    messages: list[object] = []
    board = SimpleNamespace(
        hello=replace(HELLO, labels=labels, score_count=labels.count(b"\n") + 1),
        set=lambda setting, value: messages.append((setting, value)),
        set_mode=messages.append,
    )
    assert start_watch(cast(Device, board), 7, wanted) == chosen
    assert messages == [(Setting.LOOKS_PER_MINUTE, 7), (Setting.WATCH_LABEL, index), Mode.WATCH]
    messages.clear()
    board.hello = replace(HELLO, score_count=0, labels=b"")
    assert start_watch(cast(Device, board), 7, None) == "the last score"
    assert messages[1] == (Setting.WATCH_LABEL, -1)
