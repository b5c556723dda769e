"""Runs: whole, interrupted, torn, damaged."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import pytest

from host.base.errors import HostError
from host.runs.conditions import ESTIMATED_CYCLES, MEASURED_CYCLES, RECORDED, SILENT_ADDRESS, gather
from host.runs.read import read_run
from host.runs.typed_json import MOST_BYTES
from host.runs.write import RunWriter, refuse_place
from host.virtual.server import address_with, conditions_of_address
from tests.link.fake_board import HELLO
from tests.runs.made import NOON, SAMPLES, add_rows, conditions, writer

ROOT = Path(__file__).resolve().parents[2]


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    with writer(tmp_path / "run") as run:
        add_rows(run, 150)
        run.extend("trace", {"current_a": np.linspace(0, 1, 1000, dtype=np.float32)})
        run.summary = {"p50_ms": 1.5, "absent": float("nan")}
    read = read_run(tmp_path / "run")
    assert (read.kind, read.state, read.reason) == ("latency", "complete", "")
    assert read.conditions == conditions()
    assert read.summary == {"p50_ms": 1.5, "absent": None}
    assert read.rows == {"samples": 150, "trace": 1000}
    rows = read.columns("samples")
    assert rows["frame"].tolist() == list(range(150))
    assert rows["period_ms"].tolist() == [k / 2 for k in range(150)]
    assert rows["warm"].tolist() == [k % 2 == 0 for k in range(150)]
    assert rows["label"].tolist() == [f"label {k}" for k in range(150)]
    current = read.columns("trace")["current_a"]
    assert current.dtype == np.float32 and np.array_equal(
        current, np.linspace(0, 1, 1000, dtype=np.float32)
    )


def test_other_programs_can_read_parquet_and_csv(tmp_path: Path) -> None:
    with writer(tmp_path) as run:
        add_rows(run, 3)
    assert pyarrow.parquet.read_table(tmp_path / "samples.parquet").num_rows == 3
    with (tmp_path / "samples.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["frame"] for row in rows] == ["0", "1", "2"]
    assert float(rows[1]["period_ms"]) == 0.5
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["run.json", "samples.csv", "samples.parquet", "trace.parquet"]


def test_a_text_of_the_table_is_no_formula_for_a_spreadsheet(tmp_path: Path) -> None:
    with writer(tmp_path) as run:
        run.append("samples", 0, 0.5, True, "=1+1")
    with (tmp_path / "samples.csv").open() as file:
        assert [row["label"] for row in csv.DictReader(file)] == ["'=1+1"]
    assert read_run(tmp_path).columns("samples")["label"].tolist() == ["=1+1"]


def test_columns_are_chosen_and_an_empty_table_keeps_its_types(tmp_path: Path) -> None:
    with writer(tmp_path) as run:
        add_rows(run, 2)
    read = read_run(tmp_path)
    assert list(read.columns("samples", ["warm"])) == ["warm"]
    assert read.columns("trace")["current_a"].dtype == np.float32
    with pytest.raises(HostError, match="no column speed"):
        read.columns("samples", ["speed"])
    with pytest.raises(HostError, match="no table power: it is a run of latency"):
        read.columns("power")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (KeyboardInterrupt(), "stopped with Ctrl-C"),
        (HostError("the port went away"), "the port went away"),
        (ValueError("a bug"), "ValueError: a bug"),
    ],
)
def test_an_exception_keeps_the_rows_and_its_reason(
    tmp_path: Path, error: BaseException, reason: str
) -> None:
    with pytest.raises(type(error)), writer(tmp_path) as run:
        add_rows(run, 100)
        raise error
    read = read_run(tmp_path)
    assert read.interrupted and read.reason == reason
    assert len(read.columns("samples")["frame"]) == 100


def test_where_nothing_was_measured_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("of the user")
    for place in (tmp_path / "new", tmp_path / "mine"):
        with pytest.raises(KeyboardInterrupt), writer(place):
            raise KeyboardInterrupt
        refuse_place(place)
    assert not (tmp_path / "new").exists()
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_what_was_saved_is_there_after_a_kill(tmp_path: Path) -> None:
    run = writer(tmp_path)
    add_rows(run, 3)
    run.summary = {"p50_ms": 1.5}
    run.save()
    add_rows(run, 2)  # in memory alone
    killed = read_run(tmp_path)
    assert killed.interrupted and "killed" in killed.reason
    assert killed.summary == {"p50_ms": 1.5}
    assert killed.columns("samples")["frame"].tolist() == [0, 1, 2]


def test_a_killed_program_leaves_a_readable_run(tmp_path: Path) -> None:
    """os._exit: nothing is closed, nothing is flushed."""
    body = (
        "import os, sys; from pathlib import Path; from tests.runs.made import writer, add_rows;"
        "run = writer(Path(sys.argv[1])); add_rows(run, 200); os._exit(9)"
    )
    ended = subprocess.run([sys.executable, "-c", body, str(tmp_path)], cwd=ROOT, check=False)
    assert ended.returncode == 9
    read = read_run(tmp_path)
    assert read.interrupted and "killed" in read.reason
    frames = read.columns("samples")["frame"]
    assert frames.tolist() == list(range(193)), "all but the rows of the last second"


def test_a_stream_opens_up_to_its_tear(tmp_path: Path) -> None:
    run = writer(tmp_path)
    add_rows(run, 193)
    run._tables["samples"]._file.flush()
    stream = tmp_path / "samples.arrows"
    whole = stream.read_bytes()
    seen = set()
    heading = 400  # bytes, more than the columns' names take
    for size in [0, *range(heading, len(whole), 97)]:
        stream.write_bytes(whole[:size])
        frames = read_run(tmp_path).columns("samples")["frame"]
        assert frames.tolist() == list(range(len(frames)))
        seen.add(len(frames))
    assert seen == {0, 1, 65, 129}
    stream.write_bytes(b"not a stream of ours")
    with pytest.raises(HostError, match="cannot be read"):
        read_run(tmp_path).columns("samples")


def test_a_full_disk_is_one_line_and_keeps_what_was_measured(tmp_path: Path) -> None:
    """RLIMIT_FSIZE stands for the full disk: a write fails behind so many bytes."""
    body = """
