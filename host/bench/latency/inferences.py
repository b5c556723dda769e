"""Takes inferences from a board, one after the other: of its camera, or of images that it is given."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from host.base.boards import VIRTUAL
from host.base.errors import HostError
from host.base.records import Message
from host.bench.latency.pictures import Picture
from host.bench.latency.tables import Inference
from host.link.fault_advice import fault_line
from host.link.messages import Fault, Hello, Mode, Profile, Result, Setting
from host.link.sequence import Losses

Clock = Callable[[], float]
SILENT_S = 10.0  # a board that says nothing for so long will not speak again
SLOW = 6  # times as long: a busy computer runs a virtual board at a tenth of its speed
POLL_S = 0.25
MOST_FAULTS = 100

M = TypeVar("M", bound=Message)


class Board(Protocol):
    """What is measured: a Device, or a recording that is played (host/recording/played.py)."""

    hello: Hello

    @property
    def name(self) -> str:
        """The port's."""

    @property
    def losses(self) -> Losses:
        """So far."""

    def receive(self, timeout_s: float) -> Message | None:
        """The next message."""

    def set_mode(self, mode: Mode) -> None:
        """What it does from here on."""

    def set(self, setting: Setting, value: int) -> None:
        """One setting."""

    def greet(self) -> Hello:
        """Asks it who it is by now; `hello` is the answer."""

    def inject(self, image: NDArray[np.uint8]) -> Result:
        """One inference of a picture."""


class Listener:
    """Waits for messages of one kind; keeps the faults that it hears meanwhile."""

    def __init__(self, device: Board, clock: Clock) -> None:
        self._device, self._clock = device, clock
        self.faults: list[str] = []

    def next(self, kind: type[M]) -> M:
        """The next message of that kind. Raises HostError when none comes for SILENT_S (virtual: SLOW times it)."""
        patience_s = SILENT_S * (SLOW if self._device.hello.board == VIRTUAL else 1)
        end = self._clock() + patience_s
        while self._clock() < end:
            message = self._device.receive(POLL_S)
            if isinstance(message, kind):
                return message
            if isinstance(message, Fault) and len(self.faults) < MOST_FAULTS:
                self.faults.append(fault_line(message))
        silence = f"{self._device.name}: no {kind.__name__} in {patience_s:.0f} s"
        if self.faults:
            raise HostError(f"{silence}; {self.faults[-1]}")
        raise HostError(silence, "press the board's reset button once")


def camera_inferences(
    device: Board, clock: Clock, mode: Mode, listener: Listener
) -> Iterator[Inference]:
    """For ever. mode: STREAM (frames and results) or RESULTS. The first has no host_ms: it is 0."""
    device.set_mode(mode)
    first = before = None
    while True:
        result = listener.next(Result)
        now = clock()
        first = now if first is None else first
        since = 0.0 if before is None else 1000 * (now - before)
        before = now
        yield _inference(result, now - first, since, "")


def injected_inferences(
    device: Board, clock: Clock, pictures: Sequence[Picture]
) -> Iterator[Inference]:
    """For ever, the pictures in turn. host_ms: from the first byte sent to the result's arrival."""
    first = None
    for picture in itertools.cycle(pictures):
        start = clock()
        result = device.inject(picture.image)
        now = clock()
        first = now if first is None else first
        yield _inference(result, now - first, 1000 * (now - start), picture.name)


@dataclass(frozen=True)
class LayerCycles:
    """cycles: of each layer, in the packed model's order."""

    frame: int
    cycles: tuple[int, ...]


def profiled_inferences(
    device: Board, count: int, pictures: Sequence[Picture], listener: Listener, mode: Mode
) -> Generator[LayerCycles, None, None]:
    """`count` inferences while the board profiles, which costs it some reads of its clock. No pictures: camera."""
    device.set(Setting.PROFILE, 1)
    try:
        if not pictures:
            device.set_mode(mode)
        turns = itertools.cycle(pictures)
        for _ in range(count):
            if pictures:
                device.inject(next(turns).image)
            yield _profile(listener)
    finally:
        device.set(Setting.PROFILE, 0)


def _profile(listener: Listener) -> LayerCycles:
    profile = listener.next(Profile)
    if not profile.cycles or len(profile.cycles) % 4:
        raise HostError(
            f"a Profile of {len(profile.cycles)} bytes: the firmware is of another version"
        )
    return LayerCycles(profile.frame, tuple(np.frombuffer(profile.cycles, "<u4").tolist()))


def _inference(result: Result, arrived_s: float, host_ms: float, image: str) -> Inference:
    return Inference(
        frame=result.frame,
        arrived_s=arrived_s,
        capture_cycles=result.capture_cycles,
        preprocess_cycles=result.preprocess_cycles,
        inference_cycles=result.inference_cycles,
        send_cycles=result.send_cycles,
        period_cycles=result.period_cycles,
        host_ms=host_ms,
        image=image,
    )
