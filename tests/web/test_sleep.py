"""A page that is hidden and frozen as browsers do it: the board goes on, memory is bounded, the page comes back.

`python -m tests.web.sleep` does it for a real minute and measures.
"""

from __future__ import annotations

import pytest

from host.web import server
from host.web.feed import MOST_BYTES, Feed
from tests.web.chrome import chromium
from tests.web.serve import served
from tests.web.sleep import put_to_sleep, two_tabs
from tests.web.stream import StreamPort
from tests.web.waits import eventually

FRAMES, AT_ONCE = 600, 60  # of half a minute at 20 a second; as many as fit a queue
LATER = "new Promise((done) => setTimeout(() => done(camera.view.frame), 100))"


class CountedFeed(Feed):
    """Keeps the most that any feed ever held."""

    most = 0

    def put(self, portion: bytes) -> None:
        super().put(portion)
        CountedFeed.most = max(CountedFeed.most, self._bytes)


def test_a_frozen_page_costs_nobody_anything_and_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "Feed", CountedFeed)
    port = StreamPort(frames=0, turn_s=0.0005)
    with chromium() as browser, served(port) as service:
        asleep, awake = two_tabs(browser, service.address)
        put_to_sleep(asleep)
        ticks = asleep.until("events.join() === 'freeze'", "ticks")
        for number in range(FRAMES // AT_ONCE):
            port.hand_out(AT_ONCE)
            awake.until(f"camera.view.frame === {(number + 1) * AT_ONCE}")
        asleep.until(f"ticks === {ticks} && document.visibilityState === 'hidden'")
        losses = awake.until(f"camera.view.frame === {FRAMES}", "camera.board.losses")
        assert losses["wireLost"] == losses["hostDropped"] == 0
        assert CountedFeed.most < 2 * MOST_BYTES
        asleep.thaw()

        def sees_new_frames() -> bool:  # it connects anew, and sees what is sent from there on
            port.hand_out(1)
            return bool(asleep.until("true", LATER) > FRAMES)

        eventually(sees_new_frames)
        is_back = "camera.ready && events.join() === 'freeze,resume'"
        losses = asleep.until(is_back, "camera.board.losses")
        assert losses["wireLost"] == losses["badPackets"] == 0
