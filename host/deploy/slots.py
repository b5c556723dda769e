"""A board's model slots, for every tool that lists or changes them."""

from __future__ import annotations

from host.base.errors import HostError
from host.deploy.transfer import erase_slots, use_slot
from host.link.client import Client
from host.link.messages import MODEL_SLOTS, SlotInfo, SlotState


def read_slots(device: Client) -> list[SlotInfo]:
    """What lies in each, the built-in model first."""
    return [device.slot(which) for which in range(MODEL_SLOTS + 1)]


def run_slot(device: Client, which: int) -> None:
    """Runs the model of a slot from now on, 0 the built-in one. Raises HostError when there is none."""
    _require_slots(device)
    if not 0 <= which <= MODEL_SLOTS:
        raise HostError(f"there is no slot {which}: slots are 1 to {MODEL_SLOTS}")
    if which and device.slot(which).state != SlotState.READY:
        raise HostError(f"slot {which} holds no whole model", "--list shows which ones do")
    use_slot(device, which)


def empty_slots(device: Client) -> None:
    """Back to the built-in model, and every slot empty."""
    _require_slots(device)
    erase_slots(device)


def _require_slots(device: Client) -> None:
    if device.slot(0).room == 0:
        raise HostError("the board has no room for model slots: nothing to do")
