"""Text in a recording: MLPerf Tiny's commands and lines, distinguished from packets on both sides of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.link.framing import encode_packet
from host.link.messages import HelloRequest
from host.recording.__main__ import main
from host.recording.container import Kind, Record
from host.recording.dialogue import TextLine, TextListener
from host.recording.summary import summarise
from tests.link.fake_board import FakeBoard
from tests.recording.recordings import Clock, begin


def record_dialogue(path: Path) -> None:
    """A packet's beginning stands before the first line, as where the board was sending; lines are torn by reads."""
    board, clock = FakeBoard(), Clock()
    recorder = begin(path, clock)
    recorder.sent(encode_packet(HelloRequest.ID, 0, b""))
    recorder.received(board.say(board.hello))
    recorder.received(b"no text% \n")  # before any command: bytes of whatever kind
    clock.sleep(0.5)
    recorder.sent(b"name%")
    recorder.received(board.shoot() + b"m-name-dut-[vir")
    clock.sleep(0.25)
    recorder.received(b"tual]\r\nm-ready\r\n")
    recorder.sent(b"db 00ff%")
    recorder.received(b"\x80\xff\r\nm-ready\r\n")
    recorder.sent(b"\0")
    recorder.received(b"late\n" + board.shoot())
    recorder.close()


def test_text_is_counted_and_written_down(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record_dialogue(tmp_path / "a.rec")
    summary = summarise(tmp_path / "a.rec")
    assert (summary.commands, summary.lines) == (2, 3)
    assert main(["info", str(tmp_path / "a.rec")]) == 0
    assert "2 commands of MLPerf Tiny's API, 3 lines" in capsys.readouterr().out
    assert main(["export", str(tmp_path / "a.rec"), "--output", str(tmp_path / "out")]) == 0
    assert "5 lines of text" in capsys.readouterr().err
    assert (tmp_path / "out" / "dialogue.txt").read_text().splitlines() == [
        "0.500000 > name%",
        "0.750000 < m-name-dut-[virtual]",
        "0.750000 < m-ready",
        "0.750000 > db 00ff%",
        "0.750000 < m-ready",
    ]


def test_without_results_there_are_no_times(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    board, clock = FakeBoard(), Clock()
    recorder = begin(tmp_path / "a.rec", clock)
    recorder.received(board.say(board.hello))
    recorder.close()
    assert main(["info", str(tmp_path / "a.rec")]) == 0
    reported = capsys.readouterr().out
    assert (
        "no results of inferences" in reported
        and "p50 ms" not in reported
        and "text" not in reported
    )
    assert main(["export", str(tmp_path / "a.rec"), "--output", str(tmp_path / "out")]) == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["samples.csv"]


@pytest.mark.parametrize(
    ("between", "is_open"),
    [
        ((), True),
        (((Kind.MARK, b"lost%"),), False),
        (((Kind.TO_DEVICE, b"\x00%"),), False),
        (((Kind.TO_DEVICE, "ä%".encode()),), False),
        (((Kind.TO_DEVICE, b"no command"),), False),
        (((Kind.FROM_DEVICE, b"m-"),), True),
    ],
)
def test_text_goes_on_until_the_host_says_something_else(
    between: tuple[tuple[Kind, bytes], ...], is_open: bool
) -> None:
    listener = TextListener()
    assert listener.take(Record(1, Kind.TO_DEVICE, b"\r\nname%\r\n")) == [
        TextLine(1, True, "name%")
    ]
    for kind, data in between:
        assert listener.take(Record(2, kind, data)) == []
    found = listener.take(Record(3, Kind.FROM_DEVICE, b"\r\nm-ready\r\nrest"))
    before = [TextLine(3, False, "m-")] if between == ((Kind.FROM_DEVICE, b"m-"),) else []
    assert found == ([*before, TextLine(3, False, "m-ready")] if is_open else [])


def test_a_line_without_an_end_is_held_up_to_4096_bytes() -> None:
    listener = TextListener()
    listener.take(Record(1, Kind.TO_DEVICE, b"name%"))
    listener.take(Record(2, Kind.FROM_DEVICE, b"x" + b"y" * 4096))
    assert listener.take(Record(3, Kind.FROM_DEVICE, b"\n")) == [TextLine(3, False, "y" * 4096)]
    listener.take(Record(4, Kind.FROM_DEVICE, b"half"))
    listener.take(
        Record(5, Kind.TO_DEVICE, b"name%")
    )  # what stood before a command is no part of its answer
    assert listener.take(Record(6, Kind.FROM_DEVICE, b"m\n")) == [TextLine(6, False, "m")]
