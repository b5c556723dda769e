"""A board in a few lines of Python: `from host import open_board`. docs/API.md shows every use.

What stands in docs/API.md keeps its name and its meaning; CHANGELOG.md says when that ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from host.base.boards import VIRTUAL
from host.base.closing import Closing
from host.base.errors import EndOfRecordingError, HostError
from host.bench.latency.spread import Spread, spread_of
from host.link.client import Client
from host.link.device import Device
from host.link.line import GUEST, Line
from host.link.messages import Mode, Setting
from host.link.transport import Port
from host.ports.choose import Choice, choose_port, listed_ports, open_choice, reopener
from host.recording.recorder import Recorder, RecordingPort, start_recording
from host.samples import PATIENCE_S, Sample, labels_of, samples, scores_of

WARM_UP = 5
STAGES = ("capture", "preprocess", "inference", "send", "period")


@dataclass(frozen=True)
class Inference:
    """What the board made of one image. scores: label -> 0..1. cycles: of the inference alone."""

    scores: dict[str, float]
    cycles: int
    milliseconds: float
    raw: bytes  # int8, as the model gave them

    @property
    def best(self) -> str:
        """The label with the highest score."""
        return max(self.scores, key=lambda label: self.scores[label])


class Board(Closing):
    """A connected board, as open_board gives it. For one thread. `client` has every command of the link."""

    def __init__(self, client: Client, recorder: Recorder | None = None, scene: str = "") -> None:
        """scene: what a virtual board sees; "" where that is not known."""
        self.client = client
        self._recorder, self._scene = recorder, scene

    @property
    def name(self) -> str:
        """Its port, for people."""
        return self.client.name

    @property
    def model(self) -> str:
        """The name of the model that runs; "" for none."""
        return self.client.hello.model

    @property
    def labels(self) -> tuple[str, ...]:
        """One for each score, in their order."""
        return labels_of(self.client.hello)

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Height, width, channels of the model's input."""
        hello = self.client.hello
        return hello.input_height, hello.input_width, hello.input_channels

    @property
    def is_estimated(self) -> bool:
        """True where cycles are estimated, on a virtual board; False where a board measured them."""
        return self.client.hello.board == VIRTUAL

    def samples(self, count: int | None = None) -> Iterator[Sample]:
        """Frames with their scores and cycles, `count` of them or for ever; a recording's until it ends.

        image: uint8 (height, width, channels), what the model saw. Raises HostError on a dead port or when nothing
        came for 25 s of the board's clock.
        """
        self.client.set_mode(Mode.STREAM)
        line = self.client.line  # a virtual board's own clock: this computer may be slow
        whole = samples(self.client, lambda _: None, _is_whole, PATIENCE_S, line.clock)
        try:
            with suppress(EndOfRecordingError):
                yield from islice((sample for sample in whole if _is_whole(sample)), count)
        finally:
            with suppress(HostError):
                self.client.set_mode(Mode.IDLE)  # the sensor sleeps again

    def infer(self, image: NDArray[np.uint8]) -> Inference:
        """Lets the board infer `image`, uint8 of input_shape. Raises ValueError for another, HostError for silence."""
        result = self.client.inject(image)
        hello = self.client.hello
        scores = dict(zip(self.labels, scores_of(hello, result), strict=False))
        cycles = result.inference_cycles
        return Inference(scores, cycles, 1000 * cycles / hello.clock_hz, bytes(result.scores))

    def measure(self, count: int = 20) -> dict[str, Spread]:
        """Milliseconds of each stage over `count` frames of the camera: capture, preprocess, inference, send, period.

        p50, p95, p99 and more of each; `period`: from one frame's result to the next. WARM_UP frames before them are
        left out, as bench latency does: the sensor's first ones wait for its lines.
        """
        frames = islice(self.samples(count + WARM_UP), WARM_UP, None)
        found = [sample.cycles for sample in frames if sample.cycles]
        if not found:
            raise HostError(f"{self.name}: no frame to measure", "python -m host.doctor says why")
        factor = 1000 / self.client.hello.clock_hz
        return {
            stage: spread_of([getattr(c, stage) for c in found]).scaled(factor) for stage in STAGES
        }

    def capture(self, folder: str | Path, label: str, count: int = 1) -> list[Path]:
        """Keeps `count` frames under a label as host.capture does, a session a call; the PNGs. Raises HostError."""
        from host.capture.session import row_of_sample
        from host.data.journal import Journal
        from host.data.manifest_file import has_manifest, read_manifest

        folder = Path(folder)
        there = read_manifest(folder).pictures if has_manifest(folder) else ()
        labels = dict.fromkeys([picture.label for picture in there if picture.label] + [label])
        session = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{len({p.session for p in there}) + 1}"
        saved = []
        with Journal(folder, list(labels)) as journal:
            for sample in self.samples(count):
                assert sample.image is not None
                now = datetime.now(UTC)
                about = row_of_sample(sample, self.client.hello, label, session, now, self._scene)
                saved.append(folder / journal.add(sample.image, about).path)
        return saved

    def deploy(self, model: str | Path, labels: list[str] | None = None) -> str:
        """Sends a .tflite or .tpm, which the board runs from then on; the model's name. Raises HostError."""
        from host.deploy.model import check_fits, read_model
        from host.deploy.transfer import send_model

        packed = read_model(Path(model), labels=",".join(labels) if labels else None)
        check_fits(packed.header, self.client.slot(0))
        send_model(self.client, packed.data, lambda held: None)
        return self.model

    def get(self, setting: str) -> int:
        """A setting's value by its name, as `python -m host.device get` lists them."""
        return self.client.get(_setting(setting))

    def set(self, setting: str, value: int) -> None:
        """Changes a setting until the board restarts."""
        self.client.set(_setting(setting), value)

    def close(self) -> None:
        """Frees the port and ends the recording. Raises HostError when the recording is not whole."""
        self.client.close()
        if self._recorder is not None:
            self._recorder.close()
            self._recorder.raise_failure()


