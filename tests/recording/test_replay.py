"""A recording as a port: the same samples as live, from any moment, and an end that is no fault."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from host.base.errors import EndOfRecordingError, HostError
from host.link.damage import FaultRates, FaultyPort
from host.link.device import Device
from host.link.framing import encode_packet
from host.link.inbox import Inbox
from host.link.messages import Hello, HelloRequest, Mode, Reboot, SetMode, Setting
from host.link.sequence import Losses
from host.ports.choose import choose_port, open_port
from host.recording.reader import Reader
from host.recording.recorder import RecordingPort
from host.recording.replay import MAX_SPEED, Replay, ReplayPort, parse_replay
from host.samples import Sample, samples
from tests.link.fake_board import HELLO, FakeBoard, MemoryPort
from tests.recording.recordings import Clock, begin, record_board


def play(path: Path, mode: Mode = Mode.STREAM, query: str = "?speed=max") -> list[Sample]:
    """All samples up to the recording's end."""
    with Device(open_port(f"replay:{path}{query}")) as device:
        device.set_mode(mode)
        return gather(device)


def gather(device: Device) -> list[Sample]:
    found: list[Sample] = []
    with pytest.raises(HostError):
        for sample in samples(device):
            found.append(sample)
    return found


def content(found: list[Sample]) -> list[tuple[bytes, Sample]]:
    """To compare; losses are counted ahead of the reader, so they differ from run to run but at the end."""
    bare = [replace(sample, image=None, losses=Losses()) for sample in found]
    pixels = [b"" if sample.image is None else sample.image.tobytes() for sample in found]
    return list(zip(pixels, bare, strict=True))


def live(path: Path, damage: float) -> tuple[list[Sample], Losses]:
    """A session with a board behind a bad cable, recorded; its samples."""
    board = FakeBoard()
    port = MemoryPort(board)
    recorder = begin(path, Clock())
    recorded = RecordingPort(FaultyPort(port, FaultRates.even(damage), seed=4), recorder)
    with Device(recorded) as device:
        device.set_mode(Mode.STREAM)
        for number in range(60):
            port.arrive(board.say(HELLO, drop=True) if number % 9 == 8 else board.shoot(number))
        port.arrive(b"")
        threading.Timer(0.3, port.die).start()
        found = gather(device)
    recorder.close()
    return found, device.losses


@pytest.mark.parametrize("damage", [0.0, 0.02])
def test_a_replay_gives_the_samples_that_were_seen_live(damage: float, tmp_path: Path) -> None:
    seen, losses = live(tmp_path / "a.rec", damage)
    with Device(open_port(f"replay:{tmp_path}/a.rec?speed=max")) as device:
        device.set_mode(Mode.STREAM)
        played = gather(device)
    assert len(seen) > 30 and content(played) == content(seen)
    assert device.losses == losses
    assert losses.device_dropped > 0 and (losses.bad_packets > 0) == (damage > 0)


def test_many_more_samples_than_a_queue_holds_are_all_played(tmp_path: Path) -> None:
    record_board(tmp_path / "a.rec", seconds=200)
    played = play(tmp_path / "a.rec")
    assert [sample.frame for sample in played] == list(range(1, 801))
    assert played[-1].losses.total == 0


def test_a_replay_begins_at_the_requested_time(tmp_path: Path) -> None:
    record_board(tmp_path / "a.rec", seconds=100)
    played = play(tmp_path / "a.rec", query="?from=50&speed=max")
    assert [sample.frame for sample in played] == list(range(201, 401))
    assert played[-1].losses.total == played[-1].losses.bad_packets == 0


@pytest.mark.parametrize("mode, images, results", [(Mode.RESULTS, 0, 40), (Mode.CAPTURE, 40, 0)])
def test_a_mode_leaves_out_what_it_leaves_out_on_a_board(
    mode: Mode, images: int, results: int, tmp_path: Path
) -> None:
    record_board(tmp_path / "a.rec", seconds=10)
    played = play(tmp_path / "a.rec", mode)
    assert sum(sample.image is not None for sample in played) == images
    assert sum(sample.cycles is not None for sample in played) == results
    assert played[-1].losses.total == 0


def test_settings_are_taken_and_other_commands_refused_in_one_line(tmp_path: Path) -> None:
    record_board(tmp_path / "a.rec", seconds=1)
    with Device(open_port(f"replay:{tmp_path}/a.rec")) as device:
        device.set(Setting.COLOUR_BARS, 1)
        for act in (
            lambda: device.command(Reboot(0)),
            device.ping,
            lambda: device.slot(1),
            lambda: device.camera_register(0x0A),
        ):
            with pytest.raises(HostError, match=r"is a recording, it cannot take \w+: give"):
                act()


