"""What a picture's bytes stand for is one answer: for the PC's reference, for the board, for the float model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from host.base.errors import HostError
from host.compiler import oracle
from host.compiler.__main__ import main as compiler
from host.compiler.pixels import BY_SCALE, Pixels
from host.deploy.model import read_model
from host.evaluate.__main__ import arguments
from host.evaluate.model import Subject, read_subject
from tests.compiler.test_pixels import classifier

LABELS = "a,b,c"
CHOSEN = Pixels(-3.5, 4)
PICTURES = [np.full((4, 5, 3), value, np.uint8) for value in (0, 77, 255)]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A model whose input stands for no usual range."""
    path = tmp_path / "model.tflite"
    path.write_bytes(classifier(0.03172, -4))
    return path


def agrees_with_its_board(subject: Subject) -> None:
    assert subject.packed is not None
    for picture in PICTURES:
        on_board = oracle.scores(subject.packed, picture)
        assert subject.reference.infer(picture).tolist() == on_board.tolist()


def test_pixels_of_the_command_line_count_on_the_pc_and_on_the_board(source: Path) -> None:
    with pytest.raises(HostError, match="no usual range of pixels"):
        read_subject(source, LABELS, False)
    subject = read_subject(source, LABELS, True, CHOSEN)
    agrees_with_its_board(subject)
    low, _, high = subject.reference.as_input(np.stack(PICTURES))[:, 0, 0, 0]
    assert (low, high) == pytest.approx((CHOSEN.low, CHOSEN.high), abs=0.03172)
    deployed = read_model(source, labels=LABELS, pixels=CHOSEN)
    assert subject.packed is not None and deployed.data == subject.packed.data


@pytest.mark.parametrize("pixels", ["-3.5:4", "bytes"])
def test_a_packed_model_is_evaluated_as_it_was_packed(source: Path, pixels: str) -> None:
    packed = source.with_suffix(".tpm")
    compiler([str(source), "-o", str(packed), "--labels", LABELS, f"--pixels={pixels}"])
    agrees_with_its_board(read_subject(packed, None, True))
    for refuse in (
        lambda: read_subject(packed, None, True, CHOSEN),
        lambda: read_model(packed, pixels=CHOSEN),
    ):
        with pytest.raises(HostError, match=r"packed with what its pixels stand for.*\.tflite"):
            refuse()


def test_the_option_is_there(source: Path) -> None:
    words = [str(source), "--data", str(source.parent)]
    assert arguments(words).pixels == BY_SCALE
    assert arguments([*words, "--pixels=-1:1"]).pixels == "-1:1"
