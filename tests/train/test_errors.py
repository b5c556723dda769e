"""What a user can do wrong is said in one line, before anything slow starts, and nothing is lost."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from host.base.errors import HostError, run_main
from host.data.hold import LOCK
from host.train.__main__ import main
from host.train.gather import gather
from host.train.options import parse
from tests.train.shapes import CLASSES, arguments, write_pictures, write_small_network


def complaint(words: list[str]) -> str:
    with pytest.raises(HostError) as caught:
        gather(parse(words), lambda text: None)
    line = str(caught.value)
    assert "\n" not in line
    return line


def test_no_pictures(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "picture" in complaint(arguments(tmp_path / "empty", tmp_path / "o"))


def test_no_such_folder(tmp_path: Path) -> None:
    assert "is not there" in complaint(arguments(tmp_path / "none", tmp_path / "o"))


def test_one_class(tmp_path: Path) -> None:
    data = write_pictures(tmp_path / "d", {"train": 2, "val": 1})
    for split in ("train", "val"):
        shutil.rmtree(data / split / "disc")
    words = ["--data", str(data), "--output", str(tmp_path / "o"), "--from", "scratch"]
    assert "at least two labels" in complaint(words)


def test_a_class_without_pictures(tmp_path: Path) -> None:
    data = write_pictures(tmp_path / "d", {"train": 2, "val": 1})
    words = arguments(data, tmp_path / "o", "--labels", "non_disc,disc,ring")
    assert "no picture of ring" in complaint(words)


def test_no_validation_pictures(tmp_path: Path) -> None:
    data = write_pictures(tmp_path / "d", {"train": 2})
    assert "host.data split" in complaint(arguments(data, tmp_path / "o"))


def test_a_label_with_a_typo(tmp_path: Path) -> None:
    data = write_pictures(tmp_path / "d", {"train": 2, "val": 1})
    line = complaint(arguments(data, tmp_path / "o", "--labels", "non_disc,dics"))
    assert "'disc' is not one of" in line and "did you mean 'non_disc,disc'" in line


def test_a_source_that_does_not_occur(pictures: Path, tmp_path: Path) -> None:
    assert "--share cocoa" in complaint(arguments(pictures, tmp_path, "--share", "cocoa=0.5"))


def test_a_label_for_a_bias_that_does_not_occur(pictures: Path, tmp_path: Path) -> None:
    assert "did you mean 'disc'" in complaint(
        arguments(pictures, tmp_path, "--logit-bias", "dics=0.5")
    )


def test_an_unreadable_picture_is_left_out_and_named(tmp_path: Path) -> None:
    data = write_pictures(tmp_path / "d", {"train": 4, "val": 2})
    (data / "train" / "disc" / "000.png").write_bytes(b"\x89PNG cut")
    output: list[str] = []
    found = gather(parse(arguments(data, tmp_path / "o")), output.append)
    assert len(found.learn) == 7 and len(found.validation) == 4
    assert len(output) == 1 and "000.png" in output[0]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--alpha", "3"),
        ("--size", "97"),
        ("--epochs", "0"),
        ("--rate", "7"),
        ("--degraded", "1.5"),
        ("--ema", "1"),
        ("--aware", "1001"),
        ("--network", "96x96"),
        ("--network", "97x97x1,8-16x1-32x1-48x2-64x4-96x1"),
        ("--from", "nobody"),
        ("--from", "no.keras"),
        ("--teacher", "no.tflite"),
        ("--share", "x"),
        ("--weight", "x=many"),
    ],
)
def test_an_option_that_cannot_be(
    pictures: Path, tmp_path: Path, option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = arguments(pictures, tmp_path / "o", option, value)
    assert run_main(lambda: main(words)) == 2
    line = capsys.readouterr().err
    assert line.startswith(f"error: {option} {value.split('=')[0]}") and line.count("\n") == 1


def test_a_file_that_is_no_model(pictures: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.keras"
    other.write_bytes(b"PK no zip")
    with pytest.raises(HostError, match="is no Keras model"):
        main(arguments(pictures, tmp_path / "o", "--from", str(other)))


@pytest.fixture(scope="module")
def checkpoint_of_another_run(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """As a run with other options leaves it."""
    import keras

    from host.train import checkpoint

    folder = tmp_path_factory.mktemp("another")
    model = keras.models.load_model(write_small_network(folder / "small.keras"))
    model.compile("adam")
    checkpoint.save(
        folder, "other options", model, checkpoint.Progress((), checkpoint.weights_of(model))
    )
    return (folder / checkpoint.NAME).read_bytes()


def test_a_checkpoint_of_another_run_is_not_overwritten(
    checkpoint_of_another_run: bytes, pictures: Path, tmp_path: Path
) -> None:
    (tmp_path / "checkpoint.npz").write_bytes(checkpoint_of_another_run)
    with pytest.raises(HostError, match="other options"):
        main(arguments(pictures, tmp_path, "--seed", "9"))
    assert (tmp_path / "checkpoint.npz").read_bytes() == checkpoint_of_another_run


def test_a_torn_checkpoint_is_named(
    checkpoint_of_another_run: bytes, pictures: Path, tmp_path: Path
) -> None:
    whole = checkpoint_of_another_run
    (tmp_path / "checkpoint.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(HostError, match="delete it to start anew"):
        main(arguments(pictures, tmp_path))


def test_a_model_of_another_run_is_not_overwritten(tmp_path: Path) -> None:
    from host.train.run import refuse_another

    refuse_another(tmp_path, "m", "ours")
    for text in ('{"training": {"run": "theirs"}}', '{"training": {}}', "[]", "{"):
        (tmp_path / "m.json").write_text(text)
        with pytest.raises(HostError, match=r"holds m, which another run made.*another --output"):
            refuse_another(tmp_path, "m", "ours")
        refuse_another(tmp_path, "n", "ours")
    (tmp_path / "m.json").write_text('{"training": {"run": "ours"}}')
    refuse_another(tmp_path, "m", "ours")


def test_two_runs_do_not_write_into_one_folder(pictures: Path, tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text(str(os.getppid()))
    with pytest.raises(HostError, match=f"process {os.getppid()} writes into"):
        main(arguments(pictures, tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == [LOCK]


def test_labels_stay_in_the_requested_order(pictures: Path, tmp_path: Path) -> None:
    found = gather(parse(arguments(pictures, tmp_path)), lambda text: None)
    assert found.learn.classes == CLASSES
    assert [fact.label for fact in found.learn.facts][found.learn.labels.argmax()] == "disc"


def test_a_folder_that_cannot_be_made(pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(HostError, match="choose another folder"):
        main(arguments(pictures, tmp_path / "taken"))
