"""Every tool that opens a port, run in this process against a URL, with a limit of time."""

from __future__ import annotations

import contextlib
import importlib
import io
import math
import resource
import signal
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from PIL import Image

from host.base.errors import EndOfRecordingError, HostError
from host.bench.watch import figures
from tests.attack.lying_board import MODEL

LIMIT_S = 30
LIMIT_BYTES = 200 << 20
WATCHED_MINUTE_S = 2.0  # bench watch takes whole minutes
TOOLS = {  # {} is a folder for what it writes; {}/data has pictures
    "viewer": "viewer --json --frames 3",
    "viewer terminal": "viewer --terminal --frames 3",
    "viewer watch": "viewer --watch 60 --frames 2",
    "doctor": "doctor --json",
    "device": "device info",
    "device settings": "device get",
    "device slots": "device slots list",
    "deploy": "deploy --list",
    "deploy a model": f"deploy {MODEL}",
    "evaluate": f"evaluate {MODEL.with_suffix('.tflite')} --data {{}}/data --no-float --json",
    "capture": "capture --labels a,b --plain --frames 3 --output {}/captures",
    "bench engine": f"bench engine {MODEL} --real --images 2 --json",
    "bench latency": "bench latency --count 3 --warm-up 1 --json --output {}/latency",
    "bench link": "bench link --seconds 1 --count 3 --json",
    "bench mlperf": "bench mlperf --output {}/mlperf",
    "bench power": "bench power --meter estimate --short --seconds 0.1 --windows 1 --json "
    "--output {}/power",
    "bench watch": "bench watch --json --output {}/watch",
}
REPLAYED = {
    **{name: TOOLS[name] for name in ("viewer", "viewer terminal", "capture", "bench latency")},
    "recording info": "recording info --json",
    "recording export": "recording export --output {}/exported",
}


@dataclass(frozen=True)
class Ending:
    """How a tool ended. trace: of an exception that is our mistake, "" when there was none."""

    code: int
    seconds: float
    grown_bytes: int
    trace: str
    output: str

    @property
    def wrong(self) -> str:
        """What must not be; "" when all is well."""
        if self.trace:
            return self.trace
        if self.seconds > LIMIT_S:
            return f"took {self.seconds:.0f} s"
        return f"took {self.grown_bytes >> 20} MB" if self.grown_bytes > LIMIT_BYTES else ""


class _HangError(BaseException):
    """The limit of time is over."""


def run(tool: str, url: str, folder: Path) -> Ending:
    """Runs a tool of TOOLS or REPLAYED against a port, or replay:FILE. folder: for what it writes."""
    package, *words = [word.replace("{}", str(folder)) for word in (TOOLS | REPLAYED)[tool].split()]
    main = importlib.import_module(f"host.{package}.__main__").main
    words += [url.removeprefix("replay:")] if package == "recording" else ["--port", url]
    if package == "evaluate":
        draw_two(folder / "data")
    forget_peak()
    lines, clock, before = io.StringIO(), Stopwatch(), peak_bytes()
    code, trace = 0, ""
    with contextlib.redirect_stdout(lines), contextlib.redirect_stderr(lines), _limited(clock):
        try:
            code = main(words)
        except EndOfRecordingError:
            code = 0
        except HostError:
            code = 2
        except SystemExit as ended:
            code = int(ended.code or 0)
        except (Exception, _HangError):
            trace = traceback.format_exc()
    return Ending(code, clock.seconds(), peak_bytes() - before, trace, lines.getvalue())


def draw_two(folder: Path) -> None:
    """A picture of each label."""
    for label, grey in (("no_person", 40), ("person", 200)):
        (folder / label).mkdir(parents=True)
        Image.new("L", (96, 96), grey).save(folder / label / "a.png")


def forget_peak() -> None:
    """The peak is this run's own, where Linux lets us (proc_pid_clear_refs(5), value 5)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


class Stopwatch:
    """Seconds without those in which our threads were ready and the machine had no CPU for them, where Linux says it.

    A thread that waits for another one is not ready: a hang is seen, however busy the machine is.
    """

    def __init__(self) -> None:
        self._began, self._before = time.monotonic(), _delays_s()

    def seconds(self) -> float:
        """Since the beginning."""
        waited = (now - self._before.get(name, 0.0) for name, now in _delays_s().items())
        return max(0.0, time.monotonic() - self._began - sum(waited))


def _delays_s() -> dict[str, float]:
    """How long each thread has waited for a CPU (proc_pid_schedstat(5), the second number)."""
    found = {}
    for task in Path("/proc/self/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):  # a thread that has just ended
            found[task.parent.name] = int(task.read_text().split()[1]) / 1e9
    return found


@contextlib.contextmanager
def _limited(clock: Stopwatch) -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        left = LIMIT_S - clock.seconds()
        if left <= 0:
            raise _HangError(f"hangs for {LIMIT_S} s")
        signal.alarm(math.ceil(left))

    previous = signal.signal(signal.SIGALRM, ring)
    signal.alarm(LIMIT_S)
    minute_s, figures.MINUTE_S = figures.MINUTE_S, WATCHED_MINUTE_S
    try:
        yield
    finally:
        figures.MINUTE_S = minute_s
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)
