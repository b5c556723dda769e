"""--port replay:FILE[?speed=max&from=12.5]: a recording as a Port. What it says was said; it cannot be steered.

Of a host's commands it answers HelloRequest with the recorded Hello, and takes Set and SetMode. It stands still until
a mode is set; Mode.IDLE halts it again, RESULTS and CAPTURE leave out what they leave out on a board. All else is
refused with one line. Its end is EndOfRecordingError.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

from host.base.errors import EndOfRecordingError, HostError
from host.base.records import WireError
from host.link.framing import Decoder, Packet
from host.link.handshake import WrongFirmwareError
from host.link.messages import BY_ID, Ack, Hello, HelloRequest, Mode, Set, SetMode, Status
from host.link.transport import WAIT_S
from host.recording.container import FILE_HEADER_BYTES, NANOSECONDS, Kind, Record
from host.recording.reader import Reader
from host.recording.stream import Stream

MAX_SPEED = math.inf
PLAYED = (Kind.FROM_DEVICE, Kind.MARK)
SLOWEST, LATEST_S = 0.01, 1e9
USAGE = (
    "write replay:FILE?speed=max&from=12.5 (speed: real, max or a number from 0.01; from: seconds)"
)


@dataclass(frozen=True)
class Replay:
    """What a URL asks for. speed: times the recorded one, MAX_SPEED without any waiting."""

    path: Path
    speed: float = 1.0
    from_s: float = 0.0


class OtherVersionError(WrongFirmwareError):
    """A recording whose messages nobody here can read: it carries no layout."""

    def __init__(self, name: str, error: WrongFirmwareError) -> None:
        HostError.__init__(
            self,
            f"{name} was recorded from a board of another version ({error.wire})",
            "play it with the version of this program that recorded it",
        )
        self.wire = error.wire


class ReplayPort:
    """A recording as a Port. One thread reads, any thread writes, seeks and pauses."""

    waits_for_reader = True

    def __init__(
        self,
        wanted: Replay,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        """wait: lets so many seconds pass, or fewer. Raises HostError when there is nothing to play."""
        self.name = f"replay:{wanted.path}"
        self.stays_at_end = (
            False  # silence at the end instead of EndOfRecordingError: one can go back
        )
        self.paused = False
        self._woken = threading.Event()
        self._clock, self._wait = clock, wait or self._woken.wait
        self._speed, self._lock = wanted.speed, threading.RLock()
        self._reader, self._commands = Reader(wanted.path), Decoder()
        self._stream = Stream(self._reader.layouts)
        self._greeted = False
        self._answers = b""
        try:
            self.duration_s = self._reader.duration_s
            self._place(wanted.from_s)
        except BaseException:
            self._reader.close()
            raise

    @property
    def position_s(self) -> float:
        """Seconds of the recording that was played last."""
        return self._position_s

    @property
    def at_end(self) -> bool:
        """All was played."""
        return self._next is None

    def read(self) -> bytes:
        """What is due now; b"" when nothing is. Raises EndOfRecordingError."""
        with self._lock:
            self._woken.clear()
            if self._answers:
                answers, self._answers = self._answers, b""
                return answers
            seconds = self._until_due()
            if seconds <= 0.0:
                return self._play()
        self._wait(min(WAIT_S, seconds))
        return b""

    def write(self, data: bytes) -> None:
        """Obeys what a recording can obey. Raises HostError at another command."""
        with self._lock:
            for packet in self._commands.feed(data):
                self._answers += self._obey(packet)
            self._woken.set()

    def seek(self, seconds: float) -> None:
        """Goes on from there, as near as there is something."""
        with self._lock:
            self._place(min(self.duration_s, max(0.0, seconds)))
            self._woken.set()

    def pause(self, paused: bool) -> None:
        """Halts it, or lets it go on."""
        with self._lock:
            self.paused = paused
            self._begin_from(self._position_s)

    def close(self) -> None:
        """Frees the file; again is harmless."""
        with self._lock:
            self._reader.close()

    def _place(self, seconds: float) -> None:
        offset = self._reader.offset_at(seconds)
        announced = self._stream.become(self._hello_for(offset))
        self._answers += announced if self._greeted else b""
        self._reader.damaged_chunks = self._reader.skipped_bytes = 0
        self._records = self._records_from(offset, seconds)
        self._stream.jump()
        self._next = next(self._records, None)
        self._begin_from(seconds)

    def _begin_from(self, seconds: float) -> None:
        self._position_s = self._origin_s = seconds
        self._began = self._clock()

    def _records_from(self, offset: int, seconds: float) -> Iterator[Record]:
        for chunk in self._reader.chunks(offset):
            for record in chunk.records:
                if record.time_ns >= seconds * NANOSECONDS and record.kind in PLAYED:
                    yield record

    def _until_due(self) -> float:
        """Seconds until there is something to do."""
        if self.paused or self._stream.mode == Mode.IDLE:
            self._begin_from(self._position_s)
            return WAIT_S
        if self._next is None:
            return WAIT_S if self.stays_at_end else 0.0
        if self._speed == MAX_SPEED:
            return 0.0
        due_s = (self._next.time_ns / NANOSECONDS - self._origin_s) / self._speed
        return self._began + due_s - self._clock()

    def _play(self) -> bytes:
        record = self._next
        if record is None:
            raise EndOfRecordingError(f"{self.name}: the recording ends{self._how_it_ends()}")
        self._position_s = record.time_ns / NANOSECONDS
        self._next = next(self._records, None)
        if record.kind == Kind.MARK:
            self._stream.jump()
            return b""
        return self._stream.play(record.data)

    def _how_it_ends(self) -> str:
        text = f" after {self.duration_s:.1f} s"
        if not self._reader.is_ended:
            text += f", torn: {self._reader.torn_bytes} bytes behind it are no whole chunk"
        if self._reader.damaged_chunks or self._reader.skipped_bytes:
            chunks, left_out = self._reader.damaged_chunks, self._reader.skipped_bytes
            text += f"; damaged on the way: {chunks} chunks and {left_out} bytes"
        return text

    def _obey(self, packet: Packet) -> bytes:
        kind = BY_ID.get(packet.type)
        try:
            command = None if kind is None else kind.unpack(packet.payload)
        except WireError:
            command = None
        if isinstance(command, HelloRequest):
            self._greeted = True
            return self._stream.say_hello()
        if isinstance(command, SetMode):
            self._stream.mode = command.mode
        if isinstance(command, SetMode | Set):
            return self._stream.say(Ack(packet.type, Status.OK, packet.sequence, 0))
        what = f"command {packet.type}" if kind is None else kind.__name__
        raise HostError(f"{self.name} is a recording, it cannot take {what}", "give --port a board")

    def _hello_for(self, offset: int) -> bytes:
        """The payload of the Hello that holds at a chunk: the last one before, else the first one behind."""
        header = next((chunk.header for chunk in self._reader.chunks(offset)), None)
        near = header.key_offset if header and 0 < header.key_offset <= offset else offset
        found = self._first_hello(near) or self._first_hello(FILE_HEADER_BYTES)
        if not found:
            raise HostError(
                f"{self.name}: no Hello in it, so nobody knows which board spoke",
                "record with --record",
            )
        try:
            return self._stream.greet(found)
        except WrongFirmwareError as error:
            raise OtherVersionError(self.name, error) from error
        except WireError as error:
            raise HostError(
                f"{self.name}: its Hello is damaged ({error})", "record it again"
            ) from error

    def _first_hello(self, offset: int) -> bytes:
        """The payload of the first Hello in chunks from `offset` on; b"" without one."""
        decoder = Decoder()
        for chunk in self._reader.chunks(offset):
            for record in chunk.records:
                received = record.data if record.kind == Kind.FROM_DEVICE else b""
                for packet in decoder.feed(received):
                    if packet.type == Hello.ID:
                        return packet.payload
        return b""


def parse_replay(text: str) -> Replay:
    """FILE[?speed=...&from=...] -> Replay. Raises HostError."""
    name, _, query = text.rpartition("?")
    if not name or Path(text).exists():
        return Replay(Path(text))
    try:
        options = dict(parse_qsl(query, strict_parsing=True))
        speed = options.pop("speed", "real")
        from_s = float(options.pop("from", "0"))
        number = {"real": 1.0, "max": MAX_SPEED}.get(speed) or float(speed)
    except ValueError as error:
        raise HostError(f"cannot understand ?{query}", USAGE) from error
    if options or not (number >= SLOWEST and 0 <= from_s <= LATEST_S):
        raise HostError(f"cannot understand ?{query}", USAGE)
    return Replay(Path(name), number, from_s)


def open_replay(text: str) -> ReplayPort:
    """The port of FILE[?speed=...&from=...]."""
    return ReplayPort(parse_replay(text))
