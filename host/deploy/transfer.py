"""Sends a packed model into a slot and puts it into use. Stop and wait: every answer says where to go on.

The link may lose anything and the port may vanish and come back, as long as the device can reopen it: the board knows
what it holds of the model with this length and checksum. After a restart of the board it begins anew.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

from host.base.errors import HostError
from host.base.records import Message
from host.compiler.status import status_text
from host.link.client import Client, RefusedError
from host.link.line import NoAnswerError
from host.link.messages import (
    MODEL_SLOTS,
    SLOT_CHUNK_BYTES,
    Mode,
    SlotBegin,
    SlotCommit,
    SlotErase,
    SlotSelect,
    SlotWrite,
    Status,
)

# beginnings without a new byte before giving up: about a minute without the board
TRIES_WITHOUT_PROGRESS = 8
STAYS = "the model that ran before still runs"


def send_model(device: Client, blob: bytes, progress: Callable[[int], None]) -> None:
    """Sends `blob` and lets the board run it; on a HostError the old model runs. progress: bytes held so far."""
    device.set_mode(Mode.IDLE)
    best, stalled = -1, 0
    while stalled < TRIES_WITHOUT_PROGRESS:
        stalled += 1
        try:
            for held in _pieces(device, blob):
                if held > best:
                    best, stalled = held, 0
                progress(held)
            _obey(device, SlotCommit(zlib.crc32(blob)))
        except (NoAnswerError, _InterruptedError):
            if _runs(device, blob):  # only the last answer was lost
                return
            continue
        if not _runs(device, blob):
            raise HostError(
                "the board took the model, but does not run it", "press its reset button"
            )
        return
    raise NoAnswerError(f"{device.name}: the board is gone in the middle of the model; {STAYS}")


def _runs(device: Client, blob: bytes) -> bool:
    try:
        return device.greet().model_hash == body_crc(blob)
    except NoAnswerError:
        return False


def body_crc(blob: bytes) -> int:
    """What Hello.model_hash is with this model."""
    return int.from_bytes(blob[12:16], "little")


def use_slot(device: Client, which: int) -> None:
    """Runs another model from now on: 0 the built-in one. Raises HostError with the engine's reason."""
    device.set_mode(Mode.IDLE)
    _obey(device, SlotSelect(which))
    device.greet()


def erase_slots(device: Client) -> None:
    """Back to the built-in model, and every slot empty."""
    use_slot(device, 0)
    for which in range(1, MODEL_SLOTS + 1):
        _obey(device, SlotErase(which))


class _InterruptedError(Exception):
    """The board does not know of the transfer (any more)."""


def _pieces(device: Client, blob: bytes) -> Iterator[int]:
    """Sends what the board does not hold; yields what it holds."""
    held = _obey(device, SlotBegin(len(blob), zlib.crc32(blob)))
    yield held
    while held < len(blob):
        piece = blob[held : held + SLOT_CHUNK_BYTES]
        before, held = held, _obey(device, SlotWrite(held, piece))
        if not before < held <= len(blob):
            raise _InterruptedError(f"{held} bytes are held after {before}")
        yield held


def _obey(device: Client, command: Message) -> int:
    """The answer's value."""
    try:
        return device.command(command).value
    except RefusedError as refused:
        raise _explained(command, refused) from refused


def _explained(command: Message, refused: RefusedError) -> Exception:
    answer = refused.answer
    if answer.status == Status.BAD_VALUE and isinstance(command, SlotWrite | SlotCommit):
        return _InterruptedError(str(refused))
    if answer.status != Status.FAULT:
        return refused
    if isinstance(command, SlotCommit | SlotSelect) and answer.value:
        reason = status_text(answer.value)
        return HostError(f"the board refused the model: {reason}; {STAYS}")
    return HostError("the board's flash did not keep what was written", f"try again; {STAYS}")
