"""A Keras file that is none is refused in a line, whatever is in it."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from host.base.errors import HostError
from host.compiler.keras import read_config, sketch_of

MODEL = {"class_name": "Sequential", "config": {"layers": []}}


def zipped(text: str, name: str = "config.json") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(name, text)
    return held.getvalue()


def test_both_kinds_of_files_give_their_configuration() -> None:
    """A .keras is a zip; an .h5 has the text among other bytes, and other bytes behind it."""
    assert read_config(zipped(json.dumps(MODEL)), "m") == MODEL
    assert read_config(b"\x89HDF\r\n" + json.dumps(MODEL).encode() + b"\0\xff", "m") == MODEL


@pytest.mark.parametrize(
    "found",
    [[], None, 5, "layers", {}, {"config": None}, {"config": 5}, {"config": []}, {"config": {}},
     {"config": "layers"}, {"config": ["layers"]}, {"config": {"layers": None}}],
)  # fmt: skip
def test_what_is_no_model_is_refused(found: object) -> None:
    with pytest.raises(HostError, match=r"^m is no Keras model: save it as .keras"):
        read_config(zipped(json.dumps(found)), "m")


@pytest.mark.parametrize(
    "data",
    [b"", b"PK", b"PK\x03\x04 and no more", zipped("{}", "other.json"), zipped("{"), b"\x89HDF",
     b'{"class_name" and no more', b'{"class_name": ' + b"[" * 100_000, zipped(" " * (33 << 20))],
)  # fmt: skip
def test_damaged_files_are_refused(data: bytes) -> None:
    with pytest.raises(HostError, match="m is no Keras model"):
        read_config(data, "m")


def layer(kind: str, name: str, *sources: str, **config: object) -> dict[str, object]:
    nodes = [[[source, 0, 0, {}] for source in sources]] if sources else []
    return {"class_name": kind, "config": {"name": name, **config}, "inbound_nodes": nodes}


IMAGE = layer("InputLayer", "a", batch_shape=[None, 8, 8, 1])
CONV: dict[str, object] = {"filters": 4, "kernel_size": 3, "strides": 1, "padding": "same"}
TWICE = layer("Dense", "d", "c", units=2)
TWICE["inbound_nodes"] = [[["c", 0, 0, {}]], [["d", 0, 0, {}]]]


def test_a_model_of_one_image_and_one_row_has_its_cost() -> None:
    layers = [IMAGE, layer("Conv2D", "c", "a", **CONV), layer("Dense", "d", "c", units=2)]
    for outputs in ([["d", 0, 0]], ["d", 0, 0], None):
        model = {"config": {"layers": layers, "output_layers": outputs}}
        assert sketch_of(model)[0] is not None


@pytest.mark.parametrize(
    ("more", "outputs", "why"),
    [
        ([layer("InputLayer", "b", batch_shape=[None, 8, 8, 1]), layer("Add", "s", "a", "b")], "s",
         "has 2 inputs"),
        ([layer("Flatten", "f", "a")], [["f", 0, 0], ["a", 0, 0]], "has 2 outputs"),
        ([layer("Conv2D", "c", "a", **CONV, groups=2)], "c", "no cost is known for groups=2"),
        ([layer("Conv2D", "c", "a", **CONV, data_format="channels_first")], "c",
         "data_format=channels_first; convert to .tflite"),
        ([layer("Conv2D", "c", "a", **CONV), TWICE], "d", "in two places"),
    ],
)  # fmt: skip
def test_what_has_no_one_cost_is_refused(more: list[object], outputs: object, why: str) -> None:
    with pytest.raises(HostError, match=why):
        sketch_of({"config": {"layers": [IMAGE, *more], "output_layers": outputs}})
