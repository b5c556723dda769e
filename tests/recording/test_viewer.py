"""The viewer shows that it records, and goes back and forth in one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from host.link.device import Device
from host.link.messages import Mode
from host.recording.recorder import RecordingPort
from host.recording.replay import Replay, ReplayPort
from host.viewer.draw import paint
from host.viewer.keys import key_name as terminal_key
from host.viewer.recording_status import RecordingStatus, clock_text
from host.viewer.session import Session
from host.viewer.terminal import screen
from host.viewer.view import View, first_view
from host.viewer.window import key_name as window_key
from tests.link.fake_board import FakeBoard, MemoryPort
from tests.recording.recordings import Clock, begin, record_board
from tests.viewer.scenes import USUAL

RECORDING = replace(USUAL, recording=RecordingStatus("REC 1:15 2.4 MB", is_recording=True))
PLAYING = replace(USUAL, recording=RecordingStatus("REPLAY 0:26 / 2:00", is_playing=True))


def on_screen(view: View, columns: int = 100, rows: int = 30) -> str:
    console = Console(width=columns, height=rows, color_system=None, force_terminal=True)
    with console.capture() as capture:
        console.print(screen(view, columns, rows))
    return capture.get()


@pytest.mark.parametrize("size", [(1060, 660), (320, 240), (400, 900)])
def test_a_window_of_any_size_shows_that_it_is_recorded(size: tuple[int, int]) -> None:
    assert any("REC" in str(text) for text in vars(paint(RECORDING, *size)).values())
    assert not any("REC" in str(text) for text in vars(paint(USUAL, *size)).values())


@pytest.mark.parametrize("size", [(100, 30), (40, 14)])
def test_a_terminal_of_any_size_shows_that_it_is_recorded(size: tuple[int, int]) -> None:
    assert "● REC 1:15 2.4 MB" in on_screen(RECORDING, *size)


def test_a_replay_shows_where_it_is_and_the_keys_that_wind_it() -> None:
    text = on_screen(PLAYING)
    assert "REPLAY 0:26 / 2:00" in text and "left right 10 s" in text
    assert "colour bars" not in text and "colour bars" in on_screen(USUAL)


def test_a_session_reports_its_recording_and_its_end(tmp_path: Path) -> None:
    clock = Clock()
    recorder = begin(tmp_path / "a.rec", clock)
    with Device(RecordingPort(MemoryPort(FakeBoard()), recorder)) as device:
        view = first_view(device.hello, "memory")
        session = Session(device, view, lambda: clock.now_ns / 1e9, tmp_path, recorder)
        clock.sleep(75)
        session.step(0.0)
        assert session.view.recording == RecordingStatus("REC 1:15 0.0 MB", is_recording=True)
        recorder.failure = "the disk is full"
        session.step(0.0)
        assert session.view.recording == RecordingStatus("RECORDING ENDED: see the terminal")
    recorder.close()


def test_keys_pause_and_wind_a_recording(tmp_path: Path) -> None:
    record_board(tmp_path / "a.rec", seconds=60)
    clock = Clock()
    port = ReplayPort(Replay(tmp_path / "a.rec"), lambda: clock.now_ns / 1e9, lambda seconds: None)
    with Device(port) as device:
        device.set_mode(Mode.STREAM)
        view = first_view(device.hello, device.name)
        session = Session(device, view, lambda: clock.now_ns / 1e9, tmp_path, None, port)
        for key in ("right", "right", "left", "right"):
            session.press(key)
        assert 20.0 <= port.position_s < 21.0
        session.press(" ")
        assert port.paused and session.view.paused
        session.press("left")
        assert not port.paused and not session.view.paused
        assert 10.0 <= port.position_s < 11.0
        session.press("b")
        assert "recording cannot" in session.view.notice


def test_without_a_recording_the_arrows_say_what_they_are_for(tmp_path: Path) -> None:
    with Device(MemoryPort(FakeBoard())) as device:
        session = Session(device, first_view(device.hello, "memory"), lambda: 0.0, tmp_path)
        assert session.press("left") and "replay:FILE" in session.view.notice


@pytest.mark.parametrize(
    "data, key",
    [(b"\x1b[D", "left"), (b"\x1bOC", "right"), (b"q", "q"), (b"\x1b", "\x1b"), (b"\x1b[A", "")],
)
def test_a_terminals_keys_are_understood(data: bytes, key: str) -> None:
    assert terminal_key(data) == key


@pytest.mark.parametrize("code, key", [(0xFF51, "left"), (0x270000, "right"), (0x100071, "q")])
def test_a_windows_keys_are_understood(code: int, key: str) -> None:
    assert window_key(code) == key


def test_times_are_shown_as_on_a_clock() -> None:
    assert [clock_text(s) for s in (0, 75.9, 3675)] == ["0:00", "1:15", "1:01:15"]
