"""python -m host.evaluate, from the command line to the files."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from ai_edge_litert.schema_py_generated import TensorType

from host.base.errors import HostError
from host.evaluate import __main__ as command
from host.evaluate.board import about_board
from host.evaluate.journal import NAME as JOURNAL
from host.evaluate.journal import Answer, Journal
from host.evaluate.model import read_subject
from host.evaluate.pictures import Request, _chosen, load
from host.runs.read import read_run
from tests.compiler.builder import ModelBuilder
from tests.data.pictures import fill
from tests.deploy.models import network
from tests.evaluate.drawn import MODEL, own_pictures
from tests.goldens import printed_json
from tests.system.board import Bench

PROMISED = {"accuracy", "auc", "true_positive_rate", "true_negative_rate", "count"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return own_pictures(tmp_path / "own")


def run(*arguments: object) -> int:
    return command.main([str(a) for a in arguments])


def test_json_holds_what_is_promised_and_it_is_right(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(MODEL, "--data", data, "--json") == 0
    captured = capsys.readouterr()
    found = printed_json(captured.out)
    assert found.keys() >= PROMISED
    assert (found["count"], found["accuracy"], found["auc"]) == (
        16,
        1.0,
        1.0,
    )  # their names are true
    assert found["confusion"] == [[8, 0], [0, 8]]
    assert (found["positive"], found["labels"]) == ("person", ["no_person", "person"])
    assert {(s["family"], s["name"], s["count"]) for s in found["slices"]} == {
        ("set", "all", 16),
        ("set", "wild", 12),
        ("source", "ccp", 4),
        ("source", "drawn", 12),
        ("distance", "near", 4),
        ("tags", "lowlight", 4),
    }
    assert "'non_person' are taken as the model's 'no_person'" in captured.err


def test_a_run_that_was_cut_off_goes_on_and_its_wrong_answer_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output, model = tmp_path / "run", tmp_path / "small.tflite"
    model.write_bytes(network())
    data = own_pictures(tmp_path / "kinds", ("a", "b"))
    subject = read_subject(model, "a,b,c", for_board=True)
    assert subject.packed is not None
    pixels = load(Request(data, limit=3), subject, {}, lambda line: None).pixels
    bench = Bench()
    bench.load_model(subject.packed.data)
    journal = Journal(output / JOURNAL, about_board(bench.hello))
    journal.add(pixels[0], Answer(b"\x01\x02\x03", 1_000_000))  # what the board never said
    journal.close()
    with (output / JOURNAL).open("ab") as file:
        file.write(b"0123abcd 80")  # and a line that was torn
    what = (model, "--data", data, "--labels", "a,b,c", "--limit", 3)
    wanted = (*what, "--port", "virtual", "--output", output)
    assert run(*wanted) == command.DIFFERS
    lines = capsys.readouterr()
    assert "1 answers are here from a run that was cut off" in lines.err
    assert "THE BOARD DIFFERS from the PC's reference on 1 of 3 pictures" in lines.out
    assert len((output / JOURNAL).read_text().splitlines()) == 4

    stored = read_run(output)
    assert (stored.kind, stored.summary["board"]["different"]) == ("evaluate", 1)
    assert stored.conditions.estimated
    page = (output / "report.html").read_text(encoding="utf-8")
    assert "THE BOARD DIFFERS" in page and "VIRTUAL" in page
    assert not re.search(r"(src|href)\s*=\s*[\"']?https?:", page)
    with pytest.raises(HostError, match="holds a run already"):
        run(*wanted)


def test_several_classes_and_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "small.tflite"
    model.write_bytes(network())
    data = tmp_path / "kinds"
    own_pictures(data, ("a", "b"))
    assert run(model, "--data", data, "--labels", "a,b,c", "--json") == 0
    found = printed_json(capsys.readouterr().out)
    assert found["positive"] is None and found["true_positive_rate"] is None
    assert found["auc"] is not None
    assert [sum(row) for row in found["confusion"]] == [8, 8, 0]
    assert run(model, "--data", data, "--labels", "a,b,c", "--positive", "b") == 0
    assert "b found (TPR, recall)" in capsys.readouterr().out


def spoil(data: Path, how: str) -> None:
    if how == "nothing":
        shutil.rmtree(data)
        data.mkdir()
        return
    rows = (data / "manifest.csv").read_text().splitlines(keepends=True)
    if how == "one class":
        rows = [row for row in rows if "non_person" not in row]
    elif how == "typo":
        rows = [row.replace(",non_person,", ",persn,", 1) for row in rows]
    elif how == "torn picture":
        path = data / rows[1].split(",")[0]
        path.write_bytes(path.read_bytes()[:500])
    (data / "manifest.csv").write_text("".join(rows))


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("nothing", "no labelled pictures"),
        ("one class", "all 8 pictures are of one class"),
        ("typo", "'persn', the model knows no_person, person; did you mean 'person'"),
        ("torn picture", "01_person_hallway.jpg is not a picture"),
    ],
)
def test_data_that_cannot_be_measured_is_refused_in_words(data: Path, how: str, says: str) -> None:
    spoil(data, how)
    with pytest.raises(HostError, match=says):
        run(MODEL, "--data", data)


def test_an_unreadable_picture_may_be_left_out(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(data, "torn picture")
    assert run(MODEL, "--data", data, "--skip-unreadable", "--json") == 0
    captured = capsys.readouterr()
    assert printed_json(captured.out)["count"] == 15
    assert "left out: val/person/01_person_hallway.jpg is not a picture" in captured.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--split", "test"), "no pictures of split test; it has val: use --split all"),
        (("--labels", "person"), "has 2 scores, its labels are person: give one different label"),
        (("--float", "absent.keras"), "absent.keras is not there"),
        (("--slice", "sauce"), "no picture has a column or tag 'sauce'"),
        (("--label-map", "person"), "is not DATA_LABEL=MODEL_LABEL"),
    ],
)
def test_wishes_that_make_no_sense_are_refused_in_words(
    data: Path, arguments: tuple[str, ...], says: str
) -> None:
    with pytest.raises(HostError, match=says):
        run(MODEL, "--data", data, *arguments)


def test_models_of_another_kind_are_refused_in_words(data: Path, tmp_path: Path) -> None:
    unnamed = tmp_path / "unnamed.tflite"
    unnamed.write_bytes(network())
    with pytest.raises(HostError, match="does not say what its 3 scores mean"):
        run(unnamed, "--data", data)
    (tmp_path / "no.tflite").write_bytes(b"no model at all")
    with pytest.raises(HostError, match="not a TFLite model"):
        run(tmp_path / "no.tflite", "--data", data, "--labels", "a,b")
    with pytest.raises(HostError, match=r"is a float model: give its int8 \.tflite"):
        run(tmp_path / "m.keras", "--data", data)
    with pytest.raises(HostError, match="cannot read"):
        run(tmp_path / "absent.tflite", "--data", data)


def test_float_tflite_is_refused_with_the_remedy(data: Path, tmp_path: Path) -> None:
    model = ModelBuilder()
    image, scores = (model.tensor(s, kind=TensorType.FLOAT32) for s in ((1, 4, 4, 2), (1, 4, 4, 2)))
    model.operator("RELU", [image], scores)
    (tmp_path / "float.tflite").write_bytes(model.finish(image, scores))
    with pytest.raises(HostError, match="is float32, and no QUANTIZE follows: convert with full"):
        run(tmp_path / "float.tflite", "--data", data, "--labels", "no person,person")


def test_the_val_split_is_measured_where_there_is_one(tmp_path: Path) -> None:
    """And every picture where there is none; either is said."""
    lines: list[str] = []
    root = fill(tmp_path / "set", "train/a/1.png", "train/b/2.png", "val/a/3.png", "val/b/4.png")
    loaded = _chosen(Request(root), lines.append)
    assert {p.split for p in loaded[0].pictures} == {"val"} and lines == ["pictures: the val split"]
    assert len(_chosen(Request(root, split="all"), lines.append)[0].pictures) == 4
    plain = fill(tmp_path / "plain", "a/1.png", "b/2.png")
    assert len(_chosen(Request(plain), lines.append)[0].pictures) == 2
    assert lines[-1] == "pictures: all, as there is no val split"
