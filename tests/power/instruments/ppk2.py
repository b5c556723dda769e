"""A Power Profiler Kit II behind a pseudo-terminal: commands, metadata and sample words as the real one sends them.

Protocol: one byte of command and its arguments; metadata as `KEY: value` lines up to END; samples are little-endian
uint32: ADC 14 bits, range 3, unused 1, counter 6, digital inputs 8.
"""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tests.power.instruments.serial_instrument import SerialInstrument
from tests.power.instruments.signal import Signal

START, STOP, POWER, VOLTAGE, MODE, METADATA = 0x06, 0x07, 0x0C, 0x0D, 0x11, 0x19
LENGTHS = {START: 1, STOP: 1, POWER: 2, VOLTAGE: 3, MODE: 2, METADATA: 1, 0x20: 1, 0x25: 6}
# Of a calibrated instrument: shunts in ohms, gains near 1, offsets in ADC steps and amperes.
CALIBRATION = {
    "R": (1000.625, 101.6509, 10.1542, 0.94, 0.0429),
    "GS": (3.2, 0.41, -0.08, 0.011, 0.0007),
    "GI": (1.0021, 0.9987, 0.9992, 1.0031, 1.0102),
    "O": (161.4, 152.9, 144.2, 118.7, 74.8),
    "S": (1.1e-8, -3.3e-8, 2.1e-7, 4.0e-6, 2.4e-5),
    "I": (-1.2e-8, 6.1e-8, -5.9e-7, -9.1e-6, -4.4e-5),
    "UG": (1.0, 1.0, 1.0, 1.0, 1.0),
}
FULL_SCALE_A = (50e-6, 500e-6, 5e-3, 60e-3, 1.0)
STEP_V = 1.8 / 163840 * 4


@dataclass(frozen=True)
class Faults:
    """What goes wrong. lose: how many samples are missing, by index of the signal. cut: bytes, by byte number."""

    lose: dict[int, int] = field(default_factory=dict)
    cut: dict[int, int] = field(default_factory=dict)
    chunk_bytes: int = 4001  # odd: reads are torn inside a sample
    falls_silent_at: int | None = None


class SimulatedPpk2(SerialInstrument):
    """`with SimulatedPpk2(signal) as ppk2: ... ppk2.port`. speed: times the real rate.

    Behind its end the signal keeps its last value.
    """

    def __init__(self, signal: Signal, faults: Faults | None = None, speed: float = 8.0) -> None:
        super().__init__()
        self.signal, self._faults, self._speed = signal, faults or Faults(), speed
        self.voltage_mv, self.mode, self.powered, self.measuring = 3000, 2, False, False
        self.commands: list[bytes] = []
        self.sent = 0  # samples of the signal
        self._words, self._origin = sample_words(signal, 3.3), 0
        self._lock = threading.Lock()
        self._commands, self._bytes_sent, self._started = bytearray(), 0, 0.0
        os.set_blocking(self._master, False)

    def play(self, signal: Signal) -> None:
        """From now on this signal, from its beginning."""
        words = sample_words(signal, self.voltage_mv / 1000)
        with self._lock:
            self.signal, self._words, self._origin = signal, words, self.taken

    def _serve(self) -> None:
        while not self._stopped.is_set():
            ready, _, _ = select.select([self._master], [], [], 0.002)
            if ready:
                with contextlib.suppress(OSError):
                    self._commands += os.read(self._master, 256)
            self._obey()
            if self.measuring:
                self._stream()

    def _obey(self) -> None:
        while self._commands and len(self._commands) >= (need := LENGTHS[self._commands[0]]):
            command = bytes(self._commands[:need])
            del self._commands[:need]
            self.commands.append(command)
            code = command[0]
            if code == VOLTAGE:
                self.voltage_mv = command[1] << 8 | command[2]
                self._words = sample_words(self.signal, self.voltage_mv / 1000)
            elif code == METADATA:
                self._write(self._metadata().encode())
            elif code == START:
                self.measuring, self.sent, self._started = True, 0, time.monotonic()
            elif code == STOP:
                self.measuring = False
            elif code == POWER:
                self.powered = command[1] == 1
            elif code == MODE:
                self.mode = command[1]

    def _metadata(self) -> str:
        lines = ["Calibrated: 1"]
        for name, values in CALIBRATION.items():
            lines += [f"{name}{index}: {value!r}" for index, value in enumerate(values)]
        lines += [f"VDD: {self.voltage_mv}", "HW: 9173", f"mode: {self.mode}", "IA: 56", "END"]
        return "\n".join(lines) + "\n"

    def _stream(self) -> None:
        due = self.taken
        silent = self._faults.falls_silent_at
        due = min(due, silent) if silent is not None else due
        count = min(due - self.sent, 20_000)
        if count <= 0:
            return
        indices = np.arange(self.sent, self.sent + count)
        sent = indices
        for start, lost in self._faults.lose.items():
            sent = sent[(sent < start) | (sent >= start + lost)]
        counters = (sent & 0x3F) << 18
        with self._lock:
            played = np.clip(sent - self._origin, -1, len(self._words) - 1)
            words = self._words[played]  # before the beginning: as at the end
        words = words | counters.astype(np.uint32)
        self.sent += count
        self._write_torn(words.astype("<u4").tobytes())

    @property
    def taken(self) -> int:
        """Samples since the start, sent or not."""
        return int((time.monotonic() - self._started) * self.signal.rate_hz * self._speed)

    def _write_torn(self, data: bytes) -> None:
        first = self._bytes_sent
        self._bytes_sent += len(data)
        for at, lost in self._faults.cut.items():
            if first <= at < first + len(data):
                data = data[: at - first] + data[at - first + lost :]
        for start in range(0, len(data), self._faults.chunk_bytes):
            self._write(data[start : start + self._faults.chunk_bytes])

    def _write(self, data: bytes) -> None:
        while data and not self._stopped.is_set():
            select.select([], [self._master], [], 0.1)
            with contextlib.suppress(BlockingIOError):
                data = data[os.write(self._master, data) :]


def sample_words(signal: Signal, volts: float) -> NDArray[np.uint32]:
    """(n,) words without counters: the range that fits, and the ADC field that the calibration makes the current of."""
    amperes = signal.amperes
    ranges = np.minimum(np.searchsorted(FULL_SCALE_A, amperes), len(FULL_SCALE_A) - 1)
    r, gs, gi, o, s, i, ug = (np.array(values)[ranges] for values in CALIBRATION.values())
    wanted = amperes / ug - s * volts - i  # = gs x^2 + gi x
    x = wanted / gi
    for _ in range(4):
        x = x - (gs * x * x + gi * x - wanted) / (2 * gs * x + gi)
    noise = np.random.default_rng(7).uniform(
        -0.5, 0.5, len(x)
    )  # of half a step, as analogue noise dithers
    adc = np.rint(x * r / STEP_V + o / 4 + noise)
    field_ = np.clip(adc, 0, 0x3FFE).astype(np.uint32)
    words = np.bitwise_or(field_, (ranges << 14).astype(np.uint32))
    return np.asarray(words | signal.bits.astype(np.uint32) << 24, np.uint32)
