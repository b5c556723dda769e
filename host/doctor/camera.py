"""What the camera's evidence means: control wires, identity, signals, data lines, rates. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from host.base.boards import SENSOR_FRAME_LINES, SENSOR_LINE_CLOCKS
from host.doctor.bars import (
    FLAT,
    LUMA,
    NEAR,
    Bars,
    Wiring,
    is_chroma,
    measure_bars,
    nearest_wiring,
    read_wiring,
)
from host.doctor.evidence import TORN, CameraEvidence, Evidence
from host.doctor.finding import Finding, failed, passed, skipped, warned
from host.doctor.raster import colour_order_finding, exposure_finding, raster_finding
from host.link.fault_advice import ADVICE, SHIELD, advice
from host.link.messages import Fault, FaultCode, Result
from host.samples import image_of

OV7675 = (0x7F, 0xA2, 0x76, 0x73)  # MIDH, MIDL, PID, VER; the OV7670's are the same
SENSOR_LINES, SENSOR_COLUMNS = 240, 320  # that the firmware reads
RATE_TOLERANCE = 0.01
FAR_BETTER = 3.0  # a defect is believed when it fits so many times better than none
STEPS = ("camera control", "camera identity", "camera settings", "VSYNC", "HREF", "PCLK", "capture")
STEP_OF = {
    FaultCode.CAMERA_NO_ANSWER: "camera control",
    FaultCode.CAMERA_BUS_STUCK: "camera control",
    FaultCode.CAMERA_WRONG_IDENTITY: "camera identity",
    FaultCode.CAMERA_REGISTER: "camera settings",
    FaultCode.CAMERA_NO_VSYNC: "VSYNC",
    FaultCode.CAMERA_NO_HREF: "HREF",
    FaultCode.CAMERA_NO_PCLK: "PCLK",
    FaultCode.CAMERA_SHORT_LINE: "capture",
    FaultCode.CAMERA_SHORT_FRAME: "capture",
    FaultCode.CAMERA_OVERRUN: "capture",
    FaultCode.MODEL_INPUT: "capture",
}
KIT_CAMERA = ADVICE[FaultCode.CAMERA_WRONG_IDENTITY].remedy
BREADBOARD = (
    "on a breadboard exchange the wires at D1 (TX) and D10, or start the viewer with "
    "--wiring breadboard; docs/wiring.png shows both"
)


def camera_findings(evidence: Evidence) -> list[Finding]:
    """Every check of the camera."""
    camera = evidence.camera
    fault = next((f for f in reversed(camera.faults) if f.code in STEP_OF), None)
    if camera.frame is None:
        return _without_a_frame(evidence, fault)
    findings = _reached(evidence, len(STEPS))
    if camera.registers not in (None, OV7675):
        other = failed("camera identity", f"another sensor: {_identity(camera)}", KIT_CAMERA)
        findings[1] = other
    if fault is not None:
        findings[-1] = _capture_with_faults(camera, fault)
    return [
        *findings,
        raster_finding(camera),
        *bars_findings(camera),
        colour_order_finding(camera),
        exposure_finding(camera),
        rate_finding(evidence),
    ]


def _capture_with_faults(camera: CameraEvidence, fault: Fault) -> Finding:
    others = [f for f in camera.faults if f.code in STEP_OF and f.code not in TORN]
    if camera.undisturbed is not None and camera.drops_are_tolerable and not others:
        detail = (
            f"whole frames arrive; dropped: {camera.undisturbed.words}, and {len(camera.torn)} "
        )
        return passed("capture", detail + "while commands were answered")
    return warned("capture", f"frames arrive, but also: {_words(fault)}", SHIELD)


def frame_cycles(divider: int, extra_rows: int = 0) -> int:
    """CPU cycles between two VSYNC: the sensor's clock is the CPU's 64 MHz, divided by CLKRC + 1."""
    return SENSOR_LINE_CLOCKS * (SENSOR_FRAME_LINES + extra_rows) * (divider + 1)


def _without_a_frame(evidence: Evidence, fault: Fault | None) -> list[Finding]:
    if fault is not None:
        step = STEPS.index(STEP_OF[FaultCode(fault.code)])
        return [
            *_reached(evidence, step),
            failed(STEPS[step], _words(fault), advice(fault).remedy),
            *([raster_finding(evidence.camera)] if evidence.camera.rasters else []),
        ]
    losses = evidence.link.losses
    if losses.bad_packets or losses.wire_lost or evidence.link.trouble:
        return [skipped("capture", "no frame survived the link; see link loss")]
    return [
        failed("capture", "the board sent neither a frame nor a fault", "press reset once; report")
    ]


def _reached(evidence: Evidence, count: int) -> list[Finding]:
    """The steps that must have worked, as the firmware takes them in this order."""
    details = {
        "camera control": "the camera answers on SDA (A4) and SCL (A5), so it has power and XCLK",
        "camera identity": _identity(evidence.camera),
        "camera settings": "every register keeps what is written to it",
        "VSYNC": "frames start; its rate is under frame rate",
        "HREF": f"{SENSOR_LINES} lines a frame, by count",
        "PCLK": f"{SENSOR_COLUMNS} grey samples a line, by count; its rate is under frame rate",
        "capture": "whole frames arrive",
    }
    return [passed(name, details[name]) for name in STEPS[:count]]


def _identity(camera: CameraEvidence) -> str:
    if camera.registers is None:
        return "OV7675 or OV7670, by the firmware's own check"
    name = "OV7675 or OV7670: " if camera.registers == OV7675 else "not OV7675: "
    return name + " ".join(f"{value:02X}" for value in camera.registers)


def _words(fault: Fault) -> str:
    title = advice(fault).title
    if fault.code == FaultCode.CAMERA_WRONG_IDENTITY:
        ours = "".join(f"{value:02X}" for value in OV7675)
        return f"{title}: it answers {fault.detail:08X}, expected {ours}"
    if STEP_OF[FaultCode(fault.code)] == "camera control":
        title += ", on SCCB (I2C: SDA A4, SCL A5)"
    if fault.code == FaultCode.CAMERA_REGISTER:
        register, value = fault.detail >> 8, fault.detail & 0xFF
        return f"{title}: register {register:02X} reads {value:02X}"
    return f"{title} ({FaultCode(fault.code).name})"


# -- colour bars --------------------------------------------------------------------------------


def bars_findings(camera: CameraEvidence) -> list[Finding]:
    """Data lines and byte order."""
    image = None if camera.bars is None else image_of(camera.bars)
    if image is None:
        why = "no frame of colour bars survived the link"
        return [skipped("data lines", why), skipped("byte order", why)]
    bars = measure_bars(image)
    if is_chroma(bars):
        remedy = "`python -m host.device set yuv_order 1`, or 0 where `get yuv_order` says 1"
        detail = f"the colour bytes arrive in place of the grey ones {_shown(bars)}"
        return [skipped("data lines", "see byte order"), failed("byte order", detail, remedy)]
    order = passed("byte order", "the grey bytes are taken, not the colour bytes")
    return [lines_finding(bars), order]


def lines_finding(bars: Bars) -> Finding:
    """Which data lines are wrong."""
    if bars.spread > FLAT:
        detail = f"the bars are not flat, they vary by {bars.spread} {_shown(bars)}: a data line "
        return failed("data lines", detail + "flickers, or the test pattern did not come", SHIELD)
    wiring = read_wiring(bars.levels)
    if wiring.straight:
        return passed(
            "data lines",
            "D0..D7 carry their own signals, by 8 exact levels (D1 and D7 share a pattern)",
        )
    if not wiring.unexplained:
        return failed("data lines", f"{_wiring(wiring)} {_shown(bars)}", _wiring_remedy(wiring))
    return _inexact(bars, wiring)


def _inexact(bars: Bars, wiring: Wiring) -> Finding:
    """Levels that no exact wiring gives: a sensor whose bars differ a little, or several defects at once."""
    best, error, error_without = nearest_wiring(bars.levels)
    if error * FAR_BETTER < error_without and error <= NEAR:
        detail = f"{_wiring(best)}, by the nearest fit {_shown(bars)}"
        return failed("data lines", detail, _wiring_remedy(best))
    if error_without > NEAR:
        lines = ", ".join(f"D{line}" for line in wiring.unexplained)
        detail = f"{lines}: no single defect explains {_shown(bars)}; ambiguous"
        return failed("data lines", detail, f"check every data wire; {SHIELD}")
    constant = [f"D{line} reads {level}" for line, level in wiring.stuck]
    if constant:
        detail = (
            f"{', '.join(constant)} in every bar {_shown(bars)}: stuck, or by chance; ambiguous"
        )
        return warned("data lines", detail, SHIELD)
    detail = f"near the nominal, {error_without:.1f} grey steps off {_shown(bars)}: the order of D0"
    return warned(
        "data lines",
        detail + " and D1 is ambiguous",
        "harmless: at most one grey step. Post these levels, please",
    )


def _wiring(wiring: Wiring) -> str:
    words = [f"D{line} is stuck at {level}" for line, level in wiring.stuck]
    words += [f"D{a} and D{b} are swapped" for a, b in wiring.crossed]
    return ", ".join(words)


def _wiring_remedy(wiring: Wiring) -> str:
    if wiring.crossed == ((0, 1),) and not wiring.stuck:
        return BREADBOARD
    if wiring.stuck:
        return f"look for a loose or shorted wire of that line; {SHIELD}"
    return "exchange these two wires; README has the table"


def _shown(bars: Bars) -> str:
    return f"(levels {' '.join(map(str, bars.levels))}, nominal {' '.join(map(str, LUMA))})"


# -- rates --------------------------------------------------------------------------------------


def _vsync_periods(results: tuple[Result, ...]) -> Iterator[int]:
    """Cycles from the end of one picture to the next one's: whole frames, however late the board came to them."""
    for before, result in pairwise(results):
        if result.frame == before.frame + 1 and result.period_cycles:
            yield result.period_cycles - result.age_cycles + before.age_cycles


