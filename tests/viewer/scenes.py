"""Views to draw in tests: a usual one, and those with something special in each corner."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from host.link.fault_advice import ADVICE
from host.link.messages import FaultCode
from host.link.sequence import Losses
from host.samples import Cycles
from host.viewer.view import View
from tests.link.fake_board import moving_picture

USUAL = View(
    port="virtual board",
    board="virtual",
    model="person_grey_025",
    scene="default",
    labels=("no person", "person"),
    frame=44,
    image=moving_picture(4),
    scores=(0.1, 0.9),
    history=tuple(0.5 + 0.45 * np.sin(np.arange(200) / 17)),
    cycles=Cycles(2_100_000, 310_000, 9_200_000, 45_000, 12_800_000, 0, 0),
    periods=(12_800_000,),
    arrivals=(0.0, 0.2),
)
NOBODY = replace(USUAL, scores=(0.88, 0.12))
NOTHING_YET = View(port="/dev/ttyACM0", board="nano33ble", model="")
TROUBLE = replace(
    USUAL,
    board="nano33ble",
    connected=False,
    paused=True,
    notice="saved captures/frame_000044_person_90.png and this is a very long notice indeed, is it not",
    losses=Losses(123_456, 99_999, 77_777, 88_888, 5, 6, 7, 8),
)
FAULTY = replace(NOTHING_YET, fault=ADVICE[FaultCode.CAMERA_NO_PCLK], colour_bars=True)
LONG_NAMES = replace(
    USUAL,
    model="a_model_with_a_name_of_31_chars",
    port="socket://a-machine-with-a-long-name.example.org:65535",
    labels=("no person", "a rather long label of a class"),
    label="a rather long label of a class",
    clock_hz=128_000_000,
)
COLOURFUL = replace(USUAL, image=np.full((64, 80, 3), (250, 20, 20), np.uint8))
ALL = {
    "usual": USUAL,
    "nobody": NOBODY,
    "nothing yet": NOTHING_YET,
    "trouble": TROUBLE,
    "faulty": FAULTY,
    "long names": LONG_NAMES,
    "colourful": COLOURFUL,
}
