"""Files are whole, or it is said why they are not there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from host.base.errors import HostError
from host.base.files import write_private


def test_a_place_that_takes_no_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(HostError, match=r"^cannot write [^\n]*; give another"):
        write_private(tmp_path / "file" / "model.tpm", b"model")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_that_cannot_be_renamed_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder" / "full").mkdir(parents=True)
    with pytest.raises(HostError, match=r"^cannot write"):
        write_private(tmp_path / "folder", b"model")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
    write_private(tmp_path / "model.tpm", b"old")
    write_private(tmp_path / "model.tpm", b"model")
    assert (tmp_path / "model.tpm").read_bytes() == b"model"
    assert len(list(tmp_path.iterdir())) == 2


def test_what_is_written_is_on_the_disk_and_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """fsync of the very file, and before it takes its place: a power cut leaves the old file or the new one."""
    path, events = tmp_path / "run.json", []
    path.write_bytes(b"old")
    real_fsync, real_replace = os.fsync, Path.replace

    def fsync(number: int) -> None:
        events.append(("fsync", os.fstat(number).st_size))
        real_fsync(number)

    def replace(source: Path, target: Path) -> Path:
        events.append(("replace", source.stat().st_size))
        return real_replace(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    write_private(path, b"content")
    assert events == [("fsync", 7), ("replace", 7)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_stands_where_it_is_written_is_replaced_whole_or_left_alone(tmp_path: Path) -> None:
    """What a killed process of the same number left is longer; a link that somebody put there leads elsewhere."""
    path, beside = tmp_path / "run.json", tmp_path / f".run.json.{os.getpid()}"
    beside.write_bytes(b"left by another, and longer")
    write_private(path, b"content")
    assert path.read_bytes() == b"content"
    (tmp_path / "elsewhere").write_bytes(b"theirs")
    beside.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(HostError, match="cannot write"):
        write_private(path, b"new")
    assert (tmp_path / "elsewhere").read_bytes() == b"theirs"
    assert path.read_bytes() == b"content"
