"""What the counts at the pins, the bars' colours, the light and the chip's timing are taken to mean."""

from __future__ import annotations

from dataclasses import replace

import pytest

from host.doctor.bars import COLOURS, LUMA, chroma
from host.doctor.chip import chip_findings
from host.doctor.evidence import CameraEvidence, Evidence, LinkEvidence
from host.doctor.examine import examine_port
from host.doctor.finding import Verdict
from host.doctor.raster import colour_order_finding, exposure_finding, gain_of, raster_finding
from host.link.device import Device
from host.link.line import LOSSY
from host.link.messages import Fault, FaultCode, Frame, Raster, Result, Setting, Silicon
from tests.doctor.guest_port import failures, guest_port
from tests.link.fake_board import HELLO

PIXEL_PAIRS = 160


def bars_line(swap: bool = False, fade: float = 1.0) -> bytes:
    """A line of eight bars, Y U Y V; swap: V first; fade: the share of their colour that is left."""
    line = bytearray()
    for pair in range(PIXEL_PAIRS):
        bar = pair * 8 // PIXEL_PAIRS
        u, v = (round(128 + fade * (value - 128)) for value in chroma(COLOURS[bar]))
        luma = LUMA[bar]
        line += bytes((luma, v, luma, u) if swap else (luma, u, luma, v))
    return bytes(line)


def raster(lines: int = 240, line_bytes: int = 640, line: bytes = b"", clocks: int = 2) -> Raster:
    return Raster(0, lines, 230, line_bytes, clocks * 64 * line_bytes, 510 * 784 * 2 * 64, 63, line)


WHOLE = raster(line=bars_line())


@pytest.mark.parametrize(
    ("rasters", "halving", "verdict", "words"),
    [
        (
            {0: WHOLE},
            0,
            Verdict.PASS,
            "240 HREF a VSYNC, 640 PCLK of 2.0 clocks an HREF, 510.0 rows",
        ),
        ({1: WHOLE}, 1, Verdict.PASS, "halving 1 (COM7)"),
        ({0: raster(lines=480)}, 0, Verdict.PASS, "every second line is read"),
        ({0: raster(480, 1280), 1: WHOLE}, 0, Verdict.FAIL, "set halving 1"),
        ({0: raster(480, 1280), 1: raster(480, 1280)}, 0, Verdict.FAIL, "post this line"),
        ({0: replace(WHOLE, code=int(FaultCode.CAMERA_NO_VSYNC))}, 0, Verdict.FAIL, "NO_VSYNC"),
        ({2: raster(clocks=1), 0: WHOLE}, 2, Verdict.FAIL, "set halving 0"),
        ({}, 0, Verdict.SKIP, "does not count"),
    ],
)
def test_the_way_of_halving_is_chosen_by_what_is_counted(
    rasters: dict[int, Raster], halving: int, verdict: Verdict, words: str
) -> None:
    finding = raster_finding(CameraEvidence(rasters=rasters, halving=halving))
    assert finding.verdict is verdict
    assert words in finding.detail + finding.remedy


@pytest.mark.parametrize(
    ("line", "verdict", "words"),
    [
        (bars_line(), Verdict.PASS, "U before V"),
        (bars_line(swap=True), Verdict.FAIL, "set yuv_order 2"),
        (bars_line(fade=0.2), Verdict.WARN, "20%"),
    ],
)
def test_the_order_of_u_and_v_is_read_off_coloured_bars(
    line: bytes, verdict: Verdict, words: str
) -> None:
    finding = colour_order_finding(CameraEvidence(rasters={0: raster(line=line)}))
    assert finding.verdict is verdict
    assert words in finding.detail + finding.remedy


def test_an_order_that_swaps_already_is_swapped_back() -> None:
    camera = CameraEvidence(rasters={0: raster(line=bars_line(swap=True))}, order=2)
    assert "set yuv_order 0" in colour_order_finding(camera).remedy


