"""python -m tests.web.costs: what 20 frames a second cost the page and the server. No test: others use the CPU, too."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from typing import Any

from playwright.sync_api import CDPSession, sync_playwright

from host.web.files import PAGE
from tests.web.conftest import FLAGS, NAMES, until
from tests.web.serve import served
from tests.web.stream import StreamPort

FRAMES_A_SECOND = 20
SECONDS = 15.0


def main() -> None:
    """Prints one JSON object."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.web.costs", "serve"], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            print(json.dumps(measure(server.stdout.readline().strip()), indent=1))
        finally:
            server.kill()


def measure(address: str) -> dict[str, Any]:
    """Shares of one core, over SECONDS; of CPU time, not of waiting. The server says its own: see serve."""
    path = next(filter(None, map(shutil.which, NAMES)))
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        until(page, "camera.ready && camera.view.frame > 40")
        devtools = page.context.new_cdp_session(page)
        devtools.send("Performance.enable", {"timeDomain": "threadTicks"})  # CPU time, not waiting
        before, at, frame = _metrics(devtools), time.monotonic(), page.evaluate("camera.view.frame")
        page.wait_for_timeout(1000 * SECONDS)
        after, seconds = _metrics(devtools), time.monotonic() - at
        frames = page.evaluate("camera.view.frame") - frame
        losses = page.evaluate("camera.board.losses")
        browser.close()
    return {
        "frames_per_s": round(frames / seconds, 2),
        "page_main_thread_share": round(
            (after["TaskDuration"] - before["TaskDuration"]) / seconds, 4
        ),
        "page_script_share": round(
            (after["ScriptDuration"] - before["ScriptDuration"]) / seconds, 4
        ),
        "page_layout_share": round(
            (
                after["LayoutDuration"]
                + after["RecalcStyleDuration"]
                - before["LayoutDuration"]
                - before["RecalcStyleDuration"]
            )
            / seconds,
            4,
        ),
        "page_heap_mb": round(after["JSHeapUsedSize"] / 1e6, 1),
        "lost": losses["wireLost"] + losses["hostDropped"],
        "page_bytes": sum(file.stat().st_size for file in PAGE.iterdir()),
    }


def _metrics(devtools: CDPSession) -> dict[str, float]:
    return {m["name"]: m["value"] for m in devtools.send("Performance.getMetrics")["metrics"]}


def serve() -> None:
    """A board of FRAMES_A_SECOND, made before it is needed; every second its own CPU share on stderr."""
    port = StreamPort(turn_s=1 / FRAMES_A_SECOND)
    with served(port) as service:
        print(service.address, flush=True)
        while True:
            before, at, sent = os.times(), time.monotonic(), service.hub.received_bytes
            time.sleep(5)
            after, seconds = os.times(), time.monotonic() - at
            share = (after.user + after.system - before.user - before.system) / seconds
            rate = (service.hub.received_bytes - sent) / seconds / 1e3
            print(
                f"server, its board included: {share:.4f} of a core, {rate:.0f} kB/s",
                file=sys.stderr,
            )


if __name__ == "__main__":
    serve() if sys.argv[1:] == ["serve"] else main()
