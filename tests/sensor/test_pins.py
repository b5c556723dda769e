"""COM10's polarities and gating, HSYNC, standby; the order and the width of what is on the data bus."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from host.virtual import words
from host.virtual.native.pins import sensor_pins
from host.virtual.scene import Noise
from tests.sensor.analyser import Desk, StillScene
from tests.sensor.sequences import openmv
from tests.sensor.test_windows import grey, halved

COM2, COM3, COM10, MVFP, TSLB, COM13, COM15, RGB444 = 0x09, 0x0C, 0x15, 0x1E, 0x3A, 0x3D, 0x40, 0x8C
PICTURE = Noise(13).picture(0.0)


def qvga(*writes: tuple[int, int], rgb565: bool = False) -> Desk:
    """OM's QVGA and these registers."""
    desk = Desk(StillScene(PICTURE))
    openmv(desk, "QVGA", rgb565)
    desk.write(writes)
    return desk


PLAIN = qvga((COM10, 0x20)).frame()


@pytest.mark.parametrize(
    ("com10", "pins"),
    [(0x02, words.PIN_VSYNC), (0x08, words.PIN_HREF), (0x10, words.PIN_PCLK),
     (0x1A, words.PIN_VSYNC | words.PIN_HREF | words.PIN_PCLK)],
)  # fmt: skip
def test_each_polarity_turns_its_pin_alone(com10: int, pins: int) -> None:
    received = qvga((COM10, 0x20 | com10)).frame(polarity=pins)
    assert np.array_equal(received.data, PLAIN.data)
    assert received.cycles_to_first_line == pytest.approx(PLAIN.cycles_to_first_line, abs=30)


def test_pclk_runs_through_blanking_unless_gated() -> None:
    assert PLAIN.idle_clocks == 0
    free = qvga((COM10, 0x00)).frame()
    assert free.idle_clocks == pytest.approx(510 * 784 - 240 * 640, abs=2)
    assert np.array_equal(free.data, PLAIN.data)


def test_hsync_in_the_place_of_href_comes_every_line_from_hsyst_to_hsyen() -> None:
    desk = qvga((COM10, 0x40))
    timing = desk.sensor.timing
    assert timing is not None
    step = int(1 / timing.clock / 2)
    line = np.array(
        [
            sensor_pins(desk.state, desk.cycles + i * step) & words.PIN_HREF != 0
            for i in range(2 * 784 * 2 * 3)
        ]
    )
    rises = np.flatnonzero(line[1:] & ~line[:-1])
    falls = np.flatnonzero(~line[1:] & line[:-1])
    assert (np.diff(rises) == 784 * 2 * 2).all() and len(rises) >= 2
    width = falls[falls > rises[0]][0] - rises[0]
    assert width == (0x30 - 0x08) * 2 * 2, "in halves of a clock"


def test_soft_sleep_silences_the_pins_and_keeps_the_registers() -> None:
    desk = qvga((COM2, 0x11))
    assert desk.state[words.SENSOR_RUNS] == 0
    assert desk.read(0x17) == 0x15, "SCCB answers"
    desk.write([(COM2, 0x01)])
    assert np.array_equal(desk.frame().data[:, 0::2], PLAIN.data[:, 0::2])


@pytest.mark.parametrize(
    ("control", "answers"), [((True, False), False), ((False, True), False), ((False, False), True)]
)
def test_pwdn_and_reset_pins(control: tuple[bool, bool], answers: bool) -> None:
    desk = qvga()
    desk.sensor.set_control(*control)
    assert desk.sensor.answers() is answers
    assert bool(desk.state[words.SENSOR_RUNS]) is answers


@pytest.mark.parametrize(
    ("tslb", "com13", "order"),
    [(4, 0xC0, "YUYV"), (4, 0xC1, "YVYU"), (12, 0xC0, "UYVY"), (12, 0xC1, "VYUY")],
)
def test_the_order_of_yuv(tslb: int, com13: int, order: str) -> None:
    """A blue picture: U is high, V is low, Y is dark."""
    blue = np.zeros((480, 640, 3), np.uint8)
    blue[:] = (0, 0, 255)
    desk = Desk(StillScene(blue))
    openmv(desk, "QVGA", rgb565=False)
    desk.write([(TSLB, tslb), (COM13, com13)])
    levels = dict(zip("YUV", (29, 255, 107), strict=True))
    assert np.abs(desk.frame().data[7, :4].astype(int) - [levels[c] for c in order]).max() <= 2


def test_fixed_chroma_and_the_negative() -> None:
    grey_picture = qvga((TSLB, 0x14), (0x67, 0x80), (0x68, 0x70)).frame().data
    assert (grey_picture[:, 1::4] == 0x80).all() and (grey_picture[:, 3::4] == 0x70).all()
    negative = qvga((TSLB, 0x24)).frame().data[:, 0::2].astype(int)
    assert np.abs(negative - (255 - PLAIN.data[:, 0::2].astype(int))).max() <= 1


@pytest.mark.parametrize(
    ("writes", "word"),
    [
        (((COM15, 0xD0),), lambda r, g, b: r >> 3 << 11 | g >> 2 << 5 | b >> 3),
        (((COM15, 0xF0),), lambda r, g, b: r >> 3 << 10 | g >> 3 << 5 | b >> 3),
        (((RGB444, 2),), lambda r, g, b: r >> 4 << 8 | g >> 4 << 4 | b >> 4),
        (((RGB444, 3),), lambda r, g, b: r >> 4 << 12 | g >> 4 << 8 | b >> 4 << 4),
        (((COM3, 0x44),), lambda r, g, b: (w := r >> 3 << 11 | g >> 2 << 5 | b >> 3) >> 8 | (w & 255) << 8),
    ],
    ids=["565", "555", "xRGB", "RGBx", "565 swapped"],
)  # fmt: skip
def test_the_widths_of_rgb(
    writes: tuple[tuple[int, int], ...], word: Callable[[int, int, int], int]
) -> None:
    data = qvga(*writes, rgb565=True).frame().data
    pixel = [int(level) for level in halved(PICTURE)[50, 60]]
    assert int(data[50, 120]) << 8 | int(data[50, 121]) == word(*pixel)


def test_mirror_and_flip() -> None:
    luma = qvga((MVFP, 0x37)).frame().data[:, 0::2]
    assert np.array_equal(luma, grey(halved(PICTURE[::-1, ::-1])))


def test_contrast_brightness_and_saturation() -> None:
    plain = PLAIN.data[:, 0::2].astype(float)
    for writes, wanted in (
        (((0x56, 0x20),), (plain - 128) / 2 + 128),
        (((0x55, 0x14),), plain + 20),
        (((0x55, 0x94),), plain - 20),
    ):
        got = qvga(*writes).frame().data[:, 0::2]
        assert np.median(np.abs(got - np.clip(wanted, 0, 255))) <= 1, "where no channel clips"
    half = [(0x4F, 0x40), (0x50, 0x40), (0x51, 0), (0x52, 0x11), (0x53, 0x2F), (0x54, 0x40)]
    pale = qvga(*half).frame().data[:, 1::2].astype(float)
    assert np.abs(pale - 128).mean() == pytest.approx(
        np.abs(PLAIN.data[:, 1::2].astype(float) - 128).mean() / 2, rel=0.1
    )
