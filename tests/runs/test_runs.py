"""Runs: what is written is what is read, by us and others; what was measured stays, and nothing is written over."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest

from host.base.errors import HostError
from host.runs.read import read_run
from host.runs.write import RunWriter, refuse_place
from tests.runs.made import SAMPLES, add_rows, conditions, writer


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


def test_a_run_that_was_closed_within_its_block_stays_as_it_was_closed(tmp_path: Path) -> None:
    with writer(tmp_path) as run:
        add_rows(run, 3)
        run.close("interrupted", "the port went away")
    read = read_run(tmp_path)
    assert (read.state, read.reason) == ("interrupted", "the port went away")
    assert read.rows == {"samples": 3, "trace": 0}


def test_a_text_of_the_header_is_written_as_it_is_read(tmp_path: Path) -> None:
    """People look into the file, too."""
    with writer(tmp_path) as run:
        add_rows(run, 1)
        run.summary = {"notes": "in der Küche, 21 °C"}
    assert '"notes": "in der Küche, 21 °C"' in (tmp_path / "run.json").read_text(encoding="utf-8")


def test_where_nothing_was_measured_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("of the user")
    for place in (tmp_path / "new", tmp_path / "mine"):
        with pytest.raises(KeyboardInterrupt), writer(place):
            raise KeyboardInterrupt
        refuse_place(place)
    assert not (tmp_path / "new").exists()
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


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


def test_a_row_of_the_wrong_width_is_our_bug(tmp_path: Path) -> None:
    with writer(tmp_path) as run, pytest.raises(ValueError, match="samples has the columns"):
        run.append(SAMPLES.name, 1)


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
