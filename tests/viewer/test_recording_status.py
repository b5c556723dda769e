"""What a screen says of a recording."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from host.recording.playback import Playback
from host.viewer.recording_status import Recording, RecordingStatus, clock_text, recording_status


def recording(failure: str = "") -> Recording:
    return cast(Recording, SimpleNamespace(failure=failure, seconds=75.9, written_bytes=12_340_000))


def playback(at_end: bool) -> Playback:
    made = SimpleNamespace(stays_at_end=True, duration_s=3675.0, position_s=59.9, at_end=at_end)
    return cast(Playback, made)


def test_what_is_stored_of_people_is_always_shown() -> None:
    assert recording_status(None, None) is None
    assert recording_status(recording(), playback(False)) == RecordingStatus(
        "REC 1:15 12.3 MB", is_recording=True
    )
    ended = recording_status(recording("the disk is full"), None)
    assert ended == RecordingStatus("RECORDING ENDED: see the terminal")


@pytest.mark.parametrize(("at_end", "end"), [(False, ""), (True, " END")])
def test_a_replay_can_be_wound_and_says_where_it_is(at_end: bool, end: str) -> None:
    expected = RecordingStatus(f"REPLAY 0:59 / 1:01:15{end}", is_playing=True)
    assert recording_status(None, playback(at_end)) == expected


def test_clocks() -> None:
    assert [clock_text(s) for s in (0, 59.99, 60, 3599, 3600)] == [
        "0:00",
        "0:59",
        "1:00",
        "59:59",
        "1:00:00",
    ]
