"""A public kind of person detector (128x128 RGB, uint8 in, one sigmoid out) in a board's slot: every tool shows what
LiteRT says of the same picture through the file's own ends."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from host.base.files import png_bytes
from host.compiler.pack import PackedModel
from host.deploy.model import check_fits, read_model
from host.evaluate import __main__ as evaluate
from host.link.client import Client
from host.link.device import Device
from host.link.messages import Mode
from host.samples import samples
from host.viewer.json_lines import json_line
from host.viewer.view import first_view, with_sample
from host.viewer.watch import start_watch, watch_lines
from host.viewer.words import score_text
from host.virtual.scene import Picture
from tests.compiler import reference
from tests.deploy.models import person_network
from tests.deploy.slot_bench import SlotBench

LABELS = "no person,person"
STEP = 1 / 256  # of the score


class Stage:
    """Bright while somebody is there, else dark."""

    present = False

    def picture(self, seconds: float) -> Picture:
        """What the camera sees."""
        return picture(self.present, 480, 640)


def picture(bright: bool, height: int, width: int) -> NDArray[np.uint8]:
    rows = np.linspace(0, 40, height)[:, None, None] + np.array([0.0, 8.0, 16.0])
    level = (190 if bright else 15) + np.broadcast_to(rows, (height, width, 3))
    return level.astype(np.uint8)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("public") / "detector.tflite"
    path.write_bytes(person_network())
    return path


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage()


@pytest.fixture(scope="module")
def bench(file: Path, stage: Stage) -> SlotBench:
    """The model deployed as host.deploy does it."""
    made = SlotBench(stage)
    model = read_model(file, labels=LABELS)
    check_fits(model.header, made.slot(0))
    made.deploy(model.data)
    return made


@pytest.fixture(scope="module")
def chance(file: Path) -> Callable[[NDArray[np.uint8]], float]:
    """LiteRT's score of a picture, 0..1: uint8 in, float out."""
    litert = reference.interpreter(file.read_bytes())
    first, last = litert.get_input_details()[0], litert.get_output_details()[0]
    assert (first["dtype"], last["dtype"]) == (np.uint8, np.float32)

    def infer(image: NDArray[np.uint8]) -> float:
        litert.set_tensor(first["index"], image[None])
        litert.invoke()
        return float(litert.get_tensor(last["index"])[0, 0])

    return infer


def test_the_viewer_and_its_json_show_litert_s_probability(
    bench: SlotBench, stage: Stage, chance: Callable[[NDArray[np.uint8]], float]
) -> None:
    assert bench.hello.labels == b"person"
    bench.mode(Mode.STREAM)
    view = first_view(bench.hello, "virtual")
    found = set()
    for present in (False, True):
        stage.present = present
        for sample in islice(samples(bench.client), 6):  # some pictures are on their way yet
            assert sample.image is not None and sample.image.shape == (128, 128, 3)
            expected = chance(sample.image)
            scores = json.loads(json_line(sample, datetime.now(UTC)))["scores"]
            assert scores == {"person": pytest.approx(expected, abs=STEP / 100)}
            view = with_sample(view, sample, 0.0)
            assert score_text(view) == f"person {100 * scores['person']:.0f} %"
            assert view.verdict_text == ("PERSON" if expected >= 0.5 else "NO PERSON")
            if view.verdict == present:
                break
        found.add(view.verdict_text)
    bench.mode(Mode.IDLE)
    assert found == {"PERSON", "NO PERSON"}


def test_watching_reports_the_same_verdicts(
    bench: SlotBench, stage: Stage, chance: Callable[[NDArray[np.uint8]], float]
) -> None:
    device = cast(Device, bench.client)
    stage.present = True
    label = start_watch(device, 60, None)
    messages: list[str] = []
    for line in watch_lines(device, label, lambda: "", 2):
        messages.append(line.strip())
        stage.present = "PERSON" not in line
    bench.mode(Mode.IDLE)
    verdicts = [line for line in messages if not line.startswith("still")]
    for line, words, present in zip(verdicts, ("PERSON", "no person"), (True, False), strict=True):
        matched = re.fullmatch(rf"{words} \((\d+) %, look \d+\)", line)
        assert matched, line
        assert abs(int(matched[1]) - 100 * chance(picture(present, 128, 128))) < 4, line


def test_evaluating_finds_every_answer_equal(
    bench: SlotBench,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    @contextmanager
    def same_board(url: str, packed: PackedModel, *_: object) -> Iterator[Client]:
        assert packed.header.body_crc == bench.hello.model_hash
        yield bench.client

    for present, label in ((True, "person"), (False, "no_person")):
        (tmp_path / label).mkdir()
        (tmp_path / label / "1.png").write_bytes(png_bytes(picture(present, 200, 160)))
    monkeypatch.setattr(evaluate, "open_board", same_board)
    arguments = [str(file), "--data", str(tmp_path), "--labels", LABELS, "--port", "virtual"]
    assert evaluate.main([*arguments, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["count"], shown["accuracy"], shown["positive"]) == (2, 1.0, "person")
