"""Other people's settings on our sensor: as many lines and bytes as they read, and the right part of the picture."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from host.virtual.scene import Noise, Picture
from tests.sensor.analyser import Desk, StillScene
from tests.sensor.sequences import AR_SIZES, arduino, ingenic, openmv

PICTURE = Noise(11).picture(0.0)


def halved(picture: Picture, step: int = 2) -> npt.NDArray[np.uint8]:
    """Every second line, pairs of pixels averaged."""
    sums = sum(picture[::step, k::step].astype(np.uint16) for k in range(step))
    return np.asarray((sums + step // 2) // step, np.uint8)


def grey(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb)[:, :, 0], np.uint8)


def from_565(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Big-endian RGB565 bytes as RGB, the lowest bits 0."""
    words = data[:, 0::2].astype(np.uint16) << 8 | data[:, 1::2]
    return np.stack([words >> 11 << 3, (words >> 5 & 63) << 2, (words & 31) << 3], 2).astype(
        np.uint8
    )


def cut_565(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    return picture & np.array((0xF8, 0xFC, 0xF8), np.uint8)


# The part of the (halved) picture that begins at its first line and column: rows, columns of the array it starts at.
STARTS = {"VGA": (0, 0), "CIF": (2, 2), "QVGA": (0, 0), "QCIF": (108, 82), "QQVGA": (126, 12)}


@pytest.mark.parametrize("rgb565", [False, True], ids=["grey", "rgb565"])
@pytest.mark.parametrize("size", list(AR_SIZES))
def test_arduinos_sequences_give_what_the_library_reads(size: str, rgb565: bool) -> None:
    desk = Desk(StillScene(PICTURE))
    lines, pixels = arduino(desk, size, rgb565)
    received = desk.frame()
    count, length = received.shape
    assert count >= lines and length >= 2 * pixels
    if size in ("VGA", "CIF", "QVGA"):
        assert (count, length) == (lines, 2 * pixels), "whole, not a part of more"
    assert received.idle_clocks == 0, "COM10 gates PCLK"
    row, column = STARTS[size]
    seen = PICTURE[row:, column:]
    seen = seen if size == "VGA" else halved(seen[: seen.shape[0] // 2 * 2])
    seen = seen[:lines, : min(pixels, seen.shape[1])]
    data = received.data[: seen.shape[0]]
    if rgb565:
        assert np.array_equal(from_565(data)[:, : seen.shape[1]], cut_565(seen))
    else:
        assert np.array_equal(data[:, 0::2][:, : seen.shape[1]], grey(seen))


def test_arduinos_clock_gives_its_frames_a_second() -> None:
    desk = Desk(StillScene(PICTURE))
    arduino(desk, "QVGA", rgb565=False)
    assert 64e6 / desk.frame().frame_cycles == pytest.approx(5.0, abs=0.01)


def test_a_frame_has_the_blanking_of_the_data_sheet() -> None:
    """DS70 figure 6: 3 lines of VSYNC, 17 lines, 480 lines, 10 lines, for the window of a reset."""
    desk = Desk(StillScene(PICTURE))
    received = desk.frame()
    line = received.frame_cycles / 510
    assert received.shape[0] == 480
    assert 20 <= received.cycles_to_first_line / line < 21


@pytest.mark.parametrize("rgb565", [False, True], ids=["grey", "rgb565"])
@pytest.mark.parametrize(
    ("size", "least"), [("VGA", (480, 640)), ("QVGA", (240, 320)), ("QQVGA", (120, 160))]
)
def test_openmvs_sequences(size: str, least: tuple[int, int], rgb565: bool) -> None:
    desk = Desk(StillScene(PICTURE))
    openmv(desk, size, rgb565)
    received = desk.frame()
    assert received.shape[0] >= least[0] and received.shape[1] >= 2 * least[1]
    if size != "QVGA":
        return
    assert received.shape == (240, 640)
    seen = halved(PICTURE)
    if rgb565:
        assert np.array_equal(from_565(received.data), cut_565(seen))
    else:
        assert np.array_equal(received.data[:, 0::2], grey(seen))


def test_openmvs_window_of_vga_whose_end_lies_before_its_start_is_whole() -> None:
    desk = Desk(StillScene(PICTURE))
    openmv(desk, "VGA", rgb565=False)
    received = desk.frame()
    assert received.shape == (480, 1280)
    assert np.array_equal(received.data[:, 0::2], grey(PICTURE))


@pytest.mark.parametrize(
    ("size", "shape"),
    [("VGA", (480, 640)), ("QVGA", (240, 320)), ("CIF", (288, 352)), ("QCIF", (144, 176))],
)
def test_the_makers_sizes(size: str, shape: tuple[int, int]) -> None:
    """IN: QVGA is subsampled at the full pixel clock, CIF and QCIF are parts of VGA and QVGA."""
    desk = Desk(StillScene(PICTURE))
    ingenic(desk, size)
    received = desk.frame()
    assert received.shape == (shape[0], 2 * shape[1])
    assert received.frame_cycles / (510 * 784 * 2 * 8) == pytest.approx(1, abs=1e-4), (
        "none is slower"
    )
    if size == "QVGA":
        assert np.array_equal(received.data[:, 1::2], grey(halved(PICTURE)))


def test_dummy_lines_and_pixels_stretch_the_frame_and_not_the_picture() -> None:
    desk = Desk(StillScene(PICTURE))
    openmv(desk, "QVGA", rgb565=False)
    before = desk.frame()
    desk.write([(0x2D, 0x20), (0x2E, 0x01)])  # ADVFL, ADVFH: 288 lines
    longer = desk.frame()
    assert longer.frame_cycles == pytest.approx(before.frame_cycles * 798 / 510, rel=1e-4)
    assert np.array_equal(longer.data, before.data)
    desk.write([(0x2D, 0), (0x2E, 0), (0x92, 0x10), (0x93, 0)])  # DM_LNL: 16 lines
    assert desk.frame().frame_cycles == pytest.approx(before.frame_cycles * 526 / 510, rel=1e-4)
    desk.write([(0x92, 0), (0x2A, 0x10), (0x2B, 0x10)])  # EXHCH, EXHCL: 272 pixels
    wider = desk.frame()
    assert wider.frame_cycles == pytest.approx(before.frame_cycles * 1056 / 784, rel=1e-4)
    assert np.array_equal(wider.data, before.data)


def test_com7_halves_like_the_scaler() -> None:
    """INF's window of QVGA under COM7[4] shows what OM's scaler shows."""
    scaler, format_bit = Desk(StillScene(PICTURE)), Desk(StillScene(PICTURE))
    openmv(scaler, "QVGA", rgb565=False)
    openmv(format_bit, "VGA", rgb565=False)
    infineon = ((0x12, 0x10), (0x32, 0x80), (0x17, 0x15), (0x18, 0x03), (0x03, 0), (0x19, 3))
    format_bit.write([*infineon, (0x1A, 0x7B)])
    assert np.array_equal(scaler.frame().data, format_bit.frame().data)


def test_the_window_follows_the_format_while_tslb_says_so() -> None:
    desk = Desk(StillScene(PICTURE))
    desk.write([(0x12, 0x80)])
    desk.write([(0x12, 0x10)])  # TSLB is 0x0D: it has not been written
    assert desk.frame().shape == (240, 640)
    fixed = Desk(StillScene(PICTURE))
    fixed.write([(0x3A, 0x04), (0x19, 0x20), (0x12, 0x10)])
    assert fixed.read(0x19) == 0x20
