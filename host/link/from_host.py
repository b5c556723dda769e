"""What a host sends: commands and requests. messages.py shows them to all others."""

from __future__ import annotations

from host.base.records import Message, message, wire


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
    """Holds a power state (in Mode.IDLE, else BUSY). Ack at its start, Held at its end; any byte but 0x00
    ends it early.

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