import resource, sys
from pathlib import Path
from host.base.errors import run_main
from tests.runs.made import writer, add_rows
def main():
    with writer(Path(sys.argv[1])) as run:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        add_rows(run, 10_000)
    return 0
sys.exit(run_main(main))
"""
    ended = subprocess.run(
        [sys.executable, "-c", body, str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert ended.returncode == 2, ended.stderr
    assert ended.stderr.startswith("error: cannot write ") and ended.stderr.count("\n") == 1
    assert "what was measured so far is kept" in ended.stderr
    read = read_run(tmp_path)
    assert read.interrupted and "cannot write" in read.reason
    frames = read.columns("samples")["frame"]
    assert len(frames) >= 64 and frames.tolist() == list(range(len(frames)))
    assert not list(tmp_path.glob(".*")), "no halves are left lying about"


def test_a_directory_that_holds_a_run_is_not_overwritten(tmp_path: Path) -> None:
    with writer(tmp_path) as run:
        add_rows(run, 1)
    before = (tmp_path / "run.json").read_bytes()
    with pytest.raises(HostError, match="holds a run already"):
        writer(tmp_path)
    assert (tmp_path / "run.json").read_bytes() == before


def test_a_place_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    taken = tmp_path / "a file"
    taken.write_text("")
    with pytest.raises(HostError, match="is a file; choose another --output"):
        refuse_place(taken / "below" / "it")
    with pytest.raises(HostError, match="is a file"):
        refuse_place(taken)
    refuse_place(tmp_path / "to be" / "made")
    assert list(tmp_path.iterdir()) == [taken], "nothing is made"
    with pytest.raises(HostError, match=r"cannot make .*give another folder$"):
        writer(Path("/proc/nothing/here"))


def damaged(directory: Path, change: dict[str, Any]) -> None:
    header = json.loads((directory / "run.json").read_text()) | change
    (directory / "run.json").write_text(json.dumps(header))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": 99}, "schema 99"),
        ({"kind": 7}, "kind must be text"),
        ({"state": "perhaps"}, "unknown"),
        ({"conditions": []}, "conditions must be an object"),
        ({"conditions": {"tool": "x"}}, "has no command"),
        ({"tables": [{"name": "../../etc", "columns": []}]}, "no columns"),
        (
            {
                "tables": [
                    {"name": "../x", "columns": [{"name": "a", "type": "bool", "meaning": ""}]}
                ]
            },
            "no name of a table",
        ),
        (
            {"tables": [{"name": "x", "columns": [{"name": "a", "type": "eval", "meaning": ""}]}]},
            "no known type",
        ),
        ({"tables": {}}, "must be a list"),
    ],
)
def test_a_damaged_header_is_refused_in_one_line(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    with writer(tmp_path) as run:
        add_rows(run, 1)
    damaged(tmp_path, change)
    with pytest.raises(HostError, match=message) as refused:
        read_run(tmp_path)
    assert "\n" not in str(refused.value)


def test_torn_files_are_refused_in_one_line(tmp_path: Path) -> None:
    with writer(tmp_path) as run:
        add_rows(run, 100)
    parquet = tmp_path / "samples.parquet"
    whole = parquet.read_bytes()
    for size in (0, 3, len(whole) // 2, len(whole) - 1):
        parquet.write_bytes(whole[:size])
        with pytest.raises(HostError, match="torn") as refused:
            read_run(tmp_path).columns("samples")
        assert "\n" not in str(refused.value)
    (tmp_path / "trace.parquet").replace(parquet)
    with pytest.raises(HostError, match="other columns"):
        read_run(tmp_path).columns("samples")
    parquet.unlink()
    with pytest.raises(HostError, match="is missing"):
        read_run(tmp_path).columns("samples")
    header = tmp_path / "run.json"
    header.write_bytes(header.read_bytes()[:100])
    with pytest.raises(HostError, match="torn or not JSON"):
        read_run(tmp_path)
    header.write_bytes(b" " * (MOST_BYTES + 1))
    with pytest.raises(HostError, match="larger than 1 MB"):
        read_run(tmp_path)
    header.unlink()
    with pytest.raises(HostError, match="is no run"):
        read_run(tmp_path)


def test_conditions_say_whether_cycles_are_estimated() -> None:
    virtual, real = conditions(), conditions("nano33ble")
    assert virtual.cycles == ESTIMATED_CYCLES and virtual.estimated
    assert real.cycles == MEASURED_CYCLES and not real.estimated
    lines = dict(virtual.lines())
    assert "VIRTUAL" in lines["board"] and "estimated" in lines["cycles"]
    assert "VIRTUAL" not in dict(real.lines())["board"]
    assert lines["temperature"] == "not read"
    assert lines["date (UTC)"] == NOON.isoformat()


@pytest.mark.parametrize(
    ("port", "held_for", "cpu"),
    [
        ("virtual board (core load on, ideal silicon)", "core load on, ideal silicon",
         "zero-wait Cortex-M4, core load on"),
        ("socket://[::1]:1 (core load off, wait=1,branch=3 silicon)", "core load off, wait=1,branch=3 silicon",
         "Cortex-M4 of wait=1,branch=3 silicon, core load off"),
        ("socket://127.0.0.1:1", SILENT_ADDRESS, SILENT_ADDRESS),
        ("replay:a.rec", RECORDED, RECORDED),
        ("memory", "", "zero-wait Cortex-M4"),
    ],
)  # fmt: skip
def test_what_a_virtual_boards_cycles_hold_for(port: str, held_for: str, cpu: str) -> None:
    made = gather("latency", "x", NOON, replace(HELLO, board="virtual"), port)
    assert made.board is not None
    assert (made.board.held_for, made.cpu) == (held_for, cpu)
    assert dict(made.lines()).get("virtual board", "") == held_for
    ideal = cpu.startswith("zero-wait")
    assert (made.cycles == ESTIMATED_CYCLES) == ideal and (ideal or cpu in made.cycles)
    real = gather("latency", "x", NOON, replace(HELLO, board="nano33ble"), port)
    assert real.board is not None and real.board.held_for == "" and real.cycles == MEASURED_CYCLES


def test_an_address_says_what_its_board_charges() -> None:
    for held_for in ("core load on, ideal silicon", "core load off, wait=1,branch=1 silicon"):
        assert conditions_of_address(address_with("socket://h:1/key", held_for)) == held_for
    for address in ("socket://h:1/key", "socket://h:1#core-load-on", "socket://h:1#\x1b[1m"):
        assert conditions_of_address(address) == ""


def test_a_row_of_the_wrong_width_is_our_bug(tmp_path: Path) -> None:
    with writer(tmp_path) as run, pytest.raises(ValueError, match="samples has the columns"):
        run.append(SAMPLES.name, 1)


def test_conditions_name_the_clock_in_megahertz() -> None:
    conditions = gather("latency", "python -m host.bench latency", NOON, HELLO, "memory")
    assert ("clock", "64 MHz") in conditions.lines()


KILLED = """
import os, signal, sys
from pathlib import Path
from host.runs import write
from tests.runs.made import add_rows, writer
def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "before the header":
    write.RunWriter._write_header = kill
