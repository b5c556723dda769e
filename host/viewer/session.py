"""Runs a View: takes what the board says, obeys keys, saves pictures. The device, clock and folder are passed in."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from host.base.errors import HostError
from host.base.files import folder_name, png_bytes, private_folder, write_private
from host.link.device import Device
from host.link.fault_advice import advice
from host.link.messages import Fault, Setting
from host.recording.playback import Playback
from host.samples import Pairing, Sample, silence
from host.viewer.recording_status import Recording, recording_status
from host.viewer.view import View, with_fault, with_notice, with_sample, with_time

THRESHOLD_STEP = 0.05
WIND_S = 10.0
QUIT_KEYS = ("q", "\x1b")


class Session:
    """One run of the viewer."""

    def __init__(
        self,
        device: Device,
        view: View,
        clock: Callable[[], float],
        captures: Path,
        recording: Recording | None = None,
        playback: Playback | None = None,
    ) -> None:
        self.view = view
        self.frames = 0  # samples taken, the ones while paused too
        self._device, self._clock, self._captures = device, clock, captures
        self._recording, self._playback = recording, playback
        self._pairing = Pairing()
        self.patience_s = math.inf  # without a sample: a script wants an end, a person may wait
        self._sample_at = clock()
        self._keys: dict[str, Callable[[], None]] = {
            " ": self._pause,
            "s": self._save,
            "b": self._colour_bars,
            "+": lambda: self._move_threshold(THRESHOLD_STEP),
            "=": lambda: self._move_threshold(THRESHOLD_STEP),
            "-": lambda: self._move_threshold(-THRESHOLD_STEP),
            "h": self._help,
            "?": self._help,
            "left": lambda: self._wind(-WIND_S),
            "right": lambda: self._wind(WIND_S),
        }

    def step(self, seconds: float) -> list[Sample]:
        """Takes messages until one completes a sample, or for `seconds`. Raises HostError on a dead port."""
        end = self._clock() + seconds
        found: list[Sample] = []
        while not found and (left := end - self._clock()) > 0:
            found = self._take(left)
        losses = self._device.losses
        if found:
            self._sample_at = self._clock()
        elif self._clock() - self._sample_at > self.patience_s:
            raise silence(self._device, self._clock() - self._sample_at)
        if losses.restarts > self.view.losses.restarts:
            self.say("the board restarted; its settings were sent again")
        now = self._clock()
        waited_s = now - self._sample_at if self._playback is None else 0.0
        view = with_time(self.view, now, self._device.connected, losses, waited_s)
        self.view = replace(view, recording=recording_status(self._recording, self._playback))
        return found

    def press(self, key: str) -> bool:
        """Obeys a key; False when it means the end."""
        if key in QUIT_KEYS:
            return False
        try:
            self._keys.get(key, lambda: None)()
        except HostError as error:
            self.say(str(error))
        return True

    def _take(self, seconds: float) -> list[Sample]:
        device = self._device
        message = device.receive(seconds)
        if isinstance(message, Fault):
            self.view = with_fault(self.view, advice(message), self._clock())
        if message is None:
            return []
        found = self._pairing.take(message, device.hello, device.mode, device.losses)
        for sample in found:
            self.frames += 1
            self.view = with_sample(self.view, sample, self._clock())
        return found

    def say(self, text: str) -> None:
        """Shows a line for a while."""
        self.view = with_notice(self.view, text, self._clock())

    def _pause(self) -> None:
        self.view = replace(self.view, paused=not self.view.paused, arrivals=())
        if self._playback is not None:
            self._playback.pause(self.view.paused)

    def _help(self) -> None:
        self.view = replace(self.view, helps=not self.view.helps)

    def _wind(self, seconds: float) -> None:
        """Back and forth in a recording, which then plays."""
        if self._playback is None:
            self.say("left and right go through a recording: --port replay:FILE")
            return
        if self.view.paused:
            self._pause()
        self._playback.seek(self._playback.position_s + seconds)
        self.view = replace(self.view, arrivals=(), periods=())

    def _colour_bars(self) -> None:
        if self._playback is not None:
            self.say("a recording cannot show colour bars")
            return
        wanted = not self.view.colour_bars
        self._device.set(Setting.COLOUR_BARS, int(wanted))
        self.view = replace(self.view, colour_bars=wanted)

    def _move_threshold(self, by: float) -> None:
        moved = min(1.0, max(0.0, round(self.view.threshold + by, 2)))
        self.view = replace(self.view, threshold=moved)

    def _save(self) -> None:
        if self.view.image is None:
            self.say("no picture to save yet")
            return
        try:
            self.say(f"saved {save_picture(self.view, self._captures)}")
        except HostError as error:
            self.say(f"cannot save: {error}")


def save_picture(view: View, folder: Path) -> Path:
    """Writes the view's image as PNG for its owner alone: exactly the model's pixels. A new name each time.

    Raises HostError, leaving nothing behind.
    """
    assert view.image is not None
    score = "" if view.score is None else f"_{folder_name(view.label)}_{round(100 * view.score)}"
    private_folder(folder)
    stem = f"frame_{max(0, view.frame):06d}{score}"
    path, number = folder / f"{stem}.png", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}_{number}.png"
    write_private(path, png_bytes(view.image))
    return path
