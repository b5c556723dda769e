"""A recording's file: whole, cut anywhere, changed anywhere."""

from __future__ import annotations

import random
import tracemalloc
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host.base.errors import HostError
from host.recording.container import (
    FILE_HEADER_BYTES,
    LARGEST_CHUNK_BYTES,
    MOST_PLAIN_BYTES,
    RECORD,
    SYNC,
    ChunkHeader,
    Codec,
    DamageError,
    Kind,
    Record,
    pack_record,
    records_in,
    unpack_payload,
)
from host.recording.reader import Reader
from host.recording.writer import FLUSH_BYTES, Writer
from tests.recording.recordings import Clock, fill, writer_of

Records = list[tuple[Kind, bytes]]
some_records = st.lists(
    st.tuples(st.sampled_from(Kind), st.binary(max_size=200)), min_size=1, max_size=20
)


def write(path: Path, records: Records, step_s: float = 0.4, close: bool = True) -> None:
    clock = Clock()
    with path.open("wb", buffering=0) as file:
        writer = writer_of(file, clock)
        for kind, data in records:
            writer.add(kind, data)
            clock.sleep(step_s)
        if close:
            writer.close()
        else:
            writer.flush()


def read(path: Path) -> list[Record]:
    with Reader(path) as reader:
        return [record for chunk in reader.chunks() for record in chunk.records]


