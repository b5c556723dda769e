"""Which pictures a training takes, at what size, and whose they are."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from host.base.errors import HostError
from host.base.pictures import decode
from host.data.dataset import Dataset, read_dataset
from host.data.manifest import Picture
from host.data.manifest_file import write_manifest
from host.train import gather
from host.train.disk_array import disk_array
from host.train.pictures import (
    _taken,
    find_classes,
    find_pictures,
    load_learning,
    load_validation,
    nothing_class,
)
from tests.data.pictures import fill, picture, png
from tests.train.parsed import options


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
    ("sides", "stored"),
    [([100, 110, 500], 110), ([20], 96), ([500], 128), ([], 96), ([127, 129], 128)],
)
def test_pictures_are_stored_a_third_larger_where_they_have_it(
    tmp_path: Path, sides: list[int], stored: int
) -> None:
    rows = []
    for at, side in enumerate(sides):
        (tmp_path / f"{at}.png").write_bytes(png(picture(at, side, side + 40)))
        rows.append(Picture(f"{at}.png", "x"))
    (tmp_path / "no.png").write_bytes(b"none")
    rows.append(Picture("no.png", "x"))
    assert gather._side((Dataset(tmp_path, tuple(rows), ("x",)),), 96) == stored


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
