"""A processor that TensorFlow cannot run on is named before anything slow begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from host.base.errors import HostError
from host.train.quiet import refuse_old_processor


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