@pytest.mark.parametrize(("code", "gain"), [(0x00, 1), (0x0F, 1.9375), (0x70, 8), (0x3FF, 124)])
def test_gain_is_a_product_of_bits(code: int, gain: float) -> None:
    assert gain_of(code) == gain


def test_a_dark_scene_is_distinguished_from_a_bright_one() -> None:
    bright = exposure_finding(CameraEvidence(light=(0, 0x11, 2, 0x30, 0x03), divider=11))
    assert bright.verdict is Verdict.PASS and "20.6 ms (70 rows), gain 1.2" in bright.detail
    dark = exposure_finding(CameraEvidence(light=(0, 0x31, 0, 0xF0, 0xFF), divider=11))
    assert dark.verdict is Verdict.WARN and "dark" in dark.detail


@pytest.mark.parametrize(
    ("light", "divider", "rows", "milliseconds", "gain"),
    [
        (
            (0xC1, 0x11, 0xFF, 0x7F, 0x03),
            0,
            1095,
            26.8,
            2.4,
        ),  # what is beside the bits counts for nothing
        ((0, 0x31, 0, 0x70, 0xF1), 0, 196, 4.8, 34.0),  # a high gain alone is no dark room,
        ((1, 0x31, 0, 0x00, 0x00), 11, 1220, 358.7, 1.0),  # nor is a long exposure
    ],
)
def test_exposure_and_gain_are_put_together_from_their_registers(
    light: tuple[int, int, int, int, int], divider: int, rows: int, milliseconds: float, gain: float
) -> None:
    """AECHH[5:0], AECH, COM1[1:0] and VREF[7:6], GAIN (OV7670 data sheet); a row has 1568 clocks at 64 MHz."""
    found = exposure_finding(CameraEvidence(light=light, divider=divider))
    assert found.verdict is Verdict.PASS
    assert found.detail == f"{milliseconds} ms ({rows} rows), gain {gain}"


SILICON = Silicon(64, 192, 64, 128, 1_280_000, 80, 70_000, 4_832)


def chip(silicon: Silicon | None, camera: CameraEvidence | None = None) -> dict[str, Verdict]:
    evidence = Evidence(HELLO, camera or CameraEvidence(), LinkEvidence(), silicon)
    return {finding.name: finding.verdict for finding in chip_findings(evidence)}


def test_a_chip_that_waits_for_its_port_is_warned_about() -> None:
    assert chip(SILICON) == {"chip timing": Verdict.PASS, "interrupts": Verdict.PASS}
    assert chip(replace(SILICON, read_cycles=64 * 6))["chip timing"] is Verdict.WARN
    assert chip(replace(SILICON, interrupt_cycles=500_000))["interrupts"] is Verdict.WARN
    assert set(chip(None).values()) == {Verdict.SKIP}


def result(number: int) -> Result:
    return Result(number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, b"\x00\x00")


def test_frames_that_were_given_up_are_counted() -> None:
    frame = Frame(1, 96, 96, 1, 0, bytes(96 * 96))
    whole = CameraEvidence(frame=frame, results=(result(4), result(5), result(6)))
    assert chip(SILICON, whole)["dropped frames"] is Verdict.PASS
    gap = replace(whole, results=(result(4), result(6)))
    assert chip(SILICON, gap)["dropped frames"] is Verdict.WARN
    late = replace(whole, faults=(Fault(int(FaultCode.CAMERA_OVERRUN), 5, 0, b""),))
    assert chip(SILICON, late)["dropped frames"] is Verdict.WARN


def test_a_halving_that_cannot_be_read_has_the_other_as_its_remedy() -> None:
    port = guest_port()
    with Device(port, timing=LOSSY, clock=port.clock) as device:
        device.set(Setting.HALVING, 2)
    found = examine_port(lambda: port, False, lambda line: None, port.clock)
    findings = {finding.name: finding for finding in found}
    assert failures(findings) == ["capture", "raster"]
    assert findings["raster"].remedy == "`python -m host.device set halving 0`"
