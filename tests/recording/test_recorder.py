"""Recording: whom it belongs to, what it does on a full disk, and that it is whole when a tool is stopped."""

from __future__ import annotations

import errno
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from host.base.errors import HostError
from host.link.framing import encode_packet
from host.link.messages import Hello
from host.link.transport import PortLostError
from host.recording.container import Kind
from host.recording.reader import Reader
from host.recording.recorder import Recorder, RecordingPort
from host.recording.replay import Replay, ReplayPort
from host.recording.summary import summarise
from tests.link.fake_board import HELLO, FakeBoard, MemoryPort
from tests.recording.recordings import Clock, begin, fill, record_board, writer_of
from tests.viewer.test_main import BoardServer

ROOT = Path(__file__).resolve().parents[2]
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions and signals")


class FullDisk:
    """A file on a disk of so many bytes: like a real one it takes a part of the write that does not fit."""

    def __init__(self, room: int) -> None:
        self.content, self.is_open = bytearray(), True
        self._room = room

    def write(self, data: bytes) -> int:
        """What fits."""
        taken = data[: self._room - len(self.content)]
        if data and not taken:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.content += taken
        return len(taken)

    def truncate(self, size: int) -> int:
        """Cuts it."""
        del self.content[size:]
        return size

    def close(self) -> None:
        """Nobody has it open any more."""
        self.is_open = False


@pytest.fixture
def server() -> Iterator[BoardServer]:
    server = BoardServer(FakeBoard())
    yield server
    server.close()


def noise(count: int) -> list[bytes]:
    return [os.urandom(3000) for _ in range(count)]


@posix_only
def test_a_recording_is_for_its_owner_alone(tmp_path: Path) -> None:
    record_board(tmp_path / "a.rec", seconds=1)
    assert stat.S_IMODE((tmp_path / "a.rec").stat().st_mode) == 0o600


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a.rec").write_bytes(b"precious")
    with pytest.raises(HostError, match=r"a\.rec exists: give --record another name"):
        begin(tmp_path / "a.rec", Clock())
    assert (tmp_path / "a.rec").read_bytes() == b"precious"


@pytest.mark.skipif(sys.platform != "linux", reason="counts the files in /proc")
def test_no_file_stays_open(tmp_path: Path) -> None:
    """Windows deletes and renames none that is."""

    def files() -> int:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208  # Path.iterdir has it open, too

    path, none, before = tmp_path / "a.rec", tmp_path / "none.rec", files()
    recorder = begin(path, Clock())
    assert files() == before + 1
    recorder.close()
    assert files() == before
    reader = Reader(path)
    assert files() == before + 1
    reader.close()
    assert files() == before
    record_board(tmp_path / "played.rec", seconds=1)
    player = ReplayPort(Replay(tmp_path / "played.rec"))
    assert files() == before + 1
    player.close()
    assert files() == before
    none.write_bytes(bytes(1000))
    with pytest.raises(HostError, match="no recording") as refused:
        Reader(none)
    with pytest.raises(HostError, match="no Hello in it") as mute:
        ReplayPort(Replay(path))
    assert files() == before, (refused, mute)


def test_an_absent_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=r"cannot record to .*No such file or directory"):
        begin(tmp_path / "none" / "a.rec", Clock())


def test_a_chunk_with_a_hello_is_remembered_by_all_behind_it(tmp_path: Path) -> None:
    clock = Clock()
    recorder = begin(tmp_path / "a.rec", clock)
    packet = encode_packet(Hello.ID, 7, HELLO.pack())
    for part in (b"\1" * 99 + b"\0", packet[:1], packet[1:], b"\1" * 99, b"\1" * 99):
        recorder.received(part)
        clock.sleep(1.5)
    recorder.close()
    with Reader(tmp_path / "a.rec") as reader:
        offsets = [(c.offset, c.header.key_offset) for c in reader.chunks()]
    assert [key for _, key in offsets[:2]] == [0, 0]
    assert [key for _, key in offsets[2:]] == [offsets[2][0]] * (len(offsets) - 2)


def test_a_full_disk_ends_the_recording_at_a_whole_chunk_and_says_so_once(tmp_path: Path) -> None:
    output: list[str] = []
    disk, clock = FullDisk(40_000), Clock()
    recorder = Recorder(writer_of(disk, clock), Path("a.rec"), output.append)
    port = RecordingPort(MemoryPort(FakeBoard()), recorder)
    for data in noise(60):
        recorder.received(data)
        clock.sleep(0.25)
    assert port.read() == b""  # the tool goes on
    recorder.close()
    (line,) = output
    assert not disk.is_open
    assert "a.rec ended after" in line and "No space left on device" in line and "goes on" in line
    with pytest.raises(HostError, match=r"No space left on device; it is whole up to there"):
        recorder.raise_failure()
    (tmp_path / "a.rec").write_bytes(disk.content)
    with Reader(tmp_path / "a.rec") as reader:
        records = [r for c in reader.chunks() for r in c.records if r.kind == Kind.FROM_DEVICE]
        assert reader.torn_bytes == 0 and not reader.is_ended
    assert 4 <= len(records) <= 13


