"""A transfer whose last answer is lost: the board runs the model, and nothing is sent twice."""

from __future__ import annotations

import zlib
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from host.base.records import Message
from host.deploy.transfer import body_crc, send_model
from host.link.device import Device
from host.link.line import NoAnswerError
from host.link.messages import Mode, SlotBegin, SlotCommit, SlotWrite

BLOB = np.random.default_rng(1).integers(0, 256, 3000, np.uint8).tobytes()


class DeafBoard:
    """Keeps what it is sent and runs it; the answer to the commit never arrives."""

    name = "board"

    def __init__(self) -> None:
        self.held, self.writes, self.runs = bytearray(), 0, False

    def set_mode(self, mode: Mode) -> None:
        """Nothing to do."""

    def command(self, command: Message) -> Any:
        """The Ack."""
        if isinstance(command, SlotWrite):
            self.writes += 1
            self.held[command.offset :] = command.piece
        elif isinstance(command, SlotCommit):
            assert command.crc == zlib.crc32(self.held)
            self.runs = True
            raise NoAnswerError("board: no answer")
        else:
            assert isinstance(command, SlotBegin)
            self.held.clear()
        return SimpleNamespace(value=len(self.held))

    def greet(self) -> Any:
        """Hello."""
        return SimpleNamespace(model_hash=body_crc(bytes(self.held)) if self.runs else 0)


def test_a_model_whose_last_answer_is_lost_is_sent_once() -> None:
    board, progress = DeafBoard(), list[int]()
    send_model(cast(Device, board), BLOB, progress.append)
    assert bytes(board.held) == BLOB and progress[-1] == len(BLOB)
    assert board.writes == len(progress) - 1, "each piece once"