def open_board(
    port: str = "auto", *, scene: str = "default", record: str | Path | None = None
) -> Board:
    """Opens a board. port: auto, virtual, a serial port, socket://host:port, replay:FILE. Raises HostError.

    auto: a Nano that is plugged in, else the virtual board. It runs in this process, and its time passes while you
    wait for it alone: the same program gives the same figures. scene: what its camera sees. record: a new file that
    keeps every byte, for replay:FILE.
    """
    choice = choose_port(port, listed_ports())
    recorder = _recorder(record, choice)
    if choice.url == VIRTUAL:
        from host.virtual.local_port import LocalPort
        from host.virtual.scene import open_scene

        guest = LocalPort(open_scene(scene), say=lambda line: None)
        client = Client(Line(_recorded(guest, recorder), replace(GUEST, tries=4), guest.clock))
        client.greet()
        return Board(client, recorder, scene)
    reopen = None if choice.is_replay else lambda: _recorded(reopener(choice)(), recorder)
    return Board(Device(_recorded(open_choice(choice), recorder), reopen=reopen), recorder)


def _recorder(record: str | Path | None, choice: Choice) -> Recorder | None:
    if record is None:
        return None
    return start_recording(Path(record), choice.url, "host.open_board", lambda line: None)


def _recorded(port: Port, recorder: Recorder | None) -> Port:
    if recorder is None:
        return port
    return RecordingPort(port, recorder)


def _is_whole(sample: Sample) -> bool:
    return sample.image is not None and sample.cycles is not None


def _setting(name: str) -> Setting:
    try:
        return Setting[name.upper()]
    except KeyError as error:
        names = ", ".join(each.name.lower() for each in Setting)
        raise HostError(f"there is no setting {name!r}", f"give one of {names}") from error
