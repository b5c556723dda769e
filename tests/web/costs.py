"""python -m tests.web.costs: what 20 frames a second and more cost the page and the server, in shares of one core.

CPU time of whole processes, as the kernel counts it: a busy machine makes them wait, not cost more. No test, all the
same: a shared machine's caches are shared, too. Exit code 1 when a limit was passed or the board was too slow.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, sync_playwright

from host.web.files import PAGE
from tests.link.fake_board import FakeBoard
from tests.web.conftest import FLAGS, chromium_path
from tests.web.serve import served
from tests.web.stream import StreamPort
from tests.web.waits import until

BOARD_HZ = 22
ENOUGH_HZ = 20.0
SECONDS = 20.0
LIMITS = {"page_process": 0.10, "server_process": 0.05}  # shares of one core
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


class PacedPort(StreamPort):
    """BOARD_HZ by the clock on the wall: a turn that was late makes the next one shorter, up to a second of them."""

    def __init__(self) -> None:
        super().__init__(FakeBoard(), turn_s=1 / BOARD_HZ)
        self._due = time.monotonic()

    def read(self) -> bytes:
        """A frame when it is due."""
        now = time.monotonic()
        self._due = max(self._due, now - 1.0) + 1 / BOARD_HZ
        self._turn_s = max(0.0, self._due - now)
        return super().read()


def main() -> int:
    """Prints one JSON object."""
    command = [sys.executable, "-m", "tests.web.costs", "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            found = measure(server.stdout.readline().strip(), server.pid)
        finally:
            server.kill()
    within = all(found["shares_of_a_core"][name] < most for name, most in LIMITS.items())
    found["within_limits"] = within and found["frames_per_s_drawn"] >= ENOUGH_HZ
    print(json.dumps(found, indent=1))
    return 0 if found["within_limits"] else 1


def measure(address: str, server: int) -> dict[str, Any]:
    """One page looks on for SECONDS. server: its process, the scripted board within it."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        until(page, f"camera.ready && camera.view.frame > {2 * BOARD_HZ}")
        page.evaluate(COUNT_DRAWN)
        devtools = browser.new_browser_cdp_session()
        before, at = _cpu(devtools, server), time.monotonic()
        drawn = page.evaluate("drawn")
        page.wait_for_timeout(1000 * SECONDS)
        after, seconds = _cpu(devtools, server), time.monotonic() - at
        drawn = page.evaluate("drawn") - drawn
        losses = page.evaluate("camera.board.losses")
        browser.close()
    return {
        "frames_per_s_drawn": round(drawn / seconds, 2),
        "shares_of_a_core": {
            name: round((cpu - before[name]) / seconds, 4) for name, cpu in after.items()
        },
        "page_ms_for_a_frame_drawn": round(  # holds on a busy machine, which draws fewer
            1000 * (after["page_process"] - before["page_process"]) / max(1, drawn), 2
        ),
        "limits": LIMITS,
        "lost": losses["wireLost"] + losses["hostDropped"],
        "page_bytes": sum(file.stat().st_size for file in PAGE.iterdir()),
        "load_of_the_machine": os.getloadavg()[0],
    }


# A frame is drawn when its pixels are put on the canvas.
COUNT_DRAWN = """() => {
  globalThis.drawn = 0;
  const kind = OffscreenCanvasRenderingContext2D.prototype, put = kind.putImageData;
  kind.putImageData = function (...values) { globalThis.drawn++; return put.apply(this, values); };
}"""


def _cpu(devtools: CDPSession, server: int) -> dict[str, float]:
    """Seconds of CPU so far. The browser's other processes are one browser's, not one page's; they are said as well."""
    processes = devtools.send("SystemInfo.getProcessInfo")["processInfo"]
    found = {"page_process": 0.0, "server_process": _used(server), "other_browser_processes": 0.0}
    for process in processes:
        name = "page_process" if process["type"] == "renderer" else "other_browser_processes"
        found[name] += _used(process["id"])
    return found


def _used(process: int) -> float:
    """User and system time of a process, all its threads."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def serve() -> None:
    """Prints the address, and streams until it is killed."""
    with served(PacedPort()) as service:
        print(service.address, flush=True)
        while True:
            time.sleep(60)


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    sys.exit(main())
