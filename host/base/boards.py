"""Numbers and names of the boards that every tool and the firmware share (header.py writes board_numbers.h)."""

from __future__ import annotations

UPLOAD = "pio run -e nano33ble -t upload"  # gives a connected board the firmware
VIRTUAL = "virtual"  # what the virtual board's Hello calls it, and its --port
CLOCK_HZ = 64_000_000  # of the nRF52840's CPU
FLASH_BYTES, RAM_BYTES = 1 << 20, 1 << 18  # of the nRF52840
APPLICATION_BYTES = FLASH_BYTES - (64 << 10)  # what Arduino's bootloader leaves of the flash
MAX_IMAGE_WIDTH, MAX_IMAGE_HEIGHT = (
    256,
    2048,
)  # of a model's input: what the averaging of lines holds
SENSOR_LINE_CLOCKS, SENSOR_FRAME_LINES = 784 * 2, 510  # of the OV7675, whatever its window
