"""A recording behind --web: where it is, for the pages to show, and what they may ask of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from host.base.json_in import parse_json
from host.recording.playback import Playback

PLACE_STEP_S = 0.2  # of the position that is sent: a bar moves no finer


@dataclass(frozen=True)
class PlaybackStatus:
    """How far a playback is, in seconds."""

    position_s: float
    duration_s: float
    at_end: bool
    playing: bool

    def text(self) -> str:
        """As a message to a page."""
        return json.dumps({"playback": asdict(self)})


def status_of(playback: Playback) -> PlaybackStatus:
    """Now, in steps."""
    position = playback.duration_s if playback.at_end else playback.position_s
    steps = position // PLACE_STEP_S
    return PlaybackStatus(
        round(steps * PLACE_STEP_S, 1),
        round(playback.duration_s, 1),
        playback.at_end,
        not (playback.paused or playback.at_end),
    )


@dataclass(frozen=True)
class PlaybackCommand:
    """Go to `seconds`, None: stay; then play or halt."""

    seconds: float | None
    playing: bool

    def apply(self, playback: Playback) -> None:
        """Reads the file: not for an event loop."""
        if self.seconds is not None:
            playback.seek(self.seconds)
        playback.pause(not self.playing)


def parse_command(text: str) -> PlaybackCommand | None:
    """A page's text; None when it is none."""
    try:
        found = parse_json(text)
        seconds, playing = found["seconds"], found["playing"]
    except (ValueError, TypeError, KeyError):
        return None
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not isinstance(playing, bool) or not (seconds is None or is_number):
        return None
    return PlaybackCommand(seconds, playing)
