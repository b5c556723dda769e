"""Joulescope JS220 and JS110 through pyjoulescope_driver (Apache-2.0): current, voltage and a digital input.

Its driver publishes one stream a signal, each with the number of its first sample; they are brought together here by
those numbers. A JS110 carries its input 0 in the lowest bit of the current, which is asked for.
"""

from __future__ import annotations

import contextlib
import queue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.power.meter import Block, MarkerInput, MeterInfo

CURRENT, VOLTAGE, MARKER = "s/i", "s/v", "s/gpi/0"
SIGNALS = (CURRENT, VOLTAGE, MARKER)
WAITING_BLOCKS = 4096
MOST_MISSING_S = 5.0
DRIVER_ERRORS = (RuntimeError, TimeoutError, ValueError, OSError)
Values = NDArray[np.float32]


def load_driver() -> Any:
    """The maker's module. Raises HostError when it is not installed."""
    import pyjoulescope_driver

    return pyjoulescope_driver


class Joulescope:
    """An open Joulescope. It measures the supply, it is none."""

    def __init__(self, module: Any, serial_number: str, rate_hz: int) -> None:
        """module: pyjoulescope_driver. serial_number: empty for the one that is plugged in."""
        self._driver = module.Driver()
        try:
            self._path = _find(list(self._driver.device_paths()), serial_number)
            self._driver.open(self._path, "defaults")
        except HostError:
            self._driver.finalize()
            raise
        except DRIVER_ERRORS as error:
            self._driver.finalize()
            raise HostError(
                f"the Joulescope cannot be opened ({error})",
                "close the Joulescope UI, which holds it",
            ) from error
        self._queue: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue(WAITING_BLOCKS)
        self._streams = Streams(rate_hz)
        self._taken = self._take  # bound once: the driver compares functions by identity
        self._running = False
        _, model, number = self._path.split("/")
        self.info = MeterInfo(
            name=f"Joulescope {model.upper()}",
            serial_number=number,
            rate_hz=rate_hz,
            marker=MarkerInput.LEVEL,
            measures_voltage=True,
            settings={"meter driver": f"pyjoulescope_driver {module.__version__}"},
        )

    def start(self, supply_volt: float) -> None:
        """The supply is somebody else's; its voltage is measured."""
        is_js110 = "js110" in self._path
        settings: list[tuple[str, object]] = [("h/fs", int(self.info.rate_hz))]
        if is_js110:
            settings += [("s/i/range/select", "auto"), ("s/v/range/select", "15 V")]
            settings += [("s/i/lsb_src", "gpi0"), ("s/extio/voltage", "3.3V")]
        else:
            settings += [("s/i/range/mode", "auto"), ("s/v/range/mode", "auto")]
        self._running = True
        for topic, value in settings:
            self._publish(topic, value)
        for signal in SIGNALS:
            self._driver.subscribe(f"{self._path}/{signal}/!data", ["pub"], self._taken)
        for signal in SIGNALS:
            self._publish(f"{signal}/ctrl", 1)

    def read(self, timeout_s: float) -> Block | None:
        """What all three signals cover."""
        while True:
            block = self._streams.ready()
            if block is not None:
                return block
            try:
                topic, value = self._queue.get(timeout=timeout_s)
            except queue.Empty:
                return None
            self._streams.add(topic, value)

    def stop(self) -> None:
        """Ends the streams."""
        if not self._running:
            return
        self._running = False
        for signal in SIGNALS:
            with contextlib.suppress(HostError):
                self._publish(f"{signal}/ctrl", 0)
            self._driver.unsubscribe(f"{self._path}/{signal}/!data", self._taken)

    def close(self) -> None:
        """Gives it back."""
        if self._driver is None:
            return
        self.stop()
        with contextlib.suppress(*DRIVER_ERRORS):  # it may have been unplugged
            self._driver.close(self._path)
        self._driver.finalize()
        self._driver = None

    def _take(self, topic: str, value: dict[str, Any]) -> None:
        """On the driver's thread. A block that finds no room shows as a gap in the numbers."""
        signal = topic.removeprefix(f"{self._path}/").removesuffix("/!data")
        with contextlib.suppress(queue.Full):
            self._queue.put_nowait((signal, value))

    def _publish(self, topic: str, value: object) -> None:
        try:
            self._driver.publish(f"{self._path}/{topic}", value)
        except DRIVER_ERRORS as error:
            raise HostError(
                f"the Joulescope does not take {topic} = {value} ({error})",
                "update its firmware with the Joulescope UI, or unplug it and plug it in again",
            ) from error


