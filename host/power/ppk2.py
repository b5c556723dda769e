"""Nordic's Power Profiler Kit II through ppk2lab (MIT): 100,000 samples a second, eight digital inputs beside each."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.power.meter import Block, MarkerInput, MeterInfo

RATE_HZ = 100_000
SAMPLES_AT_ONCE = 4096
SILENT_S = 2.0  # it sends without a pause
LOWEST_V, HIGHEST_V = 0.8, 5.0
ADC_MASK, RANGE_SHIFT, RANGE_MASK, LOGIC_SHIFT = 0x3FFF, 14, 7, 24  # of a sample's word
ADC_STEPS = 4  # the driver's: the field counts in steps of 4
CONNECT = "connect its USB port and switch it on, or name its port with --meter ppk2:PORT"


class Ppk2:
    """An open PPK2. source: it supplies the board; else the board has a supply of its own ("ampere meter")."""

    def __init__(self, port: str, source: bool) -> None:
        """port: its serial port, empty for the one that is plugged in."""
        self._library = _library()
        self._source = source
        self._events: Any = None
        self._lost_ahead = 0  # samples that are missing in front of the next block
        try:
            self._device = self._library.PPK2.open(port=port or None, simulate=False)
        except self._library.Ppk2labError as error:
            raise _host_error(error) from error
        self.info = MeterInfo(
            name="Nordic PPK2",
            serial_number=self._device.info.serial_number or "unknown",
            rate_hz=RATE_HZ,
            marker=MarkerInput.LEVEL,
            settings={
                "meter mode": "source meter" if source else "ampere meter",
                "meter calibrated": "yes" if self._device.metadata.calibrated else "NO",
                "meter driver": f"ppk2lab {self._library.__version__}",
            },
        )

    def start(self, supply_volt: float) -> None:
        """Sets the mode and the voltage, powers the board when it is the source, and begins to stream."""
        if not LOWEST_V <= supply_volt <= HIGHEST_V:
            raise HostError(f"a PPK2 gives {LOWEST_V} to {HIGHEST_V} V, not {supply_volt:g} V")
        modes = self._library.Mode
        try:
            self._device.set_mode(modes.SOURCE if self._source else modes.AMPERE)
            self._device.set_source_voltage_mv(round(supply_volt * 1000))
            if self._source:
                self._device.set_dut_power(True)
            self._table = calibration_table(self._device.calibration)
            self._supply_v = supply_volt
            self._events = self._device.stream(idle_timeout_s=SILENT_S)
        except self._library.Ppk2labError as error:
            raise _host_error(error) from error

    def read(self, timeout_s: float) -> Block | None:
        """Some thousand samples, fewer in front of a gap. A silent instrument is an error after SILENT_S."""
        end = time.monotonic() + timeout_s
        lost, self._lost_ahead = self._lost_ahead, 0
        words: list[NDArray[np.uint32]] = []
        count = 0
        while count < SAMPLES_AT_ONCE and time.monotonic() < end:
            event = self._next()
            if hasattr(event, "words"):
                words.append(np.frombuffer(event.words, np.uint32))
                count += len(event)
                continue
            missing = event.missing or 1  # of unknown length when the framing was lost
            if words:
                self._lost_ahead = missing
                break
            lost += missing
        if not words:
            self._lost_ahead = lost
            return None
        return self._block(np.concatenate(words), lost)

    def _next(self) -> Any:
        if self._events is None:
            raise HostError("the PPK2 does not measure", "start() comes first")
        try:
            return next(self._events)
        except self._library.Ppk2labError as error:
            raise _host_error(error) from error
        except StopIteration as error:
            raise HostError(
                "the PPK2 stopped by itself", "unplug it and plug it in again"
            ) from error

    def _block(self, words: NDArray[np.uint32], lost: int) -> Block:
        current, valid = amperes(words, self._table, self._supply_v)
        bits = (words >> LOGIC_SHIFT).astype(np.uint8)
        bad = int(len(words) - np.count_nonzero(valid))
        return Block(current[valid], bits[valid], lost + bad)

    def stop(self) -> None:
        """Ends the stream and takes the supply from the board."""
        if self._events is not None:
            self._events.close()
            self._events = None

    def close(self) -> None:
        """As before: not measuring, no supply."""
        self.stop()
        self._device.close()


def calibration_table(calibration: Any) -> NDArray[np.float64]:
    """(8, 7): resistance, GS, GI, O, S, I, UG of each range, of the instrument's own memory; NaN where it has none."""
    table = np.full((RANGE_MASK + 1, 7), np.nan)
    for index, of in enumerate(calibration.ranges):
        if of is not None:
            table[index] = (of.r, of.gs, of.gi, of.o, of.s, of.i, of.ug)
    return table


def amperes(
    words: NDArray[np.uint32], table: NDArray[np.float64], supply_volt: float
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Samples -> (current, valid), each (n,), by ppk2lab's formula.

    Not valid: a range that does not exist, or the converter at its end.
    """
    field = words & ADC_MASK
    r, gs, gi, o, s, i, ug = table[(words >> RANGE_SHIFT) & RANGE_MASK].T
    x = (field.astype(np.float64) * ADC_STEPS - o) * (1.8 / 163840) / r
    current = ug * (x * (gs * x + gi) + s * supply_volt + i)
    valid = np.isfinite(current) & (field != ADC_MASK)
    return current.astype(np.float32), valid


def _library() -> Any:
    import ppk2lab

    return ppk2lab


def _host_error(error: Any) -> HostError:
    if error.code == "DEVICE_NOT_FOUND" and "multiple" not in error.message:
        return HostError(
            "no Power Profiler Kit II is plugged in (USB 1915:c00a)", f"{CONNECT} ({error.message})"
        )
    if error.code in ("PORT_BUSY", "PERMISSION_DENIED"):
        return HostError(
            f"the PPK2 cannot be opened ({error.message})",
            "close the program that holds it, often nRF Connect's Power Profiler; on Linux "
            "your user must be in the group dialout",
        )
    remedy = error.remediation.split(". ")[0].rstrip(".")
    return HostError(f"PPK2: {error.message}", remedy)
