"""What stands in a trained model's manifest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from host.base.errors import HostError
from host.data.manifest import Picture
from host.train.epoch import ROUND, Epoch
from host.train.manifest import (
    Made,
    _accuracy,
    _before,
    _training,
    attribution,
    data_sources,
    preprocessing,
    read_credits,
)
from host.train.measure import Figures
from host.train.pictures import Pictures
from host.train.shape import Shape
from tests.train.parsed import FIRST, LAST, options

MADE = Made("n", b"", {"all": Figures(5, (2, 3), 0.8, 0.9)},
            (FIRST, replace(LAST, val_loss=0.05, number=2), LAST), (1, 0), (1, 0))  # fmt: skip


def test_which_epoch_the_weights_are_of() -> None:
    found = _training(MADE, options("--from", "scratch"), "a command")
    assert (found["epoch"], found["epochs"], found["loss"], found["val_loss"]) == (
        12,
        3,
        0.3,
        0.123,
    )
    assert found["command"] == "a command" and "aware_epochs" not in found and "before" not in found
    assert _training(MADE, options("--patience", "3"), "")["epoch"] == 2, "the best one is taken"
    aware = _training(MADE, options("--aware", "4"), "")
    assert (aware["epoch"], aware["aware_epochs"]) == (12, 4)


def test_which_round_the_last_layer_is_of() -> None:
    rounds = tuple(
        Epoch(n, 0.5, loss, 0.5, 0.0, ROUND) for n, loss in ((1, 0.4), (2, 0.3), (3, 0.6))
    )
    start = Epoch(0, float("nan"), 0.5, 0.5, 0.0, ROUND)
    frozen = options("--freeze", "trunk", "--epochs", "12")
    found = _training(replace(MADE, history=(start, *rounds)), frozen, "")
    assert (found["round"], found["rounds"], found["epochs"], found["val_loss"]) == (2, 3, 12, 0.3)
    assert "epoch" not in found
    unlearnt = (replace(start, val_loss=0.2), *rounds)
    found = _training(replace(MADE, history=unlearnt), frozen, "")
    assert found["round"] == 0 and "loss" not in found, "none of the rounds did better"
    trained = options("--freeze", "trunk", "--epochs", "12", "--aware", "1")
    found = _training(
        replace(MADE, history=(start, *rounds, replace(LAST, number=13))), trained, ""
    )
    assert (found["epoch"], found["epochs"], found["rounds"]) == (13, 13, 3)


def test_how_a_frame_becomes_the_input() -> None:
    grey, colour = (preprocessing(Shape(0.25, 64, channels, 2)) for channels in (1, 3))
    assert grey["resize"] == colour["resize"] == "area average to 64x64"
    assert grey["quantise"] == "q = grey - 128" and "grey" not in colour
    assert colour["quantise"] == "q = value - 128" and "colour" not in grey


def test_sources_are_counted_with_their_licence() -> None:
    rows = [("web", "CC0"), ("", ""), ("web", "CC0"), ("web", "BY"), ("", "")]
    facts = tuple(Picture("p", "x", source=source, licence=licence) for source, licence in rows)
    parts = [
        Pictures(np.zeros((1, 1, 1, 1), np.uint8), np.zeros(1, np.int64), each, ("x",))
        for each in (facts[:2], facts[2:])
    ]
    assert data_sources(tuple(parts)) == [
        {"source": "own pictures", "licence": "own", "pictures": 2},
        {"source": "web", "licence": "BY", "pictures": 1},
        {"source": "web", "licence": "CC0", "pictures": 2},
    ]


def test_whose_weights_are_inside(tmp_path: Path) -> None:
    start, other = tmp_path / "start.keras", tmp_path / "other.keras"
    start.write_bytes(b"s")
    other.write_bytes(b"o")
    credit = {"work": "w", "by": "b", "licence": "l"}
    (tmp_path / "c.json").write_text(json.dumps({"start.keras": credit}))
    made = options(
        "--from", str(start), "--blend", f"{other}=0.25", "--credits", str(tmp_path / "c.json")
    )
    of_start, of_other = attribution(made)
    assert of_start == {**credit, "part": "starting weights", "file": "start.keras",
                        "sha256": hashlib.sha256(b"s").hexdigest()}  # fmt: skip
    assert of_other["part"] == "0.25 of the weights" and of_other["by"] == "not stated"
    assert attribution(options("--from", "scratch")) == []


@pytest.mark.parametrize("text", ["[]", "{", '{"a": 1}', '{"a": {"work": 1, "by": 2}}', ""])
def test_credits_that_are_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.json").write_text(text)
    with pytest.raises(HostError, match="expected"):
        read_credits(tmp_path / "c.json")


def test_commands_of_the_models_before(tmp_path: Path) -> None:
    def table(name: str, text: str) -> Path:
        (tmp_path / f"{name}.json").write_text(text)
        return tmp_path / f"{name}.tflite"

    one = table("one", '{"training": {"command": "1", "before": ["0"]}}')
    two = table("two", '{"training": {"command": "2", "before": ["0", "1"]}}')
    others = [table(f"x{at}", text) for at, text in enumerate(("{", "[]", "{}", '{"training": 3}'))]
    assert _before([one, None, two, *others, tmp_path / "no.tflite"]) == {"before": ["0", "1", "2"]}
    assert _before([None, *others]) == {}


def test_what_is_left_out_of_the_wild_figures() -> None:
    accuracy = _accuracy(MADE, options())
    assert accuracy["all"] == {"pictures": 5, "of_class": (2, 3), "accuracy": 0.8, "auc": 0.9}
