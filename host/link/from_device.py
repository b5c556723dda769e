"""What a board sends. messages.py shows them to all others."""

from __future__ import annotations

from host.base.records import Message, message, wire


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
    score_meaning: int = wire("u8", "enum packed_meaning (host/base/scores.py)")
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


@message(0x0F)
class FramePart(Message):
    """A part of a Frame that is larger than a packet: in order, from offset 0 on. The inbox makes the Frame of them."""

    frame: int = wire("u32", "number of the frame since start")
    offset: int = wire("u32", "bytes of the frame's pixels before these")
    height: int = wire("u16", "of the whole frame, pixels")
    width: int = wire("u16", "likewise")
    channels: int = wire("u8", "1 grey, 3 RGB")
    source: int = wire("u8", "Source")
    pixels: bytes = wire("tail", "uint8, as in Frame")


@message(0x3F)
class Layout(Message):
    """What each message of the firmware looks like; the answer to LayoutRequest, in every version of the wire."""

    hashes: bytes = wire(
        "tail", "of each message: its identity u8, its hash u16 (host/link/layout.py)"
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
    FramePart,
    Layout,
)
