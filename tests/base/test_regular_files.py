"""What others put into a folder of pictures cannot hang a tool, fill its memory, or lead out of it."""

from __future__ import annotations

import io
import os
import resource
import zlib
from pathlib import Path

import pytest
from PIL import Image

from host.base.csv_text import csv_row, escaped, unescaped
from host.base.errors import HostError
from host.base.pictures import decode, read_picture
from host.base.regular_files import (
    LINK_OUT,
    NO_FILE,
    NO_RIGHT,
    SAVED_LINK,
    UnreadableError,
    list_files,
    model_bytes,
    read_below,
    read_file,
)
from host.virtual.scene import open_scene
from tests.base.no_rights import forbid


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder with one file, and one of each thing that only looks like one."""
    (tmp_path / "secret").write_bytes(b"secret")
    root = tmp_path / "set"
    (root / "a").mkdir(parents=True)
    (root / "a" / "1.png").write_bytes(b"one")
    (root / "a" / "inside.png").symlink_to("1.png")
    (root / "a" / "out.png").symlink_to(tmp_path / "secret")
    (root / "a" / "zero.png").symlink_to("/dev/zero")
    (root / "a" / "gone.png").symlink_to("nowhere")
    (root / "b").symlink_to(tmp_path)
    (root / "saved").write_text("../secret")
    (root / "plain").write_text("text")
    os.mkfifo(root / "a" / "pipe.png")
    return root


def test_only_files_of_the_folder_are_its_files(hostile: Path) -> None:
    found = list_files(hostile)
    assert found.names == ("a/1.png", "a/inside.png", "plain")
    assert found.left_out == {LINK_OUT: 3, NO_FILE: 1, SAVED_LINK: 1, "links to nothing": 1}


def test_what_may_not_be_read_is_counted(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forbid(monkeypatch, "a")
    found = list_files(hostile)
    assert found.names == ("plain",) and found.left_out[NO_RIGHT] == 1


@pytest.mark.parametrize("name", ["out.png", "zero.png", "gone.png", "pipe.png", "../../secret"])
def test_what_is_no_file_of_the_folder_is_not_opened(hostile: Path, name: str) -> None:
    with pytest.raises(UnreadableError):
        read_below(hostile, f"a/{name}", 100)
    assert read_below(hostile, "a/inside.png", 100) == b"one"


def test_a_pipe_that_the_user_names_does_not_wait(hostile: Path) -> None:
    for name in ("pipe.png", "zero.png"):
        with pytest.raises(UnreadableError, match="no regular file"):
            read_file(hostile / "a" / name, 100)
    assert read_file(hostile / "a" / "out.png", 100) == b"secret"
    with pytest.raises(UnreadableError, match="at most"):
        read_file(hostile / "a" / "1.png", 2)


def test_a_model_of_more_than_a_gigabyte_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a.tflite").open("wb") as file:
        file.truncate((1 << 30) + 1)
    with pytest.raises(UnreadableError, match="has 1024 MB: at most 1024 are read"):
        model_bytes(tmp_path / "a.tflite")


def bomb(side: int) -> bytes:
    """A PNG of side x side that is a few kilobytes: rows of zeros, deflated."""
    sink = io.BytesIO()
    Image.new("L", (1, 1)).save(sink, "PNG")
    header = side.to_bytes(4, "big") * 2 + b"\x08\x00\x00\x00\x00"
    content = bytearray(sink.getvalue())
    content[16:29] = header
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)


def test_a_picture_that_would_fill_the_memory_is_refused_by_its_header(tmp_path: Path) -> None:
    (tmp_path / "bomb.png").write_bytes(bomb(25_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for scene in (f"image:{tmp_path / 'bomb.png'}", f"folder:{tmp_path}"):
        with pytest.raises(HostError, match="too many pixels"):
            open_scene(scene)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 << 10


def test_a_scene_shows_no_file_from_elsewhere(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8), (200, 0, 0)).save(tmp_path / "secret.png")
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "x.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(HostError, match="leads out of"):
        open_scene(f"folder:{tmp_path / 'set'}")
    assert read_picture(tmp_path / "set" / "x.png")[0, 0].tolist() == [200, 0, 0]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_any_kind_of_picture_becomes_grey_or_colour(mode: str) -> None:
    sink = io.BytesIO()
    Image.new(mode, (5, 4)).save(sink, "JPEG" if mode == "CMYK" else "PNG")
    assert decode(sink.getvalue(), mode).shape[:2] == (4, 5)


@pytest.mark.parametrize(
    "text", ["=1+1", "+x", "-x", "@x", "'=1", "''@", "'", "-0.5", "+3", "", "a"]
)
def test_a_formula_is_text_and_comes_back(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert escaped(text)[:1] not in "=@" or not text
    assert csv_row(["-0.5", "=x"]) == "-0.5,'=x\n"


def test_a_pipe_is_no_scene(hostile: Path) -> None:
    for kind in ("video", "image"):
        with pytest.raises(HostError, match="no regular file"):
            open_scene(f"{kind}:{hostile / 'a' / 'pipe.png'}")
