"""A recording is for keeps: it is read by the layout that it carries, whatever messages.py says by now."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from host.base.errors import EndOfRecordingError, HostError
from host.base.records import Column, Message
from host.link.device import Device
from host.link.framing import encode_packet
from host.link.layout import OURS, Shape, WireLayout
from host.link.messages import Frame, Mode, Pong, Result
from host.recording.container import FileHeader, Kind, pack_file_header, unpack_file_header
from host.recording.played import PlayedBoard
from host.recording.reader import Reader
from host.recording.replay import open_replay
from host.recording.summary import summarise
from tests.golden.make_recording import FRAMES, GOLDEN
from tests.link.fake_board import HELLO, FakeBoard
from tests.recording.recordings import Clock, begin, writer_of


def older() -> WireLayout:
    """Result had a field that is gone, and lacked one; Frame had another identity; Pong was no message yet."""
    shapes = dict(OURS.shapes)
    result, frame = shapes[Result.ID], shapes.pop(Frame.ID)
    columns = [c for c in result.columns if c.name != "send_cycles"]
    columns.insert(2, Column("temperature", "i16", ""))
    shapes[Result.ID] = replace(result, columns=tuple(columns))
    shapes[60] = replace(frame, identity=60)
    del shapes[Pong.ID]
    return WireLayout(shapes.values())


def packed(shape: Shape, message: Message) -> bytes:
    """A message as that layout has it; a field that today's lacks is 7."""
    form = struct.Struct("<" + "".join(column.code for column in shape.columns))
    values = [getattr(message, column.name, 7) for column in shape.columns]
    coded = [value.encode() if isinstance(value, str) else value for value in values]
    return form.pack(*coded) + (getattr(message, shape.tail) if shape.tail else b"")


def record_older(path: Path, text: bytes, layout: WireLayout) -> None:
    """Two frames and their results, of a board of that layout."""
    board, clock = FakeBoard(), Clock()
    hello = replace(HELLO, layout_hash=layout.hash)
    with path.open("wb", buffering=0) as file:
        writer = writer_of(file, clock)
        writer.add(Kind.MARK, b"opened memory")
        writer.add(Kind.LAYOUT, text)
        by_name = {shape.name: shape for shape in layout.shapes.values()}
        output: list[Message] = [hello]
        for score in (11, 22):
            board.shoot()
            image = bytes(range(96)) * 96
            output.append(Frame(board.frame, 96, 96, 1, 0, image))
            scored = struct.pack("bb", -score - 1, score)
            crc = zlib.crc32(image)
            output.append(Result(board.frame, crc, 1, 2, 3, 4, 5, 0, 0, 0, 0, 0, scored))
        for number, message in enumerate(output):
            shape = by_name[type(message).__name__]
            data = encode_packet(shape.identity, number, packed(shape, message))
            writer.add(Kind.FROM_DEVICE, data, number == 0)
            clock.sleep(0.25)
        writer.close()


def played(path: Path) -> list[Message]:
    """The frames and results that a tool hears of it."""
    board = PlayedBoard(open_replay(f"{path}?speed=max"))
    board.set_mode(Mode.STREAM)
    found: list[Message] = []
    with pytest.raises(EndOfRecordingError):
        while True:
            message = board.receive(1.0)
            found += [message] if isinstance(message, Frame | Result) else []
    assert board.losses.total == 0 and board.losses.bad_packets == 0
    return found


def test_the_golden_recording_plays() -> None:
    """Made when the layout of the day was another one: tests/golden/README.md."""
    received = played(GOLDEN)
    frames = [m for m in received if isinstance(m, Frame)]
    results = [m for m in received if isinstance(m, Result)]
    assert len(frames) == len(results) == FRAMES
    assert [zlib.crc32(f.pixels) for f in frames] == [r.image_crc for r in results]
    assert [f.frame for f in frames] == [r.frame for r in results]
    assert summarise(GOLDEN).messages["Result"] == FRAMES


def test_the_golden_recording_plays_to_a_device() -> None:
    with Device(open_replay(f"{GOLDEN}?speed=max")) as device:
        assert (device.hello.board, device.hello.clock_hz) == ("virtual", 64_000_000)


def test_a_field_more_a_field_less_and_another_identity_are_no_obstacle(tmp_path: Path) -> None:
    layout = older()
    record_older(tmp_path / "a.rec", layout.text.encode(), layout)
    frame, first, _, second = played(tmp_path / "a.rec")
    assert isinstance(frame, Frame) and isinstance(first, Result) and isinstance(second, Result)
    assert zlib.crc32(frame.pixels) == first.image_crc
    assert (first.inference_cycles, first.period_cycles, first.send_cycles) == (3, 5, 0)
    assert (first.scores[1], second.scores[1]) == (11, 22)
    summary = summarise(tmp_path / "a.rec")
    assert (summary.samples, summary.unread) == (2, "")
    assert summary.hello is not None and summary.hello.layout_hash == OURS.hash


@pytest.mark.parametrize("text", [b"", b"\xff\xfe", b"Hello 1: \n", b"A" * 70_000])
def test_without_its_layout_it_is_refused_with_a_remedy(tmp_path: Path, text: bytes) -> None:
    record_older(tmp_path / "a.rec", text, older())
    with pytest.raises(HostError, match=r"another version .* play it with the version"):
        open_replay(str(tmp_path / "a.rec"))
    assert f"{older().hash:08X}" in summarise(tmp_path / "a.rec").unread


def test_every_recording_carries_its_layout(tmp_path: Path) -> None:
    with Reader(GOLDEN) as reader:
        texts = [r.data for c in reader.chunks() for r in c.records if r.kind == Kind.LAYOUT]
        assert reader.layouts[1].text.encode() == texts[0]
        (hello,) = {layout.hash for layout in reader.layouts[1:]}
        assert hello != 0


def test_a_container_of_version_1_is_read_as_today(tmp_path: Path) -> None:
    """Those carried no layout."""
    recorder, board = begin(tmp_path / "a.rec", Clock()), FakeBoard()
    recorder.received(board.say(HELLO) + board.shoot())
    recorder.close()
    data = (tmp_path / "a.rec").read_bytes()
    header = unpack_file_header(data)
    first = pack_file_header(FileHeader(header.wall_ns, header.port, header.program, version=1))
    (tmp_path / "a.rec").write_bytes(first + data[len(first) :])
    assert len(played(tmp_path / "a.rec")) == 2
