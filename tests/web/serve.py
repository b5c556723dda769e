"""A server of the page in a thread of its own, so that a test may drive a browser beside it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator

from host.link.transport import Port
from host.recording.playback import Playback
from host.web.hub import State
from host.web.server import Service, serving

BOARD = State("a test", "board", 60.0)  # no command is sent twice because a page is slow
START_S = 60.0


def _no_way_back() -> Port:
    raise AssertionError("the port of this test does not die")


@contextlib.contextmanager
def served(
    port: Port,
    state: State = BOARD,
    reopen: Callable[[], Port] = _no_way_back,
    playback: Playback | None = None,
) -> Iterator[Service]:
    """The page at a free port of 127.0.0.1, fed by `port`, until the context ends."""
    started = threading.Event()
    found: list[Service] = []
    ends: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def run() -> None:
        end = asyncio.Event()
        ends.append((asyncio.get_running_loop(), end))
        async with serving(port, state, reopen, playback=playback) as service:
            found.append(service)
            started.set()
            await end.wait()

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    assert started.wait(START_S)
    try:
        yield found[0]
    finally:
        loop, end = ends[0]
        loop.call_soon_threadsafe(end.set)
        thread.join(START_S)
