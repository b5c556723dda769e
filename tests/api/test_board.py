"""host.Board over a scripted board: its figures by hand, what it keeps, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from host.base.errors import HostError
from host.board import STAGES, Board, Inference, open_board
from host.capture.session import row_of_sample
from host.data.manifest_file import read_manifest
from host.link.device import Device
from host.link.line import GUEST, Timing
from host.link.messages import Frame, Mode, Setting, Source
from host.link.sequence import Losses
from host.ports.choose import Choice
from host.samples import Cycles, Sample
from tests.link.fake_board import HELLO, FakeBoard, MemoryPort, moving_picture


def sample(number: int, period: int, **stages: int) -> Sample:
    cycles = Cycles(
        **{"capture": 1, "preprocess": 2, "inference": 3, "send": 4} | stages,
        period=period,
        overlapped=0,
        age=0,
    )
    labels, scores = ("no person", "person"), (0.25, 0.75)
    return Sample(
        number, moving_picture(number), labels, scores, cycles, Source.CAMERA, 64_000_000, "m", "virtual",
        Losses(),
    )  # fmt: skip


class Streaming(Board):
    """A board whose frames are given."""

    def __init__(self, frames: list[Sample]) -> None:
        client = SimpleNamespace(name="memory", hello=HELLO)
        super().__init__(cast(Device, client))
        self.frames, self.counts = frames, list[int | None]()

    def samples(self, count: int | None = None) -> Iterator[Sample]:
        self.counts.append(count)
        return iter(self.frames[:count])


def test_what_each_stage_takes_without_the_first_frames() -> None:
    frames = [sample(n, 64_000 * n, inference=640_000 * n) for n in range(-3, 8)]
    board = Streaming(frames)
    found = board.measure(4)
    assert board.counts == [9] and list(found) == list(STAGES)
    assert (found["inference"].count, found["inference"].minimum, found["inference"].maximum) == (
        4,
        20.0,
        50.0,
    )
    assert found["period"].p50 == 3.5 and found["capture"].p50 == 1000 / 64_000_000
    board.measure()
    assert board.counts == [9, 25]
    alone = Streaming([*frames[:5], replace(frames[5], cycles=None)])
    with pytest.raises(HostError, match=r"no frame to measure; python -m host.doctor says"):
        alone.measure(1)


def test_the_score_of_a_label_that_the_model_has_not() -> None:
    one = sample(1, 64_000)
    assert one.score(one.labels[0]) is not None
    with pytest.raises(HostError, match=r"no label 'persn'; did you mean 'person'\?: give one of "):
        one.score("persn")
    assert one.score_if_known("persn") is None
    assert replace(one, labels=(), scores=()).score("persn") is None


@pytest.mark.parametrize(
    ("board", "scene", "licence"),
    [
        ("virtual", "", ""),
        ("virtual", "folder:mine", ""),
        ("virtual", "drawings?light=9", "CC0"),
        ("nano33ble", "", "own recording"),
    ],
)
def test_the_licence_of_a_picture_is_that_of_what_was_seen(
    board: str, scene: str, licence: str
) -> None:
    hello = replace(HELLO, board=board)
    row = row_of_sample(sample(1, 9), hello, "a", "s", datetime.now(UTC), scene)
    assert row.licence == licence


def test_frames_are_stored_a_session_a_call(tmp_path: Path) -> None:
    board = Streaming([sample(n, 1) for n in range(3)])
    first = board.capture(tmp_path / "set", "a", 2)
    (other,) = board.capture(str(tmp_path / "set"), "b")
    assert board.counts == [2, 1] and all(path.is_file() for path in (*first, other))
    rows = read_manifest(tmp_path / "set").pictures
    assert [row.label for row in rows] == ["a", "a", "b"]
    assert [row.session.rpartition("-")[2] for row in rows] == ["1", "1", "2"]
    assert rows[0].session == rows[1].session and rows[0].scores == (
        ("no person", 0.25),
        ("person", 0.75),
    )


def test_an_image_is_inferred_and_its_time_is_by_the_boards_clock() -> None:
    port = MemoryPort(FakeBoard())
    with Device(port) as device:
        board = Board(device)
        found = board.infer(np.full((96, 96, 1), 9, np.uint8))
        assert found.cycles == 9_200_000 and found.milliseconds == 143.75
        assert list(found.scores) == ["no person", "person"] == list(board.labels)
        assert found.best == max(found.scores, key=lambda label: found.scores[label])
        assert len(found.raw) == 2 and board.input_shape == (96, 96, 1)
        assert board.model == HELLO.model and board.is_estimated and board.name == device.name
        board.set("gain", 2)
        assert port.board.settings[Setting.GAIN] == 2 and isinstance(board.get("GAIN"), int)
        with pytest.raises(HostError, match=r"no setting 'gian': give one of .*gain"):
            board.get("gian")
    assert Inference({"a": 0.1, "b": 0.7, "c": 0.2}, 1, 1.0, b"").best == "b"


def test_samples_are_whole_ones_and_the_camera_sleeps_afterwards() -> None:
    port = MemoryPort(FakeBoard())
    with Device(port, timing=Timing(hello_s=60, hello_again_s=0.1, answer_s=60)) as device:
        board = Board(device)
        found = board.samples(2)
        halves = [
            Frame(8, 96, 96, 1, Source.CAMERA, moving_picture(0).tobytes()),
            replace(port.board.result(moving_picture(0)), frame=9),
        ]
        port.arrive(port.board.shoot() + b"".join(map(port.board.say, halves)))
        port.arrive(port.board.shoot() + port.board.shoot())
        assert [each.frame for each in found] == [1, 2]
        assert port.board.mode == Mode.IDLE


def test_a_board_that_gives_no_frame_is_waited_for_25_seconds_of_its_own_clock() -> None:
    seconds = count()
    client = SimpleNamespace(
        name="memory",
        hello=HELLO,
        losses=Losses(),
        set_mode=lambda mode: None,
        receive=lambda timeout_s: None,
        line=SimpleNamespace(clock=lambda: next(seconds), is_emulated=False),
    )
    with pytest.raises(HostError, match=r"no frame with its result for 2[67] s"):
        next(Board(cast(Device, client)).samples())


@pytest.mark.parametrize("recorded", [False, True])
def test_closing_it_ends_the_recording_and_says_where_it_is_not_whole(recorded: bool) -> None:
    done: list[str] = []

    def fails() -> None:
        done.append("checked")
        raise HostError("the disk is full")

    client = SimpleNamespace(close=lambda: done.append("port"))
    recorder = SimpleNamespace(close=lambda: done.append("recording"), raise_failure=fails)
    board = Board(cast(Device, client), cast(Any, recorder) if recorded else None)
    if recorded:
        with pytest.raises(HostError, match="the disk is full"), board:
            pass
    else:
        with board:
            pass
    assert done == ["port", "recording", "checked"][: 3 if recorded else 1]


@pytest.mark.parametrize("record", [False, True])
@pytest.mark.parametrize(
    ("url", "reopens"), [("/dev/ttyACM0", True), ("socket://h:1", True), ("replay:a.rec", False)]
)
def test_a_lost_board_is_opened_again_and_recorded_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, reopens: bool, record: bool
) -> None:
    made: list[Any] = []
    choice = Choice(url, "why")
    monkeypatch.setattr("host.board.choose_port", lambda given, listed: choice)
    monkeypatch.setattr("host.board.listed_ports", list)
    monkeypatch.setattr("host.board.open_choice", lambda of: f"{of.url} opened")
    monkeypatch.setattr("host.board.reopener", lambda of: lambda: f"{of.url} again")
    monkeypatch.setattr("host.board.Device", lambda port, reopen: made.append((port, reopen)))
    monkeypatch.setattr("host.board.start_recording", lambda *of: of[:3])
    monkeypatch.setattr("host.board.RecordingPort", lambda port, to: (port, to))
    path = tmp_path / "a.rec"
    open_board("auto", record=path if record else None)
    ((port, reopen),) = made
    arguments = (path, url, "host.open_board")
    assert port == ((f"{url} opened", arguments) if record else f"{url} opened")
    assert (reopen is not None) == reopens
    if reopens:
        assert reopen() == ((f"{url} again", arguments) if record else f"{url} again")


def test_a_virtual_board_of_this_process_gets_four_requests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines: list[Any] = []

    class Port:
        def __init__(self, scene: object, say: object) -> None:
            self.scene, self.clock = scene, lambda: 0.0

    monkeypatch.setattr("host.virtual.local_port.LocalPort", Port)
    monkeypatch.setattr("host.virtual.scene.open_scene", lambda url: f"scene {url}")
    monkeypatch.setattr("host.board.Line", lambda *of: lines.append(of))
    monkeypatch.setattr(
        "host.board.Client", lambda line: SimpleNamespace(greet=lambda: lines.append("hi"))
    )
    open_board("virtual", scene="noise:1")
    port, timing, clock = lines[0]
    assert port.scene == "scene noise:1" and clock is port.clock and lines[1] == "hi"
    assert timing == replace(GUEST, tries=4)
    assert {Setting.GAIN.name.lower(), Setting.DATA_SWAP.name.lower()} == {"gain", "data_swap"}
