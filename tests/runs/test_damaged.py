"""A run's files, torn or changed on the disk: what is whole is read, the rest is refused in one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from host.base.errors import HostError
from host.runs.read import read_run
from host.runs.typed_json import MOST_BYTES
from tests.runs.made import add_rows, writer


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
