"""The window without a display, the terminal without a person: requests to a board, what is drawn, and the end."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from host.base.console import Console
from host.base.errors import HostError
from host.link.device import Device
from host.ports.choose import Choice
from host.ports.open import Opening
from host.samples import PATIENCE_S
from host.viewer import __main__ as viewer
from host.viewer import show as showing
from host.viewer import terminal, window
from host.viewer.session import Session
from host.viewer.show import Showing, show
from host.viewer.words import plain_line
from tests.link.fake_board import HELLO
from tests.viewer.scenes import USUAL

BOARD_REC = Path(__file__).resolve().parents[1] / "golden" / "board.rec"


class Library:
    """OpenCV as far as a window goes: keys that are pressed, sizes that a user drags it to, until it is closed."""

    WINDOW_NORMAL, WINDOW_FREERATIO, WINDOW_GUI_NORMAL, WND_PROP_VISIBLE = 1, 2, 16, 4
    error = ZeroDivisionError

    def __init__(
        self,
        keys: Iterable[int] = (),
        sizes: Iterable[tuple[int, int]] = (),
        closed_after: int = 99,
    ) -> None:
        self.done: list[object] = []
        self._keys, self._sizes, self._left = iter(keys), iter(sizes), closed_after

    def __getattr__(self, name: str) -> Any:
        """OpenCV's names, which are not Python's: namedWindow."""
        if name == name.lower():
            raise AttributeError(name)
        return getattr(self, re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name))

    def named_window(self, title: str, flags: int) -> None:
        self.done.append((title, flags))

    def resize_window(self, title: str, width: int, height: int) -> None:
        self.done.append((width, height))

    def imshow(self, title: str, pixels: object) -> None:
        self.done.append(pixels)

    def wait_key_ex(self, milliseconds: int) -> int:
        assert milliseconds == 1
        return next(self._keys, -1)

    def get_window_property(self, title: str, which: int) -> float:
        assert which == self.WND_PROP_VISIBLE
        self._left -= 1
        return float(self._left > 0)

    def get_window_image_rect(self, title: str) -> tuple[int, int, int, int]:
        return (5, 6, *next(self._sizes, (640, 480)))

    def destroy_all_windows(self) -> None:
        self.done.append("gone")


class Board:
    """A frame at each step; `q` ends it."""

    def __init__(self, fails: bool = False) -> None:
        self.frames, self.waited, self.pressed, self._fails = 0, list[float](), list[str](), fails

    def step(self, seconds: float) -> bool:
        if self._fails:
            raise HostError("the port is gone")
        self.waited.append(seconds)
        self.frames += 1
        return True

    def press(self, key: str) -> bool:
        self.pressed.append(key)
        return key != "q"


def drawn(
    monkeypatch: pytest.MonkeyPatch, library: Library, board: Board, frames: int | None
) -> list[object]:
    monkeypatch.setattr(window, "opencv", lambda: library)
    picture = cast(Callable[[int, int], Any], lambda width, height: f"{width}x{height}")
    window.run_drawn(board, frames, "title", picture)
    assert library.done[:2] == [("title", 1 | 2 | 16), (1060, 660)] and library.done[-1] == "gone"
    return library.done[2:-1]


def test_it_draws_at_the_windows_size_until_so_many_frames_came(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes = [(640, 480), (319, 241), (321, 239)]
    board = Board()
    assert drawn(monkeypatch, Library(sizes=sizes), board, 3) == [
        "1060x660", "640x480", "320x241", "321x240",
    ]  # fmt: skip
    assert board.waited == [0.04] * 3, "25 times a second"
    assert drawn(monkeypatch, Library(), Board(), 0) == ["1060x660"]


def test_a_key_or_the_close_button_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    board = Board()
    keys = [ord("s"), -1, 0xFF51, 0x270000, 0, ord("q"), ord("x")]
    assert len(drawn(monkeypatch, Library(keys), board, None)) == 1 + 6
    assert board.pressed == ["s", "left", "right", "\0", "q"]
    for closed_after in (1, 3):
        board = Board()
        drawn(monkeypatch, Library(closed_after=closed_after), board, None)
        assert board.frames == closed_after


def test_a_lost_board_leaves_no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library()
    with pytest.raises(HostError, match="the port is gone"):
        drawn(monkeypatch, library, Board(fails=True), None)
    assert library.done[-1] == "gone"


@pytest.mark.parametrize(
    ("platform", "displays", "works", "why"),
    [
        ("linux", {}, True, "no display"),
        ("linux", {"DISPLAY": ":0"}, True, ""),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True, ""),
        ("linux", {"DISPLAY": ":0"}, False, "the display or OpenCV's window libraries do not work"),
        ("darwin", {}, True, ""),
        ("win32", {}, True, ""),
        ("win32", {}, False, "this OpenCV was built without windows (opencv-python-headless?)"),
    ],
)
def test_why_there_is_no_window(
    monkeypatch: pytest.MonkeyPatch, platform: str, displays: dict[str, str], works: bool, why: str
) -> None:
    def name(*_: object) -> None:
        if not works:
            raise ZeroDivisionError

    for variable in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in displays.items():
        monkeypatch.setenv(variable, value)
    library = Library()
    monkeypatch.setattr(library, "named_window", name)
    monkeypatch.setattr(window, "opencv", lambda: library)
    monkeypatch.setattr(window, "sys", SimpleNamespace(platform=platform, executable="python"))
    monkeypatch.setattr(window, "_probe", lambda: works)
    assert window.why_no_window() == why


def test_a_computer_without_opencv_has_no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise HostError("cv2 is not installed", "add it")

    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(window, "opencv", missing)
    assert window.why_no_window() == "cv2 is not installed: add it"


def test_another_process_tries_the_display(monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[int | None] = [0, 1, -6, None]

    def run(command: list[str], timeout: float, **_: object) -> Any:
        assert command == [sys.executable, "-c", window.PROBE] and timeout == 15
        code = codes.pop(0)
        if code is None:
            raise subprocess.TimeoutExpired(command, timeout)
        return SimpleNamespace(returncode=code)

    monkeypatch.setattr(subprocess, "run", run)
    assert [window._probe() for _ in range(4)] == [True, False, False, False]


@pytest.mark.parametrize("frames", [None, 3])
@pytest.mark.parametrize("url", ["virtual", "/dev/ttyACM0", "replay:a.rec"])
@pytest.mark.parametrize(
    ("terminal", "why", "said"),
    [(False, "", []), (True, "", []), (True, "no display", []),
     (False, "no display", ["no display: showing it in the terminal"])],
)  # fmt: skip
def test_a_window_else_the_terminal(
    monkeypatch: pytest.MonkeyPatch,
    frames: int | None,
    url: str,
    terminal: bool,
    why: str,
    said: list[str],
) -> None:
    """A person may go back in a recording that has ended; a script wants an end, of a board that is silent, too."""
    shown: list[tuple[str, Session, int | None]] = []
    monkeypatch.setattr(showing, "why_no_window", lambda: why)
    monkeypatch.setattr(showing, "run_window", lambda s, n: shown.append(("window", s, n)))
    monkeypatch.setattr(showing, "run_terminal", lambda s, n, _: shown.append(("terminal", s, n)))
    playback = SimpleNamespace(stays_at_end=False) if url.startswith("replay") else None
    device = cast(Device, SimpleNamespace(hello=HELLO, name="memory"))
    messages: list[str] = []
    opening = Opening(Choice(url, ""), playback=cast(Any, playback))
    show(Showing("noise:1", None, 0.5, frames, terminal), opening, device, messages.append)
    ((way, session, count),) = shown
    assert (way, count, messages) == ("terminal" if terminal or why else "window", frames, said)
    assert session.view.scene == ("noise:1" if url == "virtual" else "")
    assert (session.patience_s == PATIENCE_S) == (frames is not None and playback is None)
    assert playback is None or playback.stays_at_end == (frames is None)
    assert Path("captures") == showing.CAPTURES


def test_pixels_of_the_window_are_the_views(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[object, int, int]] = []

    def draw(view: object, width: int, height: int) -> np.ndarray:
        seen.append((view, width, height))
        return np.zeros((1, 1, 3), np.uint8)

    monkeypatch.setattr(window, "opencv", Library)
    monkeypatch.setattr(window, "draw", draw)
    window.run_window(cast(Session, SimpleNamespace(view="a view", frames=0)), 0)
    assert seen == [("a view", 1060, 660)]


def test_the_terminal_is_drawn_at_its_size_until_a_key_ends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys = iter(["", "s", "b", "", "q", "x"])
    monkeypatch.setattr(
        terminal, "open_keys", lambda: contextlib.nullcontext(lambda: next(keys, ""))
    )
    console = Console(file=io.StringIO(), force_terminal=True, width=50, height=20)
    sizes: list[tuple[int, int]] = []

    def picture(*size: int) -> str:
        sizes.append(size)  # type: ignore[arg-type]  # columns and rows
        return ""

    board = Board()
    terminal.run_screen(board, None, console, picture)
    assert board.pressed == ["s", "b", "q"] and board.waited == [0.08] * 3
    assert sizes == [(50, 20)] * 3
    keys, board = iter(()), Board()
    terminal.run_screen(board, 2, console, picture)
    assert board.frames == 2 and len(sizes) == 5


def test_in_a_file_there_is_a_line_for_each_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = iter([True, False, True, True])
    waited: list[float] = []

    class Silent(Board):
        def step(self, seconds: float) -> bool:
            waited.append(seconds)
            came = next(frames)
            self.frames += came
            return came

        view = USUAL

    console = Console(file=io.StringIO(), width=20)
    terminal.run_terminal(cast(Session, Silent()), 3, console)
    written = cast(io.StringIO, console.file).getvalue().splitlines()
    assert written == [plain_line(USUAL)] * 3 and waited == [0.08] * 4


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ([], Showing("default", None, 0.5, None, False)),
        (["--label", "person", "--threshold", "0.7", "--frames", "3", "--terminal"],
         Showing("default", "person", 0.7, 3, True)),
    ],
)  # fmt: skip
def test_what_the_command_line_requests_is_shown(
    monkeypatch: pytest.MonkeyPatch, words: list[str], wanted: Showing
) -> None:
    requests: list[object] = []
    monkeypatch.setattr(showing, "show", lambda *of: requests.append(of[0]))
    assert viewer.main(["--port", f"replay:{BOARD_REC}?speed=max", *words]) == 0
    assert requests == [wanted]


@pytest.mark.parametrize(
    ("words", "good"),
    [("--web=0", True), ("--web=65535", True), ("--web=65536", False), ("--web=-1", False),
     ("--watch=1", True), ("--watch=120", True), ("--watch=0", False), ("--watch=121", False),
     ("--frames=1", True), ("--frames=0", False), ("--drop-rate=1", True), ("--drop-rate=1.1", False)],
)  # fmt: skip
def test_both_sides_of_each_number(words: str, good: bool) -> None:
    taken = contextlib.nullcontext() if good else pytest.raises(SystemExit)
    with taken:
        viewer.arguments([words])
