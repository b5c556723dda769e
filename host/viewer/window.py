"""The OpenCV window: draws the session's view at the window's size, reads keys. An edge: nothing is decided here."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.base.opencv import opencv
from host.viewer.draw import draw
from host.viewer.session import Session

TITLE = "what the board sees"
FIRST_WIDTH, FIRST_HEIGHT = 1060, 660
SMALLEST_WIDTH, SMALLEST_HEIGHT = 320, 240
STEP_S = 0.04
ARROWS = {  # of X11 and Wayland, Windows, macOS
    0xFF51: "left",
    0xFF53: "right",
    0x250000: "left",
    0x270000: "right",
    0xF702: "left",
    0xF703: "right",
}
PROBE = "import cv2; cv2.namedWindow('probe'); cv2.destroyAllWindows()"
PROBE_WAIT_S = 15.0


def why_no_window() -> str:
    """Why a window cannot be opened here; "" when it can."""
    is_linux = sys.platform.startswith("linux")
    if is_linux and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return "no display"
    try:
        cv2 = opencv()
    except HostError as error:
        return str(error)
    if is_linux:
        # Qt ends the whole process when the display refuses: let another process find out.
        return "" if _probe() else "the display or OpenCV's window libraries do not work"
    try:
        cv2.namedWindow(TITLE, cv2.WINDOW_NORMAL)
    except cv2.error:
        return "this OpenCV was built without windows (opencv-python-headless?)"
    return ""


def _probe() -> bool:
    command = [sys.executable, "-c", PROBE]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PROBE_WAIT_S, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


class Show(Protocol):
    """What runs behind a screen: takes samples, obeys keys."""

    @property
    def frames(self) -> int:
        """Samples taken."""

    def step(self, seconds: float) -> object:
        """Takes a sample, or waits so long; truthy when one came."""

    def press(self, key: str) -> bool:
        """Obeys a key; False when it means the end."""


def run_window(session: Session, frames: int | None) -> None:
    """Until a key or the window's close button ends it, or `frames` samples came."""
    run_drawn(session, frames, TITLE, lambda width, height: draw(session.view, width, height))


def run_drawn(
    session: Show, frames: int | None, title: str, picture: Callable[[int, int], NDArray[np.uint8]]
) -> None:
    """As run_window; picture: (width, height) -> uint8 (height, width, 3) BGR of what is now."""
    cv2 = opencv()
    # FREERATIO: else the reported size is that of the picture inside borders, and shrinks each time
    cv2.namedWindow(title, cv2.WINDOW_NORMAL | cv2.WINDOW_FREERATIO | cv2.WINDOW_GUI_NORMAL)
    cv2.resizeWindow(title, FIRST_WIDTH, FIRST_HEIGHT)
    try:
        cv2.imshow(title, picture(FIRST_WIDTH, FIRST_HEIGHT))
        while frames is None or session.frames < frames:
            session.step(STEP_S)
            cv2.imshow(title, picture(*_size(title)))
            key = cv2.waitKeyEx(1)
            if key >= 0 and not session.press(key_name(key)):
                return
            if cv2.getWindowProperty(title, cv2.WND_PROP_VISIBLE) < 1:
                return
    finally:
        cv2.destroyAllWindows()


def key_name(code: int) -> str:
    """What waitKeyEx gave, as a letter or `left`, `right`."""
    return ARROWS.get(code) or chr(code & 0xFF)


def _size(title: str) -> tuple[int, int]:
    _, _, width, height = opencv().getWindowImageRect(title)
    return max(SMALLEST_WIDTH, width), max(SMALLEST_HEIGHT, height)
