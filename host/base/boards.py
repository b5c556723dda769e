"""Facts about the boards that every tool shares."""

from __future__ import annotations

UPLOAD = "pio run -e nano33ble -t upload"  # gives a connected board the firmware
