"""The viewer's JSON lines over a cable that damages a fifth of the frames: each line is what the board said."""

from __future__ import annotations

import contextlib
import io
import json
from typing import Any, NoReturn

from host.link.damage import FaultRates, FaultyBytes
from host.viewer.__main__ import main
from tests.attack.lying_board import LyingBoard, serving

SCORES = 120  # different ones, by the number of the frame
CYCLES = {"capture": 2_100_000, "preprocess": 310_000, "inference": 9_200_000, "send": 45_000}


class Damaged(LyingBoard):
    """An honest board behind a bad cable, both ways."""

    def __init__(self) -> None:
        super().__init__()
        self._cable = FaultyBytes(FaultRates.even(0.003), seed=5)

    def stream(self) -> bytes:
        """A frame whose score says its number."""
        data = self.shoot(score_of(self.frame + 1)) if self.mode else b""
        return self._cable.damage(data)

    def hear(self, data: bytes) -> bytes:
        return self._cable.damage(super().hear(self._cable.damage(data)))

    @property
    def damaged(self) -> int:
        """Pieces of at most 512 bytes."""
        return self._cable.counts.total


def score_of(frame: int) -> int:
    """int8, of `person`."""
    return frame % SCORES


def lines(wanted: int) -> tuple[str, bool]:
    """So many lines."""
    board, printed = Damaged(), io.StringIO()
    with serving(board) as url, contextlib.redirect_stdout(printed):
        code = main(["--json", "--frames", str(wanted), "--port", url])
    found = printed.getvalue().splitlines()
    wrong = sum(not _is_right(line) for line in found)
    summary = f"{len(found):,} lines, {wrong} of them wrong; {board.damaged:,} pieces were damaged"
    return summary, code == 0 and not wrong and len(found) == wanted and board.damaged > wanted / 10


def _is_right(line: str) -> bool:
    found: dict[str, Any] = json.loads(line, parse_constant=_refuse)
    score = (score_of(found["sequence"]) + 128) / 256
    cycles = {name: found[f"{name}_cycles"] for name in CYCLES}
    return abs(found["scores"]["person"] - score) < 1e-6 and cycles == CYCLES


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
