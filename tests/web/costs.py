"""python -m tests.web.costs: what 20 frames a second and more cost the page and the server, in shares of one core.

Three processes and a browser: a scripted board at a pseudo-terminal, `host.viewer --web` that serves it, and Chromium
by its own protocol: playwright has the page copy every message of its WebSocket for the driver, which took a third of
its time. CPU time of whole processes, as the kernel counts it. No test: processes that share the machine's caches make
the same work up to twice as dear. Exit code 1 when a limit was passed or the board was too slow.
"""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from host.web.files import PAGE
from tests.link.fake_board import FakeBoard
from tests.web.chrome import Browser, chromium
from tests.web.stream import StreamPort

BOARD_HZ = 22
ENOUGH_HZ = 20.0
WARM_FRAMES = 100  # until the page's scripts are compiled
SECONDS = 20.0
LIMITS = {"page_process": 0.10, "server_process": 0.05}  # shares of one core
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
USB_S = 0.001  # a frame of the bus
USB_BYTES = 650  # in one, as mbed's stack carries them (docs/VIRTUAL_BOARD.md)
PORTION_BYTES = 4096
# A frame is drawn when its pixels are put on the canvas.
COUNT_DRAWN = """(() => {
  globalThis.drawn = 0;
  for (const { prototype } of [CanvasRenderingContext2D, OffscreenCanvasRenderingContext2D]) {
    const put = prototype.putImageData;
    prototype.putImageData = function (...values) { globalThis.drawn++; return put.apply(this, values); };
  }
})()"""


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
        self.output.clear()
        return super().read()


def main() -> int:
    """Prints one JSON object."""
    with streaming() as (address, server), chromium() as browser:
        found = measure(browser, address, server)
    within = all(found["shares_of_a_core"][name] < most for name, most in LIMITS.items())
    found["within_limits"] = within and found["frames_per_s_drawn"] >= ENOUGH_HZ
    print(json.dumps(found, indent=1))
    return 0 if found["within_limits"] else 1


@contextlib.contextmanager
def streaming() -> Iterator[tuple[str, int]]:
    """A board that streams, and the viewer that serves it: the page's address, and the viewer's process."""
    with (
        _started("tests.web.costs", "board") as board,
        _started("host.viewer", "--web", "--port", _line(board)) as viewer,
    ):
        yield _line(viewer), viewer.pid


@contextlib.contextmanager
def _started(module: str, *options: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", module, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def measure(browser: Browser, address: str, server: int) -> dict[str, Any]:
    """One page looks on for SECONDS. server: its process."""
    page = browser.open(address)
    page.until(f"camera.ready && camera.view.frame > {WARM_FRAMES}")
    page.evaluate(COUNT_DRAWN)
    processes = browser.processes()
    numbers = [server, *(number for _, number in processes)]
    at, drawn = time.monotonic(), page.evaluate("drawn")
    before, slept = [*map(_used, numbers)], [*map(_wakes, numbers)]
    time.sleep(SECONDS)
    after, woken = [*map(_used, numbers)], [*map(_wakes, numbers)]
    seconds, drawn = time.monotonic() - at, page.evaluate("drawn") - drawn
    losses = page.evaluate("camera.board.losses")
    each = [end - start for start, end in zip(before, after, strict=True)]
    busiest = _busiest_renderer(processes, each)
    used = _shared(busiest, each)
    wakes = _shared(busiest, [end - start for start, end in zip(slept, woken, strict=True)])
    return {
        "frames_per_s_drawn": round(drawn / seconds, 2),
        "shares_of_a_core": {name: round(cpu / seconds, 4) for name, cpu in used.items()},
        "ms_for_a_frame_drawn": {  # holds on a busy machine, which draws fewer
            name: round(1000 * cpu / max(1, drawn), 2) for name, cpu in used.items()
        },
        "wakes_for_a_frame_drawn": {  # of any thread: what is dear where nothing else runs
            name: round(count / max(1, drawn), 1) for name, count in wakes.items()
        },
        "limits": LIMITS,
        "lost": losses["wireLost"] + losses["hostDropped"],
        "page_bytes": sum(file.stat().st_size for file in PAGE.iterdir()),
        "load_of_the_machine": os.getloadavg()[0],
    }


def _busiest_renderer(processes: list[tuple[str, int]], used: list[float]) -> int:
    """Which of the processes is the page: the browser has renderers for pages of its own, too."""
    renderers = [number for number, (kind, _) in enumerate(processes) if kind == "renderer"]
    return max(renderers, key=lambda number: used[1 + number])


def _shared(page: int, used: Sequence[float]) -> dict[str, float]:
    """used: of the server, then of each process of the browser. Those other than the page's are one browser's, not one
    page's; they are said as well."""
    server, *browser = used
    others = sum(browser) - browser[page]
    return {
        "page_process": browser[page],
        "server_process": server,
        "other_browser_processes": others,
    }


def _used(process: int) -> float:
    """User and system time of a process, all its threads."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def _wakes(process: int) -> int:
    """How often its threads have waited: voluntary context switches. Those of a thread that ended go with it."""
    count = 0
    for thread in Path(f"/proc/{process}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            lines = (thread / "status").read_text().splitlines()
            count += sum(int(x.split()[1]) for x in lines if x.startswith("voluntary_ctxt"))
    return count


def board() -> None:
    """Prints the path of its serial port, and streams there, at the pace of USB, until it is killed."""
    port, (ours, theirs) = PacedPort(), pty.openpty()
    tty.setraw(theirs)
    threading.Thread(target=_hear, args=(port, ours), daemon=True).start()
    print(os.ttyname(theirs), flush=True)
    while True:
        data, start = port.read(), time.monotonic()
        for at in range(0, len(data), USB_BYTES):
            time.sleep(max(0.0, start + USB_S * (at // USB_BYTES) - time.monotonic()))
            os.write(ours, data[at : at + USB_BYTES])


def _hear(port: StreamPort, line: int) -> None:
    while True:
        port.write(os.read(line, PORTION_BYTES))


if __name__ == "__main__":
    if sys.argv[1:] == ["board"]:
        board()
    sys.exit(main())
