"""THE wire: every message between a board and a host, declared once. `header.py` writes protocol.h from it.

A packet is `type u8, reserved u8 (0), sequence u16, payload, CRC-32` (zlib's polynomial over all before it),
COBS-encoded, with one 0x00 behind it. Each side numbers its packets from 0, modulo 65,536; a gap is a loss.
Units are in the names; everything is little-endian. To add a message: CONTRIBUTING.md, "A message".
"""

from __future__ import annotations

import enum

from host.base.records import Message, message, wire

PROTOCOL_VERSION = 1  # raised when something here changes its meaning, but no field (layout.py)
PACKET_HEADER_BYTES = 4  # type, reserved, sequence
PACKET_CRC_BYTES = 4
MAX_PAYLOAD_BYTES = 32768  # an RGB 96x96 frame is 27,648
MAX_COMMAND_PAYLOAD_BYTES = 224  # what a board accepts: its receive ring holds 256 encoded bytes
INJECT_CHUNK_BYTES = 192
MAX_SCORES = 1024
MAX_IMAGE_WIDTH = 256  # of a model's input: what the board's averaging of lines holds
MAX_IMAGE_HEIGHT = 2048
MODEL_SLOTS = 2  # in flash, numbered from 1; 0 is the model that is built into the firmware
SLOT_CHUNK_BYTES = 216
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


@message(0x01)
class Hello(Message):
    """Who the board is. Sent at start and on HelloRequest; the host stops when `layout_hash` differs."""

    layout_hash: int = wire("u32", "CRC-32 of every layout, first in every version")
    protocol_version: int = wire("u16", "PROTOCOL_VERSION of the firmware, second in every version")
    mode: int = wire("u8", "Mode now")
    last_fault: int = wire("u8", "FaultCode, NONE when all is well")
    clock_hz: int = wire("u32", "of the cycle counter")
    model_hash: int = wire("u32", "CRC-32 of the packed model's body")
    arena_bytes: int = wire("u32", "working memory of the model")
    input_height: int = wire("u16", "pixels")
    input_width: int = wire("u16", "pixels")
    input_channels: int = wire("u8", "1 grey, 3 RGB")
    output_zero_point: int = wire("i8", "of the scores")
    score_count: int = wire("u16", "scores in a Result")
    score_meaning: int = wire("u8", "0 probability, 1 logit, 2 distance (host/base/scores.py)")
    instruction_cache: int = wire("u8", "1 on")
    dcdc: int = wire("u8", "1 on")
    clock_divider: int = wire("u8", "CLKRC of the sensor")
    data_swap: int = wire("u8", "Setting.DATA_SWAP now")
    colour_bars: int = wire("u8", "1 on")
    output_scale: float = wire("f32", "score = (q - output_zero_point) * output_scale")
    device_serial: int = wire("u64", "unique to the chip (FICR.DEVICEID)")
    firmware: str = wire("char[32]", "version and source hash")
    board: str = wire("char[24]", "where it runs: nano33ble, or virtual, whatever image is there")
    compiler: str = wire("char[40]", "compiler and optimisation")
    model: str = wire("char[32]", "name of the model")
    labels: bytes = wire("tail", "UTF-8, one label a line, in the scores' order")


@message(0x02)
class Frame(Message):
    """Exactly what the model saw (or would see, in Mode.CAPTURE)."""

    frame: int = wire("u32", "number of the frame since start")
    height: int = wire("u16", "pixels")
    width: int = wire("u16", "pixels")
    channels: int = wire("u8", "1 grey, 3 RGB")
    source: int = wire("u8", "Source")
    pixels: bytes = wire(
        "tail", "uint8, rows, then columns, then channels; the int8 input is pixel - 128"
    )


