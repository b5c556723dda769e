"""The numbers of the wire: its limits, and what each code in a message means. messages.py shows them to all others."""

from __future__ import annotations

import enum

from host.base import boards

PROTOCOL_VERSION = 1  # raised when something here changes its meaning, but no field (layout.py)
PACKET_HEADER_BYTES = 4  # type, reserved, sequence
PACKET_CRC_BYTES = 4
MAX_PAYLOAD_BYTES = 32768  # an RGB 96x96 frame is 27,648
MAX_COMMAND_PAYLOAD_BYTES = 224  # what a board accepts: its receive ring holds 256 encoded bytes
INJECT_CHUNK_BYTES = 192
MAX_SCORES = 1024
MAX_IMAGE_WIDTH, MAX_IMAGE_HEIGHT = boards.MAX_IMAGE_WIDTH, boards.MAX_IMAGE_HEIGHT
MODEL_SLOTS = 2  # in flash, numbered from 1; 0 is the model that is built into the firmware
SLOT_CHUNK_BYTES = 216
FRAME_PART_BYTES = 12_288  # of pixels: two of them find room in the board's queue
MARKER_PINS = (28, 3, 29, 30, 23)  # of port 0, free on the shield: A6, A7, A3, A2, D7
HOLD_MAX_MS = 600_000
HOLD_MAX_REPETITIONS = 100_000


class Mode(enum.IntEnum):
    """What the board does with its camera."""

    IDLE = 0  # nothing: sensor asleep
    STREAM = 1  # every frame, with its result
    RESULTS = 2  # results alone
    CAPTURE = 3  # frames alone, no inference
    SINGLE = 4  # one frame with its result, then IDLE
    WATCH = 5  # looks a few times a minute and sleeps between: Verdict and Heartbeat alone


class Setting(enum.IntEnum):
    """What `Set` can change while the board runs; settings.py says from what to what, and what each means."""

    COLOUR_BARS = 0
    DATA_SWAP = 1
    YUV_ORDER = 2
    CLOCK_DIVIDER = 3
    INSTRUCTION_CACHE = 4
    DCDC = 5
    PROFILE = 6
    GAIN = 7
    EXPOSURE = 8
    MARKER_PIN = 9
    LOOKS_PER_MINUTE = 10
    WATCH_ON_PERCENT = 11
    WATCH_OFF_PERCENT = 12
    WATCH_LOOKS = 13
    WATCH_LABEL = 14
    WATCH_SETTLE_FRAMES = 15
    HEARTBEAT_S = 16
    HALVING = 17
    MAINS_HZ = 18


class Source(enum.IntEnum):
    """Where an image came from."""

    CAMERA = 0
    INJECTED = 1


class Status(enum.IntEnum):
    """How a command ended."""

    OK = 0
    UNKNOWN_COMMAND = 1
    BAD_LENGTH = 2
    BAD_VALUE = 3
    BUSY = 4
    FAULT = 5  # a Fault message says which


class FaultCode(enum.IntEnum):
    """What can go wrong on the board; `host/link/fault_advice.py` says what a person can do about each."""

    NONE = 0
    CAMERA_NO_ANSWER = 1  # no acknowledge on SCCB
    CAMERA_WRONG_IDENTITY = 2  # something answers, but not an OV7670/OV7675; detail: the four bytes
    CAMERA_BUS_STUCK = 3  # SDA or SCL held low
    CAMERA_REGISTER = 4  # a register did not keep its value; detail: register << 8 | read back
    CAMERA_NO_VSYNC = 5  # no frame start in time
    CAMERA_NO_HREF = 6  # frames, but no lines
    CAMERA_NO_PCLK = 7  # lines, but no pixel clock
    CAMERA_SHORT_LINE = 8  # HREF fell early; detail: line << 16 | bytes
    CAMERA_SHORT_FRAME = 9  # VSYNC came early; detail: lines
    MODEL_INVALID = 10  # the packed model was refused; detail: enum engine_status
    MODEL_INPUT = 11  # the model's input is not an image this camera can make
    HARD_FAULT = 12  # the processor faulted; detail: program counter
    CAMERA_OVERRUN = 13  # the capture loop was late; detail: line << 16 | bytes


class PowerState(enum.IntEnum):
    """What Hold keeps the board doing, so that a power meter sees that and nothing else.

    The sensor stands by (no clock, PWDN high) in SLEEP, IDLE, INFERENCE and SEND. A repetition is one capture, one
    inference or one Frame sent; the other states have none. The marker pin is high around each inference alone.
    """

    SLEEP = 0  # the CPU sleeps throughout; crystal off where nothing else needs it
    IDLE = 1  # the loop turns every millisecond, as in Mode.IDLE
    CAMERA_ON = 2  # the sensor streams, nobody reads its pins, the CPU sleeps
    CAPTURE = 3  # captures and averages, no inference
    INFERENCE = 4  # infers the image in hand again and again: the last one injected or captured
    SEND = 5  # sends the image in hand as Frames, as fast as the port takes them


class HoldEnd(enum.IntEnum):
    """Why a hold was over."""

    COMPLETE = 0
    HOST = 1  # a byte came from the host
    FAULT = 2  # a Fault message says which
    TOO_LONG = 3  # HOLD_MAX_MS passed before the repetitions were done


class LogLevel(enum.IntEnum):
    """How much a log line matters."""

    DEBUG = 0
    INFO = 1
    WARNING = 2


class RebootTarget(enum.IntEnum):
    """Where a reboot ends."""

    APPLICATION = 0
    BOOTLOADER = 1


class SlotState(enum.IntEnum):
    """What a model slot holds."""

    EMPTY = 0
    REFUSED = 1  # something that the engine does not run: half a model, or one of another format
    READY = 2
    RECEIVING = 3  # a model that is on its way


ENUMS: tuple[type[enum.IntEnum], ...] = (
    Mode,
    Setting,
    Source,
    Status,
    FaultCode,
    PowerState,
    HoldEnd,
    LogLevel,
    RebootTarget,
    SlotState,
)
