"""The capture's screens of known states, whole: counts, keys, hints, in a terminal and in a window."""

from __future__ import annotations

import pytest

from host.capture.draw import paint_capture
from host.capture.terminal import screen_of
from tests.capture.test_screens import STATES
from tests.goldens import check_golden, screen_text
from tests.viewer.scenes import TROUBLE, USUAL
from tests.viewer.sketch import Sketch


def test_every_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    lines = []
    for name, state in STATES.items():
        for view in (USUAL, TROUBLE):
            lines.append(f"== {name}, {view.board}")
            lines.append(screen_text(screen_of(view, state, 100, 30), width=100))
            lines.append(screen_text(screen_of(view, state, 50, 14), width=50))
            for width, height in ((1060, 660), (320, 240)):
                canvas = paint_capture(view, state, width, height)
                lines += [f"{b.x},{b.y} {b.width}x{b.height} {text}" for text, b in canvas.texts]
    check_golden("screen_capture", "\n".join(lines))


def test_what_is_drawn_in_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each box and text, in order, with its colour."""
    monkeypatch.setattr("host.viewer.draw.Canvas", Sketch)
    lines = []
    for name, size in (("usual", (1060, 660)), ("recording", (640, 480)), ("asks", (1060, 660)),
                       ("nine labels", (1060, 660)), ("empty", (320, 240))):  # fmt: skip
        canvas = paint_capture(USUAL, STATES[name], *size)
        assert isinstance(canvas, Sketch)
        lines += [f"== {name}", *canvas.drawn]
    check_golden("drawn_capture_window", "\n".join(lines))
