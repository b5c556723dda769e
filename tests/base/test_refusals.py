"""A path that the system refuses is a line and exit code 2, wherever a tool meets it."""

from __future__ import annotations

import errno
import importlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from host.base.errors import EXIT_USER, run_main
from host.base.regular_files import UnreadableError, read_file
from host.virtual.scene import open_scene

LONG = "x" * 300
TOOLS = [
    ("data", "check", LONG),
    ("data", "export", LONG, "out"),
    ("data", "import", LONG, "out"),
    ("data", "draw", LONG),
    ("evaluate", "models/person_grey_025.tflite", "--data", LONG),
    ("bench", "report", LONG),
    ("bench", "latency", "--compare", LONG, LONG),
    ("train", "--data", LONG, "--labels", "a,b", "--output", "build"),
]


@pytest.mark.parametrize("words", TOOLS, ids=lambda words: " ".join(words[:2]))
def test_a_name_that_is_too_long_is_a_line(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    tool = importlib.import_module(f"host.{words[0]}.__main__")
    assert run_main(lambda: tool.main(list(words[1:]))) == EXIT_USER
    said = " ".join(capsys.readouterr().err.split())
    assert "File name too long" in said and said.count("error: ") == 1
    assert "give a shorter name" in said


def raising(error: OSError) -> Callable[[], int]:
    def main() -> int:
        raise error

    return main


@pytest.mark.parametrize("path", ["a/manifest.csv", b"a/manifest.csv", Path("a/manifest.csv")])
def test_a_path_without_permission_is_a_line(
    path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    error = PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    assert run_main(raising(error)) == EXIT_USER
    said = capsys.readouterr().err
    assert said.startswith("error: cannot use a/manifest.csv: Permission denied; allow yourself")
    assert "delete" not in said


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(errno.ENOENT, "No such file or directory", "a"),
        PermissionError(errno.EACCES, "of no path"),
        PermissionError(errno.EACCES, "of a file's number", 3),
        OSError("of a library"),
    ],
)
def test_any_other_is_still_our_fault(error: OSError) -> None:
    with pytest.raises(OSError, match=r".") as raised:
        run_main(raising(error))
    assert raised.value is error


def test_a_file_without_permission_is_not_to_be_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: object, *_: object) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(UnreadableError) as raised:
        read_file(tmp_path / "a.png", 100)
    assert raised.value.remedy.startswith("allow yourself to use it")


@pytest.mark.parametrize("content", [b"# a text\n", b""])
def test_a_file_that_was_given_by_name_is_not_to_be_deleted(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(content)
    with pytest.raises(UnreadableError) as raised:
        open_scene(f"image:{path}")
    assert raised.value.remedy.startswith("give a picture: .png")
