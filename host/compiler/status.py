"""What engine_open found: the codes, and what they mean, in words."""

from __future__ import annotations

import enum


class EngineStatus(enum.IntEnum):
    """What engine_open found; 0 is ok, faults are negative."""

    OK = 0
    TOO_SHORT = -1
    BAD_MAGIC = -2
    BAD_VERSION = -3
    BAD_LENGTH = -4
    BAD_CRC = -5
    BAD_HEADER = -6
    BAD_MAP = -7
    BAD_OPERATOR = -8
    BAD_PARAMETERS = -9
    BAD_STEPS = -10
    ARENA_TOO_SMALL = -11
    MISALIGNED = -12


# the board sends the codes alone
STATUS_TEXT: dict[EngineStatus, str] = {
    EngineStatus.OK: "ok",
    EngineStatus.TOO_SHORT: "shorter than a packed model's header",
    EngineStatus.BAD_MAGIC: "not a packed model",
    EngineStatus.BAD_VERSION: "packed by another version of host.compiler: compile the model again",
    EngineStatus.BAD_LENGTH: "its length is not what its header says: the transfer was cut",
    EngineStatus.BAD_CRC: "its checksum is wrong: the bytes were damaged",
    EngineStatus.BAD_HEADER: "its header has a value that no compiler writes",
    EngineStatus.BAD_MAP: "an activation map lies outside the arena or has an impossible shape",
    EngineStatus.BAD_OPERATOR: "an operator is unknown or does not fit its maps",
    EngineStatus.BAD_PARAMETERS: "an operator's weights or constants lie outside the model or are impossible",
    EngineStatus.BAD_STEPS: "its schedule does not compute every row once, in order",
    EngineStatus.ARENA_TOO_SMALL: "it needs a larger arena than this firmware has",
    EngineStatus.MISALIGNED: "the model or the arena is not aligned in memory",
}


def status_text(detail: int) -> str:
    """What engine_open said of a model, in words. detail: its code, or that as the uint32 of a Fault or an Ack."""
    code = detail - (1 << 32) if detail >= 1 << 31 else detail
    try:
        return STATUS_TEXT[EngineStatus(code)]
    except ValueError:
        return f"unknown status {code}"