class Streams:
    """Three signals by sample number -> blocks. Positions count samples of rate_hz; what is missing is NaN here."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._parts: dict[str, Values] = {name: np.empty(0, np.float32) for name in SIGNALS}
        self._starts: dict[str, int | None] = dict.fromkeys(SIGNALS)
        self._lost = 0

    def add(self, signal: str, value: dict[str, Any]) -> None:
        """A block of the driver. Raises HostError when the numbers make no sense."""
        if signal not in self._parts:
            return
        factor = int(value["decimate_factor"]) or 1
        own_hz = int(value["sample_rate"]) // factor
        data = samples_of(signal, value["data"])
        each = max(1, own_hz // self._rate_hz)  # a digital input may come faster than the current
        first = int(value["sample_id"]) // factor
        skipped = -first % each
        data, position = data[skipped::each], (first + skipped) // each
        start = self._starts[signal]
        missing = 0 if start is None else position - start - len(self._parts[signal])
        if missing < 0 or missing > MOST_MISSING_S * self._rate_hz:
            raise HostError(
                f"the Joulescope's samples jump by {missing}", "use another USB port or cable"
            )
        if start is None:
            self._starts[signal] = position
        hole = np.full(missing, np.nan, np.float32)
        self._parts[signal] = np.concatenate([self._parts[signal], hole, data])

    def ready(self) -> Block | None:
        """What all signals cover, up to the next hole."""
        starts = [start for start in self._starts.values() if start is not None]
        if len(starts) < len(SIGNALS):
            return None
        start = max(starts)
        for name in SIGNALS:
            of = self._starts[name] or 0
            self._drop(name, min(start - of, len(self._parts[name])))
        count = min(map(len, self._parts.values()))
        if not count:
            return None
        rows = np.stack([self._parts[name][:count] for name in SIGNALS])
        valid = np.atleast_1d(~np.isnan(rows).any(axis=0))
        bad = count if not valid.any() else int(valid.argmax())
        rest = valid[bad:]
        good = len(rest) if rest.all() else int(rest.argmin())
        for name in SIGNALS:
            self._drop(name, bad + good)
        self._lost += bad
        if not good:
            return None
        lost, self._lost = self._lost, 0
        current, voltage, marker = rows[:, bad : bad + good]
        return Block(current, (marker > 0).astype(np.uint8), lost, voltage)

    def _drop(self, name: str, count: int) -> None:
        self._parts[name] = self._parts[name][count:]
        self._starts[name] = (self._starts[name] or 0) + count


def samples_of(signal: str, data: NDArray[Any]) -> Values:
    """float32; the driver packs eight samples of a digital input into a byte, the first one lowest."""
    if signal == MARKER:
        return np.unpackbits(np.asarray(data, np.uint8), bitorder="little").astype(np.float32)
    return np.asarray(data, np.float32)


def _find(paths: list[str], serial_number: str) -> str:
    fitting = [p for p in paths if p.lower().endswith(serial_number.lower())]
    if len(fitting) == 1:
        return fitting[0]
    if not paths:
        raise HostError(
            "no Joulescope is plugged in",
            "connect its USB port; on Linux install its udev rules (joulescope.com, "
            "99-joulescope.rules)",
        )
    if not fitting:
        raise HostError(f"no Joulescope {serial_number}; present: {', '.join(paths)}")
    raise HostError(
        f"{len(fitting)} Joulescopes", f"choose with --meter joulescope:SERIAL ({paths})"
    )