run = writer(Path(sys.argv[1]))
if sys.argv[2] == "before the first row":
    kill()
add_rows(run, 1)
kill()
"""


@pytest.mark.parametrize("when", ["before the header", "before the first row", "after it"])
def test_a_kill_at_any_time_leaves_a_run_that_is_whole_or_none(tmp_path: Path, when: str) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "run"), when], cwd=ROOT)
    assert ended.returncode == -signal.SIGKILL
    if when == "before the header":
        refuse_place(tmp_path / "run")  # free for the next try
        with pytest.raises(HostError, match="is no run"):
            read_run(tmp_path / "run")
        with writer(tmp_path / "run") as again:
            add_rows(again, 3)
        return
    run = read_run(tmp_path / "run")
    assert run.interrupted and "killed" in run.reason
    rows = run.columns(SAMPLES.name, [SAMPLES.names[0]])
    assert len(rows[SAMPLES.names[0]]) == (1 if when == "after it" else 0)


def test_a_row_that_has_waited_a_second_is_written_with_the_next(tmp_path: Path) -> None:
    now = [0.0]
    run = RunWriter(tmp_path, "latency", conditions(), (SAMPLES,), clock=lambda: now[0])

    def rows() -> list[int]:
        return [int(frame) for frame in read_run(tmp_path).columns("samples")["frame"]]

    add_rows(run, 1)
    assert rows() == [0], "the first row goes at once"
    now[0] = 0.9
    add_rows(run, 1)
    assert rows() == [0]
    now[0] = 1.0
    add_rows(run, 1)
    assert rows() == [0, 0, 0]


def test_nothing_stands_behind_a_batch_that_was_torn(tmp_path: Path) -> None:
    """An end mark there would make half a batch look whole."""
    run = writer(tmp_path)
    add_rows(run, 65)  # the first row goes at once, then 64 at a time
    stream = run._tables["samples"]

    class Torn:
        def write_batch(self, batch: object) -> None:
            stream._file.write(b"\xff\xff\xff\xff\x78\x00\x00\x00")
            raise OSError(28, "no space")

        def close(self) -> None:
            raise AssertionError("the end was marked")

    stream._writer = Torn()
    with pytest.raises(HostError, match="cannot write"):
        add_rows(run, 64)
    with pytest.raises(HostError, match="cannot write"):
        run.close()
    assert len(read_run(tmp_path).columns("samples")["frame"]) == 65


def test_a_batch_with_impossible_texts_is_left_out(tmp_path: Path) -> None:
    """Where each text begins was changed on the disk: reading it would leave the buffer."""
    run = writer(tmp_path)
    add_rows(run, 128)
    run._tables["samples"]._file.flush()
    stream = tmp_path / "samples.arrows"
    data = bytearray(stream.read_bytes())
    begins = b"".join(n.to_bytes(4, "little") for n in (0, 7, 14, 21))
    at = data.index(begins)
    data[at + 8 : at + 12] = (0x7FFFFFF0).to_bytes(4, "little")
    stream.write_bytes(data)
    assert len(read_run(tmp_path).columns("samples")["frame"]) == 1, "the batch before it"
