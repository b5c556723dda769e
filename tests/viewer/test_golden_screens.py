"""The viewer's screens of known views, whole: each text, figure and place, in a terminal and in a window."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from host.viewer.draw import paint
from host.viewer.json_lines import json_line
from host.viewer.recording_status import RecordingStatus, clock_text, recording_status
from host.viewer.terminal import screen
from host.viewer.words import plain_line
from tests.goldens import check_golden, screen_text
from tests.viewer.scenes import ALL, TROUBLE, USUAL
from tests.viewer.sketch import Sketch
from tests.viewer.test_json_lines import SAMPLE

VIEWS = ALL | {
    "helps": replace(USUAL, helps=True),
    "plays": replace(
        USUAL, recording=RecordingStatus("REPLAY 0:01 / 1:00", is_playing=True), paused=True
    ),
    "records": replace(
        TROUBLE, connected=True, recording=RecordingStatus("REC 0:01 0.1 MB", is_recording=True)
    ),
    "many": replace(USUAL, labels=tuple("abcdef"), scores=(0.1, 0.3, 0.2, 0.15, 0.05, 0.2)),
}


@pytest.fixture(autouse=True)
def _shades(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")  # the picture as shades, which a text can hold


def test_the_terminal() -> None:
    parts = []
    for name, view in VIEWS.items():
        for columns, rows in ((100, 32), (50, 12)):
            parts += [f"== {name}, {columns} x {rows}", plain_line(view)]
            parts.append(screen_text(screen(view, columns, rows), width=columns))
    check_golden("screen_viewer_terminal", "\n".join(parts))


def test_the_colours_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the picture, for which it is too narrow."""
    monkeypatch.delenv("NO_COLOR")
    views = VIEWS | {
        "at the threshold": replace(USUAL, history=(0.49, 0.5, 0.51), threshold=0.5, scores=(0.5, 0.5)),
        "at its ends": replace(USUAL, scores=(1.5, -0.5), threshold=1.0),
    }  # fmt: skip
    parts = []
    for name, view in views.items():
        parts += [f"== {name}", screen_text(screen(view, 44, 40), width=44, styles=True)]
    check_golden("screen_viewer_terminal_colours", "\n".join(parts))


def test_the_window() -> None:
    lines = []
    for name, view in VIEWS.items():
        for width, height in ((1060, 660), (320, 240)):
            canvas = paint(view, width, height)
            lines.append(f"== {name}, {width} x {height}")
            lines += [f"{b.x},{b.y} {b.width}x{b.height} {text}" for text, b in canvas.texts]
            colours, counts = _colours(canvas.pixels)
            lines.append(
                "inked " + " ".join(f"{c}:{n}" for c, n in zip(colours, counts, strict=True))
            )
    check_golden("screen_viewer_window", "\n".join(lines))


def test_what_is_drawn_in_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each box, line and text, in order, with its colour."""
    monkeypatch.setattr("host.viewer.draw.Canvas", Sketch)
    lines = []
    for name, size in (
        ("usual", (1060, 660)), ("usual", (320, 240)), ("trouble", (1060, 660)),
        ("plays", (480, 320)), ("many", (1060, 660)), ("helps", (640, 480)),
    ):  # fmt: skip
        canvas = paint(VIEWS[name], *size)
        assert isinstance(canvas, Sketch)
        lines += [f"== {name}", *canvas.drawn]
    check_golden("drawn_viewer_window", "\n".join(lines))


def _colours(pixels: NDArray[np.uint8]) -> tuple[list[str], list[int]]:
    """The window's flat colours, and how many thousandths of it each takes: text is not among them."""
    packed = pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    flat, counts = np.unique(packed, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:4]
    thousandths = [round(1000 * counts[at] / packed.size) for at in order]
    return [f"{flat[at]:06x}" for at in order], thousandths


@pytest.mark.parametrize(("beyond", "end"), [(1.5, 1.0), (-0.5, 0.0)])
def test_what_lies_beyond_the_scale_is_drawn_at_its_end(
    monkeypatch: pytest.MonkeyPatch, beyond: float, end: float
) -> None:
    """A threshold, scores of a model of distances, and their history. In words they are what they are."""
    monkeypatch.setattr("host.viewer.draw.Canvas", Sketch)
    views = [
        replace(USUAL, threshold=each, scores=(0.5, each), history=(0.5, each, 0.25))
        for each in (beyond, end)
    ]
    first, second = (
        [line for line in cast(Sketch, paint(view, 1060, 660)).drawn if not line.startswith("text")]
        for view in views
    )
    assert first == second


def test_json() -> None:
    line = json_line(SAMPLE, datetime(2026, 3, 1, 1, 2, 3, 456_789, UTC))
    check_golden("json_viewer", line)


class Recording:
    failure, seconds, written_bytes = "", 3675.9, 12_340_000


class Playback:
    stays_at_end, duration_s, position_s, at_end = True, 75.9, 59.99, False


def test_recording_statuses() -> None:
    assert recording_status(None, None) is None
    recorded = recording_status(Recording(), cast(Any, Playback()))
    assert recorded == RecordingStatus("REC 1:01:15 12.3 MB", is_recording=True)
    playing: Any = Playback()
    status = recording_status(None, playing)
    assert status == RecordingStatus("REPLAY 0:59 / 1:15", is_playing=True)
    playing.at_end = True
    status = recording_status(None, playing)
    assert status == RecordingStatus("REPLAY 0:59 / 1:15 END", is_playing=True)
    full = Recording()
    full.failure = "the disk is full"
    assert recording_status(full, None) == RecordingStatus("RECORDING ENDED: see the terminal")
    assert [clock_text(s) for s in (0, 59.9, 60, 3599, 3600)] == [
        "0:00", "0:59", "1:00", "59:59", "1:00:00",
    ]  # fmt: skip
