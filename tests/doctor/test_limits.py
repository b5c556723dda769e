"""Both sides of every limit of the doctor's, and its figures, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from host.doctor.camera import camera_findings, frame_cycles, rate_finding
from host.doctor.chip import dropped_frames_finding, interrupts_finding, timing_finding
from host.doctor.evidence import CameraEvidence, Evidence, LinkEvidence
from host.doctor.finding import Verdict
from host.doctor.link import clock_finding, dropped_finding, loss_finding, throughput_finding
from host.doctor.raster import colour_order_finding, exposure_finding, raster_finding
from host.link.messages import Fault, FaultCode, Frame, Result
from host.link.sequence import Losses
from tests.doctor.test_checks import CLEAN, REAL, evidence
from tests.doctor.test_raster import SILICON, WHOLE, bars_line, raster
from tests.link.fake_board import HELLO, FakeBoard, moving_picture

FRAME = Frame(1, 96, 96, 1, 0, bytes(96 * 96))
BLANK = FakeBoard().result(moving_picture(0))
PASS, WARN, FAIL, SKIP = Verdict.PASS, Verdict.WARN, Verdict.FAIL, Verdict.SKIP


def result(number: int, period: int = 64_000_000) -> Result:
    return replace(BLANK, frame=number, period_cycles=period)


# -- the link -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pings", "frames", "verdict"), [(500, 0, WARN), (499, 1, FAIL), (499, 2, WARN)]
)
def test_one_message_in_a_thousand_may_be_lost(pings: int, frames: int, verdict: Verdict) -> None:
    """Each ping is two messages."""
    some = LinkEvidence(pings, (0.002,) * (pings - 1), frames=tuple(range(frames)))
    assert loss_finding(some).verdict is verdict
    damaged = replace(some, round_trips_s=(0.002,) * pings, losses=Losses(bad_packets=1))
    assert loss_finding(damaged).verdict is verdict


def test_what_was_lost_is_said_by_its_kind() -> None:
    assert loss_finding(CLEAN).detail == ("0 of 39 messages lost or damaged; round trip 2.0 ms")
    late = replace(CLEAN, round_trips_s=(0.004, 0.0031) * 7, late_pings=2)
    assert loss_finding(late).detail.endswith("round trip 3.1 ms; 2 pings answered late")
    losses = Losses(wire_lost=3, bad_packets=4, device_bad_packets=5)
    torn = replace(CLEAN, round_trips_s=(0.002,) * 9, late_pings=1, losses=losses, trouble="gone")
    assert loss_finding(torn).detail == (
        "the link is torn: 6 of 16 pings unanswered, 3 messages lost, 4 arrived damaged, "
        "5 damaged at the board; it ended early: gone"
    )
    assert loss_finding(LinkEvidence()).verdict is PASS
    again = replace(CLEAN, losses=Losses(restarts=2, reconnects=3))
    assert "restarted 5 times" in loss_finding(again).detail


def test_throughput_is_of_the_frames_that_arrived() -> None:
    words = "32.0 KB/s: 7 of 7 frames in 2.0 s, as fast as the camera makes them"
    slow = replace(CLEAN, seconds=2.0)
    assert throughput_finding(evidence(slow)).detail == words
    virtual = replace(evidence(slow), hello=HELLO)
    assert throughput_finding(virtual).detail == words.replace("KB/s", "KB/s (virtual)")
    gap = replace(slow, frames=(10, 11, 14))
    assert throughput_finding(evidence(gap)).detail == "32.0 KB/s: 3 of 5 frames in 2.0 s"
    for none, verdict in (((1,), SKIP), ((1, 2), PASS)):
        assert throughput_finding(evidence(replace(slow, frames=none))).verdict is verdict
    assert throughput_finding(evidence(replace(slow, seconds=0.0))).verdict is SKIP


def test_who_gave_messages_up() -> None:
    some = replace(CLEAN, dropped_since_start=3)
    assert dropped_finding(some).detail == "none while we listened, 3 since its start"
    either = replace(some, losses=Losses(host_dropped=4, device_dropped=5))
    assert "gave up 5 messages, this program 4" in dropped_finding(either).detail
    assert dropped_finding(CLEAN).verdict is SKIP


@pytest.mark.parametrize(
    ("speed", "verdict"),
    [(0.9849, FAIL), (0.9851, WARN), (0.9949, WARN), (0.9951, PASS), (1.0, PASS), (1.0049, PASS),
     (1.0051, WARN), (1.0149, WARN), (1.0151, FAIL)],
)  # fmt: skip
def test_a_clock_may_be_off_by_a_hundredth_and_the_jitter(speed: float, verdict: Verdict) -> None:
    """Over two seconds the jitter of 10 ms is half a hundredth."""
    first = result(5, 999)  # its period began before
    rest = tuple(result(number, round(64e6 * speed)) for number in (6, 7))
    camera = CameraEvidence(results=(first, *rest), arrivals_s=(10.0, 11.0, 12.0))
    found = clock_finding(evidence(camera=camera))
    assert found.verdict is verdict
    assert found.detail == (
        f"{100 * (speed - 1):+.2f} % against this computer's, +-0.50, over 2.0 s"
    )
    assert ("64 MHz" in found.remedy) == (verdict is FAIL)
    virtual = clock_finding(replace(evidence(camera=camera), hello=HELLO))
    assert virtual.verdict is PASS and f"clock: {speed:.2f} of" in virtual.detail


@pytest.mark.parametrize(("span", "verdict"), [(0.999, SKIP), (1.0, PASS)])
def test_clocks_are_compared_over_a_second(span: float, verdict: Verdict) -> None:
    two = (result(1), result(2, round(64e6 * span)))
    camera = CameraEvidence(results=two, arrivals_s=(3.0, 3.0 + span))
    assert clock_finding(evidence(camera=camera)).verdict is verdict
    one = CameraEvidence(results=two[:1], arrivals_s=(3.0,))
    assert clock_finding(evidence(camera=one)).verdict is SKIP
    wide = CameraEvidence(results=(result(1), result(3)), arrivals_s=(3.0, 5.0))
    assert clock_finding(evidence(camera=wide)).verdict is SKIP


# -- the chip -----------------------------------------------------------------------------------


def test_reads_and_branches_beyond_three_and_a_half_cycles() -> None:
    """64 reads of 4.5 cycles with what uses the value; 64 branches of 3.5."""
    assert timing_finding(SILICON).detail == (
        "a GPIO read takes 2.0 cycles (0.0 waited), a taken branch 2.0"
    )
    slow = replace(SILICON, read_cycles=288, branch_cycles=224)
    assert timing_finding(slow).verdict is PASS
    assert timing_finding(slow).detail == (
        "a GPIO read takes 3.5 cycles (1.5 waited), a taken branch 3.5"
    )
    assert timing_finding(replace(slow, read_cycles=289)).verdict is WARN
    assert timing_finding(replace(slow, branch_cycles=225)).verdict is WARN


def test_interrupts_may_take_a_fifth_of_the_time() -> None:
    """80 in a window of a fiftieth of a second; 4,864 cycles are 76 us."""
    some = replace(SILICON, longest_cycles=4_864)
    assert interrupts_finding(some, 64_000_000).detail == (
        "4,000 a second take 5.5% of the time, the longest 4,864 cycles (76 µs)"
    )
    for cycles, verdict in ((256_000, PASS), (256_001, WARN)):
        found = interrupts_finding(replace(some, interrupt_cycles=cycles), 64_000_000)
        assert found.verdict is verdict


def test_frames_that_were_given_up_by_number_and_by_fault() -> None:
    def found(numbers: tuple[int, ...], *codes: FaultCode) -> tuple[Verdict, str]:
        faults = tuple(Fault(int(code), 0, 0, b"") for code in codes)
        camera = CameraEvidence(results=tuple(map(result, numbers)), faults=faults)
        finding = dropped_frames_finding(Evidence(REAL, camera, CLEAN))
        return finding.verdict, finding.detail

    overrun, short = FaultCode.CAMERA_OVERRUN, FaultCode.CAMERA_SHORT_LINE
    assert found((4, 5, 6)) == (PASS, "0 of 3 in a row")
    assert found((4, 5, 6), FaultCode.CAMERA_NO_VSYNC) == (PASS, "0 of 3 in a row")
    assert found((4, 7)) == (WARN, "2 of 4 in a row, 0 faults: no fault was reported")
    words = "0 of 2 in a row, 3 faults: CAMERA_OVERRUN, CAMERA_SHORT_LINE"
    assert found((4, 5), short, overrun, short) == (WARN, words)
    assert found((4, 5), FaultCode.CAMERA_SHORT_FRAME)[0] is WARN
    assert found(())[0] is SKIP


# -- the sensor's pins ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"lines": 239}, FAIL), ({"lines": 241}, FAIL), ({"lines": 480}, PASS),
        ({"lines": 481}, FAIL), ({"line_bytes": 639}, FAIL), ({"line_bytes": 641}, FAIL),
        ({"line_cycles": 77_824}, FAIL), ({"line_cycles": 77_825}, PASS),
    ],
)  # fmt: skip
def test_a_raster_is_whole_or_not(changed: dict[str, Any], verdict: Verdict) -> None:
    """1.9 clocks of 64 cycles for each of 640 bytes are 77,824 cycles."""
    assert raster_finding(CameraEvidence(rasters={0: replace(WHOLE, **changed)})).verdict is verdict


def test_what_was_counted_is_shown() -> None:
    none = replace(WHOLE, line_bytes=0, line_cycles=192, lines=0)
    assert raster_finding(CameraEvidence(rasters={2: none})).detail == (
        "halving 2 (its vendors' registers): 0 HREF a VSYNC, 0 PCLK of 3.0 clocks an HREF, "
        "510.0 rows a frame"
    )


@pytest.mark.parametrize(
    ("share", "verdict"), [(0.0, WARN), (0.48, WARN), (0.52, PASS), (-0.3, WARN)]
)
def test_half_of_the_colour_must_be_seen(share: float, verdict: Verdict) -> None:
    found = colour_order_finding(CameraEvidence(rasters={0: raster(line=bars_line(fade=share))}))
    assert found.verdict is verdict
    assert (f"{max(0.0, share):.0%} of their colour" in found.detail) == (verdict is WARN)


def test_the_middle_of_a_bar_has_its_colour() -> None:
    """Twenty pairs a bar; of the other order the chroma bytes stand first."""
    whole, only = bars_line(), bytearray(b"\x80" * 640)
    for bar in range(8):
        at = 4 * (20 * bar + 10)
        only[at : at + 4] = whole[at : at + 4]
    camera = CameraEvidence(rasters={0: raster(line=bytes(only))})
    assert colour_order_finding(camera).verdict is PASS
    second = bytes(whole[at ^ 1] for at in range(640))
    for line, order, verdict, words in (
        (second, 1, PASS, ""),
        (bytes(second[at ^ 2] for at in range(640)), 1, FAIL, "yuv_order 3"),
        (whole, 2, PASS, ""),
    ):
        camera = CameraEvidence(rasters={0: raster(line=line)}, order=order)
        found = colour_order_finding(camera)
        assert found.verdict is verdict and words in found.remedy
    assert colour_order_finding(CameraEvidence(rasters={1: WHOLE})).verdict is SKIP


def light(rows: int, code: int) -> tuple[int, int, int, int, int]:
    """AECHH, AECH, COM1, VREF, GAIN, with ones where other settings stand."""
    return (
        0xC0 | rows >> 10,
        rows >> 2 & 0xFF,
        0xFC | rows & 3,
        0x3F | code >> 2 & 0xC0,
        code & 0xFF,
    )


@pytest.mark.parametrize(
    ("rows", "code", "verdict", "gain"),
    [(1837, 0x1F1, WARN, 34), (1836, 0x1F1, PASS, 34), (1837, 0x1F0, PASS, 32), (1033, 0x310, PASS, 8)],
)  # fmt: skip
def test_dark_is_longer_than_45_ms_and_more_than_32_fold(
    rows: int, code: int, verdict: Verdict, gain: int
) -> None:
    """A row is 1568 clocks of 64 MHz: 1,837 of them are 45.01 ms, 1,836 44.98."""
    found = exposure_finding(CameraEvidence(light=light(rows, code), divider=0))
    assert found.verdict is verdict
    assert f"{rows * 1568 / 64_000:.1f} ms ({rows} rows), gain {gain}.0" in found.detail
    assert exposure_finding(CameraEvidence(light=light(5, 0))).verdict is SKIP


# -- camera --------------------------------------------------------------------------------------


def test_a_frame_takes_its_rows() -> None:
    """784 pairs of clocks a row, 510 rows and what is added."""
    assert frame_cycles(0) == 2 * 784 * 510
    assert frame_cycles(4, 10) == 5 * 2 * 784 * 520


@pytest.mark.parametrize(
    ("stretch", "verdict"), [(0.9899, WARN), (0.9901, PASS), (1.0099, PASS), (1.0101, WARN)]
)
def test_a_frame_may_be_off_by_a_hundredth(stretch: float, verdict: Verdict) -> None:
    results = tuple(result(n, round(3 * frame_cycles(15) * stretch)) for n in (1, 2))
    camera = CameraEvidence(results=(*results, result(3, 0)), divider=15)
    assert rate_finding(evidence(camera=camera)).verdict is verdict


def test_rates_by_hand() -> None:
    """12,794,880 cycles of 64 MHz are 199.92 ms; the middle one of three periods between pictures counts."""
    frame = 1568 * 510 * 16
    results = tuple(result(n, frame * of) for n, of in enumerate((7, 9, 3, 1), 1))
    camera = CameraEvidence(results=results, divider=15)
    assert rate_finding(evidence(camera=camera)).detail == (
        "VSYNC every 199.92 ms (nominal 199.92), so HREF 1.28 kHz and PCLK 2.00 MHz, by the "
        "sensor's raster; 1.67 results a second, one every 3 frames"
    )
    short = CameraEvidence(results=(result(1), result(2, frame // 3)), divider=15)
    assert "results a second, one every frame" in rate_finding(evidence(camera=short)).detail
    later = replace(result(2, 2 * frame + 30_000), age_cycles=50_000)  # than its picture's end
    late = CameraEvidence(results=(replace(result(1), age_cycles=20_000), later), divider=15)
    assert "199.92 ms (nominal 199.92)" in rate_finding(evidence(camera=late)).detail
    tall = CameraEvidence(
        results=(result(1), result(2, 1568 * 1020 * 16)), divider=15, extra_rows=510
    )
    assert "399.84 ms (nominal 399.84), so HREF 1.28" in rate_finding(evidence(camera=tall)).detail
    no_model = replace(evidence(camera=camera), hello=replace(REAL, score_count=0))
    assert rate_finding(no_model).verdict is SKIP
    for none in ((), results[:1], (results[0], results[2])):
        assert rate_finding(evidence(camera=replace(camera, results=none))).verdict is SKIP


@pytest.mark.parametrize(
    ("registers", "verdict", "words"),
    [
        (None, PASS, "by the firmware's own check"),
        ((0x7F, 0xA2, 0x76, 0x73), PASS, "OV7675 or OV7670: 7F A2 76 73"),
        ((0x7F, 0xA2, 0x76, 0x74), FAIL, "another sensor: not OV7675: 7F A2 76 74"),
    ],
)
def test_a_sensor_by_its_identity(
    registers: tuple[int, ...] | None, verdict: Verdict, words: str
) -> None:
    """MIDH, MIDL, PID, VER: of the OV7670's data sheet, register table."""
    camera = CameraEvidence(frame=FRAME, registers=registers)
    found = {finding.name: finding for finding in camera_findings(evidence(camera=camera))}
    assert found["camera identity"].verdict is verdict
    assert words in found["camera identity"].detail
    assert found["HREF"].detail.startswith("240 lines")
    assert found["PCLK"].detail.startswith("320 grey samples")