def test_a_port_that_goes_away_is_marked_and_what_comes_later_is_recorded_too(
    tmp_path: Path,
) -> None:
    clock, port = Clock(), MemoryPort(FakeBoard())
    recorder = begin(tmp_path / "a.rec", clock)
    first = RecordingPort(port, recorder)
    port.arrive(b"abc")
    assert first.read() == b"abc"
    first.write(b"xy")
    port.die()
    with pytest.raises(PortLostError):
        while True:
            first.read()
    RecordingPort(MemoryPort(FakeBoard()), recorder)
    recorder.close()
    recorder.received(b"after its end")
    recorder.close()
    summary = summarise(tmp_path / "a.rec")
    assert [mark.partition(" ")[0] for mark in summary.marks] == ["opened", "lost:", "opened"]
    assert summary.losses.reconnects == 1 and summary.link_bytes == 5
    assert summary.is_ended and recorder.failure == ""


@pytest.mark.parametrize("room", [0, 100, 255])
def test_a_disk_without_room_for_the_header_takes_nothing(room: int) -> None:
    disk = FullDisk(room)
    with pytest.raises(OSError, match="No space"):
        writer_of(disk, Clock())
    assert disk.content == b""


@pytest.mark.parametrize("room", range(300, 9000, 870))
def test_wherever_the_disk_is_full_the_file_is_whole(room: int, tmp_path: Path) -> None:
    disk, clock = FullDisk(room), Clock()
    with pytest.raises(OSError, match="No space"):
        fill(writer_of(disk, clock), clock, noise(20), step_s=1.1)
    (tmp_path / "a.rec").write_bytes(disk.content)
    with Reader(tmp_path / "a.rec") as reader:
        assert reader.torn_bytes == 0
        assert len(list(reader.chunks())) == (len(disk.content) - 256) // 3056


def viewer(server: BoardServer, *more: str) -> list[str]:
    """The command that records such a board."""
    return [sys.executable, "-m", "host.viewer", "--port", server.url, "--json", *more]


LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
from host.base.errors import run_main
from host.viewer.__main__ import main
sys.exit(run_main(lambda: main(sys.argv[1:])))
"""


@posix_only
def test_a_tool_whose_recording_hits_a_limit_ends_its_work_and_exits_with_2(
    server: BoardServer, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", LIMITED, *viewer(server)[3:]]
    command += ["--frames", "400", "--record", str(tmp_path / "a.rec")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180)
    assert done.returncode == 2 and len(done.stdout.splitlines()) == 400
    assert done.stderr.count("File too large; this tool goes on without it") == 1
    assert done.stderr.splitlines()[-1].startswith("error: the recording")
    with Reader(tmp_path / "a.rec") as reader:
        assert reader.torn_bytes == 0 and sum(len(c.records) for c in reader.chunks()) > 20


@posix_only
def test_ctrl_c_leaves_a_whole_recording(server: BoardServer, tmp_path: Path) -> None:
    command = viewer(server, "--record", str(tmp_path / "a.rec"))
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for _ in range(5):
            assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, output = process.communicate(timeout=180)
    assert process.returncode == 130 and "stopped" in output and "recording to" in output
    with Reader(tmp_path / "a.rec") as reader:
        assert reader.is_ended and reader.torn_bytes == 0
        assert reader.header.port == server.url
        assert reader.header.program.startswith("python -m host.viewer --port socket://"), (
            "to repeat it"
        )


def _timeless(line: str) -> dict[str, object]:
    """A JSON line without when it was said."""
    return {name: value for name, value in json.loads(line).items() if name != "time"}


@posix_only
def test_a_recorded_session_is_replayed_by_the_same_tool_and_ends_well(
    server: BoardServer, tmp_path: Path
) -> None:
    path = tmp_path / "a.rec"
    command = viewer(server, "--frames", "20", "--record", str(path))
    live = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180)
    command[4] = f"replay:{path}?speed=max"
    replayed = subprocess.run(command[:6], cwd=ROOT, capture_output=True, text=True, timeout=180)
    assert (live.returncode, replayed.returncode) == (0, 0)
    messages = [
        [_timeless(line) for line in text.splitlines()] for text in (live.stdout, replayed.stdout)
    ]
    assert len(messages[0]) == 20 and messages[1][:20] == messages[0]
    assert "the recording ends after" in replayed.stderr and "error" not in replayed.stderr
