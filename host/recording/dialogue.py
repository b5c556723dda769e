"""What of a recording is text: MLPerf Tiny's commands, which end with `%`, and the board's lines behind them."""

from __future__ import annotations

from dataclasses import dataclass

from host.recording.container import Kind, Record

COMMAND_ENDS = b"%"
LONGEST_LINE = 4096


@dataclass(frozen=True)
class TextLine:
    """A command or a line. time_ns: since the recording began."""

    time_ns: int
    by_host: bool
    text: str


class TextListener:
    """Finds text among packets: a command opens it, a zero byte of the host, which is no text, ends it."""

    def __init__(self) -> None:
        self._open = False
        self._pending = b""

    def take(self, record: Record) -> list[TextLine]:
        """What a record completes."""
        if record.kind == Kind.FROM_DEVICE:
            return self._lines(record) if self._open else []
        self._pending = b""
        text = _text(record.data) if record.kind == Kind.TO_DEVICE else ""
        self._open = text.encode().endswith(COMMAND_ENDS)
        return [TextLine(record.time_ns, True, text)] if self._open else []

    def _lines(self, record: Record) -> list[TextLine]:
        """What packets left in front of the first line is cut off."""
        *whole, rest = (self._pending + record.data).split(b"\n")
        self._pending = rest[-LONGEST_LINE:]
        lines = (_text(line.rsplit(b"\0", 1)[-1]) for line in whole)
        return [TextLine(record.time_ns, False, line) for line in lines if line]


def _text(data: bytes) -> str:
    """Empty when there is more in it than ASCII."""
    line = data.strip(b"\r\n")
    return line.decode() if line.isascii() and line.decode().isprintable() else ""
