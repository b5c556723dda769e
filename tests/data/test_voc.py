"""Pascal VOC's annotations, as they are and as Kaggle and Roboflow leave them."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.base.errors import HostError
from host.data.boxes import Rule
from host.data.layout import read_any
from tests.data.pictures import fill
from tests.data.sets import output, texts, voc


def test_pascal_voc(tmp_path: Path) -> None:
    fill(tmp_path, *(f"VOC2007/JPEGImages/{n}.png" for n in "abcde"))
    person, dog = ("person", (2, 2, 20, 20)), ("dog", (0, 0, 9, 9))
    texts(
        tmp_path,
        {
            "VOC2007/Annotations/a.xml": voc("a.png", [person, dog]),
            "VOC2007/Annotations/b.xml": voc("b.png", [dog]),
            "VOC2007/Annotations/c.xml": voc("c.png", []),
            "VOC2007/Annotations/d.xml": "<annotation><object>",
            "VOC2007/Annotations/gone.xml": voc("gone.png", [person]),
            "VOC2007/ImageSets/Main/train.txt": "a\nb\n",
            "VOC2007/ImageSets/Main/val.txt": "c 1\n",
        },
    )
    found = read_any(tmp_path, Rule())
    assert {Path(k).stem: v for k, v in output(found).items()} == {
        "a": ("person", "train"),
        "b": ("non_person", "train"),
        "c": ("non_person", "val"),
    }
    assert sorted(found.left_out.values()) == [1, 1, 2]  # broken, absent, not annotated


def test_pascal_voc_as_kaggle_and_roboflow_have_it(tmp_path: Path) -> None:
    one = fill(tmp_path / "k", "archive/images/a.png", "archive/images/b.png")
    texts(one, {"archive/annotations/a.xml": voc("a.png", [("with_mask", (2, 2, 20, 20))])})
    texts(one, {"archive/annotations/b.xml": voc("b.png", [("without_mask", (2, 2, 20, 20))])})
    assert [p.label for p in read_any(one, Rule("with_mask")).pictures] == [
        "with_mask",
        "non_with_mask",
    ]
    with pytest.raises(HostError, match=r"no class 'person' among 2.*--class one of with_mask"):
        read_any(one, Rule())
    two = fill(tmp_path / "r", "train/a.png", "valid/b.png")
    texts(two, {"train/a.xml": voc("?.jpg", [("person", (2, 2, 20, 20))])})
    texts(two, {"valid/b.xml": voc("?.jpg", [])})
    assert output(read_any(two, Rule())) == {
        "train/a.png": ("person", "train"),
        "valid/b.png": ("non_person", "val"),
    }


def test_an_xml_that_would_grow_is_left_out(tmp_path: Path) -> None:
    fill(tmp_path, "a.png", "b.png")
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + voc("a.png", [("person", (1, 1, 9, 9))])
    texts(tmp_path, {"a.xml": bomb, "b.xml": voc("b.png", [("person", (2, 2, 20, 20))])})
    assert set(output(read_any(tmp_path, Rule()))) == {"b.png"}


@pytest.mark.parametrize(("size", "is_read"), [(4 << 20, True), ((4 << 20) + 1, False)])
def test_an_xml_of_four_megabytes_is_the_largest(tmp_path: Path, size: int, is_read: bool) -> None:
    fill(tmp_path, "a.png", "b.png")
    text = voc("a.png", [("person", (2, 2, 20, 20))])
    texts(
        tmp_path,
        {
            "a.xml": text + " " * (size - len(text)),
            "b.xml": voc("b.png", [("person", (2, 2, 20, 20))]),
        },
    )
    assert ("a.png" in output(read_any(tmp_path, Rule()))) is is_read
