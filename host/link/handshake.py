"""Is the other end a board of ours? What to tell a person when it is not."""

from __future__ import annotations

import struct

from host.base.boards import UPLOAD
from host.base.errors import HostError
from host.link.header import layout_hash

EXCERPT_CHARACTERS = 60
PRINTABLE_SHARE = 0.9
LAYOUT_HASH = layout_hash()


class WrongFirmwareError(HostError):
    """The other end is a board, but speaks another wire."""


def check_layout(hello_payload: bytes) -> None:
    """Raises HostError when the firmware speaks another wire. The hash is Hello's first field in every version."""
    if len(hello_payload) < 4:
        raise WrongFirmwareError(f"the firmware's Hello is cut short: update it with `{UPLOAD}`")
    theirs = struct.unpack_from("<I", hello_payload)[0]
    if theirs != LAYOUT_HASH:
        raise WrongFirmwareError(
            f"firmware speaks wire {theirs:08X}, this host {LAYOUT_HASH:08X}: "
            f"update the firmware with `{UPLOAD}`, or this program"
        )


def no_hello(name: str, heard: bytes, packets: int, seconds: float) -> str:
    """Why a handshake failed, from what was heard instead."""
    start = f"no board of ours at {name}: after {seconds:.0f} s "
    if packets:
        return start + f"{packets} packets, but no Hello: press the board's reset button once"
    if not heard:
        return (
            start + f"nothing was heard. Give it the firmware with `{UPLOAD}`; "
            "if its LED fades in and out it is in the bootloader: press reset once"
        )
    text = _text(heard)
    if text:
        return start + f'text of another firmware was heard ("{text}"): `{UPLOAD}`'
    return (
        start + f"{len(heard)} bytes that are no packets were heard: another firmware; `{UPLOAD}`"
    )


def _text(heard: bytes) -> str:
    """The last line of `heard` when it reads as text, else nothing."""
    text = heard.decode("ascii", errors="replace")
    good = sum(c.isprintable() or c in "\r\n\t" for c in text if c != "\ufffd")
    if good < PRINTABLE_SHARE * len(text):
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:EXCERPT_CHARACTERS] if lines else ""
