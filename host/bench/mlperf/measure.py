"""What `python -m host.bench mlperf` does: a port, a dialogue, the pictures, and a mode."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from host.base.boards import VIRTUAL
from host.base.errors import HostError
from host.bench.mlperf.dialogue import Dialogue, Inference
from host.bench.mlperf.modes import (
    Accuracy,
    Graded,
    Performance,
    Say,
    measure_accuracy,
    measure_performance,
)
from host.bench.mlperf.pictures import Labelled, Shape, list_pictures, opened, read_input
from host.link.client import Client
from host.link.device import Device
from host.link.line import GUEST, Line
from host.link.messages import Hello
from host.link.transport import Port
from host.ports.open import Opening, PortOptions, port_opening
from host.recording.recorder import RecordingPort

if TYPE_CHECKING:
    from host.power.virtual_meter import VirtualMeter


@dataclass(frozen=True)
class Plan:
    """What is measured. data: a folder or zip of pictures, None for those that come along. limit: accuracy's pictures.

    seconds: of a window.
    """

    data: Path | None
    limit: int | None
    windows: int
    seconds: float


@dataclass(frozen=True)
class TextModeBoard:
    """An open dialogue, and what the board said of itself by packets before. guest: the virtual board's meter."""

    dialogue: Dialogue
    hello: Hello
    guest: VirtualMeter | None
    port: str
    name: str
    firmware: str

    @property
    def shape(self) -> Shape:
        """Of the model's input: height, width, channels."""
        return self.hello.input_height, self.hello.input_width, self.hello.input_channels


@contextlib.contextmanager
def text_mode_board(port: PortOptions, say: Say) -> Iterator[TextModeBoard]:
    """The board at that port; at the end it speaks packets again. A virtual one runs in this process."""
    with port_opening(port, say) as opening:
        if opening.playback is not None:
            raise HostError(
                f"{opening.playback.name} is a recording, it cannot take commands",
                "give --port a board; python -m host.recording export FILE --output DIR writes "
                "down what was said",
            )
        found = _guest(opening) if opening.choice.url == VIRTUAL else _connected(opening)
        with contextlib.closing(found.dialogue):
            yield found


def _connected(opening: Opening) -> TextModeBoard:
    with Device(opening.open(), timing=opening.timing) as device:
        hello = device.hello
    port = opening.open()
    return _introduced(Dialogue(port, time.monotonic), hello, None, port.name)


def _guest(opening: Opening) -> TextModeBoard:
    from host.power.virtual_meter import VirtualMeter
    from host.virtual.local_port import LocalPort
    from host.virtual.options import BoardOptions

    guest = LocalPort(options=BoardOptions(core_load=opening.core_load))
    meter = VirtualMeter(guest.board)
    port: Port = RecordingPort(guest, opening.recorder) if opening.recorder else guest
    hello = Client(Line(port, GUEST, guest.clock)).meet()
    return _introduced(Dialogue(port, guest.clock), hello, meter, port.name)


def _introduced(
    dialogue: Dialogue, hello: Hello, guest: VirtualMeter | None, port: str
) -> TextModeBoard:
    try:
        return TextModeBoard(dialogue, hello, guest, port, dialogue.name(), dialogue.profile()[0])
    except BaseException:
        dialogue.close()
        raise


def run_performance(
    plan: Plan, board: TextModeBoard, say: Say, keep: Callable[[Inference], None]
) -> Performance:
    """Inferences a second."""
    inputs = window_inputs(plan, board)
    return measure_performance(board.dialogue, inputs, plan.seconds, plan.windows, say, keep)


def window_inputs(plan: Plan, board: TextModeBoard) -> list[NDArray[np.uint8]]:
    """The picture of each window, as the model takes it; fewer when there are fewer."""
    with opened(plan.data) as folder:
        return [read_input(p.path, board.shape) for p in list_pictures(folder)[: plan.windows]]


def run_accuracy(
    plan: Plan, board: TextModeBoard, say: Say, keep: Callable[[Graded], None]
) -> Accuracy:
    """Every picture, or `limit` of them spread over the set."""
    with opened(plan.data) as folder:
        found = spread(list_pictures(folder), plan.limit)
        pictures: list[tuple[str, Callable[[], NDArray[np.uint8]], int]] = [
            (p.path.name, partial(read_input, p.path, board.shape), p.truth) for p in found
        ]
        return measure_accuracy(board.dialogue, pictures, say, keep)


def spread(pictures: list[Labelled], limit: int | None) -> list[Labelled]:
    """At most so many, evenly over the list."""
    if limit is None:
        return pictures
    at = np.linspace(0, len(pictures) - 1, min(limit, len(pictures))).round().astype(int)
    return [pictures[index] for index in at]


def refuse_wrong_meter(guest: object | None, estimate: bool) -> None:
    """A meter measures boards, and datasheets estimate virtual ones."""
    if guest is not None and not estimate:
        raise HostError("a meter cannot measure a virtual board", "use --meter estimate, or --port")
    if guest is None and estimate:
        raise HostError("--meter estimate is for --port virtual", "give a meter for a real board")