def test_speed_follows_the_recorded_times(tmp_path: Path) -> None:
    record_board(tmp_path / "a.rec", seconds=20)
    clock = Clock()
    port = ReplayPort(
        Replay(tmp_path / "a.rec", speed=2.0), lambda: clock.now_ns / 1e9, clock.sleep
    )
    began = clock.now_ns
    start(port)
    frames = 0
    with pytest.raises(EndOfRecordingError, match=r"ends after 20\.0 s$"):
        while True:
            frames += bool(port.read())
    assert frames == 81  # with the Hello
    assert (clock.now_ns - began) / 1e9 == pytest.approx(9.875, abs=0.06)


def test_one_can_pause_and_go_back_and_forth(tmp_path: Path) -> None:
    record_board(tmp_path / "a.rec", seconds=60)
    clock = Clock()
    port = ReplayPort(Replay(tmp_path / "a.rec"), lambda: clock.now_ns / 1e9, clock.sleep)
    port.stays_at_end = True
    start(port)
    for _ in range(100):
        port.read()
    assert 2.0 < port.position_s < 6.0
    port.seek(port.position_s + 30)
    assert 32.0 < port.position_s < 36.0
    port.pause(True)
    assert not any(port.read() for _ in range(50))
    port.pause(False)
    assert any(port.read() for _ in range(20))
    port.seek(1e9)
    assert not any(port.read() for _ in range(20)) and port.at_end
    port.seek(-5)
    assert any(port.read() for _ in range(10)) and not port.at_end and port.position_s < 1.0


def test_a_pause_takes_no_time_of_the_recording(tmp_path: Path) -> None:
    record_board(tmp_path / "a.rec", seconds=60)
    clock = Clock()
    port = ReplayPort(Replay(tmp_path / "a.rec"), lambda: clock.now_ns / 1e9, clock.sleep)
    start(port)
    for _ in range(100):
        port.read()
    place = port.position_s
    for paused in (True, False):  # nobody reads meanwhile, as behind a page that is hidden
        port.pause(paused)
        clock.now_ns += 20_000_000_000
        assert port.paused == paused
    port.pause(False)
    began = clock.now_ns
    while port.position_s < place + 5:
        port.read()
    assert (clock.now_ns - began) / 1e9 == pytest.approx(5, abs=0.6)


def start(port: ReplayPort) -> None:
    """Sets its mode, as a tool does, and takes the answers."""
    port.write(encode_packet(HelloRequest.ID, 0, b""))
    port.write(encode_packet(SetMode.ID, 1, SetMode(Mode.STREAM).pack()))
    assert port.read()


def test_a_restart_of_the_board_is_seen_again(tmp_path: Path) -> None:
    board, clock = FakeBoard(), Clock()
    recorder = begin(tmp_path / "a.rec", clock)
    recorder.received(board.say(HELLO))
    for _ in range(5):
        recorder.received(board.shoot())
    recorder.received(board.restart())
    for _ in range(5):
        recorder.received(board.shoot())
    recorder.close()
    played = play(tmp_path / "a.rec")
    assert len(played) == 10
    assert (played[-1].losses.restarts, played[-1].losses.total) == (1, 0)


@pytest.mark.parametrize("frames", [0, 1, 40])
def test_a_restart_is_one_however_little_came_before_it(tmp_path: Path, frames: int) -> None:
    """And however many of its packets are left out: its Hello has the number 0 again."""
    board = FakeBoard()
    recorder = begin(tmp_path / "a.rec", Clock())
    for _ in range(2):
        recorder.received(board.restart())
        for _ in range(frames):
            recorder.received(board.shoot())
        recorder.received(board.say(HELLO))  # which a host asked for: no restart
    recorder.received(board.shoot())
    recorder.close()
    for mode in (Mode.STREAM, Mode.RESULTS):
        last = play(tmp_path / "a.rec", mode)[-1]
        assert (last.losses.restarts, last.losses.total, last.losses.repeated) == (1, 0, 0)


def test_what_happened_while_the_port_was_away_is_not_played_as_lost(tmp_path: Path) -> None:
    """The board's numbers went on while nobody listened; half a packet was on its way."""
    board = FakeBoard()
    recorder = begin(tmp_path / "a.rec", Clock())
    recorder.received(board.restart() + board.shoot() + board.shoot()[:99])
    for _ in range(20):
        board.shoot()
    recorder.mark("opened memory again")
    recorder.received(board.shoot() + board.shoot())
    recorder.close()
    last = play(tmp_path / "a.rec")[-1]
    assert (last.frame, last.losses.wire_lost, last.losses.bad_packets) == (24, 0, 0)


def test_another_model_in_mid_recording_gives_its_labels_to_what_follows(tmp_path: Path) -> None:
    board, clock = FakeBoard(), Clock()
    recorder = begin(tmp_path / "a.rec", clock)
    recorder.received(board.say(HELLO))
    recorder.received(board.shoot())
    recorder.received(board.say(replace(HELLO, model="cats", model_hash=7, labels=b"no cat\ncat")))
    clock.sleep(3)
    for _ in range(400):
        recorder.received(board.shoot())
    recorder.close()
    played = play(tmp_path / "a.rec")
    assert played[-1].model == "cats" and played[-1].labels == ("no cat", "cat")


