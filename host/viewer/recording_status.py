"""What a screen says of a recording: that it is being made, and that must be seen; or where in it one is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from host.recording.playback import Playback


@dataclass(frozen=True)
class RecordingStatus:
    """text: always on the screen. is_recording: bytes are being kept now. is_playing: it can be sought in."""

    text: str
    is_recording: bool = False
    is_playing: bool = False


class Recording(Protocol):
    """What of a host.recording.recorder.Recorder is shown."""

    failure: str

    @property
    def seconds(self) -> float:
        """How long it has been going on."""

    @property
    def written_bytes(self) -> int:
        """In the file so far."""


def recording_status(
    recording: Recording | None, playback: Playback | None
) -> RecordingStatus | None:
    """None when there is neither. While a recording is being made, it is that one's."""
    if recording is not None and recording.failure:
        return RecordingStatus("RECORDING ENDED: see the terminal")
    if recording is not None:
        size = recording.written_bytes / 1e6
        return RecordingStatus(
            f"REC {clock_text(recording.seconds)} {size:.1f} MB", is_recording=True
        )
    if playback is None:
        return None
    end = " END" if playback.at_end else ""
    position, whole = clock_text(playback.position_s), clock_text(playback.duration_s)
    return RecordingStatus(f"REPLAY {position} / {whole}{end}", is_playing=True)


def clock_text(seconds: float) -> str:
    """75.9 as 1:15, 3675 as 1:01:15."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
