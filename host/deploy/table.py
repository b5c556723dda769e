"""What lies in a board's model slots, as a table for people."""

from __future__ import annotations

from rich.table import Table

from host.compiler.status import status_text
from host.link.messages import SlotInfo, SlotState


def slots_table(slots: list[SlotInfo]) -> Table:
    """One row a slot, the built-in model first."""
    table = Table(title="models on the board")
    for heading in ("slot", "model", "bytes", "hash", "state"):
        table.add_column(heading, justify="right" if heading == "bytes" else "left")
    for slot in slots:
        known = slot.state == SlotState.READY
        table.add_row(
            "built in" if slot.which == 0 else str(slot.which),
            slot.name or "-",
            f"{slot.model_bytes:,}" if slot.model_bytes else "-",
            f"{slot.crc:08X}" if known else "-",
            describe(slot),
        )
    return table


def describe(slot: SlotInfo) -> str:
    """A slot's state in words."""
    if slot.active:
        return "runs"
    if slot.room == 0 and slot.which:
        return "not available: the firmware or its bootloader lies there"
    if slot.state == SlotState.RECEIVING:
        return f"receiving: {slot.held:,} bytes so far"
    if slot.state == SlotState.REFUSED:
        return f"refused: {status_text(slot.reason)}"
    return {SlotState.EMPTY: "empty", SlotState.READY: "ready"}[SlotState(slot.state)]
