"""Model slots on a simulated flash: pieces in any order, what is refused, and the power cut at every operation."""

from __future__ import annotations

import random
import struct
import zlib

import numpy as np
import pytest

from host.link.messages import MODEL_SLOTS, SLOT_CHUNK_BYTES, Status
from tests.slot.flash import (
    FLASH_END,
    PAGE_BYTES,
    SLOTS_START,
    Cut,
    Slots,
    flash,
    library,
    operations,
    power,
)


def model(seed: int, size: int) -> bytes:
    """Bytes that stand for a model: slot code looks at none of them."""
    return random.Random(seed).randbytes(size)


SMALL, OTHER, THIRD = model(1, 2400), model(2, 4104), model(3, 1200)


@pytest.fixture(autouse=True)
def erased() -> None:
    library().flash_reset()
    power()


def deployed(*models: bytes) -> None:
    for blob in models:
        assert Slots().deploy(blob) == Status.OK


def test_a_blank_board_runs_its_built_in_model() -> None:
    assert Slots().state.active == 0
    assert Slots().model() == b""


def test_models_go_in_turn_into_the_slot_that_is_not_in_use() -> None:
    slots, places = Slots(), []
    for blob in (SMALL, OTHER, THIRD):
        assert slots.deploy(blob) == Status.OK
        assert slots.model() == blob
        assert Slots().model() == blob  # and after a restart
        places.append(slots.state.active)
    assert places == [1, 2, 1]
    assert library().flash_misuse() == 0


def test_an_empty_slot_is_taken_before_an_older_model() -> None:
    deployed(SMALL, OTHER)
    slots = Slots()
    assert slots.select(0, 0) == Status.OK
    assert slots.erase(2) == Status.OK
    assert slots.begin(THIRD) == Status.OK
    assert slots.state.transfer.slot == 2


def test_the_slot_in_use_is_never_taken_though_it_looks_empty() -> None:
    deployed(b"\xff" * 8, OTHER)
    slots = Slots()
    assert slots.select(1, 8) == Status.OK
    assert slots.begin(THIRD) == Status.OK
    assert slots.state.transfer.slot == 2


def test_pieces_that_come_twice_or_too_early_change_nothing() -> None:
    slots = Slots()
    assert slots.begin(OTHER) == Status.OK
    piece = OTHER[:SLOT_CHUNK_BYTES]
    for offset, held in ((216, 0), (0, 216), (0, 216), (648, 216), (4, 216)):
        assert slots.write(offset, piece) == Status.OK
        assert slots.held == held
    slots.send(OTHER)
    assert slots.verify(OTHER) == Status.OK
    assert library().flash_misuse() == 0


def test_the_same_model_goes_on_and_another_starts_over() -> None:
    slots = Slots()
    slots.begin(OTHER)
    slots.write(0, OTHER[:200])
    slots.begin(OTHER)
    assert slots.held == 200
    slots.begin(SMALL)
    assert slots.held == 0


def test_only_the_model_that_was_put_into_use_last_is_known_as_done() -> None:
    slots = Slots()
    assert not slots.is_done(b""), "nothing came yet"
    slots.begin(SMALL)
    slots.send(SMALL)
    assert slots.verify(SMALL) == Status.OK
    assert not slots.is_done(SMALL)
    assert slots.select(1, len(SMALL)) == Status.OK
    assert slots.is_done(SMALL) and not slots.is_done(OTHER)
    assert slots.erase(2) == Status.OK
    assert slots.is_done(SMALL)


def test_another_choice_leaves_a_model_that_is_on_its_way_alone() -> None:
    deployed(SMALL)
    slots = Slots()
    slots.begin(OTHER)
    slots.write(0, OTHER[:200])
    assert slots.select(0, 0) == Status.OK
    assert not slots.is_done(OTHER)
    assert slots.held == 200
    assert slots.deploy(OTHER) == Status.OK
    assert slots.is_done(OTHER)


@pytest.mark.parametrize(("slot", "held"), [(1, 200), (2, 0)])
def test_an_erased_slot_takes_its_model_from_the_beginning(slot: int, held: int) -> None:
    slots = Slots()
    assert slots.deploy(SMALL) == slots.select(0, 0) == Status.OK
    slots.begin(OTHER)
    assert slots.state.transfer.slot == 2
    slots.write(0, OTHER[:200])
    assert slots.erase(slot) == Status.OK
    slots.begin(OTHER)
    assert slots.held == held
    assert slots.deploy(OTHER) == Status.OK


@pytest.mark.parametrize(
    ("offset", "count"),
    [(0, 0), (0, 3), (2, 4), (4104, 4), (4100, 8), (0xFFFFFFFC, 8), (4, 0xFFFFFFFC)],
)
def test_pieces_outside_the_model_are_refused(offset: int, count: int) -> None:
    slots = Slots()
    assert slots.begin(OTHER) == Status.OK
    before = operations()
    code = library().slot_write(slots.state, offset, OTHER, count)
    assert Status(code) == Status.BAD_VALUE
    assert operations() == before


@pytest.mark.parametrize("size", [0, 6, 72 * 4096 + 4, 0xFFFFFFFC])
def test_models_of_an_impossible_size_are_refused(size: int) -> None:
    slots = Slots()
    assert Status(library().slot_begin(slots.state, size, 1)) == Status.BAD_VALUE
    assert slots.write(0, SMALL[:4]) == Status.BAD_VALUE


