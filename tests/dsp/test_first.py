"""The first convolution: its shapes (run by test_exact.py), and what it refuses."""

from __future__ import annotations

import ctypes
from dataclasses import replace

import pytest
from hypothesis import strategies as st

from host.compiler.format import OperatorKind
from tests.dsp.operators import Shape, random_case, run_on_host

GREY = Shape(
    OperatorKind.CONV,
    5,
    8,
    1,
    8,
    stride=2,
    pads=(0, 1, 0, 1),
    border=(0, 1, 0, 1),
    window=3,
    scratch_bytes=0x3000,
    shifts=(6, 11),
    fill=(127, 0),
    image=True,
)
COLOUR = replace(GREY, channels_in=3)
NAMED = {
    "person_detect": replace(GREY, width=48),
    "rgb": replace(COLOUR, width=48, height=3),
    "padded on all sides": replace(GREY, pads=(1, 1, 1, 1), border=(1, 1, 1, 1), width=12),
    "rgb padded on all sides": replace(COLOUR, pads=(1, 1, 1, 1), border=(1, 1, 1, 1)),
    "valid": replace(GREY, pads=(0, 0, 0, 0), border=(0, 0, 0, 0)),
    "a last block that overlaps": replace(GREY, width=10),
    "odd channels": replace(COLOUR, channels_out=5),
    "one channel": replace(GREY, channels_out=1),
    "shifts that uniform cannot have": replace(GREY, shifts=(2, 14)),
    "rgb, such shifts": replace(COLOUR, shifts=(2, 14)),
    "zero points": replace(COLOUR, fill=(3, 250)),
    "records of 8 bytes": replace(GREY, short=False),
}


def shapes() -> st.SearchStrategy[Shape]:
    flag = st.integers(0, 1)
    pads = st.tuples(flag, flag, flag, flag)
    return st.builds(
        lambda height, width, channels, outputs, pads, shifts, fill, short: replace(
            GREY,
            height=height,
            width=width,
            channels_in=channels,
            channels_out=outputs,
            pads=pads,
            border=pads,
            shifts=shifts,
            fill=fill,
            short=short,
        ),
        st.integers(1, 6),
        st.integers(4, 20),
        st.sampled_from([1, 3]),
        st.integers(1, 17),
        pads,
        st.sampled_from([(6, 11), (5, 8), (2, 4), (3, 20)]),
        st.tuples(st.integers(0, 255), st.integers(0, 255)),
        st.booleans(),
    )


@pytest.mark.parametrize(
    "shape",
    [replace(GREY, width=3), replace(GREY, scratch_bytes=64), replace(GREY, stride=1)],
    ids=["narrow", "no scratch", "stride 1"],
)
def test_refuses_what_it_cannot_do(library: ctypes.CDLL, shape: Shape) -> None:
    assert run_on_host(library, random_case(shape, 4)) is None