@message(0x03)
class Result(Message):
    """What the model said of a frame, and what each stage cost."""

    frame: int = wire("u32", "number of the frame")
    image_crc: int = wire("u32", "CRC-32 of the pixels that were inferred")
    capture_cycles: int = wire(
        "u32", "waiting for the sensor and reading it, less preprocess_cycles"
    )
    preprocess_cycles: int = wire("u32", "averaging lines into the input")
    inference_cycles: int = wire("u32", "the engine")
    send_cycles: int = wire("u32", "putting the previous frame and result in the queue")
    period_cycles: int = wire("u32", "since the previous result; 0 for the first")
    dropped_messages: int = wire(
        "u32", "messages the board gave up since start: nobody read in time"
    )
    bad_packets: int = wire("u32", "packets the board refused since start")
    overlapped_cycles: int = wire(
        "u32",
        "of capture_cycles and preprocess_cycles, what interrupts took while the frame before was inferred and sent: "
        "inference_cycles and send_cycles are without it",
    )
    age_cycles: int = wire(
        "u32", "from the end of the picture's last line to this result; 0 when injected"
    )
    source: int = wire("u8", "Source")
    scores: bytes = wire("tail", "int8, score_count of them")


@message(0x04)
class Profile(Message):
    """Cycles per operator of the last inference."""

    frame: int = wire("u32", "number of the frame")
    cycles: bytes = wire("tail", "u32 for each operator of the packed model, in its order")


@message(0x05)
class Log(Message):
    """A line for people."""

    level: int = wire("u8", "LogLevel")
    text: bytes = wire("tail", "UTF-8")


@message(0x06)
class Fault(Message):
    """Something went wrong; the board goes on as well as it can."""

    code: int = wire("u16", "FaultCode")
    frame: int = wire("u32", "number of the frame that was lost, if one was")
    detail: int = wire("u32", "see FaultCode")
    text: bytes = wire("tail", "UTF-8, one line")


@message(0x07)
class Ack(Message):
    """The answer to a command."""

    request: int = wire("u8", "identity of the command")
    status: int = wire("u8", "Status")
    sequence: int = wire("u16", "sequence of the command")
    value: int = wire(
        "u32",
        "Inject, SlotBegin, SlotWrite: bytes held so far; CameraRegister: the value; "
        "SlotCommit, SlotSelect that were refused: enum engine_status; Get: the setting; else 0",
    )


@message(0x08)
class Pong(Message):
    """The answer to Ping."""

    host_time_us: int = wire("u64", "as it was sent")
    device_cycles: int = wire("u64", "since start, while the CPU did not sleep")
    dropped_messages: int = wire("u32", "since start")
    bad_packets: int = wire("u32", "since start")


@message(0x09)
class SlotInfo(Message):
    """What one model slot holds, and how large a model may be. The answer to SlotStatus."""

    which: int = wire("u8", "0 the built-in model, 1..MODEL_SLOTS")
    state: int = wire("u8", "SlotState")
    active: int = wire("u8", "1: this model runs")
    reason: int = wire("i8", "enum engine_status: why it is REFUSED")
    room: int = wire("u32", "bytes of a slot; 0: the firmware or a bootloader leaves none")
    memory_bytes: int = wire("u32", "RAM for a model's image and arena, each rounded up to 8")
    model_bytes: int = wire("u32", "of the model, whole")
    crc: int = wire("u32", "READY: Hello.model_hash with it; RECEIVING: CRC-32 of the whole model")
    held: int = wire("u32", "bytes that have arrived")
    name: str = wire("char[32]", "of the model")


@message(0x0A)
class Held(Message):
    """A hold is over. Between the Ack of Hold and this nothing was sent, but the Frames of PowerState.SEND."""

    state: int = wire("u8", "PowerState")
    ended: int = wire("u8", "HoldEnd")
    repetitions: int = wire("u32", "done")
    duration_us: int = wire("u64", "by the clock that runs in sleep, in steps of 31 us")
    awake_cycles: int = wire("u64", "of clock_hz, while the CPU did not sleep")
    marked_cycles: int = wire("u64", "of clock_hz, while the marker pin was high")


