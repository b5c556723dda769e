"""Every tool that opens a port, run in this process against a URL, with a limit of time."""

from __future__ import annotations

import contextlib
import importlib
import io
import resource
import signal
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from host.base.errors import EndOfRecordingError, HostError

LIMIT_S = 30
LIMIT_BYTES = 200 << 20
TOOLS: dict[str, tuple[str, ...]] = {
    "viewer": ("--json", "--frames", "3"),
    "viewer terminal": ("--terminal", "--frames", "3"),
    "viewer watch": ("--watch", "60", "--frames", "2"),
    "doctor": ("--json",),
    "device": ("info",),
    "deploy": ("--list",),
    "bench latency": ("--count", "3", "--warm-up", "1", "--json", "--output", "{}/latency"),
    "bench link": ("--seconds", "1", "--count", "3", "--json"),
    "capture": ("--labels", "a,b", "--plain", "--frames", "3", "--output", "{}/captures"),
}
REPLAYED: dict[str, tuple[str, ...]] = {
    **{name: TOOLS[name] for name in ("viewer", "viewer terminal", "bench latency")},
    "recording info": ("--json",),
    "recording export": ("--output", "{}/exported"),
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
    package, *command = tool.split()
    main = importlib.import_module(f"host.{package}.__main__").main
    words = [part for part in command if package in ("bench", "recording")]
    options = [option.format(folder) for option in (TOOLS | REPLAYED)[tool]]
    where = [url.removeprefix("replay:")] if package == "recording" else ["--port", url]
    _forget_peak()
    lines, began, before = io.StringIO(), time.monotonic(), _peak()
    code, trace = 0, ""
    with contextlib.redirect_stdout(lines), contextlib.redirect_stderr(lines), _limited():
        try:
            code = main([*words, *options, *where])
        except EndOfRecordingError:
            code = 0
        except HostError:
            code = 2
        except SystemExit as ended:
            code = int(ended.code or 0)
        except (Exception, _HangError):
            trace = traceback.format_exc()
    return Ending(code, time.monotonic() - began, _peak() - before, trace, lines.getvalue())


def _forget_peak() -> None:
    """The peak is this run's own, where Linux lets us (proc_pid_clear_refs(5), value 5)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        raise _HangError(f"hangs for {LIMIT_S} s")

    previous = signal.signal(signal.SIGALRM, ring)
    signal.alarm(LIMIT_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)
