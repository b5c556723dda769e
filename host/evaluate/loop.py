"""Every picture through a board, and its answers held against the PC's, byte by byte."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from host.base.errors import HostError
from host.evaluate.journal import Answer, Journal
from host.link.client import RefusedError
from host.link.device import Device
from host.link.line import NoAnswerError
from host.link.messages import Status

PATIENCE_S = 120.0  # without its port: time to find the cable
SILENT_S = 10.0  # without an answer over a port that is there: time to restart
PAUSE_S = 0.5


class Board(Protocol):
    """Something that infers pictures. Raises NoAnswerError while it is away."""

    @property
    def connected(self) -> bool:
        """False while its port is away."""

    def infer(self, image: NDArray[np.uint8]) -> Answer:
        """image: uint8 [height, width, channels], as the model's input."""


@dataclass(frozen=True)
class Looped:
    """raw: int8 [N, scores], the board's. cycles: int64 [N]. different: the pictures whose bytes differ from the PC's.
    earlier: how many answers were kept from a run that was cut off."""

    raw: NDArray[np.int8]
    cycles: NDArray[np.int64]
    different: tuple[int, ...]
    earlier: int

    @property
    def line(self) -> str:
        """Equality in one line."""
        count = len(self.raw)
        if not self.different:
            return (
                f"the board equals the PC's reference on all {count} pictures: "
                f"{self.raw.size} of {self.raw.size} score bytes"
            )
        return f"THE BOARD DIFFERS from the PC's reference on {len(self.different)} of {count} pictures"


class ConnectedBoard:
    """A Device that must run one model throughout. model_hash: as in Hello; it may restart with another."""

    def __init__(self, device: Device, model_hash: int) -> None:
        self._device, self._model_hash = device, model_hash

    @property
    def connected(self) -> bool:
        """False while the port is being opened again."""
        return self._device.connected

    def infer(self, image: NDArray[np.uint8]) -> Answer:
        """Raises HostError when the board runs another model by now."""
        hello = self._device.hello
        if hello.model_hash != self._model_hash:
            raise HostError(
                f"the board restarted with another model, {hello.model or 'none'} "
                f"({hello.model_hash:08x})",
                "repeat the command with --send",
            )
        result = self._device.inject(image)
        return Answer(result.scores, result.inference_cycles)


def run_loop(
    board: Board,
    images: NDArray[np.uint8],
    expected: NDArray[np.int8],
    journal: Journal,
    progress: Callable[[int], None],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Looped:
    """images: uint8 [N, height, width, channels]; expected: int8 [N, scores], the PC's. progress: pictures done.

    Raises HostError when the board stays away for PATIENCE_S, or is silent for SILENT_S; the journal knows what was
    answered.
    """
    raw = np.zeros_like(expected)
    cycles = np.zeros(len(images), np.int64)
    earlier = 0
    for index, image in enumerate(images):
        answer = journal.find(image)
        earlier += answer is not None
        if answer is None:
            answer = _patiently(board, image, clock, sleep, index, len(images))
            journal.add(image, answer)
        if len(answer.raw) != expected.shape[1]:
            raise HostError(
                f"the board gave {len(answer.raw)} scores, the model has {expected.shape[1]}: it "
                "runs another model",
                "repeat the command with --send",
            )
        raw[index] = np.frombuffer(answer.raw, np.int8)
        cycles[index] = answer.cycles
        progress(index + 1)
    different = tuple(int(i) for i in np.flatnonzero(np.any(raw != expected, axis=1)))
    return Looped(raw, cycles, different, earlier)


def _patiently(
    board: Board,
    image: NDArray[np.uint8],
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    done: int,
    total: int,
) -> Answer:
    """Asks again while the cable is out or the board restarts."""
    began = clock()
    while True:
        try:
            return board.infer(image)
        except NoAnswerError as error:
            last: HostError = error
        except RefusedError as refused:
            if refused.answer.status not in (Status.BUSY, Status.BAD_VALUE):
                raise  # a board that restarts is busy, or has forgotten the first pieces
            last = refused
        if clock() - began >= (SILENT_S if board.connected else PATIENCE_S):
            raise HostError(
                f"the board stopped answering after {done} of {total} pictures ({last})",
                f"{'reset it' if board.connected else 'plug it in'} and repeat the command with the "
                "same --output to go on from there",
            ) from last
        sleep(PAUSE_S)
