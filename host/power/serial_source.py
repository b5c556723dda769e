"""Lines of numbers from a serial port: an INA219 or INA226 behind a second board. Slow, and blind to the marker.

A header line (time_ms,voltage_v,current_ma) names the columns; without one they are current in mA, or time in ms and
current, or time, volts and current. Values are held until the next on an even time line of LINE_HZ.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import numpy as np
import serial

from host.base.errors import HostError
from host.power.columns import Columns, default_columns, header_names, is_header, parse_header
from host.power.meter import Block, MarkerInput, MeterInfo
from host.power.serial_port import open_serial

LINE_HZ = 1000
MOST_LINE_BYTES = 512
LONGEST_STEP_S = 0.5  # more between two lines: samples were lost
FIRST_LINE_S = 5.0
MOST_A, MOST_S = 100.0, 1e9  # beyond them a line is noise
LONGEST_SILENCE_S = 60.0


class LineClock:
    """Lines -> samples held on an even time line."""

    def __init__(self, where: str, now: Callable[[], float]) -> None:
        self._where, self._now = where, now
        self._columns: Columns | None = None
        self._last: tuple[float, float, float] | None = None  # time s, amperes, volts
        self._position_s = 0.0

    @property
    def measures_voltage(self) -> bool:
        """Known after the first line."""
        return self._columns is not None and self._columns.voltage is not None

    def take(self, line: str) -> Block | None:
        """The samples up to this line; None for the first, for headers and for noise."""
        text = line.strip()
        if not text or text.startswith("#"):
            return None
        if is_header(text):
            with contextlib.suppress(HostError):  # noise, or the end of a header that was torn
                self._columns = parse_header(header_names(text), self._where)
            return None
        if self._columns is None:
            self._columns = default_columns(text.count(",") + 1, self._where)
        values = self._values(text)
        return None if values is None else self._advance(*values)

    def _values(self, text: str) -> tuple[float, float, float] | None:
        columns = self._columns
        fields = text.split(",")
        if columns is None or len(fields) != columns.count:
            return None  # a torn line; the time shows the hole
        try:
            amperes = float(fields[columns.current.column]) * columns.current.scale
            at = columns.time
            moment = float(fields[at.column]) * at.scale if at else self._now()
            of = columns.voltage
            volts = float(fields[of.column]) * of.scale if of else float("nan")
        except ValueError:
            return None
        return (moment, amperes, volts) if abs(amperes) < MOST_A and abs(moment) < MOST_S else None

    def _advance(self, moment: float, amperes: float, volts: float) -> Block | None:
        before, self._last = self._last, (moment, amperes, volts)
        if before is None:
            self._position_s = moment
            return None
        if moment < before[0]:
            raise HostError(f"{self._where}: the time goes backwards: the second board restarted")
        if moment - before[0] > LONGEST_STEP_S:
            if moment - before[0] > LONGEST_SILENCE_S:
                raise HostError(f"{self._where}: no value for more than {LONGEST_SILENCE_S:.0f} s")
            lost = round((moment - self._position_s) * LINE_HZ)
            self._position_s = moment
            return self._block(0, before, max(1, lost))
        count = int((moment - self._position_s) * LINE_HZ + 1e-6)
        self._position_s += count / LINE_HZ
        return self._block(count, before, 0)

    def _block(self, count: int, held: tuple[float, float, float], lost: int) -> Block | None:
        if not count and not lost:
            return None
        current = np.full(count, held[1], np.float32)
        volts = np.full(count, held[2], np.float32) if self.measures_voltage else None
        return Block(current, np.empty(0, np.uint8), lost, volts)


class SerialSource:
    """A port that sends such lines. It supplies nothing."""

    def __init__(self, port: str, baud: int) -> None:
        self._port = open_serial(port, baud, timeout_s=0.05)
        self._where, self._bytes = port, bytearray()
        self._lines = LineClock(port, time.monotonic)
        self.info = MeterInfo(
            name=f"serial source {port}",
            serial_number="unknown",
            rate_hz=LINE_HZ,
            marker=MarkerInput.NONE,
            settings={"meter lines": f"held on a time line of {LINE_HZ} Hz", "baud": str(baud)},
        )

    def start(self, supply_volt: float) -> None:
        """Waits for the first lines. Raises HostError when nothing that looks like them comes."""
        self._port.reset_input_buffer()
        self._bytes.clear()
        end = time.monotonic() + FIRST_LINE_S
        while self.read(0.1) is None:
            if time.monotonic() > end:
                raise HostError(
                    f"{self._where} sends no numbers",
                    "check --baud and what the second board prints (time_ms,voltage_v,current_ma)",
                )

    def read(self, timeout_s: float) -> Block | None:
        """The samples up to the next line."""
        end = time.monotonic() + timeout_s
        while True:
            while b"\n" in self._bytes:
                line, _, rest = bytes(self._bytes).partition(b"\n")
                self._bytes = bytearray(rest)
                block = self._lines.take(line.decode("utf-8", errors="replace"))
                if block is not None:
                    return block
            if len(self._bytes) > MOST_LINE_BYTES:
                self._bytes.clear()  # noise without an end
            if time.monotonic() > end:
                return None
            try:
                self._bytes += self._port.read(self._port.in_waiting or 1)
            except (serial.SerialException, OSError) as error:
                raise HostError(
                    f"{self._where} is gone", "plug the second board in again"
                ) from error

    def stop(self) -> None:
        """It goes on by itself."""

    def close(self) -> None:
        """Frees the port."""
        self._port.close()
