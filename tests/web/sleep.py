"""python -m tests.web.sleep [SECONDS]: a page is hidden and frozen for a real minute while another one looks on.

Prints one JSON object, of the board's pace before and meanwhile, the server's memory, and how the page came back.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from tests.web.chrome import Browser, Tab, chromium
from tests.web.costs import BOARD_HZ, streaming

AWAKE_S = 10.0
LOOK_S = 1.0
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
WATCH = """globalThis.events = []; globalThis.ticks = 0; setInterval(() => ticks++, 20);
for (const name of ["freeze", "resume"]) document.addEventListener(name, () => events.push(name));"""


def two_tabs(browser: Browser, address: str) -> tuple[Tab, Tab]:
    """Both receive frames; the second is the one that is seen."""
    tabs = browser.open(address), browser.open(address)
    for tab in tabs:
        tab.show()
        tab.until("camera.ready")
        tab.evaluate(WATCH)
    return tabs


def put_to_sleep(tab: Tab) -> None:
    """Frozen when this returns: the browser does it when it likes."""
    tab.freeze()
    while tab.evaluate("events.join()") != "freeze":
        time.sleep(0.05)


def main() -> None:
    """Sleeps for so many seconds, a minute without a word."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    with streaming() as (address, server), chromium() as chrome:
        print(json.dumps(measure(chrome, address, server, seconds), indent=1))


def measure(browser: Browser, address: str, server: int, seconds: float) -> dict[str, Any]:
    """server: its process. Memory in MB, paces in frames a second as the page that is awake counts them."""
    asleep, awake = two_tabs(browser, address)
    awake.until(f"camera.view.frame > {BOARD_HZ}")
    before, memory = _watch(awake, server, AWAKE_S)
    put_to_sleep(asleep)
    ticks = asleep.evaluate("ticks")
    meanwhile, asleep_memory = _watch(awake, server, seconds)
    slept_for = asleep.evaluate("ticks") - ticks
    frame = awake.evaluate("camera.view.frame")
    at = time.monotonic()
    asleep.thaw()
    asleep.until(f"camera.view.frame >= {frame}")
    back_s = time.monotonic() - at
    return {
        "asleep_s": seconds,
        "events": asleep.evaluate("events"),
        "timers_of_the_sleeper_meanwhile": slept_for,
        "frames_per_s_before": round(before, 2),
        "frames_per_s_meanwhile": round(meanwhile, 2),
        "server_mb_before": round(max(memory), 1),
        "server_mb_at_most_meanwhile": round(max(asleep_memory), 1),
        "lost_by_the_page_awake": awake.evaluate("camera.board.losses"),
        "caught_up_after_s": round(back_s, 2),
        "losses_of_the_sleeper": asleep.evaluate("camera.board.losses"),
    }


def _watch(awake: Tab, server: int, seconds: float) -> tuple[float, list[float]]:
    """The board's pace, and the server's memory every LOOK_S."""
    frame, start = awake.evaluate("camera.view.frame"), time.monotonic()
    memory = []
    while time.monotonic() - start < seconds:
        time.sleep(LOOK_S)
        memory.append(_resident(server))
    frames = awake.evaluate("camera.view.frame") - frame
    return frames / (time.monotonic() - start), memory


def _resident(process: int) -> float:
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * PAGE_BYTES / 1e6


if __name__ == "__main__":
    main()
