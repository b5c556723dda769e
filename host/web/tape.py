"""A recording behind --web: where it is, for the pages to show, and what they may ask of it."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass

from host.base.json_in import parse_json
from host.recording.playback import Playback

PLACE_STEP_S = 0.2  # of the position that is told: a bar moves no finer


@dataclass(frozen=True)
class Place:
    """Where a tape is, in seconds."""

    position_s: float
    duration_s: float
    at_end: bool
    playing: bool

    def text(self) -> str:
        """As a message to a page."""
        return json.dumps({"place": asdict(self)})


def place_of(tape: Playback) -> Place:
    """Now, in steps."""
    position = tape.duration_s if tape.at_end else tape.position_s
    steps = position // PLACE_STEP_S
    return Place(
        round(steps * PLACE_STEP_S, 1),
        round(tape.duration_s, 1),
        tape.at_end,
        not (tape.paused or tape.at_end),
    )


@dataclass(frozen=True)
class Order:
    """Go to `seconds`, None: stay; then play or halt."""

    seconds: float | None
    playing: bool

    def give(self, tape: Playback) -> None:
        """Reads the file: not for an event loop."""
        if self.seconds is not None:
            tape.seek(self.seconds)
        tape.pause(not self.playing)


def parse_order(text: str) -> Order | None:
    """A page's text; None when it is none."""
    try:
        found = parse_json(text)
        seconds, playing = found["seconds"], found["playing"]
    except (ValueError, TypeError, KeyError):
        return None
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not isinstance(playing, bool) or not (seconds is None or is_number):
        return None
    if seconds is None:
        return Order(None, playing)
    fits = -1e9 < seconds < 1e9 and math.isfinite(seconds)
    return Order(float(seconds), playing) if fits else None