@message(0x0B)
class Verdict(Message):
    """Mode.WATCH: the verdict changed. It is no at the start, so that a board that sees nobody says nothing."""

    verdict: int = wire("u8", "1: the watched label is there")
    percent: int = wire("u8", "chance of the watched label, 0..100")
    looks: int = wire("u32", "since the watch began, this one included")
    elapsed_us: int = wire("u64", "since the watch began")


@message(0x0C)
class Heartbeat(Message):
    """Mode.WATCH: the board lives. Sent after the first look, then every Setting.HEARTBEAT_S."""

    verdict: int = wire("u8", "as in Verdict")
    percent: int = wire("u8", "chance of the watched label at the last look, 0..100")
    looks: int = wire("u32", "since the watch began")
    blind_looks: int = wire("u32", "of them, looks that the camera spoiled")
    verdicts: int = wire("u32", "Verdict messages since the watch began")
    elapsed_us: int = wire("u64", "since the watch began, by the clock that runs in sleep")
    awake_cycles: int = wire("u64", "of clock_hz since then, while the CPU did not sleep")
    wake_cycles: int = wire("u32", "of the last look: the sensor woken and settled")
    capture_cycles: int = wire("u32", "of the last look: as in Result")
    preprocess_cycles: int = wire("u32", "of the last look")
    inference_cycles: int = wire("u32", "of the last look")


@message(0x0D)
class Raster(Message):
    """What the sensor put on its pins during one frame, counted at a slow clock. The answer to RasterRequest."""

    code: int = wire("u16", "FaultCode: why it could not be counted, else NONE")
    lines: int = wire("u16", "pulses of HREF between two frames")
    line: int = wire("u16", "the one whose bytes were counted, from 0")
    line_bytes: int = wire("u16", "rising edges of PCLK within it")
    line_cycles: int = wire("u32", "of clock_hz, for which HREF was high in that line")
    frame_cycles: int = wire("u32", "of clock_hz, from frame to frame")
    clock_divider: int = wire("u8", "CLKRC meanwhile")
    line_start: bytes = wire("tail", "the first bytes of that line, D0 and D1 by Setting.DATA_SWAP")


@message(0x0E)
class Silicon(Message):
    """What this very chip takes, by its own cycle counter. The answer to SiliconRequest."""

    reads: int = wire("u16", "of a GPIO port that were timed, each followed by what uses its value")
    read_cycles: int = wire("u32", "of all of them, with what used them")
    branches: int = wire("u16", "taken ones that were timed")
    branch_cycles: int = wire("u32", "of all of them")
    window_cycles: int = wire("u32", "for which interrupts were watched")
    interrupts: int = wire("u16", "in it")
    interrupt_cycles: int = wire("u32", "that they took")
    longest_cycles: int = wire("u32", "of the longest of them")


@message(0x3F)
class Layout(Message):
    """What each message of the firmware looks like; the answer to LayoutRequest, in every version of the wire."""

    hashes: bytes = wire(
        "tail", "of each message: its identity u8, its hash u16 (host/link/layout.py)"
    )


@message(0x40)
class HelloRequest(Message):
    """Asks for Hello."""


@message(0x41)
class SetMode(Message):
    """Changes the mode; answered by Ack."""

    mode: int = wire("u8", "Mode")


@message(0x42)
class Set(Message):
    """Changes a setting; answered by Ack."""

    setting: int = wire("u8", "Setting")
    value: int = wire("i32", "see Setting")


@message(0x43)
class Inject(Message):
    """A piece of an image. Pieces come in order from offset 0; each is answered by Ack, the last by Result too."""

    offset: int = wire("u32", "bytes before this piece")
    total: int = wire("u32", "bytes of the image: the model's input")
    pixels: bytes = wire("tail", "uint8, at most INJECT_CHUNK_BYTES")


