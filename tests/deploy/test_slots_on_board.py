"""Model slots of the real firmware on the virtual board: switching, refusals, restarts."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from host.compiler.format import MAX_LABELS_BYTES
from host.compiler.status import EngineStatus
from host.link.fault_advice import fault_text
from host.link.messages import (
    MAX_SCORES,
    Fault,
    FaultCode,
    Hello,
    Mode,
    Result,
    SlotBegin,
    SlotCommit,
    SlotErase,
    SlotSelect,
    SlotState,
    SlotStatus,
    SlotWrite,
    Status,
)
from tests.deploy.models import packed, padded
from tests.deploy.slot_bench import SlotBench
from tests.engine.blobs import Blob
from tests.engine.library import HostEngine
from tests.engine.test_validate import CASES

FIRST, SECOND = packed("first", 1), packed("second", 2, (16, 20, 3), 5)
SLOT_BYTES = 288 * 1024


@pytest.fixture(scope="module")
def worn() -> SlotBench:
    """One board for many tests: each brings it into the state that it needs."""
    return SlotBench()


@pytest.fixture
def bench(worn: SlotBench) -> SlotBench:
    """In Mode.IDLE, with the built-in model and empty slots."""
    worn.power_on()
    assert worn.ask(SlotSelect(0)).status == Status.OK
    for which in (1, 2):
        assert worn.ask(SlotErase(which)).status == Status.OK
    worn.power_on()
    return worn


def states(bench: SlotBench) -> list[tuple[str, int, str]]:
    return [(SlotState(s.state).name, s.active, s.name) for s in bench.slots()]


def test_a_deployed_model_runs_at_once_and_after_a_restart(bench: SlotBench) -> None:
    built_in = bench.hello
    assert bench.deploy(SECOND).status == Status.OK
    for hello in (bench.greet(), bench.power_on()):
        assert hello.model == "second"
        assert hello.model_hash == int.from_bytes(SECOND[12:16], "little")
        assert (hello.input_height, hello.input_width, hello.input_channels) == (16, 20, 3)
        assert hello.labels.decode().split("\n") == [f"class_{i}" for i in range(5)]
        image = np.random.default_rng(3).integers(0, 256, (16, 20, 3)).astype(np.uint8)
        scores = np.frombuffer(bench.inject(image).scores, np.int8)
        assert np.array_equal(scores, HostEngine(SECOND).run(image))
    assert bench.ask(SlotSelect(0)).status == Status.OK
    assert bench.greet().model_hash == built_in.model_hash


def test_the_camera_makes_the_image_of_the_new_model(bench: SlotBench) -> None:
    bench.deploy(FIRST)
    bench.mode(Mode.STREAM)
    assert len(bench.wait(Result).scores) == 3
    bench.mode(Mode.IDLE)


def test_slots_report_what_they_hold(bench: SlotBench) -> None:
    name = bench.hello.model
    assert states(bench) == [("READY", 1, name), ("EMPTY", 0, ""), ("EMPTY", 0, "")]
    bench.deploy(FIRST)
    half = len(SECOND) // 8 * 4
    bench.write(SECOND, up_to=half)
    assert states(bench) == [("READY", 0, name), ("READY", 1, "first"), ("RECEIVING", 0, "")]
    assert bench.slot(2).held == half
    assert bench.slot(2).crc == zlib.crc32(SECOND)
    bench.power_on()
    assert states(bench)[2] == ("REFUSED", 0, "")
    assert bench.slot(2).reason != EngineStatus.OK
    assert bench.slot(1).model_bytes == len(FIRST)


def test_a_repeated_commit_is_answered_again(bench: SlotBench) -> None:
    bench.deploy(FIRST)
    assert bench.commit(FIRST).status == Status.OK
    assert bench.commit(SECOND).status == Status.BAD_VALUE
    assert bench.greet().model == "first"


def test_the_older_model_can_be_chosen_again(bench: SlotBench) -> None:
    bench.deploy(FIRST)
    bench.deploy(SECOND)
    assert bench.ask(SlotSelect(1)).status == Status.OK
    assert bench.greet().model == "first"
    assert bench.power_on().model == "first"
    refused = bench.ask(SlotErase(1))
    assert refused.status == Status.BUSY  # it runs


def test_nothing_changes_while_the_camera_streams(bench: SlotBench) -> None:
    bench.mode(Mode.STREAM)
    commands = (SlotBegin(8, 1), SlotWrite(0, b"abcd"), SlotCommit(1), SlotSelect(0), SlotErase(1))
    for command in commands:
        assert bench.ask(command).status == Status.BUSY
    bench.mode(Mode.IDLE)


def test_nonsense_is_refused(bench: SlotBench) -> None:
    for command in (SlotSelect(3), SlotErase(0), SlotErase(9), SlotWrite(0, b"abcd")):
        assert bench.ask(command).status == Status.BAD_VALUE
    assert bench.ask(SlotStatus(3)).status == Status.BAD_VALUE
    assert bench.ask(SlotBegin(SLOT_BYTES + 4, 1)).status == Status.BAD_VALUE
    empty = bench.ask(SlotSelect(1))
    assert (empty.status, empty.value - (1 << 32)) == (Status.FAULT, EngineStatus.BAD_MAGIC)


def even(blob: bytes) -> bytes:
    return blob + bytes(-len(blob) % 4)


@pytest.mark.parametrize("name", [n for n in CASES if n != "empty"])
def test_malformed_models_are_refused_with_the_reason_and_the_old_one_stays(
    bench: SlotBench, name: str
) -> None:
    blob, expected = CASES[name]
    bench.deploy(FIRST)
    answer = bench.deploy(even(blob))
    assert answer.status == Status.FAULT
    assert EngineStatus(answer.value - (1 << 32)) == expected
    assert bench.greet().model == "first"
    assert bench.power_on().model == "first"


@pytest.mark.parametrize(("more", "status"), [(0, Status.OK), (4, Status.FAULT)])
def test_a_model_whose_labels_no_hello_has_room_for_is_refused(
    bench: SlotBench, more: int, status: Status
) -> None:
    longer = Blob(FIRST).behind(b"x" * (MAX_LABELS_BYTES + 4))
    place = {"labels_offset": len(FIRST), "labels_bytes": MAX_LABELS_BYTES + more}
    answer = bench.deploy(longer.with_header(**place))
    assert answer.status == status
    if more:
        assert EngineStatus(answer.value - (1 << 32)) == EngineStatus.BAD_HEADER
        assert bench.greet().model == bench.hello.model
    else:
        assert bench.greet().labels == b"x" * MAX_LABELS_BYTES


def test_models_beyond_the_board_are_refused(bench: SlotBench) -> None:
    for shape, scores in (((8, 257, 1), 2), ((250, 250, 3), 2), ((4, 4, 1), MAX_SCORES + 1)):
        answer = bench.deploy(packed("large", 1, shape, scores))
        assert (answer.status, answer.value - (1 << 32)) == (
            Status.FAULT,
            EngineStatus.BAD_HEADER,
        )
    assert bench.greet().model == bench.hello.model


def test_a_damaged_slot_falls_back_to_the_built_in_model(bench: SlotBench) -> None:
    built_in = bench.hello
    bench.deploy(FIRST)
    at = int(bench.board.memory.flash.tobytes().rfind(FIRST))
    bench.board.memory.flash[at + len(FIRST) - 5] ^= 1
    hello = bench.power_on()
    assert hello.model_hash == built_in.model_hash
    fault = bench.wait(Fault)
    assert fault.code == FaultCode.MODEL_INVALID
    assert fault.detail - (1 << 32) == EngineStatus.BAD_CRC
    assert "checksum" in fault_text(fault) and fault.text == b"", "the host has the words"
    assert bench.deploy(SECOND).status == Status.OK
    assert bench.power_on().model == "second"


def test_a_restart_greets_with_the_model_that_runs(bench: SlotBench) -> None:
    bench.deploy(FIRST)
    bench.messages.clear()
    bench.board.reset()
    assert bench.wait(Hello).model == "first"


def test_a_bootloader_at_the_end_of_flash_is_never_touched(bench: SlotBench) -> None:
    flash, moved = bench.board.memory.flash, 0xE0000
    flash[moved:] = 0xFF
    vectors = (0x20040000).to_bytes(4, "little") + (0xE0101).to_bytes(4, "little")
    flash[moved : moved + 8] = np.frombuffer(vectors, np.uint8)
    bench.power_on()
    room = bench.slot(1).room
    assert room == 56 * 4096
    full = padded(packed("second"), room)
    longest = "a-name-of-thirty-one-characters"  # and a zero
    for name, blob in (("first", FIRST), ("second", full), (longest, packed(longest))):
        assert bench.deploy(blob).status == Status.OK
        assert bench.power_on().model == name
    assert len(longest) == 31 and bench.slot(1).name == longest
    assert bench.slot(2).model_bytes == room, "the slot at the end is full"
    assert flash[moved : moved + 8].tobytes() == vectors
    assert bool(np.all(flash[moved + 8 :] == 0xFF))
    flash[0x6E000:] = 0xFF


def test_a_bootloader_that_the_chip_notes_is_never_touched(bench: SlotBench) -> None:
    notes = bench.board.bus._find(0x10001014, "read")
    assert notes is not None
    notes.constant(0x14, 0xF4000)
    bench.power_on()
    assert bench.slot(2).room == 66 * 4096
    notes.constant(0x14, 0xFFFFFFFF)
    bench.power_on()
    assert bench.slot(2).room == SLOT_BYTES
