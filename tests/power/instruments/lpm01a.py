"""An X-NUCLEO-LPM01A behind a pseudo-terminal: its text commands, and energies of a known signal as decimal text."""

from __future__ import annotations

import os
import select
from dataclasses import dataclass, field

import numpy as np

from tests.power.instruments.serial_instrument import SerialInstrument
from tests.power.instruments.signal import Signal

VALUES_A_TURN = 50
TIMESTAMP_EVERY = 250  # values


@dataclass(frozen=True)
class Faults:
    """lose: values that never arrive, by index. tear: a value of which half arrives. complain_at: overcurrent."""

    lose: dict[int, int] = field(default_factory=dict)
    tear: int | None = None
    complain_at: int | None = None
    mute: bool = False
    refuses: str = ""


class SimulatedLpm01a(SerialInstrument):
    """`with SimulatedLpm01a(signal, volts) as meter: ... meter.port`. signal: at the meter's rate, marker in bit 0."""

    def __init__(self, signal: Signal, volts: float, faults: Faults | None = None) -> None:
        super().__init__()
        self.orders: list[str] = []
        self._faults = faults or Faults()
        self._energies = signal.amperes * volts / signal.rate_hz
        self._falls = set(signal.edges[1].tolist())
        self._rate_hz = signal.rate_hz
        self._sent = 0
        self._acquiring = False
        self._received = b""

    def _serve(self) -> None:
        while not self._stopped.is_set():
            ready, _, _ = select.select([self._master], [], [], 0.001)
            if ready:
                self._received += os.read(self._master, 256)
            *lines, self._received = self._received.split(b"\r\n")
            for line in lines:
                self._obey(line.decode())
            if self._acquiring:
                self._values()

    def _obey(self, order: str) -> None:
        self.orders.append(order)
        if self._faults.mute:
            return
        if self._faults.refuses and order.startswith(self._faults.refuses):
            self._say(f"PowerShield > error {order} unknown parameter")
            return
        self._say(f"PowerShield > ack {order}{' 1.0.6' if order == 'version' else ''}")
        if order == "start":
            self._acquiring = True
        if order == "stop":
            self._acquiring = False
            self._say("PowerShield > Acquisition completed")

    def _values(self) -> None:
        text = ""
        for index in range(self._sent, min(self._sent + VALUES_A_TURN, len(self._energies))):
            if index % TIMESTAMP_EVERY == 0:
                seconds, milliseconds = divmod(round(index / self._rate_hz * 1000), 1000)
                text += f"TimeStamp: {seconds:03d}s {milliseconds:03d}ms, buff 00%\r\n"
            if index in self._falls:
                text += f"event {index} ris\r\n"
            if index == self._faults.complain_at:
                text += "error: Overcurrent >59mA, dynamic acquisition stopped\r\n"
            if any(at <= index < at + n for at, n in self._faults.lose.items()):
                continue
            value = decimal(float(self._energies[index]))
            text += f"{value[:3] if index == self._faults.tear else value}\r\n"
        self._sent = min(self._sent + VALUES_A_TURN, len(self._energies))
        if text:
            self._say(text.removesuffix("\r\n"))

    def _say(self, text: str) -> None:
        os.write(self._master, f"{text}\r\n".encode())


def decimal(value: float) -> str:
    """6409-07 for 640.9e-6: four digits and a power of ten."""
    if value <= 0:
        return "0000+00"
    exponent = int(np.floor(np.log10(value))) - 3
    digits = round(value / 10.0**exponent)
    if digits == 10_000:
        digits, exponent = 1000, exponent + 1
    return f"{digits:04d}{exponent:+03d}"
