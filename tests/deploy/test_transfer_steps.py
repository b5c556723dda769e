"""A transfer step by step: which pieces go, when it begins anew, when it gives up, what it says."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from host.base.errors import HostError
from host.base.records import Message
from host.deploy.transfer import body_crc, erase_slots, send_model, use_slot
from host.link.client import Client, RefusedError
from host.link.line import NoAnswerError
from host.link.messages import (
    MODEL_SLOTS,
    SLOT_CHUNK_BYTES,
    Ack,
    Mode,
    SlotBegin,
    SlotCommit,
    SlotErase,
    SlotSelect,
    SlotWrite,
    Status,
)

BLOB = np.random.default_rng(1).integers(0, 256, 3 * SLOT_CHUNK_BYTES + 5, np.uint8).tobytes()
Answer = Callable[[Message], int | None]


class Board:
    """Holds what it is sent and runs it. answer: what to say in place of the truth, None for the truth."""

    name = "board"

    def __init__(self, answer: Answer = lambda command: None, held: int = 0) -> None:
        self._answer, self.held, self.runs = answer, bytearray(BLOB[:held]), False
        self.sent: list[Message] = []
        self.modes: list[Mode] = []
        self.greetings = 0

    def set_mode(self, mode: Mode) -> None:
        self.modes.append(mode)

    def command(self, command: Message) -> Any:
        self.sent.append(command)
        response = self._answer(command)
        if response is not None:
            return SimpleNamespace(value=response)
        if isinstance(command, SlotWrite):
            self.held[command.offset :] = command.piece
        elif isinstance(command, SlotCommit):
            self.runs = command.crc == zlib.crc32(self.held)
        return SimpleNamespace(value=len(self.held))

    def greet(self) -> Any:
        self.greetings += 1
        return SimpleNamespace(model_hash=body_crc(BLOB) if self.runs else 0)


def send(board: Board) -> list[int]:
    shown: list[int] = []
    send_model(cast(Client, board), BLOB, shown.append)
    return shown


def refusing(kind: type[Message], status: Status, value: int = 0, times: int = 99) -> Answer:
    left = iter(range(times))

    def answer(command: Message) -> int | None:
        if isinstance(command, kind) and next(left, None) is not None:
            raise RefusedError(command, Ack(command.ID, int(status), 0, value))
        return None

    return answer


def test_every_piece_is_sent_once_and_shown() -> None:
    board, chunk = Board(), SLOT_CHUNK_BYTES
    assert send(board) == [0, chunk, 2 * chunk, 3 * chunk, len(BLOB)]
    begin, *writes, commit = board.sent
    assert begin == SlotBegin(len(BLOB), zlib.crc32(BLOB)) and commit == SlotCommit(
        zlib.crc32(BLOB)
    )
    assert [(w.offset, len(w.piece)) for w in writes if isinstance(w, SlotWrite)] == [
        (0, chunk), (chunk, chunk), (2 * chunk, chunk), (3 * chunk, 5),
    ]  # fmt: skip
    assert board.modes == [Mode.IDLE] and bytes(board.held) == BLOB
    assert body_crc(bytes(range(20))) == 0x0F0E0D0C


def test_what_the_board_holds_is_not_sent_again() -> None:
    board = Board(held=len(BLOB))
    assert send(board) == [len(BLOB)]
    assert [type(each) for each in board.sent] == [SlotBegin, SlotCommit]
    assert send(Board(held=100))[0] == 100


@pytest.mark.parametrize("lie", ["less", "same", "more"])
def test_a_count_that_cannot_be_is_an_interruption(lie: str) -> None:
    """The first write is answered wrongly: the transfer begins anew."""
    value = {"less": 0, "same": 0, "more": len(BLOB) + 1}[lie]
    lies = iter([value])

    def answer(command: Message) -> int | None:
        return next(lies, None) if isinstance(command, SlotWrite) else None

    board = Board(answer)
    assert send(board)[-1] == len(BLOB)
    assert [type(each) for each in board.sent].count(SlotBegin) == 2


def test_eight_beginnings_without_a_new_byte_are_the_end() -> None:
    """The first one holds more than none, so it counts as progress."""
    board = Board(lambda command: 0 if isinstance(command, SlotWrite) else None)
    with pytest.raises(
        NoAnswerError, match="board: the board is gone in the middle of the model; "
    ):
        send(board)
    assert [type(each) for each in board.sent].count(SlotBegin) == 1 + 8

    def silent(command: Message) -> int | None:
        raise NoAnswerError("nothing")

    mute = Board(silent)
    with pytest.raises(NoAnswerError):
        send(mute)
    assert len(mute.sent) == mute.greetings == 8


def test_a_forgotten_transfer_begins_anew_and_a_forgotten_commit_too() -> None:
    for kind in (SlotWrite, SlotCommit):
        board = Board(refusing(kind, Status.BAD_VALUE, times=2))
        assert send(board)[-1] == len(BLOB)
        assert [type(each) for each in board.sent].count(SlotBegin) == 3


def test_what_the_board_refuses_is_explained() -> None:
    status_2 = (1 << 32) - 2  # enum engine_status, below 0
    with pytest.raises(
        HostError, match=r"refused the model: .*; the model that ran before still runs"
    ):
        send(Board(refusing(SlotCommit, Status.FAULT, status_2)))
    for kind in (SlotCommit, SlotWrite):
        with pytest.raises(HostError, match="flash did not keep what was written: try again"):
            send(Board(refusing(kind, Status.FAULT, 0 if kind is SlotCommit else status_2)))
    for status in (Status.BUSY, Status.BAD_VALUE):
        with pytest.raises(RefusedError):
            send(Board(refusing(SlotBegin, status)))
    with pytest.raises(HostError, match="took the model, but does not run it: press its reset"):
        send(Board(lambda command: 0 if isinstance(command, SlotCommit) else None))


def test_a_slot_is_put_to_use_and_all_are_erased_from_the_built_in_one() -> None:
    board = Board()
    use_slot(cast(Client, board), 2)
    assert (board.sent, board.modes, board.greetings) == ([SlotSelect(2)], [Mode.IDLE], 1)
    board = Board()
    erase_slots(cast(Client, board))
    assert board.sent == [SlotSelect(0), *(SlotErase(n) for n in range(1, MODEL_SLOTS + 1))]
    assert MODEL_SLOTS == 2
