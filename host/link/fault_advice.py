"""FaultCode -> what it means and what a person can do about it. The codes are declared in host/link/codes.py."""

from __future__ import annotations

from dataclasses import dataclass

from host.base.errors import HostError
from host.base.follow_up import as_started
from host.compiler.status import status_text
from host.link.messages import Fault, FaultCode

SHIELD = "reseat the camera in its socket (lens outwards) and the Nano on its shield"


@dataclass(frozen=True)
class Advice:
    """One fault, in words: a short title, and one line of what to do."""

    title: str
    remedy: str


ADVICE: dict[FaultCode, Advice] = {
    FaultCode.NONE: Advice("no fault", "nothing to do"),
    FaultCode.CAMERA_NO_ANSWER: Advice("the camera does not answer", SHIELD),
    FaultCode.CAMERA_WRONG_IDENTITY: Advice(
        "the camera is no OV7675 or OV7670", "use the camera of the Tiny Machine Learning Kit"
    ),
    FaultCode.CAMERA_BUS_STUCK: Advice(
        "the camera's control wires (A4, A5) are held low",
        "unplug the board for ten seconds; then look for a short between A4, A5 and ground",
    ),
    FaultCode.CAMERA_REGISTER: Advice(
        "the camera forgets its settings", f"{SHIELD}; a weak 3.3 V supply does this, too"
    ),
    FaultCode.CAMERA_NO_VSYNC: Advice(
        "the camera starts no frame (VSYNC, D8)", f"{SHIELD}; on a breadboard check D8 and D9"
    ),
    FaultCode.CAMERA_NO_HREF: Advice(
        "the camera sends frames without lines (HREF, A1)", f"{SHIELD}; on a breadboard check A1"
    ),
    FaultCode.CAMERA_NO_PCLK: Advice(
        "the camera sends lines without pixels (PCLK, A0)", f"{SHIELD}; on a breadboard check A0"
    ),
    FaultCode.CAMERA_SHORT_LINE: Advice(
        "a line of the camera was too short", f"if it stays: {SHIELD}; shorten breadboard wires"
    ),
    FaultCode.CAMERA_SHORT_FRAME: Advice(
        "a frame of the camera was too short", f"if it stays: {SHIELD}; shorten breadboard wires"
    ),
    FaultCode.MODEL_INVALID: Advice(
        "the board refused a model",
        "send it again with python -m host.deploy; until then the built-in one runs",
    ),
    FaultCode.MODEL_INPUT: Advice(
        "the model wants an image that this camera cannot make",
        "use a model with one grey or three RGB channels, at most the sensor's size",
    ),
    FaultCode.HARD_FAULT: Advice(
        "the firmware crashed and started again", "please report this line with its detail"
    ),
    FaultCode.CAMERA_OVERRUN: Advice(
        "the board was too late for a pixel",
        "if it stays: slow the sensor with `python -m host.device set clock_divider 15`",
    ),
}


def advice(fault: Fault) -> Advice:
    """For any fault, those of a newer firmware too; its commands are those that work here."""
    try:
        known = ADVICE[FaultCode(fault.code)]
        return Advice(known.title, as_started(known.remedy))
    except ValueError:
        return Advice(f"fault {fault.code}", "update this program: it does not know this fault")


def fault_text(fault: Fault) -> str:
    """What the board said, or of a refused model what that means; may be empty."""
    if fault.code == FaultCode.MODEL_INVALID:
        return status_text(fault.detail)
    return fault.text.decode(errors="replace").strip()


def fault_line(fault: Fault) -> str:
    """All of it in one line, for logs."""
    return f"{_described(fault)}: {advice(fault).remedy}"


def fault_error(when: str, fault: Fault) -> HostError:
    """A fault as the error that ends a tool. when: what was being done, or by whom, in words before a colon."""
    return HostError(f"{when}: {_described(fault)}", advice(fault).remedy)


def _described(fault: Fault) -> str:
    text = fault_text(fault)
    detail = f"{text}, detail 0x{fault.detail:X}" if text else f"detail 0x{fault.detail:X}"
    return f"{advice(fault).title} ({detail})"
