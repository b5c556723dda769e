"""A board that is held under a simulated PPK2: it obeys Hold by letting the instrument play a signal of that state."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from host.base.records import Message
from host.link.messages import Ack, Fault, FaultCode, Held, Hello, Hold, HoldEnd, Mode, PowerState
from tests.power.instruments.ppk2 import SimulatedPpk2
from tests.power.instruments.signal import Signal, inferences

CLOCK_HZ = 64_000_000
HELLO = Hello(
    layout_hash=0, protocol_version=1, mode=0, last_fault=0, clock_hz=CLOCK_HZ, model_hash=0xABCD, arena_bytes=1,
    input_height=96, input_width=96, input_channels=1, output_zero_point=0, score_count=2, score_meaning=0,
    instruction_cache=1, dcdc=0, clock_divider=11, data_swap=1, colour_bars=0, output_scale=1.0,
    device_serial=0x1234, firmware="test",
    board="nano33ble", compiler="gcc", model="person", labels=b"no person\nperson",
)  # fmt: skip
AMPERES = {
    PowerState.SLEEP: 0.0003,
    PowerState.IDLE: 0.0009,
    PowerState.CAMERA_ON: 0.0127,
    PowerState.CAPTURE: 0.0183,
    PowerState.SEND: 0.007,
}


class HeldDevice:
    """What LiveRig uses of a Device. spoil: changes a Held before it is sent."""

    name = "/dev/test"
    hello = HELLO

    def __init__(
        self, meter: SimulatedPpk2, spoil: Callable[[Held], Message] = lambda held: held
    ) -> None:
        self._meter, self._spoil = meter, spoil
        self._ends_at, self._held = 0.0, Held(0, 0, 0, 0, 0, 0)
        self._pending = False
        self.played: list[tuple[PowerState, Signal]] = []

    def set_mode(self, mode: Mode) -> None:
        """Only IDLE is requested."""
        assert mode is Mode.IDLE

    def command(self, command: Message) -> Ack:
        """Hold."""
        assert isinstance(command, Hold)
        state, seconds = PowerState(command.state), command.duration_ms / 1000
        signal = signal_of(state, seconds)
        self.played.append((state, signal))
        self._meter.play(signal)
        length_s = len(signal) / signal.rate_hz
        high = int((signal.bits & 1).sum())
        repetitions = len(signal.edges[0]) if state is PowerState.INFERENCE else 5
        self._held = Held(
            int(state), int(HoldEnd.COMPLETE), repetitions, round(length_s * 1e6),
            round(length_s * CLOCK_HZ), round(high / signal.rate_hz * CLOCK_HZ),
        )  # fmt: skip
        self._ends_at, self._pending = time.monotonic() + length_s, True
        return Ack(Hold.ID, 0, 0, 0)

    def receive(self, timeout_s: float) -> Message | None:
        """Held, when its time has come."""
        time.sleep(min(timeout_s, max(0.0, self._ends_at - time.monotonic())))
        if self._pending and time.monotonic() >= self._ends_at:
            self._pending = False
            return self._spoil(self._held)
        return None

    def close(self) -> None:
        """Nothing to free."""


def signal_of(state: PowerState, seconds: float) -> Signal:
    """What a board would draw so long."""
    if state is PowerState.INFERENCE:
        return inferences(int(seconds / 0.021), high_s=0.020, low_s=50e-6, rest_s=0.002)
    count = round(seconds * 100_000)
    return Signal(100_000, np.full(count, AMPERES[state]), np.zeros(count, np.uint8))


def camera_fault(held: Held) -> Message:
    """In place of a Held."""
    return Fault(int(FaultCode.CAMERA_NO_VSYNC), 0, 0, b"no frame start")
