"""Every accepted form of a set gives the same pictures; every mistake gives one line that helps."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from host.base.colour import luma_of
from host.base.errors import HostError
from host.base.pictures import decode
from host.base.regular_files import UnreadableError
from host.data.dataset import read_dataset
from host.data.load import load_pixels, load_readable
from host.data.manifest import Picture
from host.data.manifest_file import write_manifest
from host.data.model_input import to_input
from host.preprocess import area_average
from tests.base.no_rights import forbid
from tests.data.pictures import fill, picture, png, zipped

SPLIT = ("train/non_person/a.png", "train/person/b.png", "val/non_person/c.png", "val/person/d.png")


def test_folder_and_zip_of_the_same_files_are_the_same(tmp_path: Path) -> None:
    folder = read_dataset(fill(tmp_path / "set", *SPLIT))
    archive = read_dataset(zipped(tmp_path / "set", tmp_path / "set.zip"))
    assert folder.pictures == archive.pictures
    assert [p.split for p in folder.pictures] == ["train", "train", "val", "val"]
    assert folder.labels == ("non_person", "person") and folder.classes.tolist() == [0, 1, 0, 1]
    assert np.array_equal(load_pixels(folder, 96, 96, 3), load_pixels(archive, 96, 96, 3))
    assert [p.path for p in folder.of_split("val").pictures] == list(SPLIT[2:])


def test_classes_alone_have_no_split(tmp_path: Path) -> None:
    dataset = read_dataset(fill(tmp_path, "cat/1.png", "dog/2.png", "dog/deep/3.png"))
    assert dataset.counts == {"cat": 1, "dog": 2}
    assert {p.split for p in dataset.pictures} == {""}


def test_the_manifest_decides_over_folders(tmp_path: Path) -> None:
    fill(tmp_path, "x/1.png", "x/2.png", "x/3.png")
    rows = [Picture("x/2.png", "b", "val"), Picture("x/1.png", "a"), Picture("x/3.png", "")]
    write_manifest(tmp_path, rows)
    dataset = read_dataset(tmp_path)
    assert [(p.path, p.label) for p in dataset.pictures] == [("x/1.png", "a"), ("x/2.png", "b")]


def test_labels_give_the_order_and_the_spelling(tmp_path: Path) -> None:
    fill(tmp_path, "Non-Person/1.png", "person/2.png")
    dataset = read_dataset(tmp_path, ("person", "no person"))
    assert dataset.labels == ("person", "no person") and dataset.classes.tolist() == [1, 0]


def test_grey_input_is_the_cameras_luma_and_the_firmwares_average(tmp_path: Path) -> None:
    dataset = read_dataset(fill(tmp_path, "a/1.png", "b/2.png"))
    expected = [area_average(luma_of(picture(seed)), 12, 10) for seed in (0, 1)]
    assert np.array_equal(load_pixels(dataset, 12, 10, 1), expected)


def test_a_models_own_frame_passes_unchanged() -> None:
    frame = picture(5, 96, 96, 1)
    assert np.array_equal(to_input(decode(png(frame), "f"), 96, 96, 1), frame)
    assert np.array_equal(to_input(decode(png(frame), "f"), 96, 96, 3), np.repeat(frame, 3, 2))


@pytest.mark.parametrize("cut", [0, 1, 7, 40, 300, -60])
def test_a_damaged_picture_is_refused_by_name_or_left_out(tmp_path: Path, cut: int) -> None:
    fill(tmp_path, "a/1.png", "b/2.png", "b/3.png")
    (tmp_path / "b/2.png").write_bytes((tmp_path / "b/2.png").read_bytes()[:cut])
    dataset = read_dataset(tmp_path)
    with pytest.raises(UnreadableError, match=r"b/2\.png"):
        load_pixels(dataset, 8, 8, 1)
    output: list[str] = []
    readable, pixels = load_readable(dataset, 8, 8, 1, output.append)
    assert [p.path for p in readable.pictures] == ["a/1.png", "b/3.png"] and len(pixels) == 2
    assert len(output) == 1 and "b/2.png" in output[0]


def test_what_is_no_picture_is_reported_in_words() -> None:
    with pytest.raises(UnreadableError) as caught:
        decode(b"no picture at all", "a/x.png")
    assert str(caught.value) == (
        "a/x.png is not a picture that can be read (of no format that is known here): "
        "delete it, or copy it again"
    )


def test_every_file_of_a_damaged_set_is_an_error(tmp_path: Path) -> None:
    dataset = read_dataset(fill(tmp_path, "a/1.png", "b/2.png"))
    for file in tmp_path.rglob("*.png"):
        file.write_bytes(b"no")
    with pytest.raises(HostError, match="none of its 2 files can be read"):
        load_readable(dataset, 8, 8, 1, lambda line: None)


def test_a_file_the_manifest_names_and_nobody_has(tmp_path: Path) -> None:
    write_manifest(tmp_path, [Picture("1.png", "a"), Picture("2.png", "b")])
    with pytest.raises(UnreadableError, match=r"1\.png"):
        load_pixels(read_dataset(tmp_path), 8, 8, 1)


def test_a_huge_picture_is_refused_before_it_is_decoded() -> None:
    sink = io.BytesIO()
    Image.new("1", (6_000, 6_000)).save(sink, "PNG")
    with pytest.raises(UnreadableError, match="6000x6000"):
        decode(sink.getvalue(), "bomb.png")


@pytest.mark.parametrize(
    "paths, labels, output",
    [
        ((), (), "no labelled pictures"),
        (("person/1.png",), (), "all 1 pictures .* are 'person'"),
        (("person/1.png", "cat/2.png"), ("preson", "cat"), "did you mean 'person,cat'"),
        (("cat/2.png", "preson/1.png"), ("person", "cat"), "did you mean 'preson,cat'"),
        (("person/2.png", "preson/1.png"), ("person", "cat"), "did you mean 'person'"),
        (("person/1.png", "cat/2.png"), ("person", "cat", "dog"), "no picture labelled 'dog'"),
    ],
)
def test_a_set_nobody_can_learn_from(
    tmp_path: Path, paths: tuple[str, ...], labels: tuple[str, ...], output: str
) -> None:
    with pytest.raises(HostError, match=output):
        read_dataset(fill(tmp_path, *paths), labels)


def test_a_folder_of_sets_is_none(tmp_path: Path) -> None:
    for name in ("b", "a"):
        write_manifest(fill(tmp_path / name, "x/1.png"), [Picture("x/1.png", "x")])
    with pytest.raises(HostError, match=r"holds data sets .*a, .*b\) and is none") as caught:
        read_dataset(tmp_path)
    assert caught.value.remedy == f"give one of them: {tmp_path / 'a'}"


def test_a_class_folder_that_may_not_be_read_is_not_to_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path, "a/1.png", "b/2.png", "c/3.png")
    forbid(monkeypatch, "b")
    with pytest.raises(HostError, match=r"of the class 'b' may not be read: allow yourself to"):
        read_dataset(tmp_path)


def test_an_empty_class_folder_is_named(tmp_path: Path) -> None:
    fill(tmp_path, "train/a/1.png", "train/b/2.png")
    (tmp_path / "train/c").mkdir()
    with pytest.raises(HostError, match="the class 'c' has no pictures"):
        read_dataset(tmp_path)


def test_what_is_no_data_set(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="is not there"):
        read_dataset(tmp_path / "nowhere")
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04 no")
    with pytest.raises(HostError, match="neither a folder nor a zip"):
        read_dataset(tmp_path / "x.zip")


def test_a_zip_with_a_damaged_entry_names_it(tmp_path: Path) -> None:
    archive = zipped(fill(tmp_path / "set", "a/1.png", "b/2.png"), tmp_path / "set.zip")
    content = bytearray(archive.read_bytes())
    content[200] ^= 0xFF
    archive.write_bytes(bytes(content))
    with pytest.raises(UnreadableError, match=r"a/1\.png"):
        load_pixels(read_dataset(archive), 8, 8, 1)


def test_the_shared_pictures(shared: Path) -> None:
    dataset = read_dataset(shared / "data" / "person.zip")
    assert dataset.of_split("val").counts == {"person": 289, "non_person": 484}
    more = read_dataset(shared / "data" / "person_more.zip")
    assert "near~" in {tag for p in more.pictures for tag in p.tags}
    few = dataset.where(lambda p: p.path.endswith("00007.jpg"))
    pixels = load_pixels(few, 96, 96, 1)
    assert pixels.shape == (len(few.pictures), 96, 96, 1) and len(few.pictures) > 5
    assert pixels.std() > 30


def test_a_file_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder and in a zip: the limit is of the file, before it is read."""
    fill(tmp_path / "set", "a/1.png", "b/2.png")
    sizes = [path.stat().st_size for path in (tmp_path / "set").rglob("*.png")]
    packed = zipped(tmp_path / "set", tmp_path / "set.zip")
    for place in (tmp_path / "set", packed):
        dataset = read_dataset(place)
        monkeypatch.setattr("host.data.tree.MOST_FILE_BYTES", max(sizes))
        with dataset.open() as read:
            assert {len(read(picture)) for picture in dataset.pictures} == set(sizes)
        monkeypatch.setattr("host.data.tree.MOST_FILE_BYTES", min(sizes) - 1)
        with dataset.open() as read, pytest.raises(UnreadableError, match="at most"):
            read(dataset.pictures[0])
