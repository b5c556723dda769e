"""Files are whole, or it is said why they are not there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from host.base.errors import HostError
from host.base.files import write_private
from host.compiler.emit import write_atomically

Write = Callable[[Path, bytes], None]


@pytest.mark.parametrize("write", [write_atomically, write_private])
def test_a_place_that_takes_no_file_is_one_line(write: Write, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(HostError, match=r"^cannot write [^\n]*; (choose|give) another"):
        write(tmp_path / "file" / "model.tpm", b"model")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("write", [write_atomically, write_private])
def test_a_file_that_cannot_be_renamed_leaves_nothing_behind(write: Write, tmp_path: Path) -> None:
    (tmp_path / "folder" / "full").mkdir(parents=True)
    with pytest.raises(HostError, match=r"^cannot write"):
        write(tmp_path / "folder", b"model")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
    write(tmp_path / "model.tpm", b"old")
    write(tmp_path / "model.tpm", b"model")
    assert (tmp_path / "model.tpm").read_bytes() == b"model"
    assert len(list(tmp_path.iterdir())) == 2
