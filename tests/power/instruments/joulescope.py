"""A module that looks like pyjoulescope_driver, with one Joulescope of a known signal behind it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.power.instruments.signal import Signal

FULL_RATE_HZ = 1_000_000
BLOCK_SAMPLES = 4000  # of the current; the driver's blocks differ from signal to signal
Publish = Callable[[str, dict[str, Any]], None]


@dataclass(frozen=True)
class Faults:
    """skip: samples of the current that never arrive, by first sample. holes: samples the instrument marks as NaN."""

    skip: dict[int, int] = field(default_factory=dict)
    holes: dict[int, int] = field(default_factory=dict)
    cannot_open: bool = False


class SimulatedJoulescope:
    """The module: `Driver` makes one. path: u/MODEL/SERIAL."""

    __version__ = "simulated"

    def __init__(
        self,
        signal: Signal,
        volts: float = 3.3,
        path: str = "u/js220/001122",
        faults: Faults | None = None,
    ) -> None:
        self.signal, self.volts, self.path = signal, volts, path
        self.faults = faults or Faults()
        self.published: list[tuple[str, object]] = []
        self.finalized = 0

    def Driver(self) -> SimulatedDriver:  # noqa: N802 - the name in the maker's module
        """As the class of the real module."""
        return SimulatedDriver(self)


class SimulatedDriver:
    """publish, subscribe and threads as the real driver has them."""

    def __init__(self, of: SimulatedJoulescope) -> None:
        self._of = of
        self._functions: dict[str, Publish] = {}
        self._threads: dict[str, tuple[threading.Event, threading.Thread]] = {}
        self._rate_hz = FULL_RATE_HZ

    def device_paths(self) -> list[str]:
        """What is plugged in."""
        return [self._of.path] if self._of.path else []

    def open(self, path: str, mode: str) -> None:
        """Raises as the real one when somebody else holds it."""
        assert (path, mode) == (self._of.path, "defaults")
        if self._of.faults.cannot_open:
            raise RuntimeError("jsdrv_open failed 13 BUSY")

    def close(self, path: str) -> None:
        """Ends the streams."""
        for signal in list(self._threads):
            self._end(signal)

    def finalize(self) -> None:
        """Counted."""
        self._of.finalized += 1

    def subscribe(self, topic: str, flags: list[str], function: Publish) -> None:
        """One function a topic."""
        assert flags == ["pub"]
        self._functions[topic] = function

    def unsubscribe(self, topic: str, function: Publish) -> None:
        """The very object that was subscribed."""
        assert self._functions.pop(topic) is function

    def publish(self, topic: str, value: object) -> None:
        """Settings are stored; `ctrl` starts and ends streams."""
        name = topic.removeprefix(f"{self._of.path}/")
        self._of.published.append((name, value))
        if name == "h/fs":
            assert isinstance(value, int)
            self._rate_hz = value
        if name.endswith("/ctrl"):
            signal = name.removesuffix("/ctrl")
            if value:
                self._begin(signal)
            else:
                self._end(signal)

    def _begin(self, signal: str) -> None:
        stop = threading.Event()
        thread = threading.Thread(target=self._stream, args=(signal, stop), daemon=True)
        self._threads[signal] = (stop, thread)
        thread.start()

    def _end(self, signal: str) -> None:
        if signal in self._threads:
            stop, thread = self._threads.pop(signal)
            stop.set()
            thread.join()

    def _stream(self, signal: str, stop: threading.Event) -> None:
        of = self._of
        factor = FULL_RATE_HZ // self._rate_hz
        fine = signal == "s/gpi/0"  # the digital input comes at ten times the rate
        each = 10 if fine else 1
        size = BLOCK_SAMPLES * 2 if fine else BLOCK_SAMPLES
        data = self._data(signal)
        for start in range(0, len(data) // each, size // each):
            block = data[start * each : start * each + size]
            skipped = next((n for at, n in of.faults.skip.items() if start <= at < start + size), 0)
            if stop.wait(0.001):
                return
            if skipped and signal == "s/i":
                continue
            packed = np.packbits(block.astype(np.uint8), bitorder="little") if fine else block
            value = {
                "sample_id": (start + 5_000) * factor,
                "sample_rate": FULL_RATE_HZ,
                "decimate_factor": factor // each,
                "data": packed,
            }
            function = self._functions.get(f"{of.path}/{signal}/!data")
            if function is not None:
                function(f"{of.path}/{signal}/!data", value)
        while not stop.wait(0.05):
            time.sleep(0)

    def _data(self, signal: str) -> np.ndarray[Any, np.dtype[Any]]:
        of = self._of
        amperes = of.signal.amperes.astype(np.float32)
        for at, count in of.faults.holes.items():
            amperes[at : at + count] = np.nan
        if signal == "s/i":
            return amperes
        if signal == "s/v":
            return np.full(len(amperes), of.volts, np.float32)
        return np.repeat(of.signal.bits & 1, 10)
