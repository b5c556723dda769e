"""Whatever a port or a file brings: a block, nothing, or a HostError; no other exception, no endless number."""

from __future__ import annotations

import contextlib
import math

from hypothesis import given, settings
from hypothesis import strategies as st

from host.base.errors import HostError
from host.power.columns import header_names, parse_header
from host.power.lpm01a import Decoder
from host.power.serial_source import LINE_HZ, LineClock
from host.power.trace import join

PIECES = st.lists(
    st.sampled_from(
        [
            b"6409-07", b"9999+99", b"0000+00", b"\r\n", b"\0", b"TimeStamp: ", b"003s ", b"044ms",
            b"99999999999s 1ms", b"event 4 ris", b"PowerShield > ", b"end", b"64", b"+", b"-",
        ]
    )
    | st.binary(max_size=12),
    max_size=40,
)  # fmt: skip
NUMBERS = st.floats(allow_nan=True, allow_infinity=True).map(repr) | st.text(max_size=8)


@settings(max_examples=200)
@given(PIECES)
def test_text_of_an_lpm01a(pieces: list[bytes]) -> None:
    decoder = Decoder(1000, 3.3)
    with contextlib.suppress(HostError):
        trace = join([b for piece in pieces for b in decoder.feed(piece)], 1000, 3.3)
        assert math.isfinite(trace.energy_j) and math.isfinite(trace.seconds)


@settings(max_examples=200)
@given(st.lists(st.lists(NUMBERS, min_size=1, max_size=4).map(",".join), max_size=12))
def test_lines_of_a_second_board(lines: list[str]) -> None:
    clock = LineClock("port", lambda: 0.0)
    with contextlib.suppress(HostError):
        blocks = [block for line in ["t_ms,i_ma", *lines] if (block := clock.take(line))]
        trace = join(blocks, LINE_HZ, 3.3)
        assert math.isfinite(trace.energy_j) and len(trace) <= 60 * LINE_HZ * len(lines)


@given(st.text(max_size=200))
def test_headers_of_files(line: str) -> None:
    with contextlib.suppress(HostError):
        columns = parse_header(header_names(line), "file")
        assert 0 <= columns.current.column < columns.count