def test_winding_over_a_change_of_model_makes_the_host_request_hello_again(tmp_path: Path) -> None:
    """Forth and back; without a request of its own it learns of no restart."""
    board, clock = FakeBoard(), Clock()
    recorder = begin(tmp_path / "a.rec", clock)
    recorder.received(board.say(HELLO))
    recorder.received(board.shoot())
    clock.sleep(5)
    cats = replace(HELLO, model="cats", model_hash=7, labels=b"no cat\ncat")
    recorder.received(board.say(cats))
    clock.sleep(5)
    recorder.received(board.shoot())
    recorder.close()
    port = ReplayPort(Replay(tmp_path / "a.rec"), lambda: clock.now_ns / 1e9, lambda seconds: None)
    inbox = Inbox()

    def wound(seconds: float) -> list[int]:
        port.seek(seconds)
        return [
            message.model_hash for message in inbox.feed(port.read()) if isinstance(message, Hello)
        ]

    assert wound(9) == [] and wound(0) == []
    start(port)
    assert wound(9) == [cats.model_hash]
    assert wound(0) == [HELLO.model_hash]


def test_a_recording_of_another_wire_names_both(tmp_path: Path) -> None:
    record_board(tmp_path / "a.rec", 1, board=FakeBoard(replace(HELLO, layout_hash=0xDEADBEEF)))
    with pytest.raises(HostError, match=r"wire DEADBEEF, this host .*version of this program"):
        open_port(f"replay:{tmp_path}/a.rec")


def test_a_recording_without_a_hello_is_refused(tmp_path: Path) -> None:
    recorder = begin(tmp_path / "a.rec", Clock())
    recorder.received(FakeBoard().shoot())
    recorder.close()
    with pytest.raises(HostError, match="no Hello in it"):
        open_port(f"replay:{tmp_path}/a.rec")


def test_a_torn_recording_plays_up_to_the_tear_and_says_so(tmp_path: Path) -> None:
    record_board(tmp_path / "a.rec", seconds=20)
    content = (tmp_path / "a.rec").read_bytes()
    (tmp_path / "a.rec").write_bytes(content[: len(content) // 2 + 17])
    with Device(open_port(f"replay:{tmp_path}/a.rec?speed=max")) as device:
        device.set_mode(Mode.STREAM)
        found = []
        with pytest.raises(EndOfRecordingError, match=r"torn: \d+ bytes behind it"):
            for sample in samples(device):
                found.append(sample)
    assert 30 < len(found) < 60


@pytest.mark.parametrize(
    "text, replay",
    [
        ("a.rec", Replay(Path("a.rec"))),
        ("a.rec?speed=max", Replay(Path("a.rec"), MAX_SPEED)),
        ("a.rec?speed=0.01&from=1e9", Replay(Path("a.rec"), 0.01, 1e9)),
        ("a.rec?speed=real", Replay(Path("a.rec"), 1.0, 0.0)),
        ("C:\\a b.rec?from=12.5&speed=4", Replay(Path("C:\\a b.rec"), 4.0, 12.5)),
    ],
)
def test_a_url_is_understood(text: str, replay: Replay) -> None:
    assert parse_replay(text) == replay


@pytest.mark.parametrize(
    "query",
    [
        "speed=fast",
        "speed=0",
        "speed=0.0099",
        "from=1000000001",
        "speed=-1",
        "from=-1",
        "from=nan",
        "until=3",
        "x",
    ],
)
def test_a_url_that_is_none_says_how_to_write_it(query: str) -> None:
    with pytest.raises(HostError, match=r"write replay:FILE\?speed=max"):
        parse_replay(f"a.rec?{query}")


def test_a_file_with_a_question_mark_in_its_name_is_that_file(tmp_path: Path) -> None:
    path = tmp_path / "who?speed=max"
    assert parse_replay(str(path)) == Replay(tmp_path / "who", MAX_SPEED)
    path.touch()
    assert parse_replay(str(path)) == Replay(path)


def test_damage_on_the_way_is_said_at_the_end(tmp_path: Path) -> None:
    record_board(tmp_path / "a.rec", seconds=20)
    content = bytearray((tmp_path / "a.rec").read_bytes())
    with Reader(tmp_path / "a.rec") as reader:
        third = list(reader.chunks())[2]
    content[third.next_offset - 1] ^= 1
    (tmp_path / "a.rec").write_bytes(content)
    port = ReplayPort(Replay(tmp_path / "a.rec", MAX_SPEED), lambda: 0.0, lambda seconds: None)
    start(port)
    with pytest.raises(EndOfRecordingError, match=r"20\.0 s; damaged on the way: 1 chunks and 0 b"):
        while True:
            port.read()


def test_an_absent_recording_is_one_line() -> None:
    with pytest.raises(HostError, match=r"cannot read none\.rec: No such file"):
        open_port("replay:none.rec")
    assert choose_port("replay:none.rec", []).is_replay
