"""Parts of a training that need no TensorFlow: which pictures, what is said, what stands in the manifest."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import cv2
import numpy as np
import pytest

from host.base.console import Console
from host.base.errors import HostError
from host.base.pictures import decode
from host.compiler.report import Report
from host.data.dataset import Dataset, read_dataset
from host.data.manifest import Picture
from host.data.manifest_file import write_manifest
from host.train import gather, quiet
from host.train.disk_array import disk_array
from host.train.ending import _curves, _speed
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
from host.train.measure import Figures, area_under_curve, measure
from host.train.options import Options, parse
from host.train.pictures import (
    Pictures,
    _taken,
    find_classes,
    find_pictures,
    load_learning,
    load_validation,
    nothing_class,
)
from host.train.screen import Screen, result_table, rounds_line, stopped
from host.train.shape import Shape
from tests.data.pictures import fill, picture, png
from tests.goldens import screen_text


def options(*words: str) -> Options:
    return parse(["--data", "pictures", "--output", "build/mask", *words])


# -- which pictures ------------------------------------------------------------------------------


def test_a_share_is_of_the_names_hash() -> None:
    """The first four bytes of SHA-256, little end first, against the share of 2 to the 32."""
    for number in range(60):
        path = f"{number}.png"
        part = int.from_bytes(hashlib.sha256(path.encode()).digest()[:4], "little") / 2**32
        row = Picture(path, "x", source="web")
        for share, is_taken in (
            (part, False),
            (np.nextafter(part, 1), True),
            (0, False),
            (1, True),
        ):
            assert _taken(row, {"web": float(share)}) == is_taken
        assert _taken(row, {}) and _taken(row, {"own": 0.0})
    taken = sum(_taken(Picture(f"{n}", "x", source="web"), {"web": 0.25}) for n in range(4000))
    assert 900 < taken < 1100


def test_splits_sizes_and_what_cannot_be_read(tmp_path: Path) -> None:
    rows = [("a/1.png", "a", "train"), ("a/2.png", "a", "val"), ("b/3.png", "b", ""),
            ("b/4.png", "b", "val"), ("b/5.png", "b", "test"), ("b/6.png", "b", "train")]  # fmt: skip
    fill(tmp_path, *(path for path, _, _ in rows))
    (tmp_path / "b" / "6.png").write_bytes(b"none")
    (tmp_path / "a" / "1.png").write_bytes(png(picture(9, 20, 30)))
    write_manifest(tmp_path, [Picture(path, label, split) for path, label, split in rows])
    classes = find_classes([tmp_path], ())
    assert classes == ("a", "b") and find_classes([tmp_path], ("b", "a")) == ("b", "a")
    found, messages = find_pictures([tmp_path], classes), list[str]()
    room = partial(disk_array, folder=tmp_path)
    learn = load_learning(found, 16, {}, messages.append, room)
    assert [fact.path for fact in learn.facts] == ["a/1.png", "b/3.png"] and len(learn) == 2
    assert learn.labels.tolist() == [0, 1] and learn.pixels.shape == (2, 16, 16, 3)
    assert messages[0].startswith("left out: b/6.png") and len(messages) == 1
    whole = decode((tmp_path / "a" / "1.png").read_bytes(), "x")
    assert np.array_equal(
        learn.pixels[0], cv2.resize(whole, (16, 16), interpolation=cv2.INTER_AREA)
    )
    digest = hashlib.sha256((tmp_path / "a" / "1.png").read_bytes()).hexdigest()
    assert learn.facts[0].sha256 == digest and learn.sources.tolist() == ["", ""]
    validation = load_validation(found, 12, 1, messages.append, room)
    assert [fact.path for fact in validation.facts] == ["a/2.png", "b/4.png"]
    assert validation.pixels.shape == (2, 12, 12, 1)
    with pytest.raises(HostError, match="the split 'train' has no picture of b"):
        load_learning([found[0].where(lambda p: p.label == "a")], 16, {}, messages.append, room)
    with pytest.raises(HostError, match="no picture is in the split 'val'"):
        load_validation([found[0].where(lambda p: p.split == "test")], 12, 1, messages.append, room)
    with pytest.raises(HostError, match="one-class data"):
        find_classes([tmp_path], ("a",))


@pytest.mark.parametrize(
    ("classes", "nothing"),
    [(("non_person", "person"), 0), (("cat", "Background"), 1), (("none", "empty"), None), (("a", "b"), None),
     (("none",), None), (("no person", "person"), 0)],
)  # fmt: skip
def test_the_class_of_nothing(classes: Sequence[str], nothing: int | None) -> None:
    assert nothing_class(classes) == nothing


@pytest.mark.parametrize(
    ("sides", "kept"),
    [([100, 110, 500], 110), ([20], 96), ([500], 128), ([], 96), ([127, 129], 128)],
)
def test_pictures_are_kept_a_third_larger_where_they_have_it(
    tmp_path: Path, sides: list[int], kept: int
) -> None:
    rows = []
    for at, side in enumerate(sides):
        (tmp_path / f"{at}.png").write_bytes(png(picture(at, side, side + 40)))
        rows.append(Picture(f"{at}.png", "x"))
    (tmp_path / "no.png").write_bytes(b"none")
    rows.append(Picture("no.png", "x"))
    assert gather._side((Dataset(tmp_path, tuple(rows), ("x",)),), 96) == kept


def test_a_source_that_is_none_is_named(tmp_path: Path) -> None:
    fill(tmp_path, "1.png", "2.png")
    rows = [Picture("1.png", "a", source="web"), Picture("2.png", "b", source="")]
    write_manifest(tmp_path, rows)
    found = (read_dataset(tmp_path),)
    gather._require_sources(
        found, options("--share", "web=1", "--weight", "web=2", "--easy", "web")
    )
    for option, value in (("--share", "wob=1"), ("--weight", "wob=1"), ("--easy", "web,wob")):
        with pytest.raises(
            HostError, match=f"{option} wob: no picture is of that source; there are web$"
        ):
            gather._require_sources(found, options(option, value))


# -- figures -------------------------------------------------------------------------------------


def test_figures_of_scores() -> None:
    one = np.array([0.5, 0.49, 0.9, 0.1], np.float32)
    two = measure(np.stack([1 - one, one], 1), np.array([1, 1, 0, 0]))
    assert two == Figures(4, (2, 2), 0.5, 0.5)
    three = np.array([[0.5, 0.3, 0.2], [0.3, 0.4, 0.3], [0.1, 0.3, 0.6]], np.float32)
    assert measure(three, np.array([0, 1, 2])) == Figures(3, (1, 1, 1), 1.0, 1.0)
    assert measure(three, np.array([0, 0, 2])).of_class == (2, 0, 1)
    assert measure(three[:1], np.array([0])).auc == 0.0
    ties = area_under_curve(
        np.array([1, 2, 2, 3], np.float32), np.array([True, False, True, False])
    )
    assert ties == pytest.approx((0 + 0 + 0.5 + 0) / 4)
    for positive in ([True, True], [False, False]):
        assert area_under_curve(np.zeros(2, np.float32), np.array(positive)) is None


# -- words ---------------------------------------------------------------------------------------

FIRST, LAST = Epoch(1, 0.75, 0.5, 0.625, 12.4), Epoch(12, 0.3, 0.123, 0.951, 7.6)


def test_the_end_has_curves_and_what_it_costs() -> None:
    assert _curves([FIRST]) == []
    lines = _curves([FIRST, LAST])
    assert [line.rpartition("  ")[2] for line in lines] == ["0.500 -> 0.123", "0.625 -> 0.951"]
    report = cast(Report, SimpleNamespace(predicted_cycles=9_260_000, fits=True, reason="",
                                          frames_per_second=3.1))  # fmt: skip
    speed = "9.3 Mcycles an inference, 3.1 a second at 64 MHz, camera not counted"
    assert _speed(report) == speed
    report = cast(Report, SimpleNamespace(**vars(report) | {"fits": False, "reason": "too big"}))
    assert _speed(report) == f"{speed}; it does not fit the board: too big"


def test_a_line_for_each_epoch_and_bars_for_a_terminal() -> None:
    for terminal in (False, True):
        file = io.StringIO()
        with Screen(Console(file=file, width=100, force_terminal=terminal)) as screen:
            assert screen.epochs == 0
            screen.begin("epoch 1", 10)
            screen.advance(4)
            (task,) = screen.progress.tasks
            assert (task.description, task.total, task.completed) == ("epoch 1", 10, 4)
            screen.begin("reading", 0)
            assert [each.total for each in screen.progress.tasks] == [None]
            screen.epoch(FIRST)
            screen.epoch(LAST)
            assert screen.epochs == 12 and screen.history == [FIRST, LAST]
            screen.epoch(replace(FIRST, unit=ROUND))
        assert screen.progress.disable != terminal
        written = file.getvalue()
        line = "epoch  12  loss 0.3000  validation loss 0.1230  accuracy 0.951  8 s"
        assert "round   1  loss 0.7500" in written
        assert line in written and ("reading" in written) == terminal


def test_the_table_of_a_model() -> None:
    figures = {"pictures": 7, "accuracy": 0.98765, "auc": 0.9}
    made = {
        "name": "n",
        "architecture": "a",
        "accuracy": {"wild": figures, "all": figures, "x": figures},
    }
    rows = [
        line.split("│")[1:6]
        for line in screen_text(result_table(made)).splitlines()
        if "0.988" in line
    ]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["int8", "7", "0.988", "0.630 .. 1.000", "0.900"],
        ["int8, wild", "7", "0.988", "0.630 .. 1.000", "0.900"],
    ]  # fmt: skip


# -- the manifest --------------------------------------------------------------------------------

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


def test_what_an_interrupted_run_leaves() -> None:
    assert stopped(False, 3).startswith("epochs finished: 3;")
    assert stopped(True, 0).startswith("epochs finished: 0;")
    assert "what the trunk saw is on disk" in stopped(True, 17)
    assert "for 5 epochs" in rounds_line(5)


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


# -- the processor -------------------------------------------------------------------------------


def test_a_processor_without_avx_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cpuinfo"
    quiet.refuse_old_processor(path)
    for text, refused in (
        ("flags : sse avx\n", False),
        ("flags : sse avx2\n", True),
        ("model : x\n", False),
    ):
        path.write_text(text)
        if refused:
            with pytest.raises(HostError, match="TensorFlow needs AVX"):
                quiet.refuse_old_processor(path)
        else:
            quiet.refuse_old_processor(path)


def test_nothing_of_a_quiet_part_is_seen_and_all_behind_it(
    capfd: pytest.CaptureFixture[str],
) -> None:
    os.write(1, b"before ")
    with pytest.raises(ValueError, match="x"), quiet.quiet():
        os.write(1, b"lost")
        os.write(2, b"lost")
        raise ValueError("x")
    os.write(1, b"behind")
    os.write(2, b"error")
    assert tuple(capfd.readouterr()) == ("before behind", "error")
