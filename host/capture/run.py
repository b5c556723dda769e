"""A capture from its first frame to its summary: in a window, a terminal, or a line for each picture."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from host.base.boards import VIRTUAL
from host.base.console import Console, stderr
from host.base.errors import HostError
from host.capture.draw import draw
from host.capture.options import Options, Showing
from host.capture.session import CaptureSession
from host.capture.state import lines
from host.capture.terminal import run_plain, screen_of
from host.data.journal import Journal
from host.link.device import Device
from host.link.messages import Mode, Setting
from host.ports.open import Opening
from host.samples import labels_of
from host.viewer.session import Session
from host.viewer.terminal import run_screen
from host.viewer.view import first_view
from host.viewer.window import run_drawn, why_no_window

TITLE = "capture: what the model sees"
Say = Callable[[str], None]


def capture(
    showing: Showing,
    options: Options,
    opening: Opening,
    device: Device,
    journal: Journal,
    folder: Path,
    say: Say,
) -> None:
    """Until its end or Ctrl-C. folder: of the pictures. Raises HostError for a rule that no model can answer."""
    scene = showing.scene if opening.choice.url == VIRTUAL else ""
    view = first_view(device.hello, device.name, scene, showing.watched, showing.threshold)
    recording = (opening.recorder, opening.playback)  # seen on the screen
    viewer = Session(device, view, time.monotonic, folder, *recording)
    if options.band and not labels_of(device.hello):
        raise HostError(
            "--uncertain needs scores, and no model runs on the board", "python -m host.deploy"
        )
    session = CaptureSession(viewer, journal, device.hello, options, lambda: datetime.now(UTC))
    try:
        if showing.wiring:
            device.set(Setting.DATA_SWAP, int(showing.wiring == "shield"))
        device.set_mode(Mode.STREAM)
        _show(showing, session, say)
    finally:
        stderr().print(_summary(session))
        for line in lines(session.state):
            say(line)
        with contextlib.suppress(HostError):
            device.set_mode(Mode.IDLE)  # the sensor sleeps again


def _show(showing: Showing, session: CaptureSession, say: Say) -> None:
    screen, frames = Console(), showing.frames
    on_screen = not (showing.terminal or showing.plain or showing.keys)
    reason = why_no_window() if on_screen else ""
    if reason:
        say(f"{reason}: showing it in the terminal")
    in_terminal = showing.terminal or bool(reason)
    if showing.plain or showing.keys or (in_terminal and not screen.is_terminal):
        session.is_scripted = True
        for line in run_plain(session, frames, list(showing.keys)):
            print(line, flush=True)
    elif in_terminal:
        run_screen(
            session, frames, screen, lambda *size: screen_of(session.view, session.state, *size)
        )
    else:
        run_drawn(session, frames, TITLE, lambda *size: draw(session.view, session.state, *size))


def _summary(session: CaptureSession) -> Table:
    table = Table(title_justify="left")
    table.add_column("label")
    table.add_column("pictures", justify="right")
    for label in session.state.labels:
        table.add_row(label, str(session.state.counts[label]))
    return table
