"""Board against PC: what differs is found, what is cut off goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from host.base.errors import HostError
from host.evaluate.journal import NAME, Answer, Journal
from host.evaluate.loop import Looped, run_loop
from host.link.client import RefusedError
from host.link.line import NoAnswerError
from host.link.messages import Ack, Inject, Status

IMAGES = np.random.default_rng(2).integers(0, 256, (5, 4, 4, 1), np.uint8)
EXPECTED = np.stack([IMAGES[:, 0, 0, 0], IMAGES[:, 1, 1, 0]], 1).view(np.int8)


class FakeBoard:
    """Says the first two diagonal pixels. `before` is called with the number of each request and may raise."""

    connected = False

    def __init__(self, before: Callable[[int], None] = lambda number: None) -> None:
        self.wanted = 0
        self._before = before

    def infer(self, image: NDArray[np.uint8]) -> Answer:
        self.wanted += 1
        self._before(self.wanted)
        return Answer(bytes([image[0, 0, 0], image[1, 1, 0]]), 1000 + self.wanted)


class Clock:
    """Time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def loop(
    board: FakeBoard, journal: Journal | None = None, progress: list[int] | None = None
) -> Looped:
    clock = Clock()
    seen = [] if progress is None else progress
    answers = Journal(None, "") if journal is None else journal
    return run_loop(board, IMAGES, EXPECTED, answers, seen.append, clock, clock.sleep)


def test_every_byte_is_compared_and_progress_reported() -> None:
    progress: list[int] = []
    found = loop(FakeBoard(), progress=progress)
    assert found.different == ()
    assert np.array_equal(found.raw, EXPECTED)
    assert found.cycles.tolist() == [1001, 1002, 1003, 1004, 1005]
    assert progress == [1, 2, 3, 4, 5]
    assert "equals the PC's reference on all 5 pictures: 10 of 10" in found.line


def test_one_wrong_bit_in_one_score_is_found() -> None:
    class Wrong(FakeBoard):
        def infer(self, image: NDArray[np.uint8]) -> Answer:
            answer = super().infer(image)
            flipped = bytes([answer.raw[0], answer.raw[1] ^ (self.wanted == 4)])
            return Answer(flipped, answer.cycles)

    found = loop(Wrong())
    assert found.different == (3,)
    assert "DIFFERS from the PC's reference on 1 of 5" in found.line


def away_at(number: int, times: int) -> Callable[[int], None]:
    def before(wanted: int) -> None:
        if number <= wanted < number + times:
            raise NoAnswerError("board: its port is gone")

    return before


def refused_at(number: int, status: Status) -> Callable[[int], None]:
    """BUSY while the board restarts; BAD_VALUE when it has forgotten the first pieces of an image."""

    def before(wanted: int) -> None:
        if wanted == number:
            raise RefusedError(Inject(0, 16, b""), Ack(Inject.ID, status, 0, 0))

    return before


@pytest.mark.parametrize(
    "before", [away_at(2, 20), refused_at(3, Status.BUSY), refused_at(3, Status.BAD_VALUE)]
)
def test_a_board_that_comes_back_gets_its_request_again(before: Callable[[int], None]) -> None:
    assert loop(FakeBoard(before)).different == ()


def test_a_refusal_is_no_absence() -> None:
    def faulty(wanted: int) -> None:
        raise RefusedError(Inject(0, 16, b""), Ack(Inject.ID, Status.FAULT, 0, 0))

    board = FakeBoard(faulty)
    with pytest.raises(RefusedError):
        loop(board)
    assert board.wanted == 1


def test_a_board_that_stays_away_ends_the_run_and_the_next_one_goes_on(tmp_path: Path) -> None:
    first = FakeBoard(away_at(3, 10_000))
    with pytest.raises(HostError, match=r"after 2 of 5 pictures .*port is gone.*same --output"):
        loop(first, Journal(tmp_path / NAME, "x"))
    # two pictures, then two requests a second for as long as a person takes to find the cable
    assert first.wanted == 2 + 2 * 120 + 1
    second = FakeBoard()
    found = loop(second, Journal(tmp_path / NAME, "x"))
    assert (second.wanted, found.earlier, found.different) == (3, 2, ())


def test_a_board_that_is_silent_over_its_port_ends_the_run_soon() -> None:
    board = FakeBoard(away_at(3, 10_000))
    board.connected = True
    with pytest.raises(HostError, match=r"after 2 of 5 pictures .*reset it and repeat"):
        loop(board)
    assert board.wanted == 2 + 2 * 10 + 1  # for ten seconds


def test_another_number_of_scores_is_another_model() -> None:
    class Other(FakeBoard):
        def infer(self, image: NDArray[np.uint8]) -> Answer:
            return Answer(b"\0\0\0", 1)

    with pytest.raises(HostError, match="3 scores, the model has 2: it runs another model"):
        loop(Other())
