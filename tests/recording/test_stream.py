"""Numbers of played packets: a gap of the recording stays one, and what is left out or put in makes none."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.base.errors import HostError
from host.link.framing import DELIMITER, LARGEST_ENCODED, SEQUENCES, Decoder, encode_packet
from host.link.messages import Ack, Frame, Hello, Mode, Pong, Result
from host.recording import export
from host.recording.reader import Reader
from host.recording.stream import Stream
from host.recording.summary import summarise
from tests.link.fake_board import HELLO, FakeBoard, moving_picture
from tests.recording.recordings import Clock, begin, record_board

FRAME = Frame(1, 2, 3, 1, 0, bytes(6)).pack()
RESULT = FakeBoard().result(moving_picture(0)).pack()


def numbers(stream: Stream, *packets: tuple[int, int, bytes]) -> list[int]:
    """Of what comes out, where these go in: type, number, payload."""
    data = stream.play(b"".join(encode_packet(*packet) for packet in packets))
    return [packet.sequence for packet in Decoder().feed(data)]


@pytest.mark.parametrize(
    ("mode", "recorded", "played"),
    [
        (Mode.STREAM, (5, 6, 7, 8), [5, 6, 7, 8]),
        (Mode.STREAM, (5, 6, 9, 10), [5, 6, 9, 10]),
        (Mode.RESULTS, (5, 6, 7, 8), [6, 7]),  # a frame and a result by turns: frames are left out
        (Mode.RESULTS, (5, 6, 9, 10), [6, 9]),  # two were lost before a frame that is left out
        (Mode.RESULTS, (5, 6, 7, 10), [6, 9]),  # or before the result itself
        (Mode.RESULTS, (5, 6, 8, 10), [6, 9]),
        (Mode.RESULTS, (5, 6, 9, 10, 11, 12), [6, 9, 10]),  # and are so once
        (Mode.CAPTURE, (5, 6, 7, 8), [5, 6]),
        (Mode.CAPTURE, (5, 7, 8, 9), [5, 7]),
        (Mode.STREAM, (SEQUENCES - 1, 0, 1, 3), [SEQUENCES - 1, 0, 1, 3]),
    ],
)
def test_a_gap_stays_as_wide_as_it_was(
    mode: Mode, recorded: tuple[int, ...], played: list[int]
) -> None:
    stream = Stream()
    stream.mode = mode
    kinds = ((Frame.ID, FRAME), (Result.ID, RESULT)) * 3
    packets = [(kind, at, data) for at, (kind, data) in zip(recorded, kinds, strict=False)]
    assert numbers(stream, *packets) == played


def test_an_answer_between_two_packets_makes_no_gap() -> None:
    """Nor do the answers that another host got."""
    stream = Stream()
    stream.mode = Mode.STREAM
    assert numbers(stream, (Result.ID, 5, RESULT)) == [5]
    (answer,) = Decoder().feed(stream.say(Pong(0, 0, 0, 0)))
    assert (answer.type, answer.sequence) == (Pong.ID, 6)
    recorded = (Ack.ID, 6, Ack(0, 0, 0, 0).pack()), (Result.ID, 7, RESULT)
    assert numbers(stream, *recorded) == [7]
    stream.jump()
    assert numbers(stream, (Result.ID, 900, RESULT), (Result.ID, 901, RESULT)) == [8, 9]


def test_a_hello_of_number_0_begins_again_and_another_one_does_not() -> None:
    """Behind an answer of ours, too, which moved the numbers on."""
    stream = Stream()
    stream.mode = Mode.STREAM
    assert [p.sequence for p in Decoder().feed(stream.say(Pong(0, 0, 0, 0)))] == [0]
    assert numbers(stream, (Hello.ID, 70, HELLO.pack()), (Result.ID, 71, RESULT)) == [1, 2]
    assert [p.sequence for p in Decoder().feed(stream.say_hello())] == [3]
    assert numbers(stream, (Hello.ID, 62_000, HELLO.pack())) == [3 + 62_000 - 71]
    assert numbers(stream, (Hello.ID, 0, HELLO.pack()), (Result.ID, 1, RESULT)) == [0, 1]


def test_the_first_number_is_0() -> None:
    """As a board's."""
    stream = Stream()
    stream.become(HELLO.pack())
    assert [p.sequence for p in Decoder().feed(stream.say_hello())] == [0]


def test_bytes_that_are_no_packet_pass_but_for_what_a_jump_cut() -> None:
    stream = Stream()
    stream.mode = Mode.STREAM
    damaged = b"\x05abcd"
    assert stream.play(damaged + DELIMITER) == b"", (
        "the end of a packet whose beginning is not here"
    )
    assert stream.play(damaged + DELIMITER) == damaged + DELIMITER, "for the host to count"
    stream.jump()
    assert stream.play(damaged + DELIMITER) == b""
    whole = b"x" * LARGEST_ENCODED
    assert stream.play(whole) == b"", "it may become a packet"
    assert stream.play(b"y") == whole + b"y"


def test_a_thousand_marks_are_named(tmp_path: Path) -> None:
    recorder = begin(tmp_path / "a.rec", Clock())
    for number in range(1001):
        recorder.mark(f"mark {number}")
    recorder.close()
    marks = summarise(tmp_path / "a.rec").marks
    assert (len(marks), marks[-1]) == (1000, "mark 999")


def test_a_full_disk_says_how_many_samples_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_board(tmp_path / "a.rec", 1)
    saved = export._save

    def save(sample: object, folder: Path, number: int) -> str:
        if number == 3:
            raise OSError(28, "No space left on device")
        return saved(sample, folder, number)  # type: ignore[arg-type]  # a Sample

    monkeypatch.setattr(export, "_save", save)
    with (
        Reader(tmp_path / "a.rec") as reader,
        pytest.raises(HostError, match="No space left on device; 2 samples are there"),
    ):
        export.export(reader, tmp_path / "out")
