"""An outside runner's dialogue with the firmware, line by line; and back to packets."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from host.base.errors import HostError
from host.bench.mlperf.dialogue import Dialogue
from host.link.messages import Ack, Mode, Setting, Status
from tests.system.board import Bench

SCRIPT = Path(__file__).with_name("dialogue.txt")
IMAGE = np.tile(np.arange(96, dtype=np.uint8) * 2, 96).reshape(96, 96, 1)
CHUNK, LONGEST_CHUNK = 31, 250


class Runner:
    """A board on the bench, spoken to in text."""

    def __init__(self) -> None:
        self.bench = Bench("synthetic")
        self.output = bytearray()
        self.bench.board.received = self.output.extend

    def send(self, data: bytes) -> None:
        self.bench.board.send(data)

    def line(self, seconds: float = 5.0) -> str:
        """The next line of the board."""
        board = self.bench.board
        assert board.run_until(lambda: b"\n" in self.output, int(seconds * 64e6)), bytes(
            self.output
        )
        line, _, rest = bytes(self.output).partition(b"\n")
        self.output[:] = rest
        return line.decode().strip()

    def ask(self, command: str) -> list[str]:
        """The lines up to m-ready."""
        self.send(command.encode() + b"%")
        lines = [self.line()]
        while lines[-1] != "m-ready":
            lines.append(self.line())
        return lines

    def load(self, chunk: int = LONGEST_CHUNK) -> None:
        pixels = IMAGE.tobytes()
        for at in range(0, len(pixels), chunk):
            answer = self.ask(f"db {pixels[at : at + chunk].hex()}")
        assert answer == ["m-load-done", "m-ready"]


def test_the_script_of_an_outside_runner() -> None:
    runner = Runner()
    for number, step in enumerate(SCRIPT.read_text().splitlines(), 1):
        kind, _, text = step.partition(" ")
        if kind == ">":
            runner.send(text.encode() + b"%")
        elif kind == "<":
            line = runner.line()
            assert re.fullmatch(text, line), f"line {number}: {line!r}"
        elif kind == "image":
            runner.load(CHUNK)


def test_results_by_text_are_those_by_packets() -> None:
    runner = Runner()
    runner.ask(f"db load {IMAGE.size}")
    runner.load()
    output = runner.ask("infer 1 0")
    found = next(m for line in output if (m := re.fullmatch(r"m-results-\[(.*)\]", line)))
    bench = runner.bench
    bench.board.send(b"\0")
    bench.board.received = bench.port.arrive
    result = bench.inject(IMAGE)
    hello = bench.greet()
    scores = np.frombuffer(result.scores, np.int8).astype(float)
    expected = (scores - hello.output_zero_point) * hello.output_scale
    assert [float(x) for x in found[1].split(",")] == pytest.approx(expected.tolist(), abs=5.1e-4)


def test_nothing_is_sent_between_the_timestamps_and_laps_agree_with_the_marker() -> None:
    runner = Runner()
    runner.ask(f"db load {IMAGE.size}")
    runner.load()
    board, sent, edges = runner.bench.board, list[int](), list[tuple[int, bool]]()

    def received(data: bytes) -> None:
        sent.append(board.cycles)
        runner.output.extend(data)

    board.received = received
    board.marked = lambda high: edges.append((board.cycles, high))
    lines = runner.ask("infer 3 0")
    laps = [int(line[9:]) for line in lines if line.startswith("m-lap-us-")]
    first, last = edges[0][0], edges[-1][0]
    assert len(edges) == 6
    assert not [at for at in sent if first < at < last]
    assert (laps[1] - laps[0]) * 64 == pytest.approx(last - first, rel=0.001)


def test_a_word_of_the_host_stops_what_runs() -> None:
    """Ten inferences to warm up, where nothing else is said."""
    runner = Runner()
    runner.ask(f"db load {IMAGE.size}")
    runner.load()
    for command, runs in (
        ("infer", "m-warmup-start-10"), ("infer 100000 0", "m-infer-start-100000")
    ):  # fmt: skip
        runner.send(f"{command}%".encode())
        while runner.line() != runs:
            pass
        assert runner.ask("name") == ["e-[Stopped by the host]", "m-ready"]
        assert (runner.line(), runner.line()) == ("m-name-dut-[virtual]", "m-ready")


def test_energy_mode_pulses_the_marker_twice_around_the_inferences() -> None:
    runner = Runner()
    runner.ask(f"db load {IMAGE.size}")
    runner.load()
    runner.ask("mode energy")
    board, edges = runner.bench.board, list[tuple[int, bool]]()
    board.marked = lambda high: edges.append((board.cycles, high))
    runner.ask("infer 2 1")
    assert [high for _, high in edges] == [False, True, False, True]
    (fall, _), (rise, _), (end, _), (after, _) = edges
    assert rise - fall == pytest.approx(64_000, rel=0.02)
    assert after - end == pytest.approx(64_000, rel=0.02)
    assert 1.9 < (end - rise) / 9_870_000 < 2.1
    board.send(b"\0")
    board.run(640_000)
    assert edges[-1][1] is False, "packets again: the pin is the inferences'"


def test_a_streaming_board_stops_for_text_and_messages_stay_out_of_it() -> None:
    runner = Runner()
    bench = runner.bench
    bench.board.received = bench.port.arrive
    bench.mode(Mode.STREAM)
    bench.board.run(32_000_000)
    bench.board.send(b"\0name%")
    bench.board.run(64_000_000)
    bench.board.received = runner.output.extend
    runner.output.clear()
    assert runner.ask("name") == ["m-name-dut-[virtual]", "m-ready"]
    bench.board.run(64_000_000)
    assert not runner.output, "no frame, no result"


def test_packets_work_again_after_a_zero() -> None:
    runner = Runner()
    runner.ask("name")
    runner.send(b"db 00\0")  # in mid-command
    bench = runner.bench
    bench.board.received = bench.port.arrive
    bench.board.run(640_000)
    bench.set(Setting.PROFILE, 1)
    before = bench.hello
    assert bench.greet() == before
    assert bench.client.losses.bad_packets == 0, "the board begins with a 0x00"


def test_a_broken_off_packet_does_not_lock_a_runner_out() -> None:
    runner = Runner()
    runner.send(b"\x02\x41\x05")  # a program that died
    runner.bench.board.run(64_000_000)
    assert runner.ask("name")[-1] == "m-ready"


def test_long_lines_are_bounded() -> None:
    runner = Runner()
    runner.ask("name")
    for length in (512, 513, 700, 5000, 512):
        runner.send(b"x" * length)
        runner.bench.board.run(64_000 * (length // 50 + 10))
        (answer, ready) = runner.ask("")
        assert ready == "m-ready"
        unknown = f"e-[Unknown command: {'x' * length}]"
        assert answer == (unknown if length <= 512 else "e-[Command too long]")
        assert runner.ask("timestamp")[-1] == "m-ready"


def test_our_runner_says_what_the_board_refuses() -> None:
    port = Bench("synthetic").port
    dialogue = Dialogue(port, port.clock)
    assert dialogue.name() == "virtual"
    with pytest.raises(HostError, match="Buffer too large"):
        dialogue.load(np.zeros((96, 96, 3), np.uint8))
    with pytest.raises(HostError, match="Input incomplete"):
        dialogue.infer(1, 0, 10)
    dialogue.close()


class Mute:
    """A port where nobody answers, or somebody else does."""

    name = "mute"

    def __init__(self, says: bytes = b"") -> None:
        self.says, self.now = says, 0.0

    def read(self) -> bytes:
        self.now += 0.1
        return self.says

    def write(self, data: bytes) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.mark.parametrize("says", [b"", b"\x00\xff" * 500, b"hello\r\n", b"x" * 5000])
def test_a_board_without_the_api_is_distinguished(says: bytes) -> None:
    port = Mute(says)
    with pytest.raises(HostError, match=r"did not answer|without end"):
        Dialogue(port, lambda: port.now).name()


def test_commands_by_packets_are_acknowledged_right_after_text() -> None:
    runner = Runner()
    runner.ask("timestamp")
    bench = runner.bench
    bench.board.send(b"\0")
    bench.board.received = bench.port.arrive
    bench.mode(Mode.IDLE)
    assert not [m for m in bench.messages if isinstance(m, Ack) and m.status != Status.OK]
