"""A Keras file that is none is refused in a line, whatever is in it."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from host.base.errors import HostError
from host.compiler.keras import read_config

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
     b'{"class_name" and no more'],
)  # fmt: skip
def test_damaged_files_are_refused(data: bytes) -> None:
    with pytest.raises(HostError, match="m is no Keras model"):
        read_config(data, "m")