def rate_finding(evidence: Evidence) -> Finding:
    """VSYNC's period from the board's own counter: from picture to picture it is a whole number of frames."""
    hello, results = evidence.hello, evidence.camera.results
    apart = sorted(_vsync_periods(results))
    if hello.score_count == 0:
        return skipped("frame rate", "no model, so no results to time")
    if not apart:
        return skipped("frame rate", "too few results survived the link")
    divider = evidence.camera.divider
    if divider is None:
        return skipped("frame rate", "the sensor's clock was being changed meanwhile")
    rows = evidence.camera.extra_rows
    between, nominal = apart[len(apart) // 2], frame_cycles(divider, rows)
    frames = max(1, round(between / nominal))
    measured = between / frames
    each = "frame" if frames == 1 else f"{frames} frames"
    ratio, hz = measured / nominal, hello.clock_hz
    detail = (
        f"VSYNC every {1000 * measured / hz:.2f} ms (nominal {1000 * nominal / hz:.2f}), so HREF "
        f"{hz / measured * (SENSOR_FRAME_LINES + rows) / 2000:.2f} kHz and PCLK "
        f"{hz / (2 * (divider + 1)) / ratio / 1e6:.2f} MHz, by the sensor's raster; "
        f"{hz / between:.2f} results a second, one every {each}"
    )
    if abs(ratio - 1) > RATE_TOLERANCE:
        remedy = "a loose XCLK (D9) wire, or a sensor with another raster: post this line, please"
        return warned("frame rate", detail, remedy)
    return passed("frame rate", detail)
