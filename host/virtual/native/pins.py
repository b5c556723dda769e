"""The sensor's pins and bytes as functions of guest time, and what a read of an IN register gives."""

from __future__ import annotations

from typing import Any

import numpy as np

from host.virtual import words
from host.virtual.native.clock import access_time, cycle_now, want_site
from host.virtual.native.compiled import ask_python, carray, inner, pointer, stop_engine


@inner
def find_line(s: Any, halves: Any) -> None:
    """Keeps, for the line in which `halves` lies: its bounds, its frame, its place in the data, and VSYNC's bounds.

    halves: half periods of the base pixel clock since words.SENSOR_START. A line begins where HREF would rise.
    """
    line_halves = s[words.LINE_CLOCKS] * 2
    frame_halves = line_halves * s[words.FRAME_LINES]
    frame = halves // frame_halves
    start = frame * frame_halves
    shifted = halves - start - s[words.HREF_START] * 2
    line = shifted // line_halves
    row = line - s[words.WINDOW_START]
    first = start + s[words.HREF_START] * 2 + line * line_halves
    active = 0 <= row < s[words.WINDOW_LINES] and row & ((1 << s[words.LINE_SHIFT]) - 1) == 0
    s[words.LINE_FIRST] = first
    s[words.LINE_FROM] = max(first, start)
    s[words.LINE_TO] = min(first + line_halves, start + frame_halves)
    s[words.LINE_ACTIVE] = s[words.HREF_CLOCKS] * 2 if active else 0
    s[words.LINE_BYTE] = (row >> s[words.LINE_SHIFT]) * (
        s[words.HREF_CLOCKS] >> s[words.CLOCK_SHIFT]
    )
    s[words.LINE_FRAME] = frame
    s[words.VSYNC_TO] = start + s[words.VSYNC_LINES] * line_halves


@inner
def halves_at(s: Any, now: Any) -> Any:
    """Half periods of the base pixel clock since words.SENSOR_START; a float estimate, then made exact."""
    scaled = (now - s[words.SENSOR_START]) * 2 * s[words.CLOCK_NUMERATOR]
    halves = np.int64(scaled / s[words.CLOCK_DENOMINATOR])
    rest = scaled - halves * s[words.CLOCK_DENOMINATOR]
    if rest < 0:
        halves -= 1
    elif rest >= s[words.CLOCK_DENOMINATOR]:
        halves += 1
    if halves < s[words.LINE_FROM] or halves >= s[words.LINE_TO]:
        find_line(s, halves)
    return halves


@inner
def sensor_pins(s: Any, now: Any) -> Any:
    """PCLK, HREF and VSYNC as bits of P0."""
    halves = halves_at(s, now)
    half = halves - s[words.LINE_FIRST]
    flags = s[words.PIN_FLAGS]
    active = half < s[words.LINE_ACTIVE]
    level = (half >> s[words.CLOCK_SHIFT]) & 1 != 0 and (active or flags & words.FLAG_GATED == 0)
    pins = 0
    if level != (flags & words.FLAG_CLOCK_REVERSED != 0):
        pins |= words.PIN_PCLK
    high = active
    if flags & words.FLAG_HSYNC != 0:
        place = (half + s[words.HREF_START] * 2) % (s[words.LINE_CLOCKS] * 2)
        high = s[words.HSYNC_START] * 2 <= place < s[words.HSYNC_END] * 2
    if high != (flags & words.FLAG_HREF_REVERSED != 0):
        pins |= words.PIN_HREF
    if (halves < s[words.VSYNC_TO]) != (flags & words.FLAG_VSYNC_REVERSED != 0):
        pins |= words.PIN_VSYNC
    return pins


@inner
def sensor_byte(s: Any, now: Any) -> Any:
    """The byte on the data bus, 0 outside a line."""
    half = halves_at(s, now) - s[words.LINE_FIRST]
    if half >= s[words.LINE_ACTIVE]:
        return np.int64(0)
    if s[words.LINE_FRAME] != s[words.FRAME_READY]:
        ask_python(s[words.RENDER_FUNCTION], s[words.LINE_FRAME], 0)
    frame_bytes = carray(pointer(s[words.FRAME]), (s[words.FRAME_BYTES],), np.uint8)
    return np.int64(frame_bytes[s[words.LINE_BYTE] + (half >> (s[words.CLOCK_SHIFT] + 1))])


@inner
def input_word(s: Any, port: Any) -> Any:
    """An IN register: the board's levels, and the sensor's pins at this very cycle."""
    now = cycle_now(s) + s[words.PIN_WAIT]  # the bus takes the level when the access ends
    s[words.CYCLES] += s[words.PIN_WAIT]
    s[words.INPUT_READ] = now
    levels = s[words.LEVELS_P0 + port]
    if s[words.SENSOR_RUNS] != 0:
        if s[words.EXACT] == 0 and access_time(s, words.LOADS) < 0:
            want_site(s)
            s[words.STOPPED] |= words.STOP_EXACT
            stop_engine(s[words.STOP_FUNCTION], s[words.ENGINE])
        driven = s[words.DRIVEN_P0 + port]
        if port == 0:
            levels = levels & ~driven | sensor_pins(s, now) & driven
        else:
            data_pins = carray(pointer(s[words.DATA_PINS]), (256,), np.int64)
            levels = levels & ~driven | data_pins[sensor_byte(s, now)] & driven
    return levels & s[words.INPUTS_P0 + port]
