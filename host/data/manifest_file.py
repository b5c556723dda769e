"""The manifest of a folder of pictures, as files: read, and replaced.

manifest.csv is the truth: capture can append a row with one write, a torn row differs from a whole one, and any
spreadsheet edits it. manifest.parquet beside it is a copy with real types, remade whenever the CSV is written whole.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from host.base.errors import HostError
from host.base.files import write_private
from host.base.regular_files import read_below
from host.data.manifest import (
    COLUMNS,
    Picture,
    Rows,
    cell_text,
    picture_of,
    unread_hash,
    unread_line,
)
from host.data.manifest_csv import CSV_NAME, MOST_BYTES, csv_bytes, extra_columns, parse_csv
from host.runs.tables import arrow

PARQUET_NAME = "manifest.parquet"


def has_manifest(folder: Path) -> bool:
    """Whether there is one to read."""
    return (folder / CSV_NAME).exists() or (folder / PARQUET_NAME).exists()


def read_manifest(folder: Path) -> Rows:
    """The manifest of a folder: its CSV, else its Parquet. Raises HostError when there is none to read."""
    if (folder / CSV_NAME).exists():
        content = read_below(folder, CSV_NAME, MOST_BYTES)
        return parse_csv(content, str(folder / CSV_NAME), lambda path: (folder / path).exists())
    if (folder / PARQUET_NAME).exists():
        return _read_parquet(folder / PARQUET_NAME)
    raise HostError(f"{folder} has no {CSV_NAME}")


def read_whole(folder: Path) -> list[Picture]:
    """Every row, those without a label included; none where there is no manifest.

    Raises HostError when a row was not understood: who writes the file anew would lose it.
    """
    rows = read_manifest(folder) if has_manifest(folder) else Rows(())
    refuse_to_lose(rows)
    if rows.torn:
        raise HostError(
            f"{folder / CSV_NAME}: its last line is cut off ({rows.torn[:60]!r}), and it is "
            "not written anew without that row",
            "complete or delete the line",
        )
    return list(rows.pictures)


def refuse_to_lose(rows: Rows) -> None:
    """Raises HostError when rows that are written anew would not say what their cells said."""
    if rows.unread:
        raise HostError(
            f"{rows.unread}, and it is not written anew without what its cells said",
            "delete those cells, or restore them: an empty one is computed from the picture",
        )


def write_manifest(folder: Path, pictures: Sequence[Picture]) -> None:
    """Replaces both files, each at once. Raises HostError when they cannot be written, or would lose a row."""
    read_whole(folder)
    write_private(folder / CSV_NAME, csv_bytes(pictures))
    write_private(folder / PARQUET_NAME, parquet_bytes(pictures))


def parquet_bytes(pictures: Sequence[Picture]) -> bytes:
    """The same rows with types: tags as a list, scores as a map, the rest as text."""
    pa = arrow()
    text = [name for name in COLUMNS if name not in ("tags", "scores")]
    columns = {name: pa.array([getattr(p, name) for p in pictures], pa.string()) for name in text}
    columns["tags"] = pa.array([list(p.tags) for p in pictures], pa.list_(pa.string()))
    columns["scores"] = pa.array(
        [list(p.scores) for p in pictures], pa.map_(pa.string(), pa.float64())
    )
    for name in extra_columns(pictures):
        columns[name] = pa.array([dict(p.more).get(name, "") for p in pictures], pa.string())
    sink = io.BytesIO()
    pa.parquet.write_table(pa.table(columns), sink)
    return sink.getvalue()


def _read_parquet(path: Path) -> Rows:
    pa = arrow()
    try:
        content = read_below(path.parent, path.name, MOST_BYTES)
        rows = pa.parquet.read_table(io.BytesIO(content)).to_pylist()
        named = [{name: cell_text(v) for name, v in row.items()} for row in rows]
        texts = [(f"row {n}", unread_hash(row)) for n, row in enumerate(named, 1)]
        unread = unread_line([found for found in texts if found[1]], str(path))
        return Rows(tuple(map(picture_of, named)), notes=(unread,) if unread else (), unread=unread)
    except (pa.ArrowException, OSError, ValueError, TypeError) as error:
        raise HostError(f"{path} is no manifest that can be read: {error}") from error
