"""python -m tests.golden.make_recording [FILE]: three frames of the virtual board, recorded in its own time."""

from __future__ import annotations

import sys
from pathlib import Path

from host.link.framing import encode_packet
from host.link.inbox import Inbox
from host.link.messages import Hello, HelloRequest, Mode, Result, SetMode
from host.recording.recorder import RecordingPort, start_recording
from host.virtual.local_port import LocalPort
from host.virtual.scene import open_scene

GOLDEN = Path(__file__).with_name("board.rec")
BEGAN_WALL_NS = 1_790_000_000_000_000_000
FRAMES = 3


def make(path: Path) -> None:
    """A new recording at `path`: the same bytes each time from the same firmware."""
    port = LocalPort(open_scene("noise:1"))

    def now_ns() -> int:
        return round(port.clock() * 1e9)

    program = "python -m tests.golden.make_recording"
    recorder = start_recording(
        path, "virtual", program, print, now_ns, lambda: BEGAN_WALL_NS + now_ns()
    )
    recorded, inbox, results = RecordingPort(port, recorder), Inbox(), 0
    recorded.write(encode_packet(HelloRequest.ID, 0, HelloRequest().pack()))
    while results < FRAMES:
        for message in inbox.feed(recorded.read()):
            results += isinstance(message, Result)
            if isinstance(message, Hello) and message.mode == Mode.IDLE:
                command = SetMode(int(Mode.STREAM))
                recorded.write(encode_packet(command.ID, 1, command.pack()))
    recorder.close()


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else GOLDEN
    target.unlink(missing_ok=True)
    make(target)
