"""A slot's state in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from host.deploy.table import describe
from host.link.messages import SlotInfo, SlotState

EMPTY = SlotInfo(1, int(SlotState.EMPTY), 0, 0, 4096, 60_000, 0, 0, 0, "")
GONE = "not available: the firmware or its bootloader lies there"


@pytest.mark.parametrize(
    ("slot", "words"),
    [
        (EMPTY, "empty"),
        (replace(EMPTY, room=1), "empty"),
        (replace(EMPTY, room=0), GONE),
        (replace(EMPTY, which=0, room=0), "empty"),  # the built-in model needs no room of a slot
        (replace(EMPTY, active=1, room=0), "runs"),
        (replace(EMPTY, state=int(SlotState.READY)), "ready"),
        (
            replace(EMPTY, state=int(SlotState.RECEIVING), held=12_345),
            "receiving: 12,345 bytes so far",
        ),
    ],
)
def test_a_slot_is_described(slot: SlotInfo, words: str) -> None:
    assert describe(slot) == words
