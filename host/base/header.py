"""boards.py -> the text of firmware/include/board_numbers.h. Pure: values in, one string out."""

from __future__ import annotations

from host.base import boards

NUMBERS = {
    "BOARD_CLOCK_HZ": boards.CLOCK_HZ,
    "SENSOR_LINE_CLOCKS": boards.SENSOR_LINE_CLOCKS,
    "SENSOR_FRAME_LINES": boards.SENSOR_FRAME_LINES,
}


def board_header() -> str:
    """The whole of board_numbers.h."""
    blocks = [
        "/* Generated from host/base/boards.py by tools/generate.py. Do not edit. */",
        "#ifndef BOARD_NUMBERS_H\n#define BOARD_NUMBERS_H",
        "\n".join(f"#define {name} {value}u" for name, value in NUMBERS.items()),
        f'#define BOARD_VIRTUAL_NAME "{boards.VIRTUAL}"',
        "#endif",
    ]
    return "\n\n".join(blocks) + "\n"
