"""What was counted at the sensor's pins, what its colours' order is, and how it sees the light. Pure functions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from host.base.boards import SENSOR_LINE_CLOCKS
from host.doctor.bars import BARS, COLOURS, chroma
from host.doctor.evidence import CameraEvidence
from host.doctor.finding import Finding, failed, passed, skipped, warned
from host.link.messages import FaultCode, Raster

LINES, TWICE_THE_LINES, LINE_BYTES = 240, 480, 640  # of 320x240 in YUV 4:2:2
PLL_HZ = 64_000_000  # of the sensor
Chroma = NDArray[np.float64]
WAYS = ("COM3 and COM14", "COM7", "its vendors' registers")
DARK_S, DARK_GAIN = 0.045, 32.0
LEAST_CLOCKS = 1.9  # a byte; 2 but for the ends of the count
SEEN = 0.5  # of the chroma of full bars: bars that faded to grey have less


def is_whole(raster: Raster) -> bool:
    """Whether the firmware can read it: of 480 lines it reads every second one; PCLK must be halved, too."""
    known = raster.code == FaultCode.NONE and raster.line_bytes == LINE_BYTES
    return known and raster.lines in (LINES, TWICE_THE_LINES) and _clocks(raster) > LEAST_CLOCKS


def _clocks(raster: Raster) -> float:
    """Pixel clocks of the array a byte: 2 when PCLK is halved, as the firmware expects."""
    return raster.line_cycles / max(1, raster.line_bytes) / (raster.clock_divider + 1)


def raster_finding(camera: CameraEvidence) -> Finding:
    """Lines a frame and bytes a line by each way of halving that was tried."""
    if not camera.rasters:
        return skipped("raster", "this firmware does not count at the pins")
    counted = "; ".join(
        f"halving {criterion} ({WAYS[criterion]}): {_counts(r)}"
        for criterion, r in camera.rasters.items()
    )
    whole = [criterion for criterion, raster in camera.rasters.items() if is_whole(raster)]
    if camera.halving in whole:
        twice = camera.rasters[camera.halving].lines == TWICE_THE_LINES
        return passed("raster", counted + ("; every second line is read" if twice else ""))
    if whole:
        return failed("raster", counted, f"`python -m host.device set halving {whole[0]}`")
    return failed("raster", counted, "a sensor that makes 320x240 in no known way: post this line")


def _counts(raster: Raster) -> str:
    if raster.code != FaultCode.NONE:
        return f"not counted ({FaultCode(raster.code).name})"
    rows = raster.frame_cycles / (SENSOR_LINE_CLOCKS * (raster.clock_divider + 1))
    clocks = f"{raster.line_bytes} PCLK of {_clocks(raster):.1f} clocks an HREF"
    return f"{raster.lines} HREF a VSYNC, {clocks}, {rows:.1f} rows a frame"


def colour_order_finding(camera: CameraEvidence) -> Finding:
    """Whether U comes before V, by the bytes of a line of colour bars as the sensor sent them."""
    raster = camera.rasters.get(camera.halving)
    if raster is None or not is_whole(raster):
        return skipped("colour order", "no whole line of colour bars was read")
    first, second = _chroma_of_bars(raster.line_start, luma_second=bool(camera.order & 1))
    u, v = np.array([chroma(colour) for colour in COLOURS]).T - 128
    straight, swapped = float(first @ u + second @ v), float(first @ v + second @ u)
    full = float(u @ u + v @ v)
    if max(straight, swapped) < SEEN * full:
        detail = f"the bars have {max(0.0, max(straight, swapped)) / full:.0%} of their colour"
        return warned("colour order", detail, "a test pattern of another sensor: post this line")
    if straight >= swapped:
        return passed("colour order", "U before V, by the chroma bytes of eight bars")
    other = camera.order ^ 2
    return failed(
        "colour order",
        "V comes before U: red and blue are exchanged in what an RGB model sees",
        f"`python -m host.device set yuv_order {other}`",
    )


def _chroma_of_bars(line: bytes, luma_second: bool) -> tuple[Chroma, Chroma]:
    """The first and the second chroma byte in the middle of each bar, less 128: float (8,) each."""
    pixels = np.frombuffer(line[:LINE_BYTES], np.uint8).reshape(-1, 4).astype(float) - 128
    width = len(pixels) // BARS
    middles = pixels[width // 2 :: width][:BARS]
    first = 0 if luma_second else 1
    return middles[:, first], middles[:, first + 2]


def exposure_finding(camera: CameraEvidence) -> Finding:
    """Exposure time and gain that the sensor has come to."""
    if camera.light is None or camera.divider is None:
        return skipped("exposure", "its registers were not read")
    high, middle, low, vref, gain_low = camera.light
    rows = (high & 0x3F) << 10 | middle << 2 | low & 3
    seconds = rows * SENSOR_LINE_CLOCKS * (camera.divider + 1) / PLL_HZ
    gain = gain_of((vref & 0xC0) << 2 | gain_low)
    detail = f"{1000 * seconds:.1f} ms ({rows} rows), gain {gain:.1f}"
    if seconds > DARK_S and gain > DARK_GAIN:
        return warned("exposure", f"{detail}: it is dark", "more light; pictures are noisy now")
    return passed("exposure", detail)


def gain_of(code: int) -> float:
    """AGC[9:0]: each of bits 9:4 doubles, bits 3:0 are sixteenths (OV7670 data sheet, GAIN)."""
    return float((1 + (code & 15) / 16) * 2 ** int(code >> 4).bit_count())
