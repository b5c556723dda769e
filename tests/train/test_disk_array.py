"""Pictures of a run lie on the disk: nothing is left there, memory stays small, a full disk is an error at once."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from host.base.errors import HostError
from host.train.disk_array import disk_array, pixel_digest

MB = 1 << 20


def anonymous_bytes() -> int:
    """Of this process, which no file backs."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("RssAnon"))
    return int(line.split()[1]) * 1024


def test_holds_what_is_written_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "yet"
    pixels = disk_array((3, 5, 4, 3), folder)
    assert type(pixels) is np.ndarray and pixels.dtype == np.uint8 and not pixels.any()
    wanted = np.random.default_rng(1).integers(0, 256, pixels.shape, np.uint8)
    pixels[:] = wanted
    assert np.array_equal(pixels, wanted)
    assert list(tmp_path.iterdir()) == []
    assert disk_array((0, 5, 4, 3), folder).shape == (0, 5, 4, 3)


def test_it_takes_no_memory_of_its_own(tmp_path: Path) -> None:
    before = anonymous_bytes()
    pixels = disk_array((64, MB), tmp_path)
    pixels[:] = 1
    assert anonymous_bytes() - before < 16 * MB
    assert int(pixels[:, 0].sum()) == 64


def test_a_disk_without_room_is_an_error_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=r"no room for 1125899\.9 GB of pictures"):
        disk_array((1 << 20, 1 << 30), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_a_reservation_the_free_space_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("os.posix_fallocate")
    assert disk_array((2, 8, 8, 1), tmp_path).shape == (2, 8, 8, 1)
    with pytest.raises(
        HostError, match=r"no room for 1125899\.9 GB of pictures \(.* GB are free\)"
    ):
        disk_array((1 << 20, 1 << 30), tmp_path)


def test_the_digest_of_many_pictures_is_that_of_all_at_once() -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (9000, 9, 9, 1), np.uint8)
    whole = hashlib.sha256(b"model" + pixels[:, ::8, ::8].tobytes())
    assert pixel_digest(pixels, b"model").hexdigest() == whole.hexdigest()
    pixels[8999, 8, 8] ^= 1
    assert pixel_digest(pixels, b"model").hexdigest() != whole.hexdigest()
