"""Around TensorFlow: a processor that it cannot run on is named before anything slow begins; it prints nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from host.base.errors import HostError
from host.train.quiet import quiet, refuse_old_processor


def test_no_avx_is_one_line(tmp_path: Path) -> None:
    described = tmp_path / "cpuinfo"
    described.write_text("processor\t: 0\nflags\t\t: fpu sse sse2 avx_like\n")
    with pytest.raises(HostError, match=r"TensorFlow needs AVX, .* not have: train on another"):
        refuse_old_processor(described)


@pytest.mark.parametrize("text", ["flags\t: fpu avx avx2\n", "Features\t: fp asimd\n", ""])
def test_others_are_let_in(tmp_path: Path, text: str) -> None:
    described = tmp_path / "cpuinfo"
    described.write_text(text)
    refuse_old_processor(described)
    refuse_old_processor(tmp_path / "absent")


def test_a_processor_without_avx_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cpuinfo"
    refuse_old_processor(path)
    for text, refused in (
        ("flags : sse avx\n", False),
        ("flags : sse avx2\n", True),
        ("model : x\n", False),
    ):
        path.write_text(text)
        if refused:
            with pytest.raises(HostError, match="TensorFlow needs AVX"):
                refuse_old_processor(path)
        else:
            refuse_old_processor(path)


def test_nothing_of_a_quiet_part_is_seen_and_all_behind_it(
    capfd: pytest.CaptureFixture[str],
) -> None:
    os.write(1, b"before ")
    with pytest.raises(ValueError, match="x"), quiet():
        os.write(1, b"lost")
        os.write(2, b"lost")
        raise ValueError("x")
    os.write(1, b"behind")
    os.write(2, b"error")
    assert tuple(capfd.readouterr()) == ("before behind", "error")
