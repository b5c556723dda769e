"""Is the other end a board of ours? What to tell a person when it is not."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence

from host.base.boards import UPLOAD
from host.base.errors import HostError
from host.base.text import first_few
from host.link.framing import Decoder, encode_packet
from host.link.layout import OURS, WireLayout, differences
from host.link.messages import PROTOCOL_VERSION, Hello, Layout, LayoutRequest
from host.link.transport import Port

EXCERPT_CHARACTERS = 60
PRINTABLE_SHARE = 0.9
MOST_NAMED = 4  # differences in a line for people
HELLO_BEGINS = struct.Struct("<IH")


class WrongFirmwareError(HostError):
    """The other end is a board, but speaks another wire. wire: which, in a few words."""

    def __init__(self, wire: str, differing: str = "") -> None:
        self.wire = wire
        more = f" ({differing})" if differing else ""
        super().__init__(f"{wire}{more}", f"update the firmware with `{UPLOAD}`, or this program")


def check_layout(hello_payload: bytes, layouts: Sequence[WireLayout] = (OURS,)) -> WireLayout:
    """By which of `layouts` a board speaks that said this. Raises WrongFirmwareError.

    A board that runs must mean the same by it, too; what was recorded earlier may be older than that.
    """
    if len(hello_payload) < HELLO_BEGINS.size:
        raise WrongFirmwareError("the firmware's Hello is cut short")
    theirs, version = HELLO_BEGINS.unpack_from(hello_payload)
    found = next((layout for layout in layouts if layout.hash == theirs), None)
    if found is None:
        raise WrongFirmwareError(f"firmware speaks wire {theirs:08X}, this host {OURS.hash:08X}")
    if version > PROTOCOL_VERSION or (version < PROTOCOL_VERSION and len(layouts) == 1):
        raise WrongFirmwareError(
            f"firmware speaks version {version} of the wire, this host {PROTOCOL_VERSION}"
        )
    return found


def explained(
    error: WrongFirmwareError, port: Port, clock: Callable[[], float], answer_s: float
) -> WrongFirmwareError:
    """The same error with the messages that differ, which the board is asked for. Raises PortLostError."""
    decoder, end = Decoder(), clock() + answer_s
    port.write(encode_packet(LayoutRequest.ID, 0, b""))
    while clock() < end:
        for packet in decoder.feed(port.read()):
            if packet.type == Layout.ID:
                names = differences(packet.payload)
                return WrongFirmwareError(error.wire, ", ".join(first_few(names, MOST_NAMED)))
    return error


def no_hello(
    name: str, received: bytes, packets: int, seconds: float, objections: Iterable[str] = ()
) -> tuple[str, str]:
    """Why a handshake failed, from what was received instead, and the remedy.

    objections: of messages that could not be true.
    """
    impossible = next((why for why in objections if why.startswith(Hello.__name__)), None)
    if impossible:
        return f"the board at {name} says what cannot be true ({impossible})", f"`{UPLOAD}`"
    start = f"no board of ours at {name}: after {seconds:.0f} s "
    if packets:
        return f"{start}{packets} packets, but no Hello", "press the board's reset button once"
    if not received:
        return f"{start}nothing was received", (
            f"give it the firmware with `{UPLOAD}`; if its LED fades in and out it is in the "
            "bootloader: press reset once"
        )
    text = _text(received)
    if text:
        return f'{start}text of another firmware was received ("{text}")', f"`{UPLOAD}`"
    count = len(received)
    return (
        f"{start}{count} bytes that are no packets were received",
        f"another firmware; `{UPLOAD}`",
    )


BUSY = "this computer may be too busy for it"
END_OTHERS = "end other programs, or try again: its first start takes longest"


def no_start(name: str, seconds: float) -> tuple[str, str]:
    """The same of a virtual board that was started here and says nothing yet: it has the right firmware."""
    return f"the {name} has not answered for {seconds:.0f} s: {BUSY}", END_OTHERS


def _text(received: bytes) -> str:
    """The last line of what was received when it reads as text, else nothing."""
    text = received.decode("ascii", errors="replace")
    good = sum(c.isprintable() or c in "\r\n\t" for c in text if c != "\ufffd")
    if good < PRINTABLE_SHARE * len(text):
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:EXCERPT_CHARACTERS] if lines else ""