def plain(records: list[Record]) -> Records:
    return [(record.kind, record.data) for record in records]


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 records, 0.3 s apart, three or four a chunk."""
    path = tmp_path_factory.mktemp("long") / "a.rec"
    clock = Clock()
    chance = random.Random(3)
    with path.open("wb", buffering=0) as file:
        writer = writer_of(file, clock)
        fill(writer, clock, [chance.randbytes(100) for _ in range(60)])
        writer.close()
    return path


@given(records=some_records)
def test_what_was_written_is_read_with_its_times(
    records: Records, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("rec") / "a.rec"
    write(path, records)
    found = read(path)
    assert plain(found) == [record for record in records if record[1]]
    times = [record.time_ns for record in found]
    assert times == [round(0.4e9 * i) for i, record in enumerate(records) if record[1]]


def test_the_end_and_the_names_are_known(long_file: Path) -> None:
    with Reader(long_file) as reader:
        assert (reader.header.port, reader.header.program) == ("memory", "a test")
        assert reader.is_ended and reader.torn_bytes == 0
        assert reader.duration_s == pytest.approx(18.0)


@settings(max_examples=150)
@given(data=st.data())
def test_a_file_cut_anywhere_opens_up_to_the_tear(
    data: st.DataObject, long_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole, content = plain(read(long_file)), long_file.read_bytes()
    cut = data.draw(st.integers(0, len(content) - 1))
    path = tmp_path_factory.mktemp("rec") / "torn.rec"
    path.write_bytes(content[:cut])
    if cut < FILE_HEADER_BYTES:
        with pytest.raises(HostError, match=r"is (torn|no recording)"):
            Reader(path)
        return
    with Reader(path) as reader:
        chunks = list(reader.chunks())
        assert not reader.is_ended
        assert (
            FILE_HEADER_BYTES + sum(c.header.total_bytes for c in chunks) == cut - reader.torn_bytes
        )
    found = [record for chunk in chunks for record in chunk.records]
    assert plain(found) == whole[: len(found)]
    # at most one chunk's records are missing beyond what the tear took
    assert len(found) >= len(whole) * (cut - FILE_HEADER_BYTES) // (len(content)) - 4


@settings(max_examples=200)
@given(data=st.data())
def test_a_changed_byte_is_noticed_and_costs_one_chunk_at_most(
    data: st.DataObject, long_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole, content = read(long_file), bytearray(long_file.read_bytes())
    at = data.draw(st.integers(FILE_HEADER_BYTES, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.mktemp("rec") / "damaged.rec"
    path.write_bytes(content)
    with Reader(path) as reader:
        found = [record for chunk in reader.chunks() for record in chunk.records]
        assert reader.damaged_chunks or reader.skipped_bytes or not reader.is_ended
    assert [record for record in whole if record in found] == found
    assert len(whole) - len(found) <= 4


@pytest.mark.parametrize("at", range(0, FILE_HEADER_BYTES, 9))
def test_a_changed_file_header_is_refused_in_one_line(
    at: int, long_file: Path, tmp_path: Path
) -> None:
    content = bytearray(long_file.read_bytes())
    content[at] ^= 0x20
    (tmp_path / "a.rec").write_bytes(content)
    with pytest.raises(HostError) as caught:
        Reader(tmp_path / "a.rec")
    assert "a.rec" in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("seconds", [0.0, 0.29, 0.31, 3.0, 9.95, 17.5, 100.0])
def test_a_moment_is_found(seconds: float, long_file: Path) -> None:
    with Reader(long_file) as reader:
        starts = [c.header.start_ns / 1e9 for c in reader.chunks() if c.records]
        chunk = next(reader.chunks(reader.offset_at(seconds)))
    assert chunk.header.start_ns / 1e9 == max(
        [0.0, *(start for start in starts if start < seconds)]
    )


def test_a_moment_in_a_large_file_is_found_without_reading_it_all(tmp_path: Path) -> None:
    path, clock, chance = tmp_path / "a.rec", Clock(), random.Random(1)
    with path.open("wb", buffering=0) as file:
        writer = writer_of(file, clock)
        fill(writer, clock, [chance.randbytes(60_000) for _ in range(400)], step_s=2.0)
        writer.close()
    taken = 0

    class Counted(Reader):
        def _at(self, offset: int, count: int) -> bytes:
            nonlocal taken
            data = super()._at(offset, count)
            taken += len(data)
            return data

    with Counted(path) as reader:
        found = next(reader.chunks(reader.offset_at(555.0)))
    assert found.header.start_ns == 554_000_000_000
    assert taken < path.stat().st_size / 2


def test_a_record_larger_than_a_chunk_is_cut_in_pieces(tmp_path: Path) -> None:
    data = random.Random(2).randbytes(3 * MOST_PLAIN_BYTES + 5)
    write(tmp_path / "a.rec", [(Kind.FROM_DEVICE, data)])
    found = read(tmp_path / "a.rec")
    assert b"".join(record.data for record in found) == data


@pytest.mark.parametrize("stray", [b"x", SYNC[:1], b"xy", SYNC[:-1], SYNC, b"x" * 100])
def test_bytes_between_two_chunks_cost_none_of_them(
    stray: bytes, long_file: Path, tmp_path: Path
) -> None:
    data, path = long_file.read_bytes(), tmp_path / "a.rec"
    with Reader(long_file) as whole:
        second = [chunk.offset for chunk in whole.chunks()][1]
    path.write_bytes(data[:second] + stray + data[second:])
    with Reader(path) as reader:
        found = [record for chunk in reader.chunks() for record in chunk.records]
        assert found == read(long_file) and reader.is_ended
        assert (reader.skipped_bytes, reader.damaged_chunks) == (len(stray), 0)


def test_a_killed_program_loses_a_second_at_most(tmp_path: Path) -> None:
    clock = Clock()
    with (tmp_path / "a.rec").open("wb", buffering=0) as file:
        writer = writer_of(file, clock)
        for number in range(100):
            writer.add(Kind.FROM_DEVICE, bytes((number,)))
            clock.sleep(0.05)
            writer.tick()
            with Reader(tmp_path / "a.rec") as reader:
                assert clock.now_ns / 1e9 - 5 - reader.duration_s <= 1.1


def test_bytes_that_wait_are_bounded() -> None:
    clock = Clock()

    class Nothing:
        def write(self, data: bytes) -> int:
            return len(data)

        def truncate(self, size: int) -> int:
            return size

        def close(self) -> None:
            pass

    writer: Writer = writer_of(Nothing(), clock)
    for chunks in (1, 2, 3):
        before = writer.written_bytes
        writer.add(Kind.FROM_DEVICE, bytes(FLUSH_BYTES - 2 * RECORD.size - 1))
        assert writer.written_bytes == before, "one byte and the head of its record are missing"
        writer.add(Kind.FROM_DEVICE, b"x")
        assert writer.written_bytes > before, chunks


def test_a_chunk_across_the_border_of_two_searched_blocks_is_found(tmp_path: Path) -> None:
    """Behind damage as long as a block less a part of the sync word."""
    write(tmp_path / "a.rec", [(Kind.FROM_DEVICE, b"kept")])
    data = (tmp_path / "a.rec").read_bytes()
    for short in range(1, len(SYNC)):
        damage = bytes(1 + LARGEST_CHUNK_BYTES - short)
        (tmp_path / "b.rec").write_bytes(
            data[:FILE_HEADER_BYTES] + damage + data[FILE_HEADER_BYTES:]
        )
        found = read(tmp_path / "b.rec")
        assert [record.data for record in found] == [b"kept"], short


def test_a_payload_never_unpacks_to_more_than_it_announces() -> None:
    """50 MB of zeros in 50 KB."""
    bomb = zlib.compress(bytes(50_000_000))
    header = ChunkHeader(0, Codec.ZLIB, len(bomb), 1000, 0, 0, 0, zlib.crc32(bomb))
    tracemalloc.start()
    try:
        with pytest.raises(DamageError, match="another size"):
            unpack_payload(header, bomb)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_record_that_is_longer_than_its_chunk_is_damage() -> None:
    record = pack_record(0, Kind.FROM_DEVICE, b"abcd")
    header = ChunkHeader(0, Codec.PLAIN, len(record), len(record), 0, 0, 0, 0)
    assert [r.data for r in records_in(header, record)] == [b"abcd"]
    with pytest.raises(DamageError, match="4 bytes"):
        list(records_in(header, record[:-1]))


def test_a_second_record_that_ends_within_its_head_is_damage() -> None:
    first, second = pack_record(0, Kind.FROM_DEVICE, b"abcd"), pack_record(5, Kind.MARK, b"")
    header = ChunkHeader(0, Codec.PLAIN, len(first + second), len(first + second), 0, 0, 0, 0)
    assert [r.data for r in records_in(header, first + second)] == [b"abcd", b""]
    for length in range(1, len(second)):
        with pytest.raises(DamageError, match="cut short"):
            list(records_in(header, first + second[:length]))
