"""What Board.deploy refuses before it sends a byte."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from host.base.errors import HostError
from host.base.places import MODELS
from host.board import Board
from host.deploy import transfer
from host.link.client import Client
from host.link.messages import SlotInfo, SlotState
from tests.link.fake_board import HELLO

MODEL = MODELS / "person_grey_01.tpm"
ROOMY = SlotInfo(0, SlotState.READY, 1, 0, 307_200, 147_456, 233_092, 1, 233_092, "person")


@pytest.mark.parametrize(
    ("room", "words"),
    [({"room": 0}, "has no room for model slots"), ({"room": 5_000}, "a slot has 5000"),
     ({"memory_bytes": 4_096}, "use a smaller image"), ({}, "")],
)  # fmt: skip
def test_a_model_that_does_not_fit_is_not_sent(
    monkeypatch: pytest.MonkeyPatch, room: dict[str, Any], words: str
) -> None:
    sent: list[bytes] = []

    def send(client: object, blob: bytes, progress: object) -> None:
        sent.append(blob)

    monkeypatch.setattr(transfer, "send_model", send)
    client = SimpleNamespace(slot=lambda which: replace(ROOMY, which=which, **room), hello=HELLO)
    board = Board(cast(Client, client))
    if words:
        with pytest.raises(HostError, match=words):
            board.deploy(MODEL)
        assert sent == []
    else:
        assert board.deploy(MODEL) == HELLO.model and sent == [MODEL.read_bytes()]