@message(0x44)
class Ping(Message):
    """Asks for Pong."""

    host_time_us: int = wire("u64", "any number")


@message(0x45)
class Reboot(Message):
    """Restarts the board; answered by Ack first."""

    target: int = wire("u8", "RebootTarget")


@message(0x46)
class CameraRegister(Message):
    """Reads, or writes and reads back, one register of the sensor; answered by Ack."""

    address: int = wire("u8", "of the register")
    write: int = wire("u8", "1: write value first")
    value: int = wire("u8", "to write")


@message(0x47)
class SlotBegin(Message):
    """Announces a model for a slot not in use (in Mode.IDLE). The Ack says from where the transfer goes on."""

    total: int = wire("u32", "of the packed model, a multiple of 4")
    crc: int = wire("u32", "CRC-32 of all of it")


@message(0x48)
class SlotWrite(Message):
    """A piece of the announced model. Pieces come in order; each is in flash when its Ack leaves."""

    offset: int = wire("u32", "bytes before this piece")
    piece: bytes = wire("tail", "at most SLOT_CHUNK_BYTES, a multiple of 4")


@message(0x49)
class SlotCommit(Message):
    """The model is complete: the board checks it and runs it from now on; answered by Ack. Else the old one stays."""

    crc: int = wire("u32", "as in SlotBegin")


@message(0x4A)
class SlotSelect(Message):
    """Runs another model from now on; answered by Ack."""

    which: int = wire("u8", "0 the built-in model, 1..MODEL_SLOTS")


@message(0x4B)
class SlotErase(Message):
    """Empties a slot that is not in use; answered by Ack."""

    which: int = wire("u8", "1..MODEL_SLOTS")


@message(0x4C)
class SlotStatus(Message):
    """Asks for SlotInfo."""

    which: int = wire("u8", "0 the built-in model, 1..MODEL_SLOTS")


@message(0x4D)
class Hold(Message):
    """Holds a power state (in Mode.IDLE, else BUSY). Ack at its start, Held at its end; any byte ends it early.

    It ends when both the time and the repetitions are over; either may be 0, not both.
    """

    state: int = wire("u8", "PowerState")
    duration_ms: int = wire("u32", "at least; 0..HOLD_MAX_MS")
    repetitions: int = wire("u32", "at least; 0..HOLD_MAX_REPETITIONS, 0 in a state without them")


@message(0x4E)
class Get(Message):
    """Asks for a setting; the Ack's value is it, an i32."""

    setting: int = wire("u8", "Setting")


@message(0x4F)
class RasterRequest(Message):
    """Asks for Raster; the sensor is started, or set up anew, for it. In Mode.IDLE, else Ack says BUSY."""

    line: int = wire("u16", "whose bytes are wanted, from 0")


@message(0x50)
class SiliconRequest(Message):
    """Asks for Silicon: takes some 20 ms. In Mode.IDLE, else Ack says BUSY."""


@message(0x7F)
class LayoutRequest(Message):
    """Asks for Layout."""


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
FROM_DEVICE: tuple[type[Message], ...] = (
    Hello,
    Frame,
    Result,
    Profile,
    Log,
    Fault,
    Ack,
    Pong,
    SlotInfo,
    Held,
    Verdict,
    Heartbeat,
    Raster,
    Silicon,
    Layout,
)
FROM_HOST: tuple[type[Message], ...] = (
    HelloRequest,
    SetMode,
    Set,
    Inject,
    Ping,
    Reboot,
    CameraRegister,
    SlotBegin,
    SlotWrite,
    SlotCommit,
    SlotSelect,
    SlotErase,
    SlotStatus,
    Hold,
    Get,
    RasterRequest,
    SiliconRequest,
    LayoutRequest,
)
BY_ID: dict[int, type[Message]] = {m.ID: m for m in FROM_DEVICE + FROM_HOST}
