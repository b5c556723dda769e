"""A meter's serial port, opened or refused in one line."""

from __future__ import annotations

import os
from typing import Any

import serial

from host.base.errors import HostError


def open_serial(
    where: str, baud: int, timeout_s: float, write_timeout_s: float | None = None
) -> Any:
    """An open pyserial port that nobody else may open. Raises HostError when it cannot be had."""
    try:
        return serial.Serial(
            where, baud, timeout=timeout_s, write_timeout=write_timeout_s, exclusive=True
        )
    except (serial.SerialException, OSError, ValueError) as error:
        number = getattr(error, "errno", None)
        reason = os.strerror(number) if isinstance(number, int) else str(error)
        raise HostError(
            f"{where} cannot be opened ({reason})", "check the name, and close what else uses it"
        ) from error
