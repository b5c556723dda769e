"""Which slots a tool may choose and erase, by what the board says of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from host.base.errors import HostError
from host.deploy import slots
from host.link.device import Device
from host.link.messages import MODEL_SLOTS, SlotState


class Board:
    """Slots of these states; the built-in model's has `room` for others."""

    def __init__(self, *states: SlotState, room: int = 100_000) -> None:
        self.states, self.room = states, room

    def slot(self, which: int) -> Any:
        return SimpleNamespace(state=self.states[which], room=self.room)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the board received: the slot that it shall run, or "erase"."""
    found: list[object] = []
    monkeypatch.setattr(slots, "use_slot", lambda _device, which: found.append(which))
    monkeypatch.setattr(slots, "erase_slots", lambda _device: found.append("erase"))
    return found


@pytest.mark.parametrize("built_in", SlotState)
def test_the_built_in_model_can_always_be_run(done: list[object], built_in: SlotState) -> None:
    board = Board(built_in, *[SlotState.EMPTY] * MODEL_SLOTS)
    slots.run_slot(cast(Device, board), 0)
    assert done == [0]


@pytest.mark.parametrize("which", range(1, MODEL_SLOTS + 1))
@pytest.mark.parametrize("state", SlotState)
def test_a_slot_is_run_when_it_holds_a_whole_model(
    done: list[object], which: int, state: SlotState
) -> None:
    states = [SlotState.READY] * (MODEL_SLOTS + 1)
    states[which] = state
    board = cast(Device, Board(*states))
    if state == SlotState.READY:
        slots.run_slot(board, which)
        assert done == [which]
        return
    with pytest.raises(HostError, match=f"slot {which} holds no whole model"):
        slots.run_slot(board, which)
    assert done == []


@pytest.mark.parametrize("which", [-1, MODEL_SLOTS + 1])
def test_there_is_no_other_slot(done: list[object], which: int) -> None:
    with pytest.raises(HostError, match=f"no slot {which}: slots are 1 to {MODEL_SLOTS}"):
        slots.run_slot(cast(Device, Board(*[SlotState.READY] * 9)), which)
    assert done == []


def test_a_board_without_room_has_none(done: list[object]) -> None:
    board = cast(Device, Board(*[SlotState.READY] * (MODEL_SLOTS + 1), room=0))
    with pytest.raises(HostError, match="no room for model slots"):
        slots.run_slot(board, 0)
    with pytest.raises(HostError, match="no room for model slots"):
        slots.empty_slots(board)
    assert done == []


def test_slots_are_erased_at_once(done: list[object]) -> None:
    slots.empty_slots(cast(Device, Board(SlotState.READY, room=1)))
    assert done == ["erase"]


def test_all_of_them_are_listed_the_built_in_model_first() -> None:
    states = [SlotState.READY, *[SlotState.EMPTY] * MODEL_SLOTS]
    assert [s.state for s in slots.read_slots(cast(Device, Board(*states)))] == states
