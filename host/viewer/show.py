"""A board on a screen: in a window, or in the terminal where there is none."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from host.base.boards import VIRTUAL
from host.base.console import Console
from host.link.device import Device
from host.ports.open import Opening
from host.samples import PATIENCE_S
from host.viewer.session import Session
from host.viewer.terminal import run_terminal
from host.viewer.view import first_view
from host.viewer.window import run_window, why_no_window

CAPTURES = Path("captures")


@dataclass(frozen=True)
class Showing:
    """What is shown. label: the one watched, None for person or the model's last. frames: after how many it ends."""

    scene: str
    label: str | None
    threshold: float
    frames: int | None
    terminal: bool


def show(wanted: Showing, opening: Opening, device: Device, say: Callable[[str], None]) -> None:
    """Until a person or the number of frames ends it. say: lines beside the screen."""
    scene = wanted.scene if opening.choice.url == VIRTUAL else ""
    view = first_view(device.hello, device.name, scene, wanted.label, wanted.threshold)
    playback = opening.playback
    if playback is not None and wanted.frames is None:
        playback.stays_at_end = True  # a person may want to go back
    session = Session(device, view, time.monotonic, CAPTURES, opening.recorder, playback)
    if wanted.frames is not None and playback is None:
        session.patience_s = PATIENCE_S
    reason = "" if wanted.terminal else why_no_window()
    if reason:
        say(f"{reason}: showing it in the terminal")
    if wanted.terminal or reason:
        run_terminal(session, wanted.frames, Console())
    else:
        run_window(session, wanted.frames)
