"""THE wire: every message between a board and a host, declared once. `header.py` writes protocol.h from it.

A packet is `type u8, reserved u8 (0), sequence u16, payload, CRC-32` (zlib's polynomial over all before it),
COBS-encoded, with one 0x00 behind it. Each side numbers its packets from 0, modulo 65,536; a gap is a loss.
Numbers and codes are declared in codes.py, messages in from_device.py and from_host.py; all others take them from here.
Units are in the names; everything is little-endian. To add a message: CONTRIBUTING.md, "A message".
"""

from __future__ import annotations

from host.base.records import Message
from host.link.codes import *
from host.link.from_device import *
from host.link.from_device import FROM_DEVICE
from host.link.from_host import *
from host.link.from_host import FROM_HOST

BY_ID: dict[int, type[Message]] = {m.ID: m for m in FROM_DEVICE + FROM_HOST}
