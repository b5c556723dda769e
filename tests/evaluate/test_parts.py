"""Parts of an evaluation by themselves: which pictures, how a scene is made of one, what is said, and the exit code."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import cv2
import numpy as np
import pytest

from host.base.console import Console
from host.base.errors import HostError
from host.evaluate import __main__ as command
from host.evaluate import pictures
from host.evaluate.loop import Looped
from host.evaluate.model import Subject
from host.evaluate.pictures import Loaded, Request, _chosen, load
from host.evaluate.scored import Scored
from host.evaluate.sensor_view import SensorView, as_scene
from tests.bars import Bars
from tests.data.pictures import fill, picture
from tests.link.fake_board import HELLO

LABELS = ("a", "b")


@pytest.mark.parametrize(
    ("size", "method"),
    [((960, 1280), cv2.INTER_AREA), ((480, 700), cv2.INTER_AREA), ((500, 640), cv2.INTER_AREA),
     ((240, 320), cv2.INTER_LINEAR), ((500, 639), cv2.INTER_LINEAR), ((479, 700), cv2.INTER_LINEAR)],
)  # fmt: skip
@pytest.mark.parametrize("channels", [1, 3])
def test_a_scene_is_averaged_only_where_both_sides_shrink(
    size: tuple[int, int], method: int, channels: int
) -> None:
    small = picture(3, *size, channels)
    rgb = np.repeat(small, 3, axis=2) if channels == 1 else small
    made = as_scene(small)
    assert np.array_equal(made, cv2.resize(rgb, (640, 480), interpolation=method))
    assert made.shape == (480, 640, 3)
    whole = picture(3, 480, 640)
    assert as_scene(whole) is whole


@pytest.mark.parametrize("channels", [0, 2, 4])
def test_a_camera_gives_grey_or_colour(channels: int) -> None:
    with pytest.raises(ValueError, match=f"{channels} channels: the camera gives 1 or 3"):
        SensorView(96, 96, channels)


@pytest.mark.parametrize(
    ("split", "limit", "paths", "name"),
    [
        (None, 0, "456789", "set, split val"),
        ("val", 0, "456789", "set, split val"),
        ("train", 0, "123", "set, split train"),
        ("all", 0, "123456789", "set, every split"),
        ("all", 9, "123456789", "set, every split"),
        ("all", 8, "12346789", "set, every split, 8 of 9"),
        (None, 3, "469", "set, split val, 3 of 6"),
        (None, 2, "49", "set, split val, 2 of 6"),
        (None, 1, "4", "set, split val, 1 of 6"),
    ],
)
def test_which_pictures(
    tmp_path: Path, split: str | None, limit: int, paths: str, name: str
) -> None:
    root = fill(tmp_path / "set", *(f"train/a/{n}.png" for n in (1, 2)), "train/b/3.png",
                *(f"val/{'ab'[n // 7]}/{n}.png" for n in range(4, 10)))  # fmt: skip
    dataset, found = _chosen(Request(root, split, limit), lambda line: None)
    assert [Path(p.path).stem for p in dataset.pictures] == [*paths] and found == name


def test_a_split_that_is_none_is_answered_with_those_there_are(tmp_path: Path) -> None:
    root = fill(tmp_path / "set", "train/a/1.png", "val/b/2.png")
    with pytest.raises(
        HostError, match="no pictures of split test; it has train, val: use --split all"
    ):
        _chosen(Request(root, "test"), lambda line: None)
    plain = fill(tmp_path / "plain", "a/1.png", "b/2.png")
    with pytest.raises(HostError, match="it has no splits"):
        _chosen(Request(plain, "val"), lambda line: None)


def subject(labels: tuple[str, ...] = LABELS) -> Subject:
    reference = SimpleNamespace(
        shape=(4, 5, 1),
        scores=2,
        infer=lambda image: np.array([image[0, 0, 0] % 100, 7], np.int8),
        output=SimpleNamespace(real=lambda raw: raw.astype(float)),
    )
    return Subject("model", labels, cast(Any, reference), None)


def test_what_there_is_to_say_of_a_set_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = fill(tmp_path / "set", "a/1.png", "no_b/2.png", "no_b/3.png")
    (root / "a" / "notes.tif").write_text("x")
    (root / "a" / "9.png").write_bytes(b"none")
    messages: list[str] = []
    with pytest.raises(HostError, match=r"9\.png is not a picture"):
        load(Request(root), subject(("a", "non_b")), {}, messages.append)
    assert any(".tif" in line for line in messages), "of a format that is not read"
    assert any("no_b" in line and "non_b" in line for line in messages), (
        "a label is taken for another"
    )
    loaded = load(Request(root, skip_unreadable=True), subject(("a", "non_b")), {}, messages.append)
    assert loaded.truth.tolist() == [0, 1, 1] and loaded.pixels.shape == (3, 4, 5, 1)
    assert messages[-1].startswith("left out: a/9.png")
    with pytest.raises(HostError, match="all 2 pictures are of one class"):
        load(Request(fill(tmp_path / "one", "a/1.png", "a/2.png")), subject(), {}, messages.append)
    assert pictures.DEFAULT_SPLIT == "val" and pictures.EVERY == "all"


def test_progress_is_of_the_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    bars = Bars()
    monkeypatch.setattr(command, "_progress", lambda _: bars)
    pixels = np.arange(4 * 20, dtype=np.uint8).reshape(4, 4, 5, 1)
    raw = command._reference(subject(), pixels, Console())
    assert raw.tolist() == [[0, 7], [20, 7], [40, 7], [60, 7]] and raw.dtype == np.int8
    assert bars.shares == {"reference kernels": [0.25, 0.5, 0.75, 1.0]}


def opened_board(*_: object) -> Any:
    """What open_board() gives: a board that has said hello."""
    return nullcontext(SimpleNamespace(hello=HELLO))


@pytest.mark.parametrize("output", [True, False])
def test_answers_of_a_board_are_stored_where_the_run_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: bool
) -> None:
    bars, places, closed, messages = Bars(), list[object](), list[bool](), list[str]()

    class Stored:
        def __init__(self, path: Path | None, about: object) -> None:
            places.append(path)

        def __len__(self) -> int:
            return 2

        def close(self) -> None:
            closed.append(True)

    def loop(board: object, pixels: object, expected: object, journal: object, done: Any) -> Looped:
        done(1)
        done(4)
        return cast(Looped, SimpleNamespace(line="a line"))

    monkeypatch.setattr(command, "_progress", lambda _: bars)
    monkeypatch.setattr(command, "Journal", Stored)
    monkeypatch.setattr(command, "open_board", opened_board)
    monkeypatch.setattr(command, "run_loop", loop)
    args = cast(
        Any, SimpleNamespace(port="virtual", send=False, output=tmp_path if output else None)
    )
    whole = cast(Loaded, SimpleNamespace(pixels=np.zeros((4, 4, 5, 1), np.uint8)))
    of = subject()
    object.__setattr__(of, "packed", object())
    _, hello = command._on_board(
        args, of, whole, np.zeros((4, 2), np.int8), Console(), messages.append
    )
    assert (
        hello is HELLO and places == [tmp_path / "board_answers.txt" if output else None] and closed
    )
    assert messages == ["2 answers are here from a run that was cut off", "a line"]
    assert bars.shares == {f"{HELLO.board} board": [0.25, 1.0]}


@pytest.mark.parametrize("named", [False, True])
def test_a_float_model_that_nobody_named_is_said(
    monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    lines: list[str] = []
    beside = Path("m.keras")
    monkeypatch.setattr(command, "float_model_of", lambda model: beside)
    monkeypatch.setattr(command, "float_scores", lambda path, inputs, labels: (path, labels))
    args = SimpleNamespace(float=Path("f.keras") if named else None, no_float=False, model=None)
    loaded = SimpleNamespace(pixels=np.zeros((2, 4, 5, 1), np.uint8))
    of = SimpleNamespace(
        reference=SimpleNamespace(as_input=lambda pixels: pixels), labels=("a", "b")
    )
    found: Any = command._float(cast(Any, args), cast(Any, of), cast(Any, loaded), lines.append)
    assert found == (args.float or beside, (args.float or beside, 2))
    said = "compared with the float model beside it, m.keras (--no-float to leave it out)"
    assert lines == ([] if named else [said])


@pytest.mark.parametrize("with_float", [False, True])
def test_a_drop_is_measured_where_there_is_a_float_model(
    monkeypatch: pytest.MonkeyPatch, with_float: bool
) -> None:
    found: list[Any] = []
    real = np.array([[0.9, 0.1], [0.2, 0.8]])
    monkeypatch.setattr(
        command, "_float", lambda *_: (Path("f.keras"), real) if with_float else None
    )
    monkeypatch.setattr(command, "_reference", lambda *_: np.array([[9, 1], [2, 8]], np.int8))
    monkeypatch.setattr(command, "parts", lambda *_: ())
    monkeypatch.setattr(command, "compare", lambda *of: of)
    monkeypatch.setattr(command, "evaluate", lambda *of: found.append(of))
    args = cast(
        Any, SimpleNamespace(slice=[], port=None, threshold=0.25, max_fpr=0.1, robust=False)
    )
    dataset = SimpleNamespace(pictures=())
    loaded = Loaded("set", cast(Any, dataset), np.zeros((2, 4, 5, 1), np.uint8), np.array([0, 1]))
    command._measure(args, subject(), loaded, 1, Console(), lambda line: None)
    drop = found[0][5]
    assert (drop is not None) == with_float
    if with_float:
        name, whole, scored, threshold = drop
        assert (name, threshold) == ("f.keras", 0.25) and isinstance(scored, Scored)
        assert whole.scores is real and scored.scores.tolist() == [[9, 1], [2, 8]]


@pytest.mark.parametrize(("different", "code"), [(None, 0), (0, 0), (3, 1)])
def test_a_board_that_differs_is_an_exit_code(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    different: int | None,
    code: int,
) -> None:
    looped = None if different is None else SimpleNamespace(different=different)
    found = SimpleNamespace(looped=looped)
    loaded = SimpleNamespace(dataset=None)
    for name, value in (("read_subject", subject()), ("load", loaded), ("learnt_pictures", 3),
                        ("_measure", (found, None)), ("evaluation_table", "a table"),
                        ("as_json", {"x": 1})):  # fmt: skip
        monkeypatch.setattr(command, name, lambda *_, value=value: value)
    assert command.main(["m.tflite", "--data", "x"]) == code
    assert capsys.readouterr().out == "a table\n"
    assert command.main(["m.tflite", "--data", "x", "--json"]) == code
    assert capsys.readouterr().out == '{\n  "x": 1,\n  "learnt_pictures": 3\n}\n'
