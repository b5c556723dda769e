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
from host.link.line import NoAnswerError
from host.link.messages import Fault, Hello, Mode, Pong, Profile, Result, Setting
from host.link.sequence import Losses
from host.recording.played import PlayedBoard

Clock = Callable[[], float]
SILENT_S = 10.0  # a board that says nothing for so long will not speak again
SLOW = 6  # times as long, for a virtual board that a busy computer runs at a tenth of its speed
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

    def pong(self, tries: int) -> tuple[Pong, float]:
        """How far its clock is, and the seconds that the answer took."""


class Listener:
    """Waits for messages of one kind; keeps the faults that come meanwhile."""

    def __init__(self, device: Board, clock: Clock) -> None:
        self._device, self._clock = device, clock
        self.faults: list[str] = []

    def next(self, kind: type[M]) -> M:
        """The next message of that kind. Raises HostError when none comes for SILENT_S of the board's own time.

        A virtual board is asked how far it is: a busy computer runs it slowly, but never SLOW times as slowly.
        """
        began, virtual = self._clock(), self._device.hello.board == VIRTUAL
        asks = virtual and not isinstance(self._device, PlayedBoard)
        patience_s = SILENT_S * (SLOW if virtual else 1)
        pinged_at, first = began, None
        while (now := self._clock()) - began < patience_s:
            if asks and now - pinged_at >= SILENT_S / 2:
                pinged_at, cycles = now, self._cycles(kind, began)
                if first is not None and self._is_silent(cycles - first):
                    break
                first = cycles if first is None else first
            message = self._device.receive(POLL_S)
            if isinstance(message, kind):
                return message
            if isinstance(message, Fault) and len(self.faults) < MOST_FAULTS:
                self.faults.append(fault_line(message))
        raise self._silence(kind, now - began)

    def _cycles(self, kind: type[Message], began: float) -> int:
        """How long the board's CPU has been awake."""
        try:
            return self._device.pong(tries=1)[0].device_cycles
        except NoAnswerError:
            waited_s = self._clock() - began
            raise self._silence(kind, waited_s, ", nor an answer to Ping") from None

    def _is_silent(self, cycles: int) -> bool:
        """Whether it ran for long enough since it was asked first; 0: it stands still, and answers nevertheless."""
        return cycles == 0 or cycles >= SILENT_S / 2 * self._device.hello.clock_hz

    def _silence(self, kind: type[Message], waited_s: float, more: str = "") -> HostError:
        silence = f"{self._device.name}: no {kind.__name__} in {waited_s:.0f} s{more}"
        if self.faults:
            return HostError(f"{silence}; {self.faults[-1]}")
        return HostError(
            silence, "press the board's reset button once, or start a virtual one again"
        )


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
        overlapped_cycles=result.overlapped_cycles,
        age_cycles=result.age_cycles,
    )