@pytest.mark.parametrize(
    ("code", "detail", "step", "words"),
    [
        (FaultCode.CAMERA_NO_ANSWER, 0, "camera control", "on SCCB (I2C: SDA A4, SCL A5)"),
        (FaultCode.CAMERA_WRONG_IDENTITY, 0x7FA22148, "camera identity",
         "it answers 7FA22148, expected 7FA27673"),
        (FaultCode.CAMERA_REGISTER, 0x1180, "camera settings", "register 11 reads 80"),
        (FaultCode.CAMERA_NO_VSYNC, 0, "VSYNC", "(CAMERA_NO_VSYNC)"),
    ],
)  # fmt: skip
def test_without_a_frame_the_fault_is_the_step_that_failed(
    code: FaultCode, detail: int, step: str, words: str
) -> None:
    camera = CameraEvidence(faults=(Fault(int(code), 0, detail, b""),))
    *before, last = camera_findings(evidence(camera=camera))
    assert (last.name, last.verdict) == (step, FAIL) and words in last.detail
    assert ("SCCB" in last.detail) == (step == "camera control")
    assert [finding.verdict for finding in before] == [PASS] * len(before)
    steps = ["camera control", "camera identity", "camera settings", "VSYNC"]
    assert [finding.name for finding in before] == steps[: steps.index(step)]
    counted = replace(camera, rasters={0: WHOLE})
    assert camera_findings(evidence(camera=counted))[-1].name == "raster"


def test_without_a_frame_or_a_fault_the_link_is_to_blame_where_it_lost_something() -> None:
    for link, verdict in (
        (CLEAN, FAIL),
        (replace(CLEAN, losses=Losses(wire_lost=1)), SKIP),
        (replace(CLEAN, losses=Losses(bad_packets=1)), SKIP),
        (replace(CLEAN, trouble="gone"), SKIP),
    ):
        (found,) = camera_findings(evidence(link))
        assert (found.name, found.verdict) == ("capture", verdict)
