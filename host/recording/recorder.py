"""--record FILE: a port's bytes go into a file as they pass. The file is for its owner alone: there are people in it.

A disk that is full ends the recording, not the tool: that is said at once, and again when the tool ends.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from host.base.errors import HostError
from host.link.framing import DELIMITER, encode_packet
from host.link.layout import OURS
from host.link.messages import Hello
from host.link.transport import Port, PortLostError, is_emulated, waits_for_reader
from host.recording.container import NANOSECONDS, FileHeader, Kind
from host.recording.writer import ChunkFile, Writer

OWNER_ALONE = 0o600
# COBS code and type: no other has them
HELLO_BEGINS = DELIMITER + encode_packet(Hello.ID, 0, b"")[:2]
Say = Callable[[str], None]


class Recorder:
    """One recording, over as many ports as a tool opens. Any thread."""

    def __init__(self, writer: Writer, path: Path, say: Say) -> None:
        self.path = path
        self.failure = ""  # why it ended before its time
        self._writer, self._say = writer, say
        self._lock = threading.Lock()
        self._last = DELIMITER
        self._closed = False

    @property
    def seconds(self) -> float:
        """How long it has been going on."""
        return self._writer.now_ns / NANOSECONDS

    @property
    def written_bytes(self) -> int:
        """In the file so far."""
        return self._writer.written_bytes

    def received(self, data: bytes) -> None:
        """The device said this; b"" lets time pass."""
        is_key = HELLO_BEGINS in self._last + data
        self._last = (self._last + data)[-len(HELLO_BEGINS) + 1 :]
        self._do(lambda: self._writer.add(Kind.FROM_DEVICE, data, is_key))

    def sent(self, data: bytes) -> None:
        """The host said this."""
        self._do(lambda: self._writer.add(Kind.TO_DEVICE, data))

    def mark(self, text: str) -> None:
        """Something happened to the port."""
        self._last = DELIMITER
        self._do(lambda: self._writer.add(Kind.MARK, text.encode()))

    def layout(self) -> None:
        """How the messages that follow are read: with every port, for a damaged chunk takes one with it."""
        self._do(lambda: self._writer.add(Kind.LAYOUT, OURS.text.encode()))

    def close(self) -> None:
        """Ends the recording; again is harmless."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            try:
                if not self.failure:
                    self._writer.close()
            except OSError as error:
                self._fail(error)

    def raise_failure(self) -> None:
        """Raises HostError when the recording is not whole."""
        if self.failure:
            raise HostError(f"{self.failure}; it is whole up to there")

    def _do(self, act: Callable[[], None]) -> None:
        with self._lock:
            if self.failure or self._closed:
                return
            try:
                act()
                self._writer.tick()
            except OSError as error:
                self._fail(error)

    def _fail(self, error: OSError) -> None:
        self._writer.abandon()
        reason = error.strerror or str(error)
        self.failure = f"the recording {self.path} ended after {self.seconds:.1f} s: {reason}"
        self._say(f"{self.failure}; this tool goes on without it")


class RecordingPort:
    """A Port whose bytes a recorder keeps, both ways."""

    def __init__(self, port: Port, recorder: Recorder) -> None:
        self.name = port.name
        self.waits_for_reader, self.is_emulated = waits_for_reader(port), is_emulated(port)
        self._port, self._recorder = port, recorder
        recorder.mark(f"opened {port.name}")
        recorder.layout()

    def read(self) -> bytes:
        """What has arrived."""
        try:
            data = self._port.read()
        except PortLostError as error:
            self._recorder.mark(f"lost: {error}")
            raise
        self._recorder.received(data)
        return data

    def write(self, data: bytes) -> None:
        """Sends `data`."""
        self._port.write(data)
        self._recorder.sent(data)

    def close(self) -> None:
        """Closes the port; the recording goes on."""
        self._port.close()


def start_recording(
    path: Path,
    port_name: str,
    program: str,
    say: Say,
    monotonic_ns: Callable[[], int] = time.monotonic_ns,
    wall_ns: Callable[[], int] = time.time_ns,
) -> Recorder:
    """A recording in a new file. Raises HostError when it exists or cannot be made: nothing is overwritten."""
    header = FileHeader(wall_ns(), port_name, program)
    try:
        file = open(path, "xb", buffering=0, opener=_for_its_owner)  # noqa: SIM115  # closed by the writer
        return Recorder(_begun(file, path, header, monotonic_ns, wall_ns), path, say)
    except FileExistsError as error:
        raise HostError(f"{path} exists", "give --record another name, or delete it") from error
    except OSError as error:
        raise HostError(
            f"cannot record to {path}: {error.strerror}", "choose another place"
        ) from error


def _begun(
    file: ChunkFile,
    path: Path,
    header: FileHeader,
    monotonic_ns: Callable[[], int],
    wall_ns: Callable[[], int],
) -> Writer:
    try:
        return Writer(file, header, monotonic_ns, wall_ns)
    except OSError:
        file.close()
        path.unlink(missing_ok=True)
        raise


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, OWNER_ALONE)
