"""The board's own chances (firmware/src/chance.c) are those that host/base/scores.py gives everybody else."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from host.base.scores import Meaning, real_scores
from host.compiler.format import PackedHeader
from tests.native import FIRMWARE, compile_shared

WITHIN = 1e-4


def header(scale: float, zero_point: int, meaning: Meaning) -> bytes:
    """A packed model's header that says nothing else."""
    fields = {column.name: "" if column.length else 0 for column in PackedHeader.COLUMNS}
    named = {"output_scale": scale, "output_zero_point": zero_point, "score_meaning": meaning}
    return PackedHeader(**{**fields, **named}).pack()  # type: ignore[arg-type]  # numbers, one text


@pytest.mark.parametrize("count", [1, 2, 3, 1000])
@pytest.mark.parametrize("meaning", list(Meaning))
def test_board_and_host_agree(count: int, meaning: Meaning) -> None:
    library = ctypes.CDLL(str(compile_shared("chance", [FIRMWARE / "src" / "chance.c"])))
    library.score_chance.restype = ctypes.c_float
    random = np.random.default_rng(count)
    for scale in (1 / 256, 0.02, 0.5, 40.0):
        scores = random.integers(-128, 128, count).astype(np.int8)
        zero_point = int(random.integers(-128, 128))
        model = header(scale, zero_point, meaning)
        expected = real_scores(scores, scale, zero_point, meaning)
        for index in {0, count // 2, count - 1}:
            found = library.score_chance(
                model, scores.tobytes(), ctypes.c_size_t(count), ctypes.c_size_t(index)
            )
            exact = float(np.clip(expected[index], 0, 1) if meaning == 0 else expected[index])
            within = WITHIN if meaning == Meaning.LOGIT else max(WITHIN, abs(exact) * 1e-6)
            cut = min(max(found, 0.0), 1.0) if meaning == 0 else found
            assert abs(cut - exact) <= within, (scale, index)
