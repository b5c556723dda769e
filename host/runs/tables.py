"""A table's files: the growing Arrow stream, and the Parquet and CSV files that are made of it at the end.

pyarrow is imported when a run is written or read, not before: it is of the extra `bench`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from host.base.csv_text import escaped
from host.base.errors import HostError
from host.base.files import placed_file
from host.runs.layout import Layout

ROWS_A_GROUP = 65_536


def arrow() -> Any:
    """pyarrow. Raises HostError when the extra is not installed."""
    import pyarrow
    import pyarrow.csv
    import pyarrow.ipc
    import pyarrow.parquet

    return pyarrow


def schema_of(layout: Layout) -> Any:
    """The Arrow schema; no value may be missing."""
    pa = arrow()
    types = {
        "int64": pa.int64(),
        "float64": pa.float64(),
        "float32": pa.float32(),
        "bool": pa.bool_(),
        "text": pa.string(),
    }
    return pa.schema([pa.field(c.name, types[c.type], nullable=False) for c in layout.columns])


def stream_path(directory: Path, layout: Layout) -> Path:
    """Where it grows."""
    return directory / f"{layout.name}.arrows"


def parquet_path(directory: Path, layout: Layout) -> Path:
    """Where it ends."""
    return directory / f"{layout.name}.parquet"


def stream_batches(path: Path, layout: Layout) -> Iterator[Any]:
    """Record batches of a stream up to its end, or to where it was torn. Raises HostError when none of it is ours."""
    pa = arrow()
    try:
        with pa.OSFile(str(path)) as file:
            reader = pa.ipc.open_stream(file)
            _check_schema(reader.schema, path, layout)
            with contextlib.suppress(StopIteration, pa.ArrowInvalid, OSError):
                while True:
                    batch = reader.read_next_batch()
                    batch.validate(full=True)
                    yield batch
    except (pa.ArrowInvalid, OSError) as error:
        if path.stat().st_size == 0:
            return  # it was torn before its first byte
        raise HostError(f"{path} cannot be read: {_line(error)}") from error


def parquet_batches(path: Path, layout: Layout, columns: list[str]) -> Iterator[Any]:
    """Record batches of some columns. Raises HostError when the file is torn or not of this layout."""
    pa = arrow()
    try:
        with pa.parquet.ParquetFile(path) as file:
            _check_schema(file.schema_arrow, path, layout)
            yield from file.iter_batches(ROWS_A_GROUP, columns=columns)
    except (pa.ArrowException, OSError) as error:
        raise HostError(
            f"{path} is torn or no Parquet file ({_line(error)})", "measure again"
        ) from error


def finish(directory: Path, layout: Layout) -> int:
    """Stream -> Parquet and CSV, on the disk before they take their places; the stream goes last. Rows, or OSError."""
    pa = arrow()
    stream, schema = stream_path(directory, layout), schema_of(layout)
    rows = 0
    with contextlib.ExitStack() as files:
        file = files.enter_context(placed_file(parquet_path(directory, layout)))
        table_file = placed_file(directory / f"{layout.name}.csv") if layout.csv else None
        text = files.enter_context(table_file) if table_file else None
        parquet = pa.parquet.ParquetWriter(file, schema, compression="zstd")
        files.enter_context(parquet)
        sheet = files.enter_context(pa.csv.CSVWriter(text, schema)) if text is not None else None
        for table in _groups(stream_batches(stream, layout), schema):
            rows += table.num_rows
            parquet.write_table(table)
            if sheet is not None:
                sheet.write_table(_escaped(table))
    stream.unlink()
    return rows


def _escaped(table: Any) -> Any:
    """Texts as a spreadsheet may have them."""
    pa = arrow()
    for index, field in enumerate(table.schema):
        if field.type == pa.string():
            texts = [escaped(text) for text in table.column(index).to_pylist()]
            table = table.set_column(index, field, pa.array(texts, pa.string()))
    return table


def _groups(batches: Iterator[Any], schema: Any) -> Iterator[Any]:
    """Small batches gathered: a row group for each would cost more than its rows."""
    pa = arrow()
    held: list[Any] = []
    rows = 0
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        if rows >= ROWS_A_GROUP:
            yield pa.Table.from_batches(held, schema)
            held, rows = [], 0
    if held:
        yield pa.Table.from_batches(held, schema)


def _check_schema(found: Any, path: Path, layout: Layout) -> None:
    wanted = schema_of(layout)
    if found.names != wanted.names or [f.type for f in found] != [f.type for f in wanted]:
        raise HostError(f"{path} has other columns than run.json says: it is of another run")


def _line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:120] if str(error).strip() else type(error).__name__
