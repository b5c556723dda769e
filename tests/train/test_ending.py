"""A training ends with its curve, the file, its size and speed, and commands that a shell takes as they stand."""

from __future__ import annotations

import shlex
from pathlib import Path

from host.base.places import MODELS
from host.base.sparkline import sparkline
from host.train.ending import _chosen, ending
from host.train.epoch import Epoch
from host.train.options import parse
from tests.train.parsed import options

HISTORY = [Epoch(1, 1.0, 0.7, 0.5, 1.0), Epoch(2, 0.8, 0.5, 0.7, 1.0), Epoch(3, 0.7, 0.6, 0.9, 1.0)]


def test_it_ends_with_all_that_is_wanted_next(tmp_path: Path) -> None:
    data = tmp_path / "my pictures"
    data.mkdir()
    given = parse(["--data", str(data), "--output", str(MODELS), "--name", "person_grey_01"])
    lines = ending(given, HISTORY, {})
    text = "\n".join(lines)
    assert "█▁▅  0.700 -> 0.600" in lines[0] and "0.500 -> 0.900" in lines[1]
    for figure in ("B of flash", "B of RAM", "MACs", "Mcycles an inference", "a second at 64 MHz"):
        assert figure in text
    evaluate = shlex.split(lines[-2].split(": ", 1)[1])
    assert evaluate[-2:] == ["--data", str(data)]
    assert shlex.split(lines[-1].split(": ", 1)[1])[-1] == str(MODELS / "person_grey_01.tflite")


def test_one_epoch_has_no_curve(tmp_path: Path) -> None:
    given = parse(["--data", str(tmp_path), "--output", str(MODELS), "--name", "person_grey_01"])
    assert ending(given, HISTORY[:1], {})[0].startswith(str(MODELS))


def test_which_weights_stayed_is_said_where_they_are_not_the_last() -> None:
    frozen = options("--freeze", "trunk")
    assert _chosen(frozen, {"round": 30, "rounds": 40, "epochs": 12, "val_loss": 0.4719}) == [
        "kept: round 30 of 40, the lowest validation loss (0.472)"
    ]
    (line,) = _chosen(frozen, {"round": 0, "rounds": 40, "epochs": 12, "val_loss": 0.4719})
    assert line.startswith("kept: the last layer as it began")
    (line,) = _chosen(options("--patience", "2"), {"epoch": 7, "epochs": 9, "val_loss": 0.3})
    assert line.startswith("kept: epoch 7 of 9")
    assert _chosen(options(), {"epoch": 9, "epochs": 9, "val_loss": 0.3}) == []


def test_a_long_curve_fits_a_line_and_keeps_its_end() -> None:
    curve = sparkline([*range(1000), 0])
    assert len(curve) <= 60 and curve[-1] == "▁"
    assert sparkline([]) == "" and sparkline([2.0, 2.0]) == "▅▅"