def test_an_incomplete_or_different_model_is_not_put_into_use() -> None:
    slots = Slots()
    slots.begin(OTHER)
    slots.write(0, OTHER[:400])
    assert slots.verify(OTHER) == Status.BAD_VALUE
    assert slots.verify(SMALL) == Status.BAD_VALUE
    slots.send(OTHER)
    flash()[SLOTS_START + 77] ^= 4
    assert slots.verify(OTHER) == Status.FAULT
    assert slots.deploy(OTHER) == Status.OK  # from its beginning


def test_the_slot_in_use_cannot_be_erased() -> None:
    deployed(SMALL)
    slots = Slots()
    assert slots.erase(1) == Status.BUSY
    assert slots.erase(0) == Status.BAD_VALUE
    assert slots.erase(MODEL_SLOTS + 1) == Status.BAD_VALUE
    assert slots.select(MODEL_SLOTS + 1, 4) == Status.BAD_VALUE
    assert Slots().model() == SMALL


def test_a_firmware_that_reaches_into_the_slots_keeps_off_them() -> None:
    deployed(SMALL)
    assert Slots(SLOTS_START).state.room > 0
    slots = Slots(SLOTS_START + 1)
    assert (slots.state.room, slots.state.active) == (0, 0)
    before = operations()
    answers = (slots.begin(OTHER), slots.select(0, 0), slots.erase(2))
    assert set(answers) == {Status.FAULT}
    assert operations() == before


@pytest.mark.parametrize(
    ("flash_end", "room"),
    [
        (0x100000, 72),
        (0xE0000, 56),
        (0xF4321, 66),
        (0x73000, 1),
        (0x72000, 1),
        (0x71000, 0),
        (0, 0),
    ],
)
def test_slots_and_journal_end_before_a_bootloader(flash_end: int, room: int) -> None:
    slots = Slots(flash_end=flash_end)
    assert slots.state.room == room * PAGE_BYTES
    end = SLOTS_START + MODEL_SLOTS * slots.state.room
    assert not room or end <= slots.state.journal <= flash_end - 2 * PAGE_BYTES
    for blob in (model(5, slots.state.room), model(6, slots.state.room)):
        if room:
            assert slots.deploy(blob) == Status.OK
            assert slots.model() == blob == Slots(flash_end=flash_end).model()
        else:
            assert slots.begin(SMALL) == Status.FAULT
    assert bool(np.all(flash()[flash_end:] == 0xFF))
    assert bool(np.all(flash()[:SLOTS_START] == 0xFF))
    assert library().flash_misuse() == 0


def test_the_journals_record_is_as_every_version_of_the_firmware_writes_it() -> None:
    """A model in a slot outlives an upload of another firmware: journal.h has the words."""
    deployed(SMALL)
    record = flash()[FLASH_END - 2 * PAGE_BYTES :][:20].tobytes()
    assert record[:4] == b"SLOT"
    assert struct.unpack("<3I", record[4:16]) == (1, 1, len(SMALL))
    assert struct.unpack("<I", record[16:]) == (zlib.crc32(record[:16]),)


def test_records_count_up_beyond_their_largest_number() -> None:
    deployed(SMALL)
    journal = FLASH_END - 2 * PAGE_BYTES
    newest = flash()[journal : journal + 20]
    newest[4:8] = 0xFF  # its sequence
    crc = zlib.crc32(newest[:16].tobytes())
    newest[16:20] = list(crc.to_bytes(4, "little"))
    deployed(OTHER)
    assert Slots().model() == OTHER
    deployed(THIRD)
    assert Slots().model() == THIRD


def count_operations(start: tuple[bytes, ...], blob: bytes) -> int:
    """Flash operations of one deployment."""
    library().flash_reset()
    power()
    deployed(*start)
    power()
    deployed(blob)
    return operations()


@pytest.mark.parametrize("start", [(), (SMALL,), (OTHER, SMALL)], ids=["first", "second", "third"])
def test_a_power_cut_at_every_operation_leaves_the_old_or_the_new_model(
    start: tuple[bytes, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    old = start[-1] if start else b""
    count = count_operations(start, OTHER)
    outcomes = {old: 0, OTHER: 0}
    for cut in Cut:
        for at in range(count):
            library().flash_reset()
            power()
            deployed(*start)
            power(at, cut, seed=at + 1)
            Slots().deploy(OTHER)
            power()
            slots = Slots()  # the board starts again
            outcomes[slots.model()] += 1
            assert slots.deploy(THIRD) == Status.OK
            assert Slots().model() == THIRD
    assert sum(outcomes.values()) == len(Cut) * count
    assert outcomes[OTHER] >= 1
    assert library().flash_misuse() == 0
    with capsys.disabled():
        print(
            f"\n{len(Cut) * count} power cuts ({count} operations): {outcomes[OTHER]} new, rest old"
        )


def test_a_power_cut_while_choosing_or_erasing_leaves_the_old_or_the_new_choice() -> None:
    for cut in Cut:
        for at in range(7):  # erase, five words, erase of the slot
            library().flash_reset()
            power()
            deployed(SMALL, OTHER)
            power(at, cut, seed=at + 99)
            slots = Slots()
            chosen = slots.select(1, len(SMALL))
            slots.erase(2)
            power()
            recovered = Slots()
            assert recovered.model() in (OTHER, SMALL)
            assert recovered.model() == SMALL or at < 6
            assert (recovered.model() == SMALL) == (chosen == Status.OK)
            assert recovered.deploy(THIRD) == Status.OK


def test_many_power_cuts_in_a_row() -> None:
    choose = random.Random(7)
    current = b""
    for turn in range(400):
        blob = model(turn, 4 * choose.randrange(1, 1500))
        most = len(blob) // 4 + 10
        power(choose.randrange(most), choose.choice(list(Cut)), seed=turn)
        Slots().deploy(blob)
        power()
        found = Slots().model()
        assert found in (current, blob)
        current = found
